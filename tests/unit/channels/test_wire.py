from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.email.text import clean
from monitor.channels.email.wire import Letter, ascii_address, serialise
from tests.factories import NOW

LETTER = Letter(
    message_id="<d.0123456789abcdef0123@example.org>",
    date=NOW,
    sender=("Media monitor", "monitor@example.org"),
    recipient=("", "analyst@example.org"),
    subject="[Russia–North Korea] Putin in Pyongyang",
    text="Putin in Pyongyang\n.\nFrom here\n",
    html="<p>Putin in Pyongyang — 평양</p>\n",
    language="en",
    list_id="russia-north-korea.example.org",
)


def parsed(letter: Letter) -> dict[str, str]:
    message = message_from_bytes(serialise(letter), policy=policy.default)
    assert message.defects == []
    return {name: str(value) for name, value in message.items()}


def test_the_bytes_read_back_as_what_was_given() -> None:
    message = message_from_bytes(serialise(LETTER), policy=policy.default)
    assert message["Date"].datetime == NOW
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == LETTER.message_id
    text, html = message.iter_parts()  # type: ignore[union-attr]
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert html.get_content().replace("\r\n", "\n") == LETTER.html


def test_the_same_letter_gives_the_same_bytes_and_another_id_another_boundary() -> None:
    assert serialise(LETTER) == serialise(replace(LETTER))
    other = replace(LETTER, message_id="<d.3210fedcba9876543210@example.org>")
    boundaries = {parsed(letter)["Content-Type"] for letter in (LETTER, other)}
    assert len(boundaries) == 2


def test_a_long_identifier_is_never_encoded_or_broken() -> None:
    long = "mailto:monitor@example.org?subject=" + "u" * 200
    content = serialise(replace(LETTER, unsubscribe=long))
    assert b"\r\nList-Unsubscribe: <" + long.encode() + b">\r\n" in content


FULL = replace(
    LETTER,
    list_name="Rusia–Korea Utara",
    one_click="https://monitor.example.org/u/" + "a" * 38,
    unsubscribe="mailto:monitor@example.org?subject=unsubscribe%20analyst",
    help="mailto:monitor@example.org?subject=help",
    references=("<s.0123456789abcdef0123@example.org>", "<d.11111111111111111111@example.org>"),
)


def test_every_header_that_a_list_mail_should_have_stands_there() -> None:
    assert parsed(FULL) | {"Content-Type": ""} == {
        "Date": "Sun, 22 Nov 2026 07:00:00 +0000",
        "From": "Media monitor <monitor@example.org>",
        "To": "analyst@example.org",
        "Message-ID": "<d.0123456789abcdef0123@example.org>",
        "Subject": "[Russia–North Korea] Putin in Pyongyang",
        "List-Id": "Rusia–Korea Utara <russia-north-korea.example.org>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
        "In-Reply-To": "<d.11111111111111111111@example.org>",
        "References": "<s.0123456789abcdef0123@example.org> <d.11111111111111111111@example.org>",
        "List-Help": "<mailto:monitor@example.org?subject=help>",
        "List-Unsubscribe": (
            "<https://monitor.example.org/u/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>, "
            "<mailto:monitor@example.org?subject=unsubscribe%20analyst>"
        ),
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": "",
        "Content-Language": "en",
    }


def test_one_click_is_promised_only_with_an_https_address() -> None:
    by_mail = parsed(replace(FULL, one_click=None))
    assert by_mail["List-Unsubscribe"] == "<mailto:monitor@example.org?subject=unsubscribe%20analyst>"
    assert "List-Unsubscribe-Post" not in by_mail
    assert "List-Unsubscribe" not in parsed(replace(FULL, one_click=None, unsubscribe=None))
    with pytest.raises(ValueError, match="must be https"):
        serialise(replace(FULL, one_click="http://monitor.example.org/u/abc"))


IDENTIFIERS = ("Message-ID", "References", "In-Reply-To", "List-Id", "List-Help", "List-Unsubscribe")
_TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", min_size=1, max_size=36)


