"""The lint sees what it is there to see: each fault, planted alone into a mail without any, is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.wire import _part
from tests.eml_lint import lint
from tests.factories import NOW
from tests.fakes import FixedLinks
from tests.golden.digests.samples import sample

MAIL = EmailRenderer(
    "monitor@example.org",
    "Media monitor",
    unsubscribe_address="monitor@example.org",
    links=FixedLinks("https://monitor.example.org"),
).render(sample("en"), delivery_id="d" + "0" * 20, composed_at=NOW)


@dataclass(frozen=True)
class Fault:
    """A change of the HTML, the text or the bytes, and words of what the lint must say."""

    said: str
    html: tuple[str, str] | None = None
    text: Callable[[str], str] | None = None
    content: Callable[[bytes], bytes] | None = None

    def planted(self) -> bytes:
        html = MAIL.html
        if self.html is not None:
            html, count = re.subn(*self.html, html, count=1)
            assert count == 1, f"nowhere to plant {self.html}"
        content = mail(MAIL.text if self.text is None else self.text(MAIL.text), html)
        changed = content if self.content is None else self.content(content)
        assert changed != MAIL.content, self
        return changed


def mail(text: str, html: str) -> bytes:
    """The mail with other bodies."""
    head, _, body = MAIL.content.partition(b"\r\n\r\n")
    mark = body[: body.index(b"\r\n")] if body.startswith(b"--") else body.strip().split(b"\r\n", 1)[0]
    parts = b"\r\n".join(mark + b"\r\n" + part for part in (_part("plain", text), _part("html", html)))
    return head + b"\r\n\r\n" + parts + b"\r\n" + mark + b"--\r\n"


def without(name: bytes) -> Callable[[bytes], bytes]:
    return lambda content: re.sub(rb"(?m)^" + name + rb":[^\r]*\r\n(?:[ \t][^\r]*\r\n)*", b"", content, count=1)


def instead(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(old, new, 1)


def linked(link: str) -> tuple[str, str]:
    return "</h1>", f"</h1><p>{link}</p>"


FAULTS = [
    # headers
    Fault("Date stands 0 times", content=without(b"Date")),
    Fault("Message-ID stands 0 times", content=without(b"Message-ID")),
    Fault("List-Id stands 0 times", content=without(b"List-Id")),
    Fault("Content-Language stands 0 times", content=without(b"Content-Language")),
    Fault("List-Unsubscribe offers []", content=without(b"List-Unsubscribe")),
    Fault("not promised with one", content=without(b"List-Unsubscribe-Post")),
    Fault("List-Help is None", content=without(b"List-Help")),
    Fault("one-click is promised without", content=instead(b"<https://monitor.example.org/u/", b"<http://m.example.org/u/")),
    Fault("Subject stands 2 times", content=lambda content: b"Subject: again\r\n" + content),
    Fault("shouts", content=lambda content: b"Subject: RUSSIA\r\n" + without(b"Subject")(content)),
    Fault("an answer by its subject", content=lambda content: b"Subject: Re: x\r\n" + without(b"Subject")(content)),
    Fault("the Message-ID", content=instead(b"Message-ID: <d.", b"Message-ID: d.")),
    Fault("sent by a program", content=instead(b"auto-generated", b"no")),
    Fault(
        "List-Unsubscribe is encoded or too long",
        content=instead(b"<https://monitor.example.org/u/", b"<https://monitor.example.org/u/" + b"a" * 60),
    ),
    Fault("Message-ID is encoded", content=instead(b"Message-ID: <d.", b"Message-ID: =?utf-8?q?=3Cd=2E?= <d.")),
    Fault("a header line of", content=lambda content: b"X-Long: " + b"word " * 30 + b"\r\n" + content),
    # bytes and structure
    Fault("not 7bit with CRLF", content=instead(b"Digest", "D\u00efgest".encode())),
    Fault("not 7bit with CRLF", content=instead(b"\r\n\r\n", b"\n\n")),
    Fault("a body line of", content=instead(b"Digest", b"Digest" + b"x" * 76)),
    Fault("bytes on the wire", text=lambda text: text + "x y z " * 20_000),
    Fault("bytes of HTML", html=("</h1>", "</h1>" + "<p>x</p>" * 10_000)),
    Fault("encoded as base64", content=instead(b"quoted-printable", b"base64")),
    Fault("the parts are not text, then HTML", content=instead(b"text/plain", b"text/html")),
    Fault("no doctype", html=("<!DOCTYPE html>", "")),
    Fault("no doctype or no language", html=('<html lang="en"', "<html")),
    Fault("closes nothing", html=("</h1>", "</h1></div>")),
    Fault("2 h1", html=("</h1>", "</h1><h1>two</h1>")),
    # what clients drop
    *[
        Fault(f"<{tag}> in a mail", html=("</h1>", f"</h1><{tag}>x</{tag}>"))
        for tag in ("script", "form", "svg", "video", "article", "bdi", "iframe", "button")
    ],
    Fault("<img> in a mail", html=("</h1>", '</h1><img src="https://x.example.org/p.gif" width="1" height="1">')),
    Fault("<link> in a mail", html=("</title>", '</title><link rel="stylesheet" href="https://x.example.org/a.css">')),
    *[
        Fault("style", html=("<h1 style=\"", f'<h1 style="{style};'))
        for style in ("display:flex", "position:absolute", "color:var(--x)", "background:url(https://x.example.org/a.png)",
                      "color:rgba(0,0,0,.9)", "width:calc(100% - 1px)", "float:left")
    ],
    *[
        Fault("hidden", html=("</h1>", f'</h1><p style="{style}">x</p>'))
        for style in ("display:none", "visibility:hidden", "opacity:0", "font-size:0px", "max-height:0")
    ],
    Fault("a size that Outlook does not know", html=("font-size:24px", "font-size:1.5rem")),
    Fault("a negative margin", html=("<h1 style=\"", '<h1 style="margin-top:-4px;')),
    Fault("justified", html=("<h1 style=\"", '<h1 style="text-align:justify;')),
    Fault("without bgcolor", html=(' bgcolor="#ffffff"', "")),
    Fault("outside the head", html=("</h1>", "</h1><style>p{color:#000}</style>")),
    Fault("bytes of styles", html=("</style>", ".y{color:#111}" * 1500 + "</style>")),
    Fault("braces", html=("</style>", "@media print{.y{color:#111}</style>")),
    Fault("a nested @media", html=(r"(@media \(max-width:480px\)\{)", r"\1@media print{.y{color:#111}}")),
    Fault("onclick on <h1>", html=("<h1 ", '<h1 onclick="x()" ')),
    Fault("conditional comment", html=(re.escape("<![endif]-->"), "-->")),
    Fault("a comment that is none for Outlook", html=("</h1>", "</h1><!-- todo -->")),
    Fault("no color-scheme", html=('<meta name="color-scheme" content="light dark">', "")),
    # reading
    Fault("text of 9px", html=("font-size:13px", "font-size:9px")),
    Fault("light: contrast", html=("color:#46505e", "color:#b6c0ce")),
    Fault("dark: contrast", html=(r"h2,\.u,a\{color:#8fb8f5", "h2,.u,a{color:#333333")),
    Fault("outlook: contrast", html=(r"(\[data-ogsc\] \.i\{color:)#f1f5f9", r"\1#333")),
    Fault("without its language", html=('<span lang="ko">', "<span>")),
    Fault("right-to-left text without dir", html=(' dir="rtl"', "")),
    Fault("is no language", html=('lang="ko"', 'lang="korean_KR"')),
    Fault("dir='right'", html=('dir="rtl"', 'dir="right"')),
    Fault("role=presentation", html=(' role="presentation"', "")),
    Fault("without a text in its place", html=(r'role="img" aria-label="[^"]*"', 'role="img"')),
    Fault("told to leave out", html=("<h1 ", '<h1 aria-hidden="true" ')),
    Fault("a level of heading is left out", html=("</h1>", "</h1><h4>x</h4>")),
    Fault("an empty h3", html=("</h1>", "</h1><h2>x</h2><h3> </h3>")),
    Fault("control characters", html=("</h1>", "\u202eevil</h1>")),
    # links
    Fault("a link to 'javascript:", html=('href="https://news', 'href="javascript:news')),
    Fault("a link to '/u", html=('href="https://monitor.example.org', 'href="/u')),
    Fault("a link that says 'Read more", html=linked('<a href="https://news.example.org/">Read more »</a>')),
    Fault("a link that says ''", html=linked('<a href="https://news.example.org/"></a>')),
    Fault("a link that says 'https:", html=linked('<a href="https://a.example.org/">https://b.example.org</a>')),
    Fault("links say 'one'", html=linked('<a href="https://a.example.org/1">One</a> <a href="https://a.example.org/2">One</a>')),
    Fault("missing in the plain text", html=linked('<a href="https://b.example.org/">elsewhere, at length</a>')),
    # plain text
    Fault("hardly a word", text=lambda _: "See the HTML."),
    Fault("HTML in the plain text", text=lambda text: text + "<p>x</p>"),
    Fault("turn the direction", text=lambda text: text + "\u202eevil"),
    Fault("a hole", text=lambda text: text + "\n" * 8 + "x"),
]  # fmt: skip


def test_the_mail_into_which_faults_are_planted_has_none() -> None:
    assert lint(MAIL.content) == []
    assert lint(mail(MAIL.text, MAIL.html)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.said)
def test_a_planted_fault_is_told(fault: Fault) -> None:
    assert any(fault.said in told for told in lint(fault.planted()))


def test_there_are_as_many_kinds_as_the_lint_was_asked_for() -> None:
    assert len({fault.said for fault in FAULTS}) >= 50
