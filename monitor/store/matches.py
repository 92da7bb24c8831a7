"""Stories and matches: what is open, what is scored how far, what a recipient may be told."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, select

from monitor.model.articles import Article, ArticleId, Revision
from monitor.model.commits import Rematch
from monitor.model.digests import MatchedArticle
from monitor.model.stories import Place, Story, StoryId
from monitor.store.columns import among, among_bound, bindable, keep
from monitor.store.intakes import keep_grouping, refuse_if_changed
from monitor.store.lineage import lineages, told_of_changed, with_marked
from monitor.store.mapping import (
    ARTICLE_COLUMNS,
    MATCH_COLUMNS,
    STORY_COLUMNS,
    VERDICT_COLUMNS,
    from_match,
    root_of,
    to_article,
    to_match,
    to_revision,
    to_story,
    to_verdict,
)
from monitor.store.tables import ARTICLE, JOINING, MATCH, REVISION, STORY, TOLD, WATCHLIST_STATE


def open_stories(connection: Connection, since: datetime) -> list[Story]:
    """Stories not merged away and not older than `since` at their last article, oldest first."""
    c = STORY.c
    wanted = select(*STORY_COLUMNS).where(c.merged_into.is_(None), c.last_at >= since).order_by(c.first_at, c.id)
    return [to_story(row) for row in connection.execute(wanted)]


def watchlist_versions(connection: Connection) -> dict[str, tuple[str, ArticleId]]:
    """Watchlist → (version fully scored, cursor)."""
    c = WATCHLIST_STATE.c
    rows = connection.execute(select(c.watchlist, c.version, c.cursor))
    return {row.watchlist: (row.version, row.cursor) for row in rows}


def set_watchlist_versions(connection: Connection, versions: Mapping[str, str]) -> None:
    """Take versions as fully scored; a rescoring under way is forgotten."""
    rows = [
        {"watchlist": name, "version": version, "cursor": 0, "rescoring": "", "is_whole": True}
        for name, version in versions.items()
    ]
    keep(connection, WATCHLIST_STATE, rows)


def articles_after(connection: Connection, cursor: ArticleId, since: datetime, limit: int) -> list[Article]:
    """Stored articles with a larger id, first seen since, by id."""
    c = ARTICLE.c
    wanted = select(*ARTICLE_COLUMNS).where(c.id > cursor, c.first_seen_at >= since).order_by(c.id).limit(limit)
    return [to_article(row) for row in connection.execute(wanted)]


def commit_rematch(connection: Connection, rematch: Rematch) -> None:
    """Replace the matches of a watchlist for some articles and move its cursor.

    A pass that takes over the cursor of another version (the watchlist was edited again meanwhile) has not scored the
    articles before it: when such a pass ends, the stored version stays the old one and the next pass starts over.
    Raises `StoreChangedError`.
    """
    refuse_if_changed(connection, rematch.rests_on)
    c, state = MATCH.c, WATCHLIST_STATE.c
    scored = among(connection, c.article_id, rematch.scored_ids)
    connection.execute(delete(MATCH).where(c.watchlist == rematch.watchlist, scored))
    keep(connection, MATCH, [from_match(match) for match in rematch.matches])
    keep_grouping(connection, rematch.stories, rematch.joinings, rematch.decisions)
    found = connection.execute(select(WATCHLIST_STATE).where(state.watchlist == rematch.watchlist)).first()
    version, cursor = (found.version, found.cursor) if found else ("", 0)
    is_whole = cursor == 0 or bool(found and found.is_whole and found.rescoring == rematch.version)
    if rematch.is_complete:
        row = {"version": rematch.version if is_whole else version, "cursor": 0, "rescoring": "", "is_whole": True}
    else:
        row = {"version": version, "cursor": rematch.cursor, "rescoring": rematch.version, "is_whole": is_whole}
    keep(connection, WATCHLIST_STATE, [{"watchlist": rematch.watchlist, **row}])


def matched_articles(
    connection: Connection, recipient_id: str, watchlists: Sequence[str], since: datetime
) -> list[MatchedArticle]:
    """Matches of articles first seen since, by story then time; those without a story last.

    With them what the recipient was told, however long ago, of stories that changed since, and what changed itself.
    """
    asked = {"reader": recipient_id, "names": bindable(connection, list(watchlists)), "since": since}
    rows: list[Row[Any]] = list(connection.execute(_matched_since(connection.dialect.name), asked))
    grown = {row.placed_in for row in rows if row.placed_in is not None}
    told = {
        *told_of_changed(connection, recipient_id, since, grown),
        *told_and_changed(connection, recipient_id, since),
    }
    if told:
        earlier = _matched_before(connection.dialect.name)
        rows += connection.execute(earlier, {**asked, "told": bindable(connection, list(told))})
    placed = {row.placed_in for row in rows if row.placed_in is not None}
    marked = with_marked(connection, placed | {of for row in rows for of in (row.had_story, row.had_event) if of})
    return sorted(_matched(connection, rows, marked, placed), key=reading_order)


@cache
def _matched_since(dialect: str) -> Select[Any]:
    """The rows for `reader` of the watchlists `names` whose article was first seen since `since`."""
    return _wanted(dialect).where(ARTICLE.c.first_seen_at >= bindparam("since"))


@cache
def _matched_before(dialect: str) -> Select[Any]:
    """The same of the articles `told` that were first seen before."""
    is_told = among_bound(dialect, ARTICLE.c.id, "told")
    return _wanted(dialect).where(ARTICLE.c.first_seen_at < bindparam("since"), is_told)


def _wanted(dialect: str) -> Select[Any]:
    a, m, t = ARTICLE.c, MATCH.c, TOLD.c
    is_had = and_(t.recipient_id == bindparam("reader"), t.article_id == a.id)
    facts = {"told_at": func.min(t.at), "had_state": func.max(t.state)}
    facts |= {"had_story": func.max(t.story_id), "had_event": func.max(t.event_id)}
    had = [select(of).where(is_had).correlate(ARTICLE).scalar_subquery().label(name) for name, of in facts.items()]
    # In the same statement as the text, so that they agree.
    state = select(func.max(REVISION.c.n)).where(REVISION.c.article_id == a.id).correlate(ARTICLE).scalar_subquery()
    placed_in = JOINING.c.story_id.label("placed_in")
    return (
        select(*ARTICLE_COLUMNS, *VERDICT_COLUMNS, *MATCH_COLUMNS, placed_in, state.label("now_state"), *had)
        .select_from(MATCH.join(ARTICLE, a.id == m.article_id).outerjoin(JOINING, JOINING.c.article_id == a.id))
        .where(among_bound(dialect, m.watchlist, "names"))
    )


def _matched(
    connection: Connection, rows: Sequence[Row[Any]], marked: Mapping[StoryId, Story], placed: Collection[StoryId]
) -> Iterator[MatchedArticle]:
    """Rows as values; of each the stories that it leads to, and those that the recipient had it in."""
    stories, lineage = roots_among(placed, marked), lineages(marked, placed)
    n, v = len(ARTICLE_COLUMNS), len(ARTICLE_COLUMNS) + len(VERDICT_COLUMNS)
    for row in rows:
        own = lineage.get(row.placed_in, ())
        had_in = None if row.had_story is None else Place(story_id=row.had_story, event_id=row.had_event)
        if own and had_in is not None:
            more = ({had_in.story_id, had_in.event_id} & marked.keys()) - {story.id for story in own}
            own = (own[0], *sorted((*own[1:], *(marked[of] for of in more)), key=lambda story: story.id))
        yield MatchedArticle(
            article=to_article(row[:n]),
            verdict=to_verdict(row[0], row[n:v]),
            match=to_match(row[v : v + len(MATCH_COLUMNS)]),
            story=stories.get(row.placed_in),
            was_told=row.told_at is not None,
            told_at=row.told_at,
            had_in=had_in,
            lineage=own,
            state=row.now_state or 0,
            **_states(connection, row[0], had=row.had_state, now=row.now_state),
        )


def told_and_changed(connection: Connection, recipient_id: str, since: datetime) -> list[ArticleId]:
    """The articles that this recipient was told in an earlier state than one that was seen since."""
    t, r = TOLD.c, REVISION.c
    is_later = and_(r.article_id == t.article_id, r.n > t.state, r.seen_at >= since)
    later = select(r.n).where(is_later).correlate(TOLD).exists()
    return list(connection.execute(select(t.article_id).where(t.recipient_id == recipient_id, later)).scalars())


def _states(connection: Connection, of: ArticleId, *, had: int | None, now: int | None) -> dict[str, Revision]:
    """The state that was told and the present one, where they differ."""
    if had is None or now is None or now <= had:
        return {}
    c = REVISION.c
    rows = connection.execute(select(REVISION).where(c.article_id == of, c.n.in_((had, now))))
    found = {row.n: to_revision(row) for row in rows}
    return {"had": found[had], "latest": found[now]} if len(found) == 2 else {}


def reading_order(found: MatchedArticle) -> tuple[bool, StoryId, datetime, ArticleId, str]:
    """By story then time; those without a story last."""
    story_id = found.story.id if found.story else 0
    return (found.story is None, story_id, found.article.at, found.article.id, found.match.watchlist)


def story_ids(connection: Connection, article_ids: Sequence[ArticleId]) -> dict[ArticleId, StoryId]:
    """The stories of those articles that are in one."""
    c = JOINING.c
    rows = connection.execute(
        select(c.article_id, c.story_id).where(among(connection, c.article_id, article_ids))
    ).all()
    _, stories = roots_of(connection, {row.story_id for row in rows})
    return {row.article_id: stories[row.story_id].id for row in rows if row.story_id in stories}


def stories_of(connection: Connection, article_ids: Sequence[ArticleId]) -> list[Story]:
    """The stories that those articles are part of, each once, oldest first."""
    placed = select(JOINING.c.story_id).where(among(connection, JOINING.c.article_id, article_ids))
    _, roots = roots_of(connection, set(connection.execute(placed).scalars()))
    return sorted({story.id: story for story in roots.values()}.values(), key=lambda story: (story.first_at, story.id))


def roots_of(connection: Connection, ids: set[StoryId]) -> tuple[dict[StoryId, Story], dict[StoryId, Story]]:
    """The stories by id, and each id with the story that it was merged into in the end."""
    stories: dict[StoryId, Story] = {}
    missing = set(ids)
    while missing:
        wanted = select(*STORY_COLUMNS).where(among(connection, STORY.c.id, missing))
        fresh = {story.id: story for story in map(to_story, connection.execute(wanted))}
        stories |= fresh
        missing = {story.merged_into for story in fresh.values() if story.merged_into is not None} - stories.keys()
    return stories, roots_among(ids, stories)


def roots_among(ids: Collection[StoryId], stories: Mapping[StoryId, Story]) -> dict[StoryId, Story]:
    """Each id that is among these stories, with the story that it was merged into in the end."""
    merged_into = {story.id: story.merged_into for story in stories.values() if story.merged_into in stories}
    return {of: stories[root_of(of, merged_into)] for of in ids if of in stories}
