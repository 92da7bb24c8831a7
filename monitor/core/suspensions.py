"""When a recipient's address is given up: for whom no mail is composed any more, until somebody acts.

Owns: which refusals say that an address is dead, and how many refusals in a row say the same. Refuses: to take a
refusal of our mail, our server or our wording (5.7.x, a size, a full mailbox) for a dead address at once, because a
single blocklist entry would suspend every reader.

What matched for a suspended recipient stays untold and is not composed: digests to a dead address would pile up
unread, and telling them would lose them. Once the suspension is lifted, the next digest tells what there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.errors import DeliveryError
from monitor.model.digests import Delivery, DeliveryOutcome, DeliveryState, Recipient
from monitor.model.notices import Notice, NoticeKind
from monitor.model.returns import ReturnReport
from monitor.model.suspensions import Suspension

# RFC 3463: bad mailbox, bad system, bad syntax, moved without an address; RFC 7505: null MX; mailbox disabled.
# "5.4.4" is what a relay says of a domain that no mail can be sent to.
GONE_STATUSES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
# What servers answer to RCPT for a mailbox that there is not, when they name no status, or one that says nothing.
_GONE_CODES = frozenset({550, 551, 553})
_SILENT_STATUSES = frozenset({"", "5.0.0"})
MAX_REFUSALS = 3
"""So many deliveries in a row refused for good suspend an address, whatever was said."""


def is_gone(*, code: int, status: str, step: str = "RCPT") -> bool:
    """Whether an SMTP reply, or a bounce (`step` then as at RCPT), says that there is no such mailbox."""
    if status in GONE_STATUSES:
        return True
    return step == "RCPT" and code in _GONE_CODES and status in _SILENT_STATUSES


def suspension_after(
    delivery: Delivery, error: DeliveryError | None, *, refusals: int, now: datetime
) -> Suspension | None:
    """The suspension that begins with the failure of an attempt, if one does.

    `refusals` counts the address' deliveries refused for good just before this one, in a row.
    """
    if error is None or error.blame != "recipient" or not error.permanent or error.code < 500:
        return None
    is_dead = is_gone(code=error.code, status=error.status, step=error.step)
    if not is_dead and refusals + 1 < MAX_REFUSALS:
        return None
    return Suspension(
        recipient_id=delivery.recipient_id,
        channel=delivery.channel,
        address=delivery.message.recipient,
        at=now,
        reason=str(error),
        code=error.code,
    )


def bounced(delivery: Delivery, report: ReturnReport, *, refusals: int, now: datetime) -> DeliveryOutcome:
    """What becomes of a delivery that came back for good, with the suspension that this begins, if it does.

    What it told is told anew: an uncertain attempt before it is what came back, unless there was another.
    """
    code = 550 if report.status.startswith("5") or not report.status else 450
    said = f"came back from {report.address or delivery.message.recipient}: {report.status} {report.reply}".rstrip()
    error = DeliveryError(said, permanent=True, code=code, step="RCPT", status=report.status)
    outcome = DeliveryOutcome(
        delivery_id=delivery.id,
        state=DeliveryState.DEAD,
        at=now,
        code=code,
        reply=said,
        is_untold=True,
        is_bounce=True,
    )
    found = suspension_after(delivery, error, refusals=refusals, now=now)
    return outcome if found is None else suspending(outcome, found)


def suspending(outcome: DeliveryOutcome, suspension: Suspension) -> DeliveryOutcome:
    """The outcome with the suspension that begins with it, and what the operators are told."""
    return replace(outcome, suspension=suspension, notices=(notice_of(suspension),))


def notice_of(suspension: Suspension) -> Notice:
    """What the operators are told of it."""
    return Notice(
        feed_id=suspension.recipient_id,
        kind=NoticeKind.SUSPENSION,
        at=suspension.at,
        detail=suspension.reason,
        address=suspension.address,
    )


def in_force(suspensions: Iterable[Suspension], recipient_id: str, channel: str, address: str) -> Suspension | None:
    """The suspension that holds for a recipient at this address, if there is one that nobody has lifted."""
    for one in suspensions:
        if (one.recipient_id, one.channel) == (recipient_id, channel) and one.lifted_at is None:
            return one if _plain(one.address) == _plain(address) else None
    return None


def of_recipient(recipient: Recipient, suspensions: Sequence[Suspension]) -> list[Suspension]:
    """What is in force for a recipient as it is configured now."""
    found = (in_force(suspensions, recipient.id, name, recipient.address) for name in recipient.channels)
    return [one for one in found if one is not None]


def reachable(recipients: Iterable[Recipient], suspensions: Sequence[Suspension]) -> list[Recipient]:
    """The recipients with those of their channels that no suspension stops; those who have none left out.

    Of these the slots stay as they are, and what matches stays untold until the suspension is lifted.
    """
    found = []
    for recipient in recipients:
        channels = tuple(
            name for name in recipient.channels if in_force(suspensions, recipient.id, name, recipient.address) is None
        )
        if channels:
            found.append(replace(recipient, channels=channels) if channels != recipient.channels else recipient)
    return found


def _plain(address: str) -> str:
    """An address to compare by: the domain as DNS has it, in small letters."""
    local, _, domain = address.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:  # no domain at all: compared as it is written
        return address
    return f"{local}@{domain.lower()}"
