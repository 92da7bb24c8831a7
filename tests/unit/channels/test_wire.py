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


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_cleaned_subject_arrives_whole_in_short_lines(subject: str) -> None:
    subject = clean(subject, 70)
    content = serialise(replace(LETTER, subject=subject))
    head = content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert str(message_from_bytes(content, policy=policy.default)["Subject"]) == subject.strip()


@pytest.mark.parametrize("field", ["subject", "message_id", "list_id", "language"])
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
