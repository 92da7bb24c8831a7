"""Alert: what cannot wait for the digest → digests of cadence "now", through the same composing.

Gathers what may call for an alert (a cheap question first, asked every cycle), decides with `core.alerts`, and keeps
each alert in one transaction: bytes, what it tells, its thread. Killed before that, nothing was told; after it, the
outbox has it. A recipient that fails is reported and comes again with the next cycle.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from monitor.core import alerts, day_budgets, digests, preferences, schedules, suspensions
from monitor.core.preferences import Wanted
from monitor.errors import MonitorError
from monitor.model.alerts import AlertFacts, AlertRules, AlertThread, VolumeAlarm
from monitor.model.articles import ArticleId
from monitor.model.commits import DigestSlot
from monitor.model.digests import Digest, MatchedArticle, Recipient
from monitor.pipeline.compose import ComposeReport, ComposeRules, Plan, fitted, keep_plan, reason_of, title_in
from monitor.ports import AlertStore, ComposeStore, Renderer

log = logging.getLogger(__name__)

FRESH = timedelta(hours=24)
"""What was seen longer ago is for the digest, where no age is configured."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was found to call for no alert (any more), and when to look again with nothing new."""

    marks: frozenset[tuple[ArticleId, int]]
    alarms: tuple[VolumeAlarm, ...]
    again_at: datetime | None

    def is_waiting(self, now: datetime) -> bool:
        """Whether time alone brings nothing yet; a clock set far back is no reason to wait."""
        return self.again_at is None or now < self.again_at <= now + timedelta(days=1, hours=2)


@dataclass(slots=True)
class _Day:
    """What a recipient was alerted of before, and how many more alerts its day allows."""

    left: int
    last_at: datetime | None
    threads: list[AlertThread] = field(default_factory=list)


