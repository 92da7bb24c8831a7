"""DKIM (RFC 6376): a signature over a mail's final bytes, for installations that no relay signs for.

The only importer of dkimpy, which is an extra: it is loaded when a signer is made. RSA (`a=rsa-sha256`) and Ed25519
(`a=ed25519-sha256`, RFC 8463); never `l=`, which would let anybody add to the body. The signature's time is the one
given, so the same mail always gets the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

# Named once more than they stand, so that nobody can add a second one that a mail client would show or act on.
_SEALED = (
    b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
    b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
_PEM = re.compile(rb"-----BEGIN ([A-Z ]+)-----\s(.*?)-----END \1-----", re.DOTALL)
# PKCS #8 of an Ed25519 key (RFC 8410): these bytes, then the 32 of the seed.
_ED25519_HEAD = bytes.fromhex("302e020100300506032b657004220420")
_SEED_BYTES = 32
# A private key of 1024 bits holds some 600 bytes, one of 768 bits 460.
_MIN_RSA_BYTES = 590


class DkimSigner:
    """Signs mails for a domain under a selector.

    Args:
        key: The private key: PEM (RSA in PKCS #1 or #8, Ed25519 in PKCS #8), or the base64 of an Ed25519 seed.

    Raises:
        ValueError: The key cannot sign, or a package for it is missing; the text names the cure.
    """

    def __init__(self, *, selector: str, domain: str, key: bytes) -> None:
        self._signature, self._error = _library()
        self._selector, self._domain = selector.encode("ascii"), domain.encode("ascii")
        self._key, self._algorithm = _key_of(key)
        try:
            self(b"From: a@example.org\r\n\r\n\r\n", datetime(2000, 1, 1, tzinfo=UTC))
        except Exception as error:  # a key that is cut off breaks the library's reader in many ways
            raise ValueError(f"holds a key that cannot sign ({error or type(error).__name__}). {_CURE}") from error

    def __call__(self, content: bytes, at: datetime) -> bytes:
        """The mail with its signature in front. Raises ValueError for what is no mail."""
        signature = self._signature(content, signature_algorithm=self._algorithm)
        signature.moment = str(int(at.timestamp())).encode("ascii")
        try:
            line: bytes = signature.sign(
                self._selector,
                self._domain,
                self._key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[*signature.all_sign_headers(), *_SEALED],
            )
        except self._error as error:
            raise ValueError(f"the mail cannot be signed: {error or type(error).__name__}") from error
        return line + content


_CURE = (
    "Make one with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out KEY_FILE "
    "(or -algorithm ED25519), and publish its public half at SELECTOR._domainkey.DOMAIN."
)


@cache
def _library() -> tuple[Any, type[Exception]]:
    """dkimpy's signature, made to bear the time that it is given (its own asks the machine's clock), and its error."""
    try:
        import dkim  # noqa: PLC0415 - an extra: whoever signs nothing need not have it
    except ImportError as error:
        raise ValueError("needs the package dkimpy. Install it with: pip install 'monitor[dkim]'") from error

    class Timed(dkim.DKIM):  # type: ignore[misc]
        moment = b"0"

        def gen_header(self, fields: list[tuple[bytes, bytes]], *rest: Any, **named: Any) -> bytes:
            timed = [(name, self.moment if name == b"t" else value) for name, value in fields]
            made: bytes = super().gen_header(timed, *rest, **named)
            return made

    return Timed, dkim.DKIMException


def _key_of(key: bytes) -> tuple[bytes, bytes]:
    """The key as dkimpy takes it, and its algorithm."""
    pem = _PEM.search(key)
    if pem is None:
        seed = _decoded(key)
        if len(seed) != _SEED_BYTES:
            raise ValueError(f"holds no private key in PEM. {_CURE}")
        return _ed25519(seed)
    if pem[1] not in (b"PRIVATE KEY", b"RSA PRIVATE KEY"):
        what = pem[1].decode("ascii").lower()
        raise ValueError(f"holds “{what}”, which is no private key that can be used unasked. {_CURE}")
    body = _decoded(pem[2])
    if body.startswith(_ED25519_HEAD):
        return _ed25519(body[len(_ED25519_HEAD) :])
    if len(body) < _MIN_RSA_BYTES:
        raise ValueError(f"holds a key that is too short or cut off: mail servers take 1024 bits at least. {_CURE}")
    return pem[0].replace(b"\r\n", b"\n"), b"rsa-sha256"


def _ed25519(seed: bytes) -> tuple[bytes, bytes]:
    try:
        import nacl.signing  # noqa: F401, PLC0415 - what dkimpy signs Ed25519 with
    except ImportError as error:
        raise ValueError(
            "is an Ed25519 key, which needs the package pynacl. Install it with: pip install 'monitor[dkim]'"
        ) from error
    return base64.b64encode(seed), b"ed25519-sha256"


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return b""
