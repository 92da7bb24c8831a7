"""What the operator reads of feeds: both languages, both kinds of mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.model.digests import Digest, Message
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from tests.eml_lint import lint
from tests.factories import NOW, make_article, make_digest, make_recipient

RENDERER = EmailRenderer("monitor@example.org", "Media monitor", unsubscribe_address="monitor@example.org")
DAY = timedelta(days=1)


def notice(kind: NoticeKind = NoticeKind.OUTAGE, **facts: Any) -> Notice:
    named = {"feed_id": "antara-dunia", "outlet": "ANTARA", "at": NOW - timedelta(hours=2), **facts}
    return Notice(**{"kind": kind, "condition": None if kind is NoticeKind.GAP else Condition.GONE, **named})


def render(*notices: Notice, language: str = "en", with_news: bool = True, more: int = 0) -> Message:
    digest: Digest = make_digest(*[make_article()] * with_news, notices=notices, more_notices=more)
    digest = replace(digest, recipient=make_recipient(language=language))
    message = RENDERER.render(digest, delivery_id="d0123456789", composed_at=NOW)
    assert lint(message.content) == []
    return message


def footer(message: Message) -> list[str]:
    """The lines from the heading on, up to the reason for the mail."""
    lines = message.text.splitlines()
    start = next(n for n, line in enumerate(lines) if line in ("Gaps in coverage", "Celah liputan"))
    return [line for line in lines[start : lines.index("", start)] if line]


OUT = notice(
    detail="https://a.example.org/rss answers 410", from_at=NOW - DAY, address="https://a.example.org/feed/dunia.xml"
)


def test_an_outage_says_since_when_why_and_where_the_feed_may_be_now() -> None:
    message = render(OUT)
    assert footer(message) == [
        "Gaps in coverage",
        " * ANTARA (antara-dunia): is gone; last read 21 Nov, 14:00 (https://a.example.org/rss answers 410)",
        "   Likely new address: https://a.example.org/feed/dunia.xml",
    ]
    assert '<a href="https://a.example.org/feed/dunia.xml"' in message.html


def test_the_operator_is_told_in_his_language() -> None:
    assert footer(render(OUT, language="id"))[1:] == [
        " * ANTARA (antara-dunia): sudah tidak ada; terakhir terbaca 21 Nov, 14.00 "
        "(https://a.example.org/rss answers 410)",
        "   Kemungkinan alamat baru: https://a.example.org/feed/dunia.xml",
    ]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (notice(from_at=None), "is gone; it was never read yet"),
        (notice(condition=Condition.FROZEN, from_at=NOW - DAY), "its newest entry is of 21 Nov, 14:00"),
        (notice(condition=Condition.SILENT, from_at=NOW - DAY), "the last new entry came 21 Nov, 14:00"),
        (notice(NoticeKind.RECOVERY, from_at=NOW - DAY), "works again since 22 Nov, 12:00; it was out since 21 Nov"),
        (notice(NoticeKind.GAP, missed=1), "at least 1 entry was lost between two checks; it is polled more often now"),
        (
            notice(NoticeKind.GAP, missed=7, times=3, from_at=NOW - DAY, until_at=NOW),
            "21 Nov, 14:00 – 22 Nov, 14:00; 3 gaps",
        ),
        (notice(NoticeKind.GAP), "entries may have been lost"),
        (
            notice(NoticeKind.GAP, from_at=NOW, until_at=NOW - DAY),  # kept so by an earlier version
            "lost between two checks; it is polled more often now",
        ),
    ],
)
def test_each_kind_says_what_is_known(told: Notice, words: str) -> None:
    assert words in footer(render(told))[1]


@pytest.mark.parametrize("condition", [c for c in Condition if c not in (Condition.NEW, Condition.HEALTHY)])
@pytest.mark.parametrize("language", ["en", "id"])
def test_each_condition_has_words_of_its_own(condition: Condition, language: str) -> None:
    others = [footer(render(notice(condition=c), language=language))[1] for c in Condition if c is not condition]
    assert footer(render(notice(condition=condition), language=language))[1] not in others or condition in (
        Condition.FAILING,
    )


def test_what_is_not_listed_is_counted() -> None:
    assert "+7 more notices about feeds; `monitor status` shows" in render(OUT, more=7).text
    assert "+7 pemberitahuan lagi tentang feed" in render(OUT, more=7, language="id").html


@pytest.mark.parametrize(
    ("language", "subject", "counts"),
    [
        ("en", "[Russia–North Korea] 3 notices about feeds", "No new stories"),
        ("id", "[Russia–North Korea] 3 pemberitahuan tentang feed", "Tidak ada berita baru"),
    ],
)
def test_a_mail_of_notices_alone_says_so_in_its_subject(language: str, subject: str, counts: str) -> None:
    message = render(OUT, language=language, with_news=False, more=2)
    assert message.subject == subject
    assert counts in message.text
    assert counts in message.html


def test_a_reader_who_is_no_operator_sees_nothing_of_it() -> None:
    message = render()
    assert "Gaps in coverage" not in message.text + message.html


def test_an_address_that_is_no_link_is_shown_and_leads_nowhere() -> None:
    message = render(notice(address="javascript:alert(1)"))
    assert "javascript:alert(1)" in message.text
    assert 'href="javascript' not in message.html


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            " * recipient editor: gets no more mail since 22 Nov, 12:00, because editor@example.org refuses it; what "
            "is found waits; correct the address, or send again with `monitor recipients resume editor` (550 5.1.1 no "
            "such user)",
        ),
        (
            "id",
            " * penerima editor: tidak dikirimi surel lagi sejak 22 Nov, 12.00, karena editor@example.org menolaknya; "
            "temuan baru disimpan dulu; perbaiki alamatnya, atau kirim lagi dengan `monitor recipients resume editor` "
            "(550 5.1.1 no such user)",
        ),
    ],
)
def test_a_suspended_recipient_is_named_with_the_reason_and_the_cure(language: str, words: str) -> None:
    told = notice(
        NoticeKind.SUSPENSION,
        feed_id="editor",
        outlet="",
        condition=None,
        address="editor@example.org",
        detail="550 5.1.1 no such user",
    )
    assert footer(render(told, language=language))[1:] == [words]