class Alerter:
    """Alerts all recipients that want it.

    It remembers what it looked at in vain, so that a match that only waits costs one short question a cycle; that
    memory is no state: without it the same is decided again.

    Args:
        store: What composing asks and keeps.
        alerts: What alerting asks beside.
        is_dry: Keep nothing, only log what would be told.
    """

    def __init__(self, store: ComposeStore, alerts: AlertStore, *, is_dry: bool = False) -> None:
        self._store = store
        self._alerts = alerts
        self._is_dry = is_dry
        self._seen: dict[str, _Seen] = {}

    async def alert(
        self,
        recipients: Sequence[Recipient],
        *,
        renderers: Mapping[str, Renderer],
        rules: ComposeRules,
        lines: Mapping[str, float],
        now: datetime,
    ) -> ComposeReport:
        """One cycle; `lines` maps watchlists to the points that alert. Raises `StoreError` when nothing can be read."""
        wanting = [recipient for recipient in recipients if recipient.alerts is not None]
        if not wanting:
            return ComposeReport()
        wanting = suspensions.reachable(wanting, await self._store.suspensions())
        slots, said = await self._store.digest_slots(), await self._store.preferences()
        composed: list[Plan] = []
        failures: list[tuple[str, str]] = []
        for recipient in wanting:
            one = _One(preferences.wanted(recipient, said), slots.get(recipient.id), renderers, rules, lines, now)
            try:
                await self._alert_one(one, composed)
            except Exception as error:  # a recipient that raises is data (law 3): bugs included, loudly
                failures.append((recipient.id, reason_of(error)))
                log.error(  # noqa: TRY400 - the traceback is only of use for bugs
                    "alert not composed",
                    extra={"recipient": recipient.id, "reason": reason_of(error)},
                    exc_info=None if isinstance(error, MonitorError) else error,
                )
        return ComposeReport(composed=tuple(composed), failures=tuple(failures))

    async def _alert_one(self, one: _One, composed: list[Plan]) -> None:
        if not one.wanted.alerting or alerts.is_quiet(one.alert_rules, one.now, one.tz):
            return
        alarms = tuple(
            alarm
            for alarm in await self._alerts.waiting_alarms(one.recipient.id)
            if alarm.watchlist in one.wanted.alerting
        )
        marks = await self._alerts.alert_marks(one.recipient.id, one.lines, since=one.since)
        seen = self._seen.get(one.recipient.id)
        if not marks and not alarms:
            return
        if seen is not None and (seen.marks, seen.alarms) == (marks, alarms) and seen.is_waiting(one.now):
            return
        day = await self._day(one)
        again_at = schedules.day_began_at(one.now + timedelta(days=1), one.tz) if day.left <= 0 else None
        if day.left > 0:
            again_at = await self._tell(one, alarms, day, composed)
        self._seen[one.recipient.id] = _Seen(marks, alarms, again_at)

    async def _day(self, one: _One) -> _Day:
        began = schedules.day_began_at(one.now, one.tz)
        times = await self._alerts.alert_times(one.recipient.id, since=min(began, one.now - one.alert_rules.group))
        return _Day(
            left=one.alert_rules.per_day - sum(at >= began for at in times),
            last_at=max((at for at in times if at <= one.now), default=None),
            threads=await self._alerts.alert_threads(one.recipient.id),
        )

    async def _tell(
        self, one: _One, alarms: tuple[VolumeAlarm, ...], day: _Day, composed: list[Plan]
    ) -> datetime | None:
        """Compose what is due; when to look again with nothing new."""
        choice = alerts.choose(
            await self._matched(one),
            lines=one.lines,
            threads=day.threads,
            last_alert_at=day.last_at,
            group=one.alert_rules.group,
            max_age=one.rules.max_age or FRESH,
            now=one.now,
        )
        calls = list(choice.calls)
        if alarms and not any(call.thread is None for call in calls):
            calls.insert(0, alerts.Call(rows=()))
        for call in calls:
            if day.left <= 0:
                return schedules.day_began_at(one.now + timedelta(days=1), one.tz)
            plan = self._plan(one, call, alarms if call.thread is None else (), day)
            if plan is None:
                continue
            if self._is_dry or await keep_plan(plan, store=self._store):
                composed.append(plan)
                _log_alert(plan)
            day.left -= 1
        return choice.again_at

    async def _matched(self, one: _One) -> list[MatchedArticle]:
        since = one.now - one.rules.look_back
        matched = await self._store.matched_articles(one.recipient.id, one.wanted.alerting, since=since)
        return list(preferences.heard(matched, one.wanted, since=one.told_until).rows)

    def _plan(self, one: _One, call: alerts.Call, alarms: tuple[VolumeAlarm, ...], day: _Day) -> Plan | None:
        """One alert, rendered; None when there is nothing to tell at once after all."""
        recipient = one.recipient
        slot = alerts.alert_slot(call, alarms, one.now)
        built = digests.build(
            replace(recipient, stories_per_day=None),
            slot,
            call.rows,
            since=one.told_until,
            until=one.now,
            titles={name: title_in(one.rules.titles.get(name, {}), recipient.language, name) for name in one.names},
            max_age=one.rules.max_age,
            muted_outlets=one.wanted.muted_outlets,
            alarms=alarms,
        )
        digest = None if built is None else alerts.as_alert(built, call)
        if digest is None:
            return None
        told_lines = [one.lines[row.match.watchlist] for row in call.rows if row.match.watchlist in one.lines]
        facts = AlertFacts(
            line=min(told_lines, default=None),
            thread=call.thread,
            is_last_of=one.alert_rules.per_day if day.left == 1 else None,
            was_quiet=alerts.was_quiet(one.alert_rules, call.rows, one.tz),
        )
        digest, deliveries = fitted(replace(digest, alert=facts, alerted=()), one.renderers, now=one.now)
        told = set(digest.article_ids)
        return Plan(
            recipient=recipient,
            slot=slot,
            next_slot=None,
            digest=digest,
            deliveries=deliveries,
            told=digests.told_pairs(digest, call.rows),
            states=digests.told_states(digest, call.rows),
            in_full=day_budgets.places_taken(digest),
            # Of what was told before the next digest says how it stands now.
            places={of: place for of, place in digests.told_places(digest, call.rows).items() if of in told},
            alarms=alarms,
            threads=alerts.threads_after(digest, deliveries, day.threads, now=one.now),
            at=one.now,
        )


@dataclass(frozen=True, slots=True)
class _One:
    """A recipient in one cycle."""

    wanted: Wanted
    known: DigestSlot | None
    renderers: Mapping[str, Renderer]
    rules: ComposeRules
    all_lines: Mapping[str, float]
    now: datetime

    @property
    def recipient(self) -> Recipient:
        return self.wanted.recipient

    @property
    def alert_rules(self) -> AlertRules:
        assert self.recipient.alerts is not None
        return self.recipient.alerts

    @property
    def names(self) -> tuple[str, ...]:
        return self.recipient.watchlists

    @property
    def lines(self) -> dict[str, float]:
        return {name: self.all_lines[name] for name in self.wanted.alerting if name in self.all_lines}

    @property
    def told_until(self) -> datetime | None:
        return self.known.told_until if self.known else None

    @property
    def since(self) -> datetime:
        """What was first seen earlier calls for no alert any more."""
        return self.now - (self.rules.max_age or FRESH)

    @property
    def tz(self) -> tzinfo:
        return self.rules.zones(self.recipient.schedule.zone)


def _log_alert(plan: Plan) -> None:
    digest: Digest | None = plan.digest
    assert digest is not None
    assert digest.alert is not None
    log.info(
        "alert composed",
        extra={
            "recipient": plan.recipient.id,
            "slot": plan.slot.key,
            "stories": len(digest.stories),
            "alarms": len(digest.alarms),
            "is_reply": digest.alert.thread is not None,
            "deliveries": [delivery.id for delivery in plan.deliveries],
        },
    )
