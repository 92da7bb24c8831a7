"""Which refusals say that an address is dead, and for whom."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.suspensions import in_force, is_gone, reachable, suspension_after
from monitor.errors import DeliveryError
from monitor.model.suspensions import Suspension
from tests.factories import NOW, make_delivery, make_message, make_recipient


def suspended(**facts: Any) -> Suspension:
    return Suspension(
        **{
            "recipient_id": "analyst",
            "channel": "smtp",
            "address": "analyst@example.org",
            "at": NOW,
            "reason": "550 5.1.1 no such user",
            **facts,
        }
    )


@pytest.mark.parametrize(
    ("code", "status", "step", "gone"),
    [
        (550, "5.1.1", "RCPT", True),
        (550, "5.1.1", "DATA", True),
        (550, "", "RCPT", True),
        (550, "5.0.0", "RCPT", True),
        (553, "", "RCPT", True),
        (550, "", "DATA", False),
        (550, "5.7.1", "RCPT", False),
        (554, "5.7.1", "RCPT", False),
        (552, "5.2.2", "RCPT", False),
        (550, "5.2.1", "RCPT", True),
        (556, "5.1.10", "RCPT", True),
    ],
)
def test_only_what_speaks_of_the_mailbox_speaks_of_a_dead_one(code: int, status: str, step: str, gone: bool) -> None:
    assert is_gone(code=code, status=status, step=step) is gone


@pytest.mark.parametrize(
    "error",
    [
        DeliveryError("451 later", permanent=False, code=451, step="RCPT"),
        DeliveryError("535 no", permanent=False, code=535, blame="channel"),
        DeliveryError("the stored bytes are no mail", permanent=True),
        DeliveryError("gave no clear answer", permanent=False, uncertain=True, blame="channel"),
        None,
    ],
)
def test_no_other_failure_suspends_however_often(error: DeliveryError | None) -> None:
    assert suspension_after(make_delivery(), error, refusals=9, now=NOW) is None


def test_the_third_refusal_in_a_row_suspends() -> None:
    spam = DeliveryError("554 5.7.1 spam", permanent=True, code=554, step="DATA", status="5.7.1")
    assert suspension_after(make_delivery(), spam, refusals=1, now=NOW) is None
    assert suspension_after(make_delivery(), spam, refusals=2, now=NOW) is not None


def test_a_suspension_is_of_one_address_and_ends_with_another_or_when_lifted() -> None:
    assert in_force([suspended()], "analyst", "smtp", "analyst@EXAMPLE.org") == suspended()
    assert in_force([suspended()], "analyst", "smtp", "analyst.two@example.org") is None
    assert in_force([suspended()], "analyst", "maildir", "analyst@example.org") is None
    assert in_force([suspended(lifted_at=NOW)], "analyst", "smtp", "analyst@example.org") is None


def test_an_address_of_the_configuration_is_the_same_as_it_goes_over_the_wire() -> None:
    wire = suspended(address="analyst@xn--mnchen-3ya.example.org")
    assert in_force([wire], "analyst", "smtp", "analyst@münchen.example.org") == wire


def test_a_recipient_with_another_channel_is_reached_by_that() -> None:
    one, both = make_recipient(channels=("smtp",)), make_recipient(channels=("smtp", "maildir"))
    other = make_recipient("editor", channels=("smtp",))
    assert reachable([one, other], [suspended()]) == [other]
    assert [found.channels for found in reachable([both], [suspended()])] == [("maildir",)]


def test_mail_to_a_delivery_of_an_older_address_says_nothing_of_the_new_one() -> None:
    old = make_delivery(channel="smtp", message=make_message(recipient="old@example.org"))
    gone = DeliveryError("550 5.1.1", permanent=True, code=550, step="RCPT", status="5.1.1")
    found = suspension_after(old, gone, refusals=0, now=NOW)
    assert found is not None
    assert reachable([make_recipient(channels=("smtp",))], [found])
