"""What checks brought becomes articles, verdicts, stories and matches, kept in one transaction.

Gather: which entries are known already. Decide: the rest become articles, are judged, scored, grouped. Commit: all of
it with the feeds' new states, so that a feed is never marked as read before what it said is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from monitor.core.articles import Dropped, to_article
from monitor.core.dedupe import Outcome
from monitor.core.identity import entry_keys, shared_links
from monitor.core.known import moved_guids, recent_known
from monitor.core.polling import DocumentWishes, notices_of
from monitor.core.sites import NO_SITES, Sites
from monitor.model.articles import Article, ArticleId, LedgerRow, LedgerState
from monitor.model.commits import Intake
from monitor.model.feeds import Entry, Feed, FeedState, FetchOutcome, ParsedFeed, Reading
from monitor.model.notices import Notice
from monitor.pipeline.judging import Judge, Judged
from monitor.pipeline.matches import log_matches, matches_of
from monitor.pipeline.thinking import twice
from monitor.ports import IntakeStore

log = logging.getLogger("monitor.intake")

SLICE = 16
SLICE_CHARS = 10_000
"""Entries, and characters of their texts, that are made articles before the event loop may do something else: some
milliseconds, 20 for signs made to cost (one can stand for eighteen letters). A first poll brings more than a thousand
entries at once; one with more text than that is made an article beside the loop."""

StateAfter = Callable[[Reading | None], FeedState]
"""What a check's body held against what was known (None: nothing was parsed) → what the feed's state becomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finished check. `state` is the one before it; `parsed` is None when the body held nothing new to read.

    `document` holds what a body asks of pollers; `is_whole`: it was asked for without a condition.
    """

    feed: Feed
    state: FeedState
    outcome: FetchOutcome
    digest: str | None = None
    parsed: ParsedFeed | None = None
    checked_at: datetime
    document: DocumentWishes | None = None
    is_whole: bool = False


@dataclass(slots=True, kw_only=True)
class Tally:
    """The account of what was taken in: entries = known + stored + copies + revisions + dropped.

    `known` counts entries that are in the ledger already and new ones that lead to a stored article.
    `matched` counts matches kept; `reasons` says why entries were dropped.
    """

    entries: int = 0
    known: int = 0
    stored: int = 0
    copies: int = 0
    revisions: int = 0
    dropped: int = 0
    matched: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Sum another account into this one."""
        self.entries += other.entries
        self.known += other.known
        self.stored += other.stored
        self.copies += other.copies
        self.revisions += other.revisions
        self.dropped += other.dropped
        self.matched += other.matched
        for reason, count in other.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + count


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where an entry stands in the ledger; `led_to` is the article that it ended in before, if it changed since."""

    feed_id: str
    key: int
    digest: int
    seen_at: datetime
    led_to: ArticleId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unread:
    """An entry that the ledger does not know in this state."""

    feed: Feed
    entry: Entry
    shared: frozenset[int]
    place: _Place


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """An article on its way to the judge, with its place in the ledger."""

    place: _Place
    article: Article


class Intaker:
    """Takes in what checks brought, batch after batch, never two at once.

    Args:
        zones: IANA name → time zone, for feeds whose dates name none.
        sites: The user's rules of addresses.
    """

    def __init__(
        self, *, store: IntakeStore, judge: Judge, zones: Mapping[str, tzinfo], sites: Sites = NO_SITES
    ) -> None:
        self._store = store
        self._judge = judge
        self._zones = zones
        self._sites = sites

    async def take_in(self, checks: Sequence[tuple[Check, StateAfter]]) -> Tally:
        """Keep everything of these checks or nothing; raises what the store raises."""
        tally = Tally()
        rows: list[LedgerRow] = []
        arrivals: list[_Arrival] = []
        unread, readings = await self._unread([check for check, _ in checks], tally)
        async for item, result in self._made(unread):
            if isinstance(result, Dropped):
                rows.append(_row(item.place, LedgerState.DROPPED, result.reason, None))
            else:
                arrivals.append(_Arrival(place=item.place, article=result))
        dated = _dated(readings, arrivals)
        states = []
        for check, after in checks:
            states.append(after(dated.get(check.feed.id) if check.parsed else None))
            if check.parsed is not None:
                await asyncio.sleep(0)
        notices = tuple(
            notice
            for (check, _), state in zip(checks, states, strict=True)
            for notice in notices_of(check.state, state)
        )
        return await self._keep(arrivals, rows, tuple(states), tally, notices)

    async def _made(self, unread: Sequence[_Unread]) -> AsyncIterator[tuple[_Unread, Article | Dropped]]:
        """Each entry as an article, or why not; a slice at each turn of the event loop."""
        entries = chars = 0
        for item in unread:
            weight = len(item.entry.content) + len(item.entry.summary)
            if weight > SLICE_CHARS:
                yield item, await asyncio.to_thread(self._article, item)
                continue
            entries, chars = entries + 1, chars + weight
            if entries > SLICE or chars > SLICE_CHARS:
                entries, chars = 1, weight
                await asyncio.sleep(0)
            yield item, self._article(item)

    def _article(self, item: _Unread) -> Article | Dropped:
        return to_article(
            item.entry,
            item.feed,
            now=item.place.seen_at,
            zone=self._zones.get(item.feed.zone or ""),
            entry_key=item.place.key,
            shared=item.shared,
            sites=self._sites,
        )

    async def take_in_documents(self, documents: Sequence[Article], *, name: str, now: datetime) -> Tally:
        """Keep documents that come from no feed (seeds) under the ledger name `name`; those kept before are known."""
        tally = Tally(entries=len(documents))
        places = [
            _Place(
                feed_id=name,
                key=document.url_key or document.title_key,
                digest=document.body_digest,
                seen_at=now,
                led_to=None,
            )
            for document in documents
        ]
        rows = await self._store.ledger_rows([(place.feed_id, place.key) for place in places]) if places else {}
        arrivals = [
            _Arrival(place=place, article=document)
            for place, document in zip(places, documents, strict=True)
            if (place.feed_id, place.key) not in rows
        ]
        tally.known = len(documents) - len(arrivals)
        return await self._keep(arrivals, [], (), tally) if arrivals else tally

    async def _keep(
        self,
        arrivals: Sequence[_Arrival],
        rows: list[LedgerRow],
        states: tuple[FeedState, ...],
        tally: Tally,
        notices: tuple[Notice, ...] = (),
    ) -> Tally:
        """Judge what arrived and commit it with its ledger rows and the feeds' states."""
        if not arrivals:
            await self._store.commit_intake(Intake(feed_states=states, notices=notices, ledger=tuple(rows)))
            return _account(tally, rows, 0)
        now = max(arrival.place.seen_at for arrival in arrivals)
        articles = [arrival.article for arrival in arrivals]
        entries = {one.article.id: one.place.led_to for one in arrivals if one.place.led_to is not None}

        async def judge() -> tuple[Judged, list[LedgerRow]]:
            judged = await self._judge.judge(articles, now=now, entries=entries)
            account = rows + [
                _row(arrival.place, outcome.state, _reason(outcome), outcome.target_id)
                for arrival, outcome in zip(arrivals, judged.outcomes, strict=True)
            ]
            intake = replace(
                judged.intake,
                feed_states=states,
                notices=notices,
                ledger=tuple(account),
                matches=matches_of(judged, now=now),
            )
            await self._judge.settle(self._store.commit_intake(intake))
            return judged, account

        async with self._judge.turn:
            judged, account = await twice(judge)
        matches = matches_of(judged, now=now)
        log_matches(judged, matches)
        return _account(tally, account, len(matches))

    async def _unread(self, checks: Sequence[Check], tally: Tally) -> tuple[list[_Unread], dict[str, Reading]]:
        """The entries worth reading, and what each feed's body held; of an entry held twice the first is taken."""
        found: dict[tuple[str, int], _Unread] = {}
        for check in checks:
            if check.parsed is not None:
                await asyncio.sleep(0)
                tally.entries += len(check.parsed.entries) + check.parsed.already_read
                found |= _places(check, check.parsed.entries, self._sites)
        rows = dict(await self._store.ledger_rows(list(found))) if found else {}
        moved = _moved(checks, {feed_id for feed_id, _ in rows})
        if moved:
            found = {where: item for where, item in found.items() if where[0] not in moved}
            by_link: dict[tuple[str, int], _Unread] = {}
            for check in checks:
                if check.feed.id in moved and check.parsed is not None:
                    by_link |= _places(check, check.parsed.entries, self._sites, has_guids=False)
            rows |= await self._store.ledger_rows(list(by_link))
            found |= by_link
        tally.known += tally.entries - len(found)
        unread: list[_Unread] = []
        for where, item in found.items():
            row = rows.get(where)
            if row is not None and row.entry_digest == item.place.digest:
                tally.known += 1
            elif row is not None:
                unread.append(replace(item, place=replace(item.place, led_to=row.article_id)))
            else:
                unread.append(item)
        return unread, _readings(checks, found, rows, moved)


