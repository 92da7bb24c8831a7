"""Signatures are checked by dkimpy's own verifier, against a DNS of one record."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dkim
import pytest

from monitor.channels.email.dkim import DkimSigner
from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.wire import serialise
from tests.factories import NOW
from tests.fakes import FixedLinks
from tests.golden.digests.samples import sample
from tests.unit.channels.test_wire import LETTER

FULL = replace(
    LETTER,
    list_name="Rusia–Korea Utara",
    one_click="https://monitor.example.org/u/abc",
    unsubscribe="mailto:monitor@example.org?subject=unsubscribe%20analyst",
    help="mailto:monitor@example.org?subject=help",
)


def openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def rsa() -> bytes:
    return openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")


def record_of(key: bytes) -> bytes:
    """What the DNS says of the key."""
    public = openssl("pkey", "-pubout", "-outform", "DER", given=key)
    if b"ED25519" in openssl("pkey", "-noout", "-text", given=key):
        return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public[-32:])
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def dns(record: bytes) -> Callable[..., bytes]:
    def answer(name: bytes, timeout: float = 5) -> bytes:
        assert name == b"news._domainkey.example.org."
        return record

    return answer


def signer(key: bytes) -> DkimSigner:
    return DkimSigner(selector="news", domain="example.org", key=key)


def test_a_signed_mail_is_verified_and_only_the_signature_is_new(rsa: bytes) -> None:
    content = serialise(FULL)
    signed = signer(rsa)(content, NOW)
    assert signed.endswith(content)
    assert dkim.verify(signed, dnsfunc=dns(record_of(rsa)))


def test_an_ed25519_key_signs_as_pem_and_as_its_bare_seed() -> None:
    pytest.importorskip("nacl", reason="pynacl, of the extra dkim, is not installed")
    key = openssl("genpkey", "-algorithm", "ED25519")
    seed = base64.b64encode(openssl("pkey", "-outform", "DER", given=key)[-32:])
    signed = signer(key)(serialise(FULL), NOW)
    assert b"a=ed25519-sha256" in signed
    assert dkim.verify(signed, dnsfunc=dns(record_of(key)))
    assert signer(seed)(serialise(FULL), NOW) == signed


def test_the_same_mail_is_signed_alike_whenever_that_is_done(rsa: bytes) -> None:
    content = serialise(FULL)
    assert signer(rsa)(content, NOW) == signer(rsa)(content, NOW)
    assert f"t={int(NOW.timestamp())};".encode() in signer(rsa)(content, NOW)
    assert signer(rsa)(content, NOW) != signer(rsa)(content, NOW + timedelta(seconds=1))


def test_all_headers_are_covered_and_the_length_is_not_told(rsa: bytes) -> None:
    content = serialise(FULL)
    head = signer(rsa)(content, NOW).partition(b"\r\nDate:")[0]
    tags = dict(part.strip().partition("=")[::2] for part in head.decode().partition(":")[2].split(";"))
    assert "l" not in tags
    covered = [name.strip() for name in tags["h"].split(":")]
    own = re.findall(rb"^([A-Za-z-]+):", content.partition(b"\r\n\r\n")[0], re.MULTILINE)
    assert {name.decode().lower() for name in own} <= set(covered)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(covered)


@pytest.mark.parametrize(
    "header",
    [b"List-Unsubscribe: <https://evil.example/u>", b"Subject: other", b"From: x@evil.example", b"Reply-To: x@y.zz"],
)
def test_a_header_that_somebody_adds_breaks_the_signature(rsa: bytes, header: bytes) -> None:
    signed = signer(rsa)(serialise(FULL), NOW)
    assert not dkim.verify(header + b"\r\n" + signed, dnsfunc=dns(record_of(rsa)))


def test_a_changed_or_longer_body_breaks_the_signature(rsa: bytes) -> None:
    signed = signer(rsa)(serialise(FULL), NOW)
    for changed in (signed.replace(b"Putin in Pyongyang\r\n", b"Putin in Moscow\r\n"), signed + b"more\r\n"):
        assert changed != signed
        assert not dkim.verify(changed, dnsfunc=dns(record_of(rsa)))


def test_a_relay_that_folds_anew_does_not_break_it(rsa: bytes) -> None:
    signed = signer(rsa)(serialise(FULL), NOW)
    folded = signed.replace(b"List-Unsubscribe: <", b"List-Unsubscribe:\r\n <").replace(b"\r\nFrom: ", b"\r\nFROM:  ")
    assert folded != signed
    assert dkim.verify(folded, dnsfunc=dns(record_of(rsa)))


def test_a_digest_is_signed_as_it_is_composed(rsa: bytes) -> None:
    renderer = EmailRenderer("monitor@example.org", links=FixedLinks("https://m.example.org"), sign=signer(rsa))
    message = renderer.render(sample(), delivery_id="d1", composed_at=NOW)
    assert dkim.verify(message.content, dnsfunc=dns(record_of(rsa)))
    assert message == renderer.render(sample(), delivery_id="d1", composed_at=NOW)
    assert all(len(line) <= 78 for line in message.content.split(b"\r\n"))


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (b"", "no private key"),
        (b"not a key", "no private key"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "public key"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "encrypted"),
        (b"-----BEGIN PRIVATE KEY-----\n" + b"QUFB" * 300 + b"\n-----END PRIVATE KEY-----\n", "cannot sign"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "too short"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_with_the_cure(key: bytes, what: str) -> None:
    with pytest.raises(ValueError, match=what) as raised:
        signer(key)
    assert "openssl genpkey" in str(raised.value)


def test_a_key_of_too_few_bits_or_cut_off_is_refused_and_one_with_dos_line_ends_is_not(rsa: bytes) -> None:
    with pytest.raises(ValueError, match="too short"):
        signer(openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768"))
    lines = rsa.splitlines(keepends=True)
    with pytest.raises(ValueError, match="cannot sign"):
        signer(b"".join([*lines[:16], lines[-1]]))
    dos = rsa.replace(b"\n", b"\r\n")
    assert signer(dos)(serialise(FULL), NOW) == signer(rsa)(serialise(FULL), NOW)


def test_the_key_is_never_shown(rsa: bytes, tmp_path: Path) -> None:
    body = rsa.split(b"\n")[3].decode()
    assert body not in repr(vars(DkimSigner))
    with pytest.raises(ValueError, match="cannot sign") as raised:
        signer(b"\n".join([*rsa.splitlines()[:16], rsa.splitlines()[-1]]))
    assert body not in str(raised.value)


@pytest.mark.parametrize(("package", "named"), [("dkim", "dkimpy"), ("nacl", "pynacl")])
def test_without_the_extra_it_is_said_what_to_install(package: str, named: str) -> None:
    """In a process of its own, where the package cannot be imported."""
    key = openssl("genpkey", "-algorithm", "ED25519").decode()
    lines = (
        f"import sys; sys.modules[{package!r}] = None",
        "from monitor.channels.email.dkim import DkimSigner",
        f"DkimSigner(selector='s', domain='example.org', key={key.encode()!r})",
    )
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert f"needs the package {named}. Install it with: pip install 'monitor[dkim]'" in done.stderr
