"""What comes back, read with patience."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.email.returns import returned_mail
from monitor.model.returns import ReturnReport
from tests.bounces import make_notification


@pytest.mark.parametrize("whole", [False, True])
def test_a_notification_says_which_mail_failed_where_and_why(whole: bool) -> None:
    mail = returned_mail(7, make_notification(envelope_id="d0123456789", message_id="<d.1@example.org>", whole=whole))
    assert mail.uid == 7
    assert mail.reports == (
        ReturnReport(
            action="failed",
            status="5.1.1",
            address="analyst@example.org",
            reply="550 5.1.1 <analyst@example.org>: Recipient address rejected: User unknown",
            envelope_id="d0123456789",
            message_id="<d.1@example.org>",
        ),
    )


def test_a_notice_of_a_delay_says_so() -> None:
    (report,) = returned_mail(1, make_notification(action="Delayed", status="4.4.1")).reports
    assert (report.action, report.status) == ("delayed", "4.4.1")


def test_any_other_mail_has_a_subject_and_no_reports() -> None:
    mail = returned_mail(1, b"Subject: =?utf-8?q?unsubscribe_abc=C3=A9?=\r\n\r\nplease\r\n")
    assert (mail.subject, mail.reports) == ("unsubscribe abcé", ())


def test_a_mail_that_quotes_a_notification_is_none() -> None:
    quoted = b"Subject: Fwd\r\nContent-Type: text/plain\r\n\r\n" + make_notification()
    assert returned_mail(1, quoted).reports == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: multipart/report\r\n\r\nno parts",
        b"Subject: =?no-such-charset?b?////?=\r\n\r\n",
    ],
)
def test_what_is_broken_is_no_notification(content: bytes) -> None:
    assert returned_mail(1, content).reports == ()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 1500), st.binary(max_size=12), st.integers(0, 1500))
def test_whatever_somebody_sends_there_is_read_without_an_error(at: int, noise: bytes, until: int) -> None:
    whole = make_notification(envelope_id="d1")
    returned_mail(1, whole[:at] + noise + whole[until:])
