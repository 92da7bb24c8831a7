"""Why an article is in a digest, or is not: all that was decided of it, and its score as of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from monitor.app.absence import Absence, absent
from monitor.app.names import watchlist_named
from monitor.app.stories import find_article, is_address
from monitor.config import Configuration
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import compile_watchlists
from monitor.core.scoring.flips import MAX_FLIPS, Flip, FlipFinder
from monitor.core.scoring.soundness import refused
from monitor.core.sites import Sites
from monitor.core.substance import changes_that_matter
from monitor.errors import ConfigError, StoreError
from monitor.model.articles import Article, Change, Decision, Revision, Verdict, VerdictKind
from monitor.model.stories import Story
from monitor.model.watchlists import Score, Watchlist
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore

MANY = 10
"""Of more watchlists at once no flips are looked for (a tenth of a second each); `--watchlist` names one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """What is known of one article. `answers` are those of the present watchlists; `original` is what it copies.

    `changes` say what of each state matters to who was told the one before, in the order of `revisions`.
    `told` lists who had it: (recipient, watchlist, when).
    """

    article: Article
    verdict: Verdict
    original: Article | None
    decisions: Sequence[Decision]
    revisions: Sequence[Revision]
    changes: Sequence[tuple[Change, ...]]
    story: Story | None
    answers: Sequence[Answer]
    told: Sequence[tuple[str, str, datetime]]
    is_backlog: bool
    """Older when first seen than what is told (`digests.max_age_hours`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An article's score against one watchlist, and the smallest changes that would turn it."""

    watchlist: Watchlist
    score: Score
    flips: Sequence[Flip]


def chosen(configuration: Configuration, watchlist: str | None, config_dir: Path) -> list[Watchlist]:
    """The watchlists asked for: all, one by name, or one of a file that is not live (`*.yaml`).

    Raises `ConfigError` for a file with mistakes, `UsageError` for a name that is not there.
    """
    if watchlist is not None and watchlist.endswith((".yaml", ".yml")):
        found = load_watchlist(Path(watchlist), config_dir=config_dir)
        if problems := tuple(refused(found)):
            raise ConfigError(problems)
        return [found]
    return list(configuration.watchlists) if watchlist is None else [watchlist_named(configuration, watchlist)]


def answers(article: Article, watchlists: Sequence[Watchlist]) -> list[Answer]:
    """What each watchlist says of an article; flips are looked for where it is asked of few."""
    flips = MAX_FLIPS if len(watchlists) <= MANY else 0
    scores = compile_watchlists(watchlists).score(article)
    return [
        Answer(
            watchlist=watchlist,
            score=score,
            flips=FlipFinder(watchlist).flips(article, limit=flips) if flips else (),
        )
        for watchlist, score in zip(watchlists, scores, strict=True)
    ]


async def explain(configuration: Configuration, name: str, watchlists: Sequence[Watchlist]) -> Reasons | Absence:
    """Everything about the article that an id or an address names; for an address not stored, why it may not be.

    Raises `StoreError` for an id that is not there.
    """
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        if is_address(name) and (absence := await absent(store, configuration, name)) is not None:
            return absence
        return await _reasons(store, configuration, name, watchlists)


async def _reasons(store: SqlStore, configuration: Configuration, name: str, wanted: Sequence[Watchlist]) -> Reasons:
    article_id = await find_article(store, name, Sites(configuration.urls))
    article, verdict = await store.judged_article(article_id)
    if article is None or verdict is None:
        raise StoreError(f"There is no article {name}.")
    is_copied = verdict.kind is not VerdictKind.NEW and verdict.of is not None
    original = await store.article(verdict.of) if is_copied and verdict.of is not None else None
    story_id = (await store.story_ids([article.id])).get(article.id)
    max_age = timedelta(hours=configuration.settings.digests.max_age_hours)
    revisions = await store.revisions(article.id)
    return Reasons(
        article=article,
        verdict=verdict,
        original=original,
        decisions=await store.decisions(article.id),
        revisions=revisions,
        changes=[(), *(changes_that_matter(old, new) for old, new in pairwise(revisions))] if revisions else [],
        story=None if story_id is None else await store.story(story_id),
        answers=answers(article, wanted),
        told=await store.tellings(article.id),
        is_backlog=article.is_dated and article.first_seen_at - article.at > max_age,
    )
