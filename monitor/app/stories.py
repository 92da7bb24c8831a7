"""What a person asks of stories, and does to them, beside the running daemon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.config import Configuration
from monitor.core import handiwork
from monitor.core.features import Frequencies, Gazetteer, gazetteer_of
from monitor.core.kinship import Kinship
from monitor.core.origins import origins, wording_shared
from monitor.core.sites import NO_SITES, Sites
from monitor.core.urls import url_key
from monitor.errors import StoreError, UsageError
from monitor.model.articles import Article, ArticleId, Decision, Verdict, VerdictKind
from monitor.model.commits import Intake
from monitor.model.ids import format_id, parse_id
from monitor.model.stories import Origin, Story, StoryId
from monitor.pipeline.memory import FREQUENCIES, HAND
from monitor.pipeline.thinking import twice
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article of a story, and why it is there."""

    article: Article
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """Another story of the same event, or only of the same storyline."""

    story: Story
    is_event: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFile:
    """All that is known of a story. `event_id` and `storyline_id` are the stories that stand for these."""

    story: Story
    event_id: StoryId
    storyline_id: StoryId
    members: Sequence[Member]
    origins: Sequence[Origin]
    kin: Sequence[Kin]
    decisions: Sequence[Decision]


async def read_story(configuration: Configuration, name: str) -> StoryFile:
    """The story that an id (of it or of an article) or an address names. Raises `StoreError` with what is wrong."""
    async with to_read(configuration) as store:
        story = await _find(store, name, Sites(configuration.urls))
        members = [Member(article=a, verdict=v, reason=r) for a, v, r in await store.story_articles(story.id)]
        articles = [member.article for member in members]
        shared = wording_shared(articles)
        for member in members:
            if member.verdict.kind is VerdictKind.COPY and member.verdict.of is not None:
                shared[member.article.id, member.verdict.of] = 1.0
        decisions = [decision for one in articles for decision in await store.decisions(one.id)]
        tied = await store.tied_stories(story.id)
        kinship = Kinship(tied)
        return StoryFile(
            story=story,
            event_id=kinship.event_of(story.id),
            storyline_id=kinship.storyline_of(story.id),
            members=members,
            origins=origins(articles, shared=shared),
            kin=_kin(story.id, tied, kinship),
            decisions=[one for one in decisions if one.stage == "story"],
        )


def _kin(of: StoryId, tied: Sequence[Story], kinship: Kinship) -> list[Kin]:
    event, storyline = kinship.event_of(of), kinship.storyline_of(of)
    return [
        Kin(story=story, is_event=kinship.event_of(story.id) == event)
        for story in tied
        if story.merged_into is None
        and story.id != of
        and (kinship.event_of(story.id) == event or kinship.storyline_of(story.id) == storyline)
    ]


async def join_stories(configuration: Configuration, one: str, other: str) -> tuple[Story, Story]:
    """Make two stories one; the story that is kept, and the one that went into it."""
    async with to_change(configuration) as store:
        return await join(store, one, other, Sites(configuration.urls))


async def join(store: SqlStore, one: str, other: str, sites: Sites = NO_SITES) -> tuple[Story, Story]:
    """The same in an open store."""

    async def attempt() -> tuple[Story, Story]:
        both = await _find(store, one, sites), await _find(store, other, sites)
        try:
            merger = handiwork.join(*both, now=datetime.now(UTC))
        except ValueError as error:
            raise StoreError(f"Nothing was joined: {error}.") from error
        await store.commit_intake(
            Intake(
                stories=(merger.kept, merger.gone), decisions=(merger.decision,), artifacts=_mark(), stories_read=both
            )
        )
        return merger.kept, merger.gone

    return await twice(attempt)


async def split_story(configuration: Configuration, name: str, articles: Sequence[str]) -> tuple[Story, Story]:
    """Part articles from a story; what is left of it, and the story that they make.

    Articles of stories that are told together with it as one event, in other languages, are told apart from then on.
    """
    async with to_change(configuration) as store:
        gazetteer = gazetteer_of(configuration.watchlists)
        return await split(store, name, articles, gazetteer=gazetteer, sites=Sites(configuration.urls))


