from __future__ import annotations

from dataclasses import replace

from monitor.core.mail_bytes import MAX_LINES, body_hash, differences
from tests.factories import make_message

MAIL = make_message(
    content=b"Subject: one\r\nList-Id: a\r\n <b.example.org>\r\n\r\nbody\r\n", text="a\nb", html="<p>a</p>"
)


def test_a_signature_and_other_folding_make_no_difference() -> None:
    signed = replace(MAIL, content=b"DKIM-Signature: v=1;\r\n b=abc\r\n" + MAIL.content)
    folded = replace(MAIL, content=MAIL.content.replace(b" <b", b"\t<b"))
    for other in (signed, folded):
        assert differences(MAIL, other) == []
        assert body_hash(other) == body_hash(MAIL)


def test_a_header_that_differs_is_named_and_is_no_part_of_the_bodys_hash() -> None:
    other = replace(MAIL, content=MAIL.content.replace(b"one", b"two").replace(b"List-Id", b"List-Ix"))
    assert body_hash(other) == body_hash(MAIL)
    assert differences(MAIL, other) == [
        "Subject: one → two",
        "List-Id: a <b.example.org> → not there",
        "List-Ix: not there → a <b.example.org>",
    ]


def test_a_body_that_differs_shows_the_lines_of_its_text() -> None:
    other = replace(MAIL, content=MAIL.content + b"x", text="a\nc", html="<p>b</p>!")
    assert body_hash(other) != body_hash(MAIL)
    lines = differences(MAIL, other)
    assert {"-b", "+c"} <= set(lines)
    assert lines[-1] == "the HTML differs: 8 bytes kept, 9 made now"
    long = replace(other, text="\n".join(map(str, range(500))))
    assert len(differences(MAIL, long)) == MAX_LINES + 2


def test_a_body_whose_texts_are_the_same_says_so() -> None:
    (line,) = differences(MAIL, replace(MAIL, content=MAIL.content + b"\r\n"))
    assert "its texts do not" in line


def test_what_is_no_mail_is_compared_whole() -> None:
    payload = replace(MAIL, sender="", content=b'{"a": 1}\r\n\r\n{}')
    assert differences(payload, payload) == []
    assert body_hash(payload) != body_hash(MAIL)
    assert differences(payload, replace(payload, content=b"{}")) != []