def _places(
    check: Check, entries: Sequence[Entry], sites: Sites, *, has_guids: bool = True
) -> dict[tuple[str, int], _Unread]:
    """Where each entry stands in the ledger; of an entry held twice the first is taken."""
    shared = shared_links(entries, sites)
    found: dict[tuple[str, int], _Unread] = {}
    keys = entry_keys(entries, check.feed.id, has_guids=has_guids)
    for entry, (key, digest) in zip(entries, keys, strict=True):
        if (check.feed.id, key) not in found:
            place = _Place(feed_id=check.feed.id, key=key, digest=digest, seen_at=check.checked_at, led_to=None)
            found[check.feed.id, key] = _Unread(feed=check.feed, entry=entry, shared=shared, place=place)
    return found


def _moved(checks: Sequence[Check], known: Collection[str]) -> dict[str, int]:
    """Feeds of whose guids the ledger knows none, though their last body held the same links: how many."""
    return {
        check.feed.id: count
        for check in checks
        if check.parsed is not None
        and check.feed.id not in known
        and check.state.known_items
        and not check.parsed.already_read
        and (count := moved_guids(check.parsed.entries, check.state.known_items))
    }


def _readings(
    checks: Sequence[Check],
    found: Collection[tuple[str, int]],
    rows: Mapping[tuple[str, int], LedgerRow],
    moved: Mapping[str, int],
) -> dict[str, Reading]:
    """What each body held; entries that the body before held count as known, though left out or renamed."""
    of_feed: dict[str, list[LedgerRow | None]] = {}
    for feed_id, key in found:
        of_feed.setdefault(feed_id, []).append(rows.get((feed_id, key)))
    readings = {}
    for check in checks:
        if check.parsed is None:
            continue
        held = of_feed.get(check.feed.id, [])
        known = [row for row in held if row is not None]
        news_at, left_out = check.state.rhythm.news_at, check.parsed.already_read
        renamed = moved.get(check.feed.id, 0)
        recent = sum(news_at is None or row.seen_at >= news_at for row in known)
        readings[check.feed.id] = Reading(
            entries=len(held) + left_out,
            known=max(len(known), renamed) + left_out,
            recent=max(recent, renamed) + recent_known(check.parsed, check.state.known_items),
            new=len(held) - max(len(known), renamed),
        )
    return readings