@settings(max_examples=60, deadline=None)
@given(token=_TOKENS, ids=st.lists(_TOKENS, max_size=4), name=st.text(max_size=60))
@pytest.mark.parametrize("refold", ["long", "all"])
def test_pythons_own_serialiser_leaves_our_identifiers_whole(
    refold: str, token: str, ids: list[str], name: str
) -> None:
    """What a relay, an archive or aiosmtplib's send_message does to a mail: policy.SMTP, even refolding all of it."""
    letter = replace(
        FULL,
        message_id=f"<d.{token}@example.org>",
        list_name=clean(name, 60),
        one_click=f"https://monitor.example.org/u/{token}",
        references=tuple(f"<d.{one}@example.org>" for one in ids),
    )
    content = serialise(letter)
    message = message_from_bytes(content, policy=policy.default)
    again = message.as_bytes(policy=policy.SMTP.clone(refold_source=refold))
    for one in (content, again):
        head = one.partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
        for line in head.split("\r\n"):
            field, _, value = line.partition(":")
            if field in IDENTIFIERS:
                assert "=?" not in (value.rpartition("<")[2] if field == "List-Id" else value)
    for field in IDENTIFIERS:
        before, after = message[field], message_from_bytes(again, policy=policy.default)[field]
        assert (before is None) == (after is None)
        if before is not None and field != "List-Id":
            assert str(after).split() == str(before).split()
    assert b"<russia-north-korea.example.org>" in again


@pytest.mark.parametrize("name", ['Doe, "Jane"', "김정", "a\\b", "=?utf-8?q?x?=", "x" * 60])
def test_a_display_name_arrives_as_it_is_and_adds_no_address(name: str) -> None:
    letter = replace(LETTER, recipient=(name, "analyst@example.org"))
    to = message_from_bytes(serialise(letter), policy=policy.default)["To"]
    assert [(address.display_name, address.addr_spec) for address in to.addresses] == [(name, "analyst@example.org")]


def test_a_display_name_of_several_encoded_words_is_one_name() -> None:
    name = "Ярослав " * 6 + "Я"
    raw = message_from_bytes(serialise(replace(LETTER, recipient=(name, "a@example.org"))), policy=policy.compat32)[
        "To"
    ]
    assert str(make_header(decode_header(raw))) == f"{name} <a@example.org>"


def test_the_mark_of_a_reply_stays_outside_of_encoded_words() -> None:
    content = serialise(replace(LETTER, subject="Re: [Rusia–Korea Utara] Putin di Pyongyang"))

    assert b"\r\nSubject: Re: =?utf-8?" in content
    assert (
        str(message_from_bytes(content, policy=policy.default)["Subject"])
        == "Re: [Rusia–Korea Utara] Putin di Pyongyang"
    )


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_cleaned_subject_arrives_whole_in_short_lines(subject: str) -> None:
    subject = clean(subject, 70)
    content = serialise(replace(LETTER, subject=subject))
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert str(message_from_bytes(content, policy=policy.default)["Subject"]) == subject.strip()


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=400))
def test_any_body_arrives_whole_in_lines_of_at_most_76(text: str) -> None:
    content = serialise(replace(LETTER, text=text, html=f"<p>{text}</p>"))
    assert content.isascii()
    assert all(len(line) <= 76 and not line.endswith(b" ") for line in content.split(b"\r\n") if b":" not in line)
    assert b"\n" not in content.replace(b"\r\n", b"")
    message = message_from_bytes(content, policy=policy.default)
    assert message.defects == []
    arrived = [part.get_content().encode() for part in message.iter_parts()]  # type: ignore[union-attr]
    for sent, found in ((text, arrived[0]), (f"<p>{text}</p>", arrived[1])):
        assert [one.rstrip(b" \t") for one in sent.encode().splitlines()] == found.splitlines()


@pytest.mark.parametrize("field", ["subject", "message_id", "list_id", "list_name", "help", "unsubscribe", "language"])
def test_a_line_break_in_a_header_is_an_error_not_a_header(field: str) -> None:
    with pytest.raises(ValueError, match="no header may"):
        serialise(replace(LETTER, **{field: "x\r\nBcc: all@example.org"}))


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b", "a b@example.org", "a@b@", "a@-x-", 'a"@example.org', "a..b@example.org", "a@ex ample.org"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        ascii_address(address)


def test_a_non_ascii_local_part_is_refused_with_the_cure_and_a_non_ascii_domain_translated() -> None:
    with pytest.raises(ValueError, match="ASCII alias"):
        ascii_address("김@example.org")
    assert ascii_address("a.b+c@bücher.example") == "a.b+c@xn--bcher-kva.example"
