"""Readers' votes, and what they come to: beside the running daemon, which they change nothing of."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app.backtests import open_past, run_backtest
from monitor.app.names import require, watchlist_named
from monitor.app.stories import article_at, find_article, to_change, to_read
from monitor.config import Configuration
from monitor.config.watchlist_edits import edited, own_aliases, read_text
from monitor.core.proposals import applied, propose
from monitor.core.scoring import compile_watchlists
from monitor.core.sites import Sites
from monitor.errors import ConfigError, StoreError, UsageError
from monitor.model.articles import Article
from monitor.model.backtests import Backtest
from monitor.model.proposals import Edit, Proposal
from monitor.model.votes import Vote, VotedArticle, VoteKind
from monitor.model.watchlists import Watchlist
from monitor.store.sqlstore import SqlStore

EVER = datetime(1970, 1, 1, tzinfo=UTC)
BACKTEST_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal with the file as it would be. Without steps there is no other text and no backtest.

    `text` is the whole file, `diff` a unified diff against the one that stands.
    """

    proposal: Proposal
    path: Path
    text: str = ""
    diff: str = ""
    backtest: Backtest | None = None


async def cast_vote(
    configuration: Configuration, name: str, kind: VoteKind, *, watchlist: str | None = None, recipient: str = ""
) -> tuple[Vote, Article]:
    """Keep a vote on the article that an id or an address names; the watchlist may be left out where it is plain.

    Raises `StoreError` for an article that is not there, `UsageError` for a watchlist or recipient.
    """
    if recipient:
        require("recipient", recipient, (one.id for one in configuration.recipients))
    async with to_change(configuration) as store:
        article = await store.article(await find_article(store, name, Sites(configuration.urls)))
        if article is None:
            raise StoreError(f"There is no article {name}.")
        vote = Vote(
            article_id=article.id,
            watchlist=_voted_watchlist(configuration, article, watchlist),
            recipient_id=recipient,
            kind=kind,
            at=datetime.now(UTC),
        )
        await store.keep_vote(vote)
        return vote, article


def _voted_watchlist(configuration: Configuration, article: Article, name: str | None) -> str:
    known = [one.name for one in configuration.watchlists]
    if name is not None:
        require("watchlist", name, known)
        return name
    matched = [score.watchlist for score in compile_watchlists(configuration.watchlists).matches(article)]
    possible = known if len(known) == 1 else matched
    if len(possible) != 1:
        found = f"matches {', '.join(matched)}" if matched else "matches no watchlist"
        raise UsageError(f"The article {found}: say with --watchlist which of {', '.join(known)} the vote is on.")
    return possible[0]


async def read_proposal(
    configuration: Configuration, name: str, *, config_dir: Path, days: int | None = None
) -> Proposed:
    """What the votes on a watchlist, cast in the last days or ever, come to, with its backtest.

    Raises `UsageError` for a watchlist that is not there, `ConfigError` where its file cannot be read.
    """
    watchlist = watchlist_named(configuration, name)
    since = EVER if days is None else datetime.now(UTC) - timedelta(days=days)
    async with to_read(configuration) as store:
        votes = await store.voted_articles(name, since=since)
        stored = await _named_in_tests(store, watchlist, Sites(configuration.urls))
    path = Path(watchlist.places["name"].rsplit(":", 2)[0])
    text = _text_of(path)
    proposal, changed = _writable(watchlist, votes, stored, text=text, path=path, config_dir=config_dir)
    if not proposal.steps:
        return Proposed(proposal=proposal, path=path)
    after = read_text(changed, path=path, config_dir=config_dir)
    async with open_past(configuration) as past:
        backtest = await run_backtest(configuration, watchlist, after, past=past, days=BACKTEST_DAYS)
    diff = "".join(
        difflib.unified_diff(
            text.splitlines(keepends=True), changed.splitlines(keepends=True), str(path), f"{path} (proposed)"
        )
    )
    return Proposed(proposal=proposal, path=path, text=changed, diff=diff, backtest=backtest)


def _writable(
    watchlist: Watchlist,
    votes: list[VotedArticle],
    stored: dict[str, Article],
    *,
    text: str,
    path: Path,
    config_dir: Path,
) -> tuple[Proposal, str]:
    """The best proposal all of whose edits can be written into the file, and the file with them."""
    aliases = own_aliases(path)
    refused: dict[Edit, str] = {}
    while True:
        proposal = propose(watchlist, votes, own_aliases=aliases, refused=refused.items(), stored=stored)
        meant, changed = watchlist, text
        for edit in proposal.edits:
            meant = applied(meant, edit)
            try:
                changed = edited(changed, edit, meant, path=path, config_dir=config_dir)
            except ConfigError as error:
                refused[edit] = error.problems[0].message
                break
        else:
            return proposal, changed


def _text_of(path: Path) -> str:
    """A file with its line ends as they are."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.read()


async def _named_in_tests(store: SqlStore, watchlist: Watchlist, sites: Sites) -> dict[str, Article]:
    urls = dict.fromkeys(example.url for example in watchlist.examples if example.url)
    found = {url: await article_at(store, url, sites) for url in urls}
    return {url: article for url, article in found.items() if article is not None}


def write_proposal(proposed: Proposed, target: Path, *, config_dir: Path) -> None:
    """Write the file as it would be to a new one; what stands, and what would go live, is never written.

    Raises `StoreError`.
    """
    if target.exists():
        raise StoreError(f"{target} exists already, and a proposal replaces nothing: name a new file.")
    if target.resolve().parent == (config_dir / "watchlists").resolve():
        raise StoreError(f"{target} would go live: write it elsewhere, read it, and put it there yourself.")
    try:
        with target.open("x", encoding="utf-8", newline="") as file:
            file.write(proposed.text)
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error.strerror}).") from error