def _dated(readings: Mapping[str, Reading], arrivals: Sequence[_Arrival]) -> dict[str, Reading]:
    """The readings with the dates of what is new."""
    dates: dict[str, list[datetime]] = {}
    for arrival in arrivals:
        is_new = arrival.place.led_to is None and arrival.place.feed_id in readings
        if is_new and arrival.article.published_at is not None:
            dates.setdefault(arrival.place.feed_id, []).append(arrival.article.published_at)
    return {
        feed_id: replace(reading, dated=len(found), newest_at=max(found), oldest_at=min(found))
        if (found := dates.get(feed_id))
        else reading
        for feed_id, reading in readings.items()
    }


def _row(place: _Place, state: LedgerState, reason: str, article_id: ArticleId | None) -> LedgerRow:
    return LedgerRow(
        feed_id=place.feed_id,
        entry_key=place.key,
        entry_digest=place.digest,
        state=state,
        reason=reason,
        article_id=article_id,
        seen_at=place.seen_at,
    )


def _reason(outcome: Outcome) -> str:
    return "" if outcome.state is LedgerState.STORED else outcome.verdict.reason


def _account(tally: Tally, rows: Sequence[LedgerRow], matched: int) -> Tally:
    for row in rows:
        match row.state:
            case LedgerState.STORED:
                tally.stored += 1
            case LedgerState.COPY:
                tally.copies += 1
            case LedgerState.REVISION:
                tally.revisions += 1
            case LedgerState.KNOWN:
                tally.known += 1
            case LedgerState.DROPPED:
                tally.dropped += 1
                tally.reasons[row.reason] = tally.reasons.get(row.reason, 0) + 1
    tally.matched = matched
    return tally
