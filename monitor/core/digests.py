"""What a recipient is told: matched articles → stories in reading order, and how they fit into one mail.

What is told and what is not:
- An article is told to a recipient once, whichever watchlists it matches (it counts for all of them).
- A story of which the recipient had nothing is NEW; one that brings more is DEVELOPING: it is told with the new
  articles only, and says how many of it were told before.
- Copies of what the recipient had (an outlet that merely reprints) are no news. They make a CARRIED story, one line
  that names the outlets, in a digest that goes out anyway. On their own they make no mail: they stay untold and ride
  with the next digest. Refused: marking them told without a line, which would say something false of the ledger; and
  telling them as developing, which is the complaint about every alert product (the same text, day after day).
- With a budget (so many stories a day) the best are told in full, the others by title (`core.day_budgets`).
- News of told stories stand in a section of their own and keep quote and reasons. Refused: one line each. Every article
  that makes a story DEVELOPING reached the threshold by itself, and a reader must be able to say why it is there.
- Of a story's articles one that the reader can read leads, where its points come near the best.
- What does not fit stays untold and is counted (`rest`).
- An operator is told of feeds in the same mail: outages, their ends, gaps. They make no mail on their own while they
  are younger than a day; then they do, since silence for want of feeds looks like silence for want of news. All of a
  digest's notices count as told; of a great many the first are listed and the rest counted.
- What changed after it was told, in a way that matters (`core.substance`), is said once, held against the state that
  was told: a headline changed twice is one change, one changed and changed back none. A correction makes a mail of
  its own, since a reader relies on what was told; another change does once it has waited a day. Changes for which
  there is no room stay untold and are counted (`more_changed`).
- What the reader muted is left out before (`core.preferences`) and counted here (`muted`); an article of a muted
  outlet leads nothing that others tell.
- Nothing to say is no mail, unless the recipient wants to hear now and then that there was nothing (`heartbeat`).
- What was old when it was first seen, from before the last digest, is a new feed's backlog and no news: a story of
  nothing else is kept back and counted (`held_back`). After an outage of ours nothing is: the period told covers it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.core import digest_stories
from monitor.core.day_budgets import listed, waiting, within_budget
from monitor.core.kinship import Kinship
from monitor.core.regroupings import Regroupings, kinship_of, placed_in, places_now
from monitor.core.seeds import SEED_FEED
from monitor.core.substance import changes_that_matter
from monitor.model.alerts import VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.digests import (
    Alerted,
    ChangedArticle,
    Digest,
    DigestStory,
    Heartbeat,
    MatchedArticle,
    Recipient,
    Slot,
    StoryState,
)
from monitor.model.notices import Notice, NoticeKind
from monitor.model.stories import Place, StoryId

# Gmail clips HTML at about 102 kB; quoted-printable adds a fifth. From research on mail clients, not tuned.
MAX_HTML_BYTES = 80 * 1024
MAX_WIRE_BYTES = 100 * 1024
# A title alone costs about a third of a full story (measured on the golden digests).
BRIEF_COST = 0.35
# As many stories are told in full before titles are left out: a reader wants the news, then the list.
FULL_FLOOR = 12
MAX_NOTICES = 20
MAX_CHANGED = 12
# As many changes are told before full stories become titles.
CHANGED_FLOOR = 4
NOTICE_PATIENCE = timedelta(days=1)


def build(
    recipient: Recipient,
    slot: Slot,
    matched: Sequence[MatchedArticle],
    *,
    since: datetime | None,
    until: datetime,
    titles: Mapping[str, str],
    max_age: timedelta | None = None,
    notices: Sequence[Notice] = (),
    told_today: Set[ArticleId] | None = None,
    muted: int = 0,
    muted_outlets: frozenset[str] = frozenset(),
    heartbeat: Heartbeat | None = None,
    alarms: Sequence[VolumeAlarm] = (),
) -> Digest | None:
    """The digest of one recipient for one slot; None when there is nothing to say.

    `matched` holds what the recipient had as well (`was_told`): a story that grows is told as an update. `since` and
    `until` are the period told, `titles` maps a watchlist to its name in the recipient's language. `max_age` bounds
    how old an article may have been at first sight (None: any age); what came from seeds is never too old. `notices`
    are what waits to be told of feeds, in reading order. `told_today` are the heads of what the recipient was told in
    full on the day that it is (`day_budgets.places_taken`), for who has a budget; None holds to none. `muted` stories
    were left out of `matched`, and articles of `muted_outlets` lead none. `heartbeat` is what is said where there is
    nothing else; `alarms` about volume make a digest on their own.
    """
    stories: list[DigestStory] = []
    held_back = 0
    kinship = kinship_of(matched)
    groups = grouped(matched, kinship)
    for story_id, group in groups.items():
        if all(row.was_told for row in group):
            continue
        if _is_backlog(group, since=since, max_age=max_age):
            held_back += _is_seen_since(group, since)
        else:
            stories.append(
                digest_stories.story_of(story_id, group, told_today or frozenset(), muted_outlets, recipient.language)
            )
    changed = changed_since_told(matched)
    withdrawn = {one.article.id for one in changed if one.is_withdrawal}
    is_pressing = bool(alarms) or _notices_press(notices, until) or any(_presses(one, until) for one in changed)
    is_quiet = all(story.state is StoryState.CARRIED for story in stories) and not is_pressing
    if is_quiet and heartbeat is None:
        return None
    ranked = sorted(stories, key=_reading_order)
    if told_today is not None and recipient.stories_per_day is not None:
        ranked = within_budget(ranked, stories_per_day=recipient.stories_per_day, spent=len(told_today))
    kept = listed(ranked, max_stories=recipient.max_stories)
    told = {story.story_id for story in kept}
    regroupings = Regroupings(matched, kinship)
    return Digest(
        recipient=recipient,
        slot=slot,
        since=since,
        until=until,
        titles=titles,
        # Origins last: they cost the most, and there may be far more stories than are told.
        stories=tuple(
            story if story.is_brief else digest_stories.completed(story, groups[story.story_id], withdrawn)
            for story in kept
        ),
        rest=len(ranked) - len(kept),
        waiting=waiting(story for story in ranked if story.story_id not in told),
        held_back=held_back,
        mergers=regroupings.mergers,
        partings=regroupings.partings,
        changed=tuple(changed[:MAX_CHANGED]),
        more_changed=max(0, len(changed) - MAX_CHANGED),
        notices=tuple(notices[:MAX_NOTICES]),
        more_notices=max(0, len(notices) - MAX_NOTICES),
        muted=muted,
        heartbeat=heartbeat if is_quiet else None,
        alarms=tuple(alarms),
        alerted=_alerted(groups, told, since) if recipient.alerts else (),
    )


def told_pairs(digest: Digest, matched: Iterable[MatchedArticle]) -> tuple[tuple[str, ArticleId], ...]:
    """What the digest tells, as (watchlist, article) pairs: an article counts for every watchlist that it matched."""
    told = set(digest.article_ids)
    return tuple(sorted({(row.match.watchlist, row.article.id) for row in matched if row.article.id in told}))


def told_states(digest: Digest, matched: Iterable[MatchedArticle]) -> dict[ArticleId, int]:
    """Which state of each article the digest tells, of those that are not in their first."""
    told = set(digest.article_ids)
    states = {row.article.id: row.state for row in matched if row.state and row.article.id in told}
    return states | {one.article.id: one.state for one in digest.changed}


def told_places(digest: Digest, matched: Sequence[MatchedArticle]) -> dict[ArticleId, Place]:
    """Where the recipient knows articles to stand, with this digest: those that it tells, and those told before.

    Of the latter it says what changed (`mergers`, `partings`), of all of them.
    """
    told = set(digest.article_ids)
    known = [row for row in matched if row.was_told or row.article.id in told]
    return places_now(known, kinship_of(matched))


def changed_since_told(matched: Iterable[MatchedArticle]) -> list[ChangedArticle]:
    """The articles that say something else than when they were told: corrections first, then by points, by time."""
    points: dict[ArticleId, float] = {}
    found: dict[ArticleId, ChangedArticle] = {}
    for row in matched:
        of = row.article.id
        points[of] = max(row.match.points, points.get(of, row.match.points))
        if row.had is None or row.latest is None or of in found:
            continue
        if changes := changes_that_matter(row.had, row.latest):
            found[of] = ChangedArticle(article=row.article, at=row.latest.seen_at, changes=changes, state=row.state)
    return sorted(
        found.values(), key=lambda one: (not one.is_withdrawal, -points[one.article.id], one.at, one.article.id)
    )


def shrink(digest: Digest, *, html_bytes: int, wire_bytes: int) -> Digest | None:
    """A smaller digest for one that was rendered too large; None when it fits, or can be no smaller.

    Of many changes some wait; full stories become titles from the end, then titles go to the rest (untold, counted);
    at last notices about feeds are counted instead of listed, and changes wait. Always makes progress, so rendering
    and shrinking in turn ends; the sizes measured steer how far each step goes.
    """
    share = min(MAX_HTML_BYTES / max(html_bytes, 1), MAX_WIRE_BYTES / max(wire_bytes, 1))
    count = len(digest.stories)
    if share >= 1:
        return None
    if not count or len(digest.changed) > CHANGED_FLOOR:
        return _fewer_lines(digest)
    full = sum(not story.is_brief for story in digest.stories)
    floor = min(full, FULL_FLOOR)
    budget = (full + (count - full) * BRIEF_COST) * share
    # At least an eighth goes: where titles weigh as much as stories or next to nothing, steps of one would never end.
    kept_full = min(full - max(1, full // 8), int((budget - count * BRIEF_COST) / (1 - BRIEF_COST)))
    if kept_full >= floor:
        return _brief_from(digest, kept_full)
    kept = min(count - max(1, count // 8), floor + int((budget - floor) / BRIEF_COST))
    if kept >= max(1, floor):
        return _cut(_brief_from(digest, floor), kept)
    if full > 0:
        return _brief_from(digest, max(0, min(full - 1, int(budget))))
    return _fewer_lines(digest) if count == 1 else _cut(digest, 1)


def delivery_id(recipient_id: str, slot_key: str, channel: str) -> str:
    """The delivery's short printable id: "d" and 20 hexadecimal digits, the same whenever it is asked."""
    parts = "\0".join((recipient_id, slot_key, channel))
    return "d" + blake2b(parts.encode(), digest_size=10, person=b"delivery").hexdigest()


