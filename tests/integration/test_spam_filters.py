"""What a real spam filter says of our digests: SpamAssassin with the rules that it ships, where it is installed.

Its questions to the DNS are answered by a stub on loopback that knows one name, our own key's.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.channels.email.dkim import DkimSigner
from monitor.channels.email.render import EmailRenderer
from tests.factories import NOW
from tests.fakes import FixedLinks
from tests.unit.channels.test_digest_matrix import TITLES, digest, rendered
from tests.unit.channels.test_dkim import openssl, record_of

MAX_SCORE, MAX_SYMBOL = 0.0, 0.1
SETTINGS = (
    "report_safe 0",
    "add_header all Told _SCORE_ _TESTSSCORES_",
    "use_bayes 0",
    "skip_rbl_checks 1",
    "skip_uribl_checks 1",
)
SPAM = (
    b"From: a@example.org\nTo: b@example.org\nSubject: WIN A FREE PRIZE NOW\n\n"
    b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\n"
)
"""The text that every filter takes for spam by agreement."""

pytestmark = pytest.mark.skipif(shutil.which("spamassassin") is None, reason="SpamAssassin is not installed")


@dataclass(frozen=True)
class Told:
    """The sum, and each rule that fired with its points."""

    score: float
    symbols: dict[str, float]


def answer(query: bytes, name: bytes, text: bytes) -> bytes:
    """The DNS's answer (RFC 1035): the record; nothing else of our domain; no such name to who asks for any other."""
    end = query.index(b"\0", 12) + 5
    question = query[12:end]
    asked = b".".join(_labels(question)).lower()
    is_known = asked == name and question[-4:-2] == b"\x00\x10"
    flags = b"\x84\x00" if asked.endswith(b"example.org") else b"\x84\x03"
    head = query[:2] + flags + b"\x00\x01" + (b"\x00\x01" if is_known else b"\x00\x00") + b"\x00\x00\x00\x00"
    if not is_known:
        return head + question
    parts = [text[n : n + 255] for n in range(0, len(text), 255)]
    content = b"".join(bytes((len(part),)) + part for part in parts)
    return head + question + b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c" + len(content).to_bytes(2) + content


def _labels(question: bytes) -> Iterator[bytes]:
    at = 0
    while length := question[at]:
        yield question[at + 1 : at + 1 + length]
        at += 1 + length


@pytest.fixture
def key() -> bytes:
    return openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")


@pytest.fixture
def dns_port(key: bytes) -> Iterator[int]:
    """A name server on loopback that knows the key's record."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    record = record_of(key)

    def serve() -> None:
        while True:
            query, asker = server.recvfrom(4096)
            if query == b"stop":
                return
            server.sendto(answer(query, b"news._domainkey.example.org", record), asker)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield int(server.getsockname()[1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
        stop.sendto(b"stop", server.getsockname())
    thread.join()
    server.close()


def scored(mails: list[bytes], *, dns_port: int, home: Path) -> list[Told]:
    """What SpamAssassin says of each mail: one process, since it takes seconds to start; it keeps no order."""
    box = b"".join(
        b"From a@example.org Sun Nov 22 07:00:00 2026\nX-Number: %d\n" % number
        + re.sub(rb"(?m)^From ", b">From ", mail.replace(b"\r\n", b"\n"))
        + b"\n"
        for number, mail in enumerate(mails)
    )
    settings = (*SETTINGS, "dns_available yes", f"dns_server 127.0.0.1:{dns_port}")
    words = [word for line in settings for word in ("--cf", line)]
    done = subprocess.run(
        ["spamassassin", "--test-mode", "--nocreate-prefs", "--mbox", *words],
        input=box,
        capture_output=True,
        env={**os.environ, "HOME": str(home)},
        check=True,
        timeout=300,
    )
    found = {}
    for head in done.stdout.decode("utf-8", "replace").split("\nFrom a@example.org "):
        told = re.search(r"(?m)^X-Spam-Told: (\S+) (.*(?:\n[ \t].*)*)", head)
        number = re.search(r"(?m)^X-Number: (\d+)", head)
        assert told is not None
        assert number is not None
        points = re.findall(r"([A-Z0-9_]+)=([-\d.]+)", told[2])
        found[int(number[1])] = Told(float(told[1]), {name: float(value) for name, value in points})
    return [found[number] for number in range(len(mails))]


def test_a_digest_is_no_spam_in_any_size_language_or_script_signed_or_not(
    key: bytes, dns_port: int, tmp_path: Path
) -> None:
    sizes = [(count, language) for count in (1, 5, 35) for language in ("id", "en")]
    told = [(count, language, list(TITLES)[n % 4]) for n, (count, language) in enumerate(sizes)]
    plain = [rendered(digest(*one))[1].content for one in told]
    signing = EmailRenderer(
        "monitor@example.org",
        unsubscribe_address="monitor@example.org",
        links=FixedLinks("https://monitor.example.org"),
        sign=DkimSigner(selector="news", domain="example.org", key=key),
    )
    signed = signing.render(digest(5, "id", "ko"), delivery_id="d" + "0" * 20, composed_at=NOW).content
    *found, spam = scored([*plain, signed, SPAM], dns_port=dns_port, home=tmp_path)
    assert spam.score > 5, "the filter sees nothing at all"
    assert len(found) == len(plain) + 1
    for mail, one in zip([*told, "signed"], found, strict=True):
        assert one.score <= MAX_SCORE, (mail, one)
        assert max(one.symbols.values()) <= MAX_SYMBOL, (mail, one)
    if "DKIM_SIGNED" in found[-1].symbols:  # Mail::DKIM is a package of its own
        assert "DKIM_VALID_AU" in found[-1].symbols
