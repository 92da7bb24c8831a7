"""A mail's bytes, made once: what is stored in the outbox is what every attempt sends.

Python's own serialisers break what we need (email.policy.SMTP writes any token over 77 characters of References or
List-Unsubscribe as an RFC 2047 word, and folds differently from version to version), so the headers are folded here:
at blanks only, ASCII only, words encoded by our own RFC 2047 routine. The body is quoted-printable with CRLF ends:
7bit-clean, so that no relay has a reason to change it. Same input → same bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import blake2b
from typing import TypeVar

MAX_LINE = 76
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*\Z")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}\Z")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z")
# A line with an RFC 2047 word has at most 76 characters, "Subject: =?utf-8?q?" and "?=" included; base64 makes four
# characters of three bytes.
_WORD_CHARS = 52
_WORD_BYTES = 39
_Q_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Piece = TypeVar("_Piece", str, bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that goes into a mail's bytes. `sender` and `recipient` are (display name, ASCII address)."""

    message_id: str
    date: datetime
    sender: tuple[str, str]
    recipient: tuple[str, str]
    subject: str
    text: str
    html: str
    language: str
    list_id: str
    list_name: str = ""
    unsubscribe: str | None = None
    """A mailto: URI for List-Unsubscribe."""
    one_click: str | None = None
    """An https: URI where a POST alone unsubscribes (RFC 8058)."""
    help: str | None = None
    """A URI for List-Help."""
    references: tuple[str, ...] = ()
    """Message-IDs of the thread that it goes on with, the one that it answers last."""


def serialise(letter: Letter) -> bytes:
    """The mail: headers and multipart/alternative. Raises ValueError for what cannot stand in a header."""
    # "=_" cannot occur in quoted-printable, so no body can hold the boundary.
    boundary = "=_" + blake2b(letter.message_id.encode(), digest_size=15).hexdigest()
    headers = {
        **_headers(letter),
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
        "Content-Language": letter.language,
    }
    lines = [_folded(name, _checked(name, value)) for name, value in headers.items()]
    parts = [_part("plain", letter.text), _part("html", letter.html)]
    head = "\r\n".join(lines).encode("ascii")
    mark = b"\r\n--" + boundary.encode("ascii")
    return head + b"\r\n" + b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"


def _part(subtype: str, text: str) -> bytes:
    """One body as quoted-printable with CRLF ends, lines of at most 76 characters (RFC 2045)."""
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    # Blanks at the end of a line mean nothing, and would be encoded beyond its 76 characters.
    lines = [line.rstrip(b" \t") for line in text.encode().splitlines()]
    encoded = binascii.b2a_qp(b"".join(line + b"\n" for line in lines), istext=True)
    return head.encode("ascii") + encoded.replace(b"\n", b"\r\n")


def _checked(name: str, value: str) -> str:
    if not value.isascii() or any(char in value for char in "\r\n\0"):
        raise ValueError(f"the header {name} holds what no header may: {value[:60]!r}")
    return value


def _headers(letter: Letter) -> dict[str, str]:
    headers = {
        "Date": format_datetime(letter.date),
        "From": _mailbox(*letter.sender),
        "To": _mailbox(*letter.recipient),
        "Message-ID": letter.message_id,
        "Subject": _subject(letter.subject),
        "List-Id": f"{_phrase(letter.list_name)} <{letter.list_id}>".lstrip(),
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
    }
    if letter.references:
        headers["In-Reply-To"] = letter.references[-1]
        headers["References"] = " ".join(letter.references)
    if letter.help is not None:
        headers["List-Help"] = f"<{letter.help}>"
    # The https URI first, and exactly one: RFC 8058. The header -Post beside a mailto: alone would promise what
    # nobody keeps.
    ways = [f"<{way}>" for way in (letter.one_click, letter.unsubscribe) if way is not None]
    if ways:
        headers["List-Unsubscribe"] = ", ".join(ways)
    if letter.one_click is not None:
        if not letter.one_click.startswith("https://"):
            raise ValueError(f"a one-click address must be https: {letter.one_click[:60]!r} is not")
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def ascii_address(address: str) -> str:
    """The address with an ASCII (IDNA) domain.

    Raises ValueError, naming the cure, for one that no 7bit mail can carry or that is none.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError(f"the address {address!r} has letters outside ASCII before the @: ask for an ASCII alias")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not _LOCAL_PART.match(local) or ".." in local or not _DOMAIN.match(domain):
        raise ValueError(f"{address!r} is no mail address of the form name@example.org")
    return f"{local}@{domain}"


def _folded(name: str, value: str) -> str:
    lines = [f"{name}:"]
    for token in value.split(" "):
        if len(lines[-1]) + 1 + len(token) > MAX_LINE and lines[-1].strip() and not lines[-1].endswith(":"):
            lines.append("")
        lines[-1] += " " + token
    return "\r\n".join(lines)


def _mailbox(name: str, address: str) -> str:
    return f"{_phrase(name)} <{address}>" if name else address


def _phrase(name: str) -> str:
    if not name.isascii() or "=?" in name:  # some readers decode words inside quotes as well
        return _words(name)
    if _ATOM.match(name):
        return name
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'


def _subject(text: str) -> str:
    """A reply's mark stays plain: programs that thread by the subject look for it before they decode."""
    return "Re: " + _words(text[4:]) if text.startswith("Re: ") else _words(text)


def _words(text: str) -> str:
    """The text itself where it is plain ASCII, else as RFC 2047 words that break between characters."""
    if text.isascii() and "=?" not in text:
        return text
    quoted = ["_" if char == " " else char if char in _Q_SAFE else _q_escaped(char) for char in text]
    if sum(map(len, quoted)) <= len(text.encode()) * 4 / 3:
        return " ".join(f"=?utf-8?q?{''.join(word)}?=" for word in _chunks(quoted, _WORD_CHARS))
    chunks = _chunks([char.encode() for char in text], _WORD_BYTES)
    return " ".join(f"=?utf-8?b?{base64.b64encode(b''.join(word)).decode()}?=" for word in chunks)


def _q_escaped(char: str) -> str:
    return "".join(f"={byte:02X}" for byte in char.encode())


def _chunks(pieces: Sequence[_Piece], limit: int) -> list[list[_Piece]]:
    chunks: list[list[_Piece]] = [[]]
    size = 0
    for piece in pieces:
        if size + len(piece) > limit:
            chunks.append([])
            size = 0
        chunks[-1].append(piece)
        size += len(piece)
    return chunks
