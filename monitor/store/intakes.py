"""What collecting keeps: one batch of checks with all that followed from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from itertools import repeat

from sqlalchemy import Connection, bindparam, select, update

from monitor.errors import StoreChangedError
from monitor.model.articles import ArticleId, Decision, Revision, Sketch
from monitor.model.commits import Intake
from monitor.model.stories import Joining, Story
from monitor.store import shingles
from monitor.store.columns import among, keep
from monitor.store.feeds import keep_feed_states
from monitor.store.mapping import (
    STORY_COLUMNS,
    from_article,
    from_decision,
    from_joining,
    from_ledger_row,
    from_match,
    from_revision,
    from_sketch,
    from_story,
    to_story,
    unpack_hashes,
)
from monitor.store.notices import keep_notices
from monitor.store.sieve import Sieve
from monitor.store.tables import (
    ARTICLE,
    ARTICLE_ALIAS,
    ARTIFACT,
    DECISION,
    JOINING,
    LEDGER,
    MATCH,
    REVISION,
    SKETCH,
    STOP_SHINGLE,
    STORY,
)


def commit_intake(connection: Connection, intake: Intake, sieve: Sieve | None = None) -> None:
    """Keep a batch. What stands already stays, so that a batch kept twice is kept once.

    An article keeps its first verdict; verdicts on entries that became no article live on in the ledger and the
    decisions. A ledger row is replaced only by one seen later. Raises `StoreChangedError`.
    """
    refuse_if_changed(connection, intake.rests_on)
    # The first to be written, as it is the first to be asked: the daemon and a person wait for each other here, and
    # never each for what the other holds.
    keep(connection, ARTIFACT, [{"name": name, "content": content} for name, content in intake.artifacts.items()])
    _refuse_if_grown(connection, intake.stories_read)
    keep_feed_states(connection, intake.feed_states)
    keep_notices(connection, intake.notices)
    verdicts = {verdict.article_id: verdict for verdict in intake.verdicts}
    articles = [from_article(article, verdicts.get(article.id)) for article in intake.articles]
    keep(connection, ARTICLE, articles, replacing=())
    aliases = [{"url_key": key, "article_id": article_id} for key, article_id in intake.aliases.items()]
    keep(connection, ARTICLE_ALIAS, aliases, replacing=())
    keep(connection, LEDGER, [from_ledger_row(row) for row in intake.ledger], newer="seen_at")
    keep_revisions(connection, intake.revisions)
    keep_stop_hashes(connection, intake.stop_hashes)
    first_seen = {article.id: article.first_seen_at for article in intake.articles}
    keep_sketches(connection, intake.sketches, first_seen, sieve)
    keep(connection, MATCH, [from_match(match) for match in intake.matches])
    keep_grouping(connection, intake.stories, intake.joinings, intake.decisions)


def refuse_if_changed(connection: Connection, rests_on: Mapping[str, bytes | None]) -> None:
    """Raise `StoreChangedError` for the first artifact that is another than the one a batch was decided on.

    Until the transaction ends nobody else can change one: SQLite has one writer, PostgreSQL is told to wait.
    """
    if not rests_on:
        return
    if connection.dialect.name == "postgresql":
        # The table, for a row that is not there yet cannot be locked.
        connection.exec_driver_sql(f"LOCK TABLE {ARTIFACT.name} IN SHARE ROW EXCLUSIVE MODE")
    c = ARTIFACT.c
    wanted = select(c.name, c.content).where(among(connection, c.name, list(rests_on)))
    found = {row.name: row.content for row in connection.execute(wanted)}
    for name, read in rests_on.items():
        if found.get(name) != read:
            raise StoreChangedError(name)


def _refuse_if_grown(connection: Connection, stories: Sequence[Story]) -> None:
    """Raise `StoreChangedError` for the first story that is no longer as it was read."""
    if not stories:
        return
    wanted = select(*STORY_COLUMNS).where(among(connection, STORY.c.id, [story.id for story in stories]))
    found = {story.id: story for story in map(to_story, connection.execute(wanted))}
    for story in stories:
        if found.get(story.id) != story:
            raise StoreChangedError(story.title)


def keep_grouping(
    connection: Connection, stories: Sequence[Story], joinings: Sequence[Joining], decisions: Sequence[Decision]
) -> None:
    """Keep stories whole, places in them, and why."""
    keep(connection, STORY, [from_story(story) for story in stories])
    keep(connection, JOINING, [from_joining(joining) for joining in joinings])
    keep(connection, DECISION, [from_decision(decision, n) for n, decision in enumerate(decisions)], replacing=())


def keep_revisions(connection: Connection, revisions: Sequence[Revision]) -> None:
    """Append states to stored articles; the article itself shows the last one.

    The first state becomes number 0 when the second arrives. A state already kept (same article, time and content)
    is not kept again; one of an article that is gone is left out.
    """
    if not revisions:
        return
    ids = {revision.article_id for revision in revisions}
    c, kept = ARTICLE.c, REVISION.c
    shown = (c.id, c.first_seen_at, c.title, c.summary, c.text, c.body_digest, c.feed_id)
    originals = {
        row.id: Revision(
            article_id=row.id,
            seen_at=row.first_seen_at,
            title=row.title,
            summary=row.summary,
            text=row.text,
            body_digest=row.body_digest,
            feed_id=row.feed_id,
        )
        for row in connection.execute(select(*shown).where(among(connection, c.id, ids)))
    }
    states: dict[ArticleId, list[tuple[datetime, int]]] = defaultdict(list)
    for row in connection.execute(
        select(kept.article_id, kept.seen_at, kept.body_digest).where(among(connection, kept.article_id, ids))
    ):
        states[row.article_id].append((row.seen_at, row.body_digest))
    rows, last = [], {}
    for revision in revisions:
        known = states[revision.article_id]
        if revision.article_id not in originals or (revision.seen_at, revision.body_digest) in known:
            continue
        if not known:
            original = originals[revision.article_id]
            rows.append(from_revision(original, 0))
            known.append((original.seen_at, original.body_digest))
        rows.append(from_revision(revision, len(known)))
        known.append((revision.seen_at, revision.body_digest))
        last[revision.article_id] = revision
    keep(connection, REVISION, rows, replacing=())
    if last:
        changes = [
            {"of": r.article_id, "title": r.title, "summary": r.summary, "text": r.text, "body_digest": r.body_digest}
            for r in last.values()
        ]
        connection.execute(update(ARTICLE).where(c.id == bindparam("of")), changes)


def keep_stop_hashes(connection: Connection, hashes: frozenset[int]) -> None:
    """Remember hashes as too common, and take them out of the index."""
    if hashes:
        keep(connection, STOP_SHINGLE, [{"h": value} for value in sorted(hashes)], replacing=())
        shingles.drop_hashes(connection, hashes)


def keep_sketches(
    connection: Connection,
    sketches: Mapping[ArticleId, Sketch],
    first_seen: Mapping[ArticleId, datetime],
    sieve: Sieve | None = None,
) -> None:
    """Put articles into the shingle index, instead of what they had there; stop hashes stay out.

    `first_seen` are the times of the articles of this batch; those of others are looked up, and sketches of articles
    that are not stored are left out.
    """
    if not sketches:
        return
    seen = dict(first_seen)
    if others := [article_id for article_id in sketches if article_id not in seen]:
        query = select(ARTICLE.c.id, ARTICLE.c.first_seen_at).where(among(connection, ARTICLE.c.id, others))
        seen |= {row.id: row.first_seen_at for row in connection.execute(query)}
    kept = {article_id: sketch for article_id, sketch in sketches.items() if article_id in seen}
    indexed = _drop_replaced(connection, kept)
    keep(connection, SKETCH, [from_sketch(article_id, sketch, seen[article_id]) for article_id, sketch in kept.items()])
    stops = shingles.stops_among(connection, [value for sketch in kept.values() for value in sketch.hashes])
    pairs: list[tuple[int, ArticleId]] = []
    for article_id, sketch in kept.items():
        fresh = _without(indexed.get(article_id, frozenset()), _without(stops, sketch.hashes))
        pairs.extend(zip(fresh, repeat(article_id)))
    if sieve is not None:
        # Before the commit: no reader may see what the sieve would keep back.
        sieve.add([value for value, _ in pairs])
    shingles.insert(connection, pairs)


def _drop_replaced(connection: Connection, kept: Mapping[ArticleId, Sketch]) -> dict[ArticleId, set[int]]:
    """Take out of the index what articles had there and have no more; what they had."""
    had = {of: set(unpack_hashes(packed)) for of, packed in shingles.packed_of(connection, kept.keys())}
    gone = [(value, of) for of, hashes in had.items() for value in hashes.difference(kept[of].hashes)]
    shingles.drop(connection, gone)
    return had


def _without(stops: Set[int], hashes: Sequence[int]) -> Sequence[int]:
    return hashes if stops.isdisjoint(hashes) else [value for value in hashes if value not in stops]