async def split(
    store: SqlStore, name: str, articles: Sequence[str], *, gazetteer: Gazetteer, sites: Sites = NO_SITES
) -> tuple[Story, Story]:
    """The same in an open store."""

    async def attempt() -> tuple[Story, Story]:
        # The story before its articles: one that comes between is found out when the commit looks at the story.
        story = await _find(store, name, sites)
        parting = [await find_article(store, article, sites) for article in articles]
        if (cut := await _cut(store, story, parting)) is not None:
            return cut
        kept = await store.artifact(FREQUENCIES)
        try:
            done = handiwork.split(
                story,
                [article for article, _, _ in await store.story_articles(story.id)],
                parting,
                frequencies=Frequencies.from_bytes(kept) if kept else Frequencies(),
                gazetteer=gazetteer,
                now=datetime.now(UTC),
            )
        except ValueError as error:
            raise StoreError(f"Nothing was split: {error}.") from error
        await store.commit_intake(
            Intake(
                stories=(done.left, done.parted),
                joinings=done.joinings,
                decisions=done.decisions,
                artifacts=_mark(),
                stories_read=(story,),
            )
        )
        return done.left, done.parted

    return await twice(attempt)


async def _cut(store: SqlStore, story: Story, articles: Sequence[ArticleId]) -> tuple[Story, Story] | None:
    """Cut what ties two languages, where none of these articles is in the story and all are told together with it.

    The story, and the oldest of those that are told apart from it now; None where that is not what is wished.
    """
    tied = await store.tied_stories(story.id)
    together = {one.story.id for one in _kin(story.id, tied, Kinship(tied)) if one.is_event}
    placed = await store.story_ids(articles)
    if not articles or not all(placed.get(one) in together for one in articles):
        return None
    going = {placed[one] for one in articles}
    done = handiwork.cut(tied, story, going, now=datetime.now(UTC))
    changed = {one.id: one for one in done.changed}
    await store.commit_intake(
        Intake(
            stories=done.changed,
            decisions=done.decisions,
            artifacts=_mark(),
            stories_read=tuple(one for one in tied if one.id in changed),
        )
    )
    return changed[story.id], min((changed[of] for of in going), key=lambda one: (one.first_at, one.id))


def to_read(configuration: Configuration) -> SqlStore:
    """The store, to look at. Raises `StoreError` where there is none or it has another schema."""
    return open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True)


def to_change(configuration: Configuration) -> SqlStore:
    """The store that the daemon made, to write into beside it; raises as `to_read`.

    Only the daemon makes and upgrades a store: a wrong folder would leave a stray one, and an older daemon may run.
    """
    to_read(configuration).close_now()
    return open_store(configuration.settings.store_url.reveal(), hold_lock=False)


def _mark() -> dict[str, bytes]:
    return {HAND: datetime.now(UTC).isoformat().encode()}


async def _find(store: SqlStore, name: str, sites: Sites) -> Story:
    article_id = await find_article(store, name, sites, is_story_wanted=True)
    story_id = (await store.story_ids([article_id])).get(article_id, article_id)
    story = await store.story(story_id)
    if story is None:
        raise StoreError(f"{name} is in no story: only what matched a watchlist is grouped.")
    return story


async def article_at(store: SqlStore, url: str, sites: Sites = NO_SITES) -> Article | None:
    """The stored article that a whole address leads to."""
    # An article is stored under the key that the rules of its day gave it.
    for key in address_keys(url, sites):
        article = await store.find_article(key)
        if article is not None:
            return article
    return None


async def find_article(
    store: SqlStore, name: str, sites: Sites = NO_SITES, *, is_story_wanted: bool = False
) -> ArticleId:
    """The id of the article that an id or an address, in whatever form, names. Raises `StoreError` where there is none.

    With `is_story_wanted` an id need not be an article's: a story may outlive the one that named it.
    """
    if is_address(name):
        article = await article_at(store, as_url(name), sites)
        if article is not None:
            return article.id
        raise StoreError(f"{name} is not stored: no feed brought it, or it was pruned.")
    try:
        article_id = parse_id(name)
    except ValueError as error:
        raise UsageError(f"{error}; an address will do as well.") from error
    if not is_story_wanted and await store.article(article_id) is None:
        raise StoreError(f"There is no article {format_id(article_id)}.")
    return article_id


def is_address(name: str) -> bool:
    """Whether an address is meant, not an id: ids hold no dot."""
    return "." in name


def as_url(address: str) -> str:
    """An address as a browser shows it, with its scheme."""
    return address if "://" in address else f"https://{address.removeprefix('//')}"


def address_keys(url: str, sites: Sites) -> list[int]:
    """The keys under which an article may be stored: by the rules of today, and by none, as those of its day may be."""
    keys = dict.fromkeys((url_key(url, sites), url_key(url)))
    return [key for key in keys if key is not None]
