"""What a person should know who tries the mail for the first time."""

from __future__ import annotations

import pytest

from monitor.core.mail_advice import Step, advice_on_success
from tests.factories import NOW

GOOD: tuple[Step, ...] = (
    ("EHLO", "250 mx.example.org SIZE 10240000 DSN"),
    (
        "TLS",
        "TLSv1.3, TLS_AES_256_GCM_SHA384; certificate of mx.example.org by CA, valid until Mar 14 12:00:00 2027 GMT",
    ),
)


def advice(*steps: Step, has_bounces: bool = True, is_local: bool = False) -> str:
    return "\n".join(advice_on_success(steps, now=NOW, has_bounces=has_bounces, is_local=is_local))


def test_of_a_conversation_that_went_well_only_the_arrival_is_left_to_see() -> None:
    (only,) = advice(*GOOD).splitlines()
    assert "spf=pass" in only


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (("TLS", "TLSv1.3; certificate of mx by CA, valid until Nov 30 12:00:00 2026 GMT"), "ends on 2026-11-30"),
        (("EHLO", "250 mx SIZE 51200 DSN"), "takes 51200 bytes a mail"),
        (("EHLO", "250 mx SIZE 0"), "no DSN"),
    ],
)
def test_what_will_hurt_later_is_named(step: Step, told: str) -> None:
    assert told in advice(*GOOD, step)


def test_mail_in_clear_is_named_but_to_this_machine() -> None:
    assert "in clear" in advice(GOOD[0])
    assert "in clear" not in advice(GOOD[0], is_local=True)


def test_a_mailbox_for_refusals_is_recommended() -> None:
    assert "mail.bounces" in advice(*GOOD, has_bounces=False)


def test_a_certificate_whose_end_nobody_can_read_is_passed_over() -> None:
    assert "ends on" not in advice(GOOD[0], ("TLS", "TLSv1.3; valid until some day"))