def _notices_press(notices: Sequence[Notice], now: datetime) -> bool:
    """A reader without mail does not wait for news; feeds do for a day."""
    return any(one.kind is NoticeKind.SUSPENSION or now - one.at >= NOTICE_PATIENCE for one in notices)


def _presses(one: ChangedArticle, now: datetime) -> bool:
    return one.is_withdrawal or now - one.at >= NOTICE_PATIENCE


def _brief_from(digest: Digest, kept_full: int) -> Digest:
    stories = tuple(story if n < kept_full else replace(story, is_brief=True) for n, story in enumerate(digest.stories))
    return replace(digest, stories=stories)


def _cut(digest: Digest, kept: int) -> Digest:
    cut = digest.stories[kept:]
    return replace(
        digest, stories=digest.stories[:kept], rest=digest.rest + len(cut), waiting=waiting((*cut, *digest.waiting))
    )


def _fewer_changed(digest: Digest, kept: int) -> Digest:
    more = digest.more_changed + len(digest.changed) - kept
    return replace(digest, changed=digest.changed[:kept], more_changed=more)


def _fewer_lines(digest: Digest) -> Digest | None:
    if len(digest.changed) > CHANGED_FLOOR:
        return _fewer_changed(digest, CHANGED_FLOOR)
    if not digest.notices:
        return _fewer_changed(digest, len(digest.changed) // 2) if digest.changed else None
    kept = len(digest.notices) // 2
    return replace(digest, notices=digest.notices[:kept], more_notices=digest.more_notices + len(digest.notices) - kept)


def grouped(matched: Sequence[MatchedArticle], kinship: Kinship) -> dict[StoryId, list[MatchedArticle]]:
    """Rows by story; of an article's rows the one with the best margin speaks, told if any of them was."""
    best: dict[ArticleId, MatchedArticle] = {}
    told = {row.article.id for row in matched if row.was_told}
    for row in sorted(matched, key=lambda row: row.match.watchlist):
        known = best.get(row.article.id)
        if known is None or _margin(row) > _margin(known):
            best[row.article.id] = replace(row, was_told=row.article.id in told)
    groups: dict[StoryId, list[MatchedArticle]] = defaultdict(list)
    for row in best.values():
        placed = placed_in(row)
        groups[row.article.id if placed is None else kinship.event_of(placed)].append(row)
    return dict(sorted(groups.items()))


def _alerted(
    groups: Mapping[StoryId, Sequence[MatchedArticle]], told: Set[StoryId], since: datetime | None
) -> tuple[Alerted, ...]:
    """What was told since the last digest, which only alerts do: one line each, unless it is told as developing."""
    found = []
    for story_id, group in groups.items():
        rows = [row for row in group if row.told_at is not None and (since is None or row.told_at > since)]
        if rows and story_id not in told:
            lead = min(rows, key=lambda row: (row.told_at, -row.match.points, row.article.at, row.article.id))
            assert lead.told_at is not None
            found.append(Alerted(article=lead.article, at=lead.told_at))
    return tuple(sorted(found, key=lambda one: (one.at, one.article.id)))


def _margin(row: MatchedArticle) -> float:
    return row.match.points - row.match.threshold


def _is_backlog(group: Sequence[MatchedArticle], *, since: datetime | None, max_age: timedelta | None) -> bool:
    """Whether all that is untold was older than `max_age` when first seen, and from before the last digest."""
    if max_age is None:
        return False
    untold = (row.article for row in group if not row.was_told)
    return all(
        article.feed_id != SEED_FEED  # what the user gave to begin with is no backlog, however old
        and article.is_dated
        and article.first_seen_at - article.at > max_age
        and (since is None or article.at < since)
        for article in untold
    )


def _is_seen_since(group: Sequence[MatchedArticle], since: datetime | None) -> bool:
    return since is None or any(row.article.first_seen_at > since for row in group if not row.was_told)


def _reading_order(story: DigestStory) -> tuple[bool, float, float, StoryId]:
    newest = max(telling.article.at for telling in story.tellings)
    return (story.state is StoryState.CARRIED, -story.points, -newest.timestamp(), story.story_id)
