"""What comes back to the sender's mailbox: refusals suspend addresses, mails that ask to stop are obeyed.

A refusal is believed for a delivery that we know, by the id that it was handed in under, or the Message-ID of what came
back; it ends that delivery, what it told is told anew, and a dead address is suspended as at RCPT
(`core.suspensions`). A notice that mail is late changes nothing. A mail that asks to stop has to bear a token that we
signed. Marked as read is what was ours, after it was kept: killed in between, it is read again, which changes nothing.
Refused: to guess at free text, and to delete anything.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from monitor.core import suspensions
from monitor.model.digests import Delivery, DeliveryState
from monitor.model.preferences import Way
from monitor.model.returns import ReturnedMail, ReturnReport
from monitor.pipeline.desk import ReaderDesk
from monitor.ports import Clock, ReturnsBox, ReturnStore

log = logging.getLogger(__name__)

BATCH = 50
# A mail server gives up after five days, and a holiday may be between two looks.
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsReport:
    """A look's account: deliveries that came back, recipients suspended, mails that asked, and mails of others."""

    bounced: tuple[str, ...] = ()
    suspended: tuple[str, ...] = ()
    asked: int = 0
    foreign: int = 0


async def read_returns(
    *, box: ReturnsBox, store: ReturnStore, desk: ReaderDesk, clock: Clock, limit: int = BATCH
) -> ReturnsReport:
    """One look at up to `limit` unread mails. Raises `MailboxError`, `StoreError`."""
    bounced: list[str] = []
    suspended: list[str] = []
    ours: list[int] = []
    asked = foreign = 0
    mails = await box.unread(since=clock.now() - LOOK_BACK, limit=limit)
    kept: set[int] = set()
    try:
        for mail in mails:
            if mail.reports:
                known = [await _take(report, store, clock, bounced, suspended) for report in mail.reports]
                if any(known):
                    ours.append(mail.uid)
                foreign += not any(known)
            elif await _asks(mail, desk):
                asked += 1
                ours.append(mail.uid)
            else:
                foreign += 1
            kept.add(mail.uid)
        await box.mark_read(ours)
    except BaseException:
        box.forget([mail.uid for mail in mails if mail.uid in ours or mail.uid not in kept])
        raise
    return ReturnsReport(bounced=tuple(bounced), suspended=tuple(suspended), asked=asked, foreign=foreign)


async def _asks(mail: ReturnedMail, desk: ReaderDesk) -> bool:
    """Do what a mail asks for by the token in its subject; False for any other mail."""
    claim = desk.claim_of_subject(mail.subject)
    if claim is None:
        return False
    await desk.act(claim, way=Way.MAIL)
    return True


async def _take(
    report: ReturnReport, store: ReturnStore, clock: Clock, bounced: list[str], suspended: list[str]
) -> bool:
    """Keep what a report says; False when it is of no delivery of ours."""
    delivery = await _delivery_of(report, store)
    if delivery is None:
        return False
    if report.action != "failed":
        log.info("mail is late or passed on", extra={"delivery": delivery.id, "action": report.action})
        return True
    if delivery.state is DeliveryState.DEAD:
        return True
    count = await store.refused_in_a_row(delivery.recipient_id, delivery.channel, delivery.message.recipient)
    outcome = suspensions.bounced(delivery, report, refusals=count, now=clock.now())
    await store.commit_outcome(outcome)
    bounced.append(delivery.id)
    facts = {"delivery": delivery.id, "recipient": delivery.recipient_id, "reply": outcome.reply}
    log.warning("digest came back", extra=facts)
    if outcome.suspension is not None:
        suspended.append(delivery.recipient_id)
        log.error("address suspended", extra={**facts, "address": outcome.suspension.address})
    return True


async def _delivery_of(report: ReturnReport, store: ReturnStore) -> Delivery | None:
    if report.envelope_id and (found := await store.delivery(report.envelope_id)) is not None:
        return found
    return await store.delivery_named(report.message_id) if report.message_id else None
