"""Compose: due recipients and their untold matches → digests → messages, kept as deliveries.

Planning reads and decides, keeping writes: `compose` does both, `rehearse` (a dry run) plans the same and keeps
nothing. A digest's bytes, what it tells and the recipient's next slot are kept in one transaction, so a crash before
it loses nothing and one after it repeats nothing. A recipient that fails is reported and comes again with the next
cycle; the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from monitor.core import day_budgets, digests, preferences, schedules, suspensions
from monitor.core.archiving import archive_of, by_channel, without_texts
from monitor.core.polling import notices_to_tell
from monitor.core.preferences import Wanted
from monitor.errors import MonitorError, RenderError
from monitor.model.alerts import AlertThread, VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.commits import DigestCommit, DigestSlot
from monitor.model.digests import Delivery, Digest, MatchedArticle, Recipient, Slot
from monitor.model.notices import Notice
from monitor.model.stories import Place
from monitor.pipeline.surveying import Survey
from monitor.ports import AlertStore, ComposeStore, Renderer

log = logging.getLogger(__name__)

FIRST_SLOT = "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeRules:
    """What holds for all recipients.

    `titles` maps a watchlist to its name per language. `look_back`: how long an untold match may wait; `max_age`: how
    old an article may be at first sight to be news (a recipient's first digest knows no such bound).
    `is_first_due`: whether a recipient never seen before gets a digest at once. `outlets` names
    the outlet of every feed that is polled: operators are told of these. `zones` finds a time zone by its IANA name.
    `survey` is asked, for one cycle, what came and was mailed before; without it digests say nothing of the usual
    volume, and there are no heartbeats. `alerts` is asked for alarms about volume; without it there are none. `build`
    makes a digest of matches; one with a memory serves readers alike (`building`).
    """

    titles: Mapping[str, Mapping[str, str]]
    look_back: timedelta
    max_age: timedelta | None = None
    is_first_due: bool = False
    outlets: Mapping[str, str] = field(default_factory=dict)
    zones: Callable[[str], tzinfo] = ZoneInfo
    survey: Survey | None = None
    alerts: AlertStore | None = None
    build: Callable[..., Digest | None] = digests.build


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be kept for a recipient whose slot is due: a digest and a delivery of it by each channel.

    With nothing to say there is neither: only the next slot. An alert has no next slot, and its `threads`.
    """

    recipient: Recipient
    slot: Slot
    next_slot: Slot | None
    digest: Digest | None = None
    deliveries: tuple[Delivery, ...] = ()
    told: tuple[tuple[str, ArticleId], ...] = ()
    states: Mapping[ArticleId, int] = field(default_factory=dict)
    in_full: tuple[ArticleId, ...] = ()
    places: Mapping[ArticleId, Place] = field(default_factory=dict)
    told_notice: int | None = None
    alarms: tuple[VolumeAlarm, ...] = ()
    threads: tuple[AlertThread, ...] = ()
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeReport:
    """What a cycle came to: digests, recipients due with nothing to read, and (recipient id, reason) of failures."""

    composed: tuple[Plan, ...] = ()
    quiet: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()


async def compose(
    recipients: Sequence[Recipient],
    *,
    store: ComposeStore,
    renderers: Mapping[str, Renderer],
    rules: ComposeRules,
    now: datetime,
) -> ComposeReport:
    """One cycle: compose and keep the digests of all recipients whose slot is due, and plan the slots of the others."""

    async def wait(recipient: Recipient, slot: Slot) -> None:
        await store.set_digest_slot(recipient.id, slot)

    async def keep(plan: Plan) -> bool:
        return await keep_plan(plan, store=store)

    return await _each(recipients, store=store, renderers=renderers, rules=rules, now=now, wait=wait, keep=keep)


async def rehearse(
    recipients: Sequence[Recipient],
    *,
    store: ComposeStore,
    renderers: Mapping[str, Renderer],
    rules: ComposeRules,
    now: datetime,
) -> ComposeReport:
    """The same cycle, keeping nothing: what `compose` would do now."""

    async def wait(recipient: Recipient, slot: Slot) -> None:
        """Plan nothing."""

    async def keep(plan: Plan) -> bool:
        return True

    return await _each(recipients, store=store, renderers=renderers, rules=rules, now=now, wait=wait, keep=keep)


def planned_slot(wanted: Wanted, known: DigestSlot | None, *, rules: ComposeRules, now: datetime) -> Slot:
    """The slot that a recipient waits for: due when not later than `now`.

    A recipient without one gets its first digest at once or waits for its next time; missed slots become the latest
    of them; a schedule changed since the slot was planned moves it.
    """
    schedule = wanted.recipient.schedule
    tz = rules.zones(schedule.zone)
    if known is None:
        if rules.is_first_due:
            return Slot(key=FIRST_SLOT, at=now)
        return schedules.next_slot(schedule, after=now, tz=tz)
    if known.slot.key == FIRST_SLOT:
        return known.slot
    if known.slot.at <= now:
        return schedules.due_slot(known.slot, schedule, now=now, tz=tz)
    return schedules.next_slot(schedule, after=now, tz=tz)


async def plan_digest(
    wanted: Wanted,
    slot: Slot,
    known: DigestSlot | None,
    *,
    store: ComposeStore,
    renderers: Mapping[str, Renderer],
    rules: ComposeRules,
    now: datetime,
) -> Plan:
    """What a recipient gets in `slot`, rendered; writes nothing. Raises `StoreError`, `RenderError`."""
    recipient = wanted.recipient
    told_until = known.told_until if known else None
    tz = rules.zones(recipient.schedule.zone)
    next_slot = schedules.next_slot(recipient.schedule, after=now, tz=tz)
    plan = Plan(recipient=recipient, slot=slot, next_slot=next_slot, at=now)
    if wanted.is_nothing:
        return plan
    heard = preferences.heard(
        await _matched(wanted, told_until, store=store, rules=rules, now=now), wanted, since=told_until
    )
    told_notice, notices = await _notices(recipient, known, store=store, rules=rules, now=now)
    is_first = known is None or slot.key == FIRST_SLOT
    heartbeat = None if rules.survey is None or is_first else await rules.survey.heartbeat(recipient, now=now)
    digest = rules.build(
        recipient,
        slot,
        heard.rows,
        since=told_until,
        until=now,
        titles={name: title_in(rules.titles.get(name, {}), recipient.language, name) for name in recipient.watchlists},
        max_age=rules.max_age,
        notices=notices,
        told_today=await _told_today(recipient, store=store, now=now, tz=tz),
        muted=heard.muted,
        muted_outlets=wanted.muted_outlets,
        heartbeat=heartbeat,
        alarms=await _alarms(recipient, rules, now),
    )
    if digest is None:
        return plan
    if rules.survey is not None:
        volume = await rules.survey.volume(recipient, since=told_until, until=now, zone=tz, max_age=rules.max_age)
        digest = replace(digest, volume=volume)
    digest, deliveries = fitted(digest, renderers, now=now)
    return replace(
        plan,
        digest=digest,
        deliveries=deliveries,
        told=digests.told_pairs(digest, heard.rows),
        states=digests.told_states(digest, heard.rows),
        in_full=day_budgets.places_taken(digest),
        places=digests.told_places(digest, heard.rows),
        told_notice=told_notice,
        alarms=digest.alarms,
    )


async def _alarms(recipient: Recipient, rules: ComposeRules, now: datetime) -> list[VolumeAlarm]:
    waiting = [] if rules.alerts is None else await rules.alerts.waiting_alarms(recipient.id)
    # A digest of an earlier moment (a preview) knows nothing of later ones.
    return [alarm for alarm in waiting if alarm.watchlist in recipient.watchlists and alarm.at <= now]


async def _told_today(
    recipient: Recipient, *, store: ComposeStore, now: datetime, tz: tzinfo
) -> frozenset[ArticleId] | None:
    """What takes the places of a recipient's day so far; None for who has no budget."""
    if recipient.stories_per_day is None:
        return None
    return await store.told_in_full(recipient.id, since=schedules.day_began_at(now, tz))


async def _matched(
    wanted: Wanted, told_until: datetime | None, *, store: ComposeStore, rules: ComposeRules, now: datetime
) -> list[MatchedArticle]:
    """The matches that this digest may tell; of watchlists that come less often only when their time has come."""
    recipient = wanted.recipient
    since = now - rules.look_back if told_until is None else min(now - rules.look_back, told_until)
    usual = [name for name in recipient.watchlists if name not in wanted.seldom]
    matched = await store.matched_articles(recipient.id, usual, since=since) if usual else []
    tz = rules.zones(recipient.schedule.zone)
    if wanted.seldom and preferences.seldom_due(wanted, told_until=told_until, now=now, tz=tz):
        back = preferences.seldom_period(wanted, now=now, tz=tz)
        matched += await store.matched_articles(recipient.id, wanted.seldom, since=since - back)
    return matched


async def _notices(
    recipient: Recipient, known: DigestSlot | None, *, store: ComposeStore, rules: ComposeRules, now: datetime
) -> tuple[int | None, tuple[Notice, ...]]:
    """What waits to be told of feeds, and the number that it reaches to; nothing for whoever is no operator."""
    if not recipient.is_operator:
        return None, ()
    told = known.told_notice if known else None
    waiting = await store.notices(after=told or 0)
    notices = notices_to_tell(waiting, rules.outlets, since=now - rules.look_back if told is None else None)
    reached = waiting[-1].number if waiting else told or 0
    return reached, tuple(replace(notice, outlet=rules.outlets.get(notice.feed_id, "")) for notice in notices)


async def keep_plan(plan: Plan, *, store: ComposeStore) -> bool:
    """Keep a plan in one transaction; False when its slot was kept before (then only the next slot is planned)."""
    is_kept = await store.commit_digest(
        DigestCommit(
            recipient_id=plan.recipient.id,
            slot=plan.slot,
            next_slot=plan.next_slot,
            deliveries=plan.deliveries,
            told=plan.told,
            states=plan.states,
            in_full=plan.in_full,
            places=plan.places,
            told_notice=plan.told_notice,
            alarms=plan.alarms,
            threads=plan.threads,
            archive=archive_of(plan.digest, plan.deliveries),
            at=plan.at,
        )
    )
    if not is_kept and plan.next_slot is not None:
        # The wall time was told already, in another zone or before the clock was set back; its stories stay untold.
        await store.set_digest_slot(plan.recipient.id, plan.next_slot)
    return is_kept


async def _each(
    recipients: Sequence[Recipient],
    *,
    store: ComposeStore,
    renderers: Mapping[str, Renderer],
    rules: ComposeRules,
    now: datetime,
    wait: Callable[[Recipient, Slot], Awaitable[None]],
    keep: Callable[[Plan], Awaitable[bool]],
) -> ComposeReport:
    known, said = await store.digest_slots(), await store.preferences()
    composed: list[Plan] = []
    quiet: list[str] = []
    failures: list[tuple[str, str]] = []
    for recipient in suspensions.reachable(recipients, await store.suspensions()):
        row = known.get(recipient.id)
        try:
            wanted = preferences.wanted(recipient, said)
            slot = planned_slot(wanted, row, rules=rules, now=now)
            if slot.at > now:
                if row is None or row.slot != slot:
                    await wait(recipient, slot)
                continue
            plan = await plan_digest(wanted, slot, row, store=store, renderers=renderers, rules=rules, now=now)
            if plan.digest is None and slot.key == FIRST_SLOT:
                # A first digest is not used up by an empty store: it goes out with the first thing there is to tell.
                if row is None:
                    await wait(recipient, slot)
                quiet.append(recipient.id)
                continue
            is_kept = await keep(plan)
        except Exception as error:  # a recipient that raises is data (law 3): bugs included, loudly
            failures.append((recipient.id, reason_of(error)))
            log.error(  # noqa: TRY400 - the traceback is only of use for bugs
                "digest not composed",
                extra={"recipient": recipient.id, "reason": reason_of(error)},
                exc_info=None if isinstance(error, MonitorError) else error,
            )
            continue
        if plan.digest is None:
            quiet.append(recipient.id)
        elif is_kept:
            composed.append(plan)
            _log_digest(plan, plan.digest)
    return ComposeReport(composed=tuple(composed), quiet=tuple(quiet), failures=tuple(failures))


def fitted(digest: Digest, renderers: Mapping[str, Renderer], *, now: datetime) -> tuple[Digest, tuple[Delivery, ...]]:
    """The digest as large as one mail carries, with a delivery by each channel: all tell the same.

    What is no mail has no clients that clip it, and bounds itself.
    """
    digest = without_texts(digest)  # what is kept of it is what it was rendered from
    while True:
        deliveries = tuple(_delivery(digest, channel, renderers, now) for channel in digest.recipient.channels)
        mails = [delivery.message for delivery in deliveries if delivery.message.html]
        smaller = digests.shrink(
            digest,
            html_bytes=max((len(message.html.encode()) for message in mails), default=0),
            wire_bytes=max((len(message.content) for message in mails), default=0),
        )
        if smaller is None:
            return digest, deliveries
        digest = smaller


def _delivery(digest: Digest, channel: str, renderers: Mapping[str, Renderer], now: datetime) -> Delivery:
    recipient, slot = digest.recipient, digest.slot
    if (renderer := renderers.get(channel)) is None:
        names = ", ".join(sorted(renderers)) or "none"
        raise RenderError(f"the digest for {recipient.id} cannot go by {channel!r}: there is no such channel ({names})")
    id = digests.delivery_id(recipient.id, slot.key, channel)
    return Delivery(
        id=id,
        recipient_id=recipient.id,
        slot_key=slot.key,
        channel=channel,
        message=renderer.render(by_channel(digest, channel), delivery_id=id, composed_at=now),
        next_attempt_at=now,
        composed_at=now,
    )


def title_in(titles: Mapping[str, str], language: str, name: str) -> str:
    """A watchlist's title in a language, else in English, else in any, else its name."""
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), name)


def reason_of(error: Exception) -> str:
    """An error in one line, for the log and the report."""
    return str(error) if isinstance(error, MonitorError) else f"{type(error).__name__}: {error}"


def _log_digest(plan: Plan, digest: Digest) -> None:
    log.info(
        "digest composed",
        extra={
            "recipient": plan.recipient.id,
            "slot": plan.slot.key,
            "stories": len(digest.stories),
            "above_budget": sum(story.is_above_budget for story in digest.stories),
            "rest": digest.rest,
            "changed": len(digest.changed) + digest.more_changed,
            "notices": len(digest.notices) + digest.more_notices,
            "held_back": digest.held_back,
            "bytes": max((len(delivery.message.content) for delivery in plan.deliveries), default=0),
            "deliveries": [delivery.id for delivery in plan.deliveries],
        },
    )
