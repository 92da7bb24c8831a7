"""Links' claims ↔ tokens that nobody can read, guess or change without the key.

A token is a claim in a compact form, encrypted and authenticated at once: the synthetic IV construction of Rogaway
and Shrimpton (EUROCRYPT 2006, the base of RFC 5297) with HMAC-SHA256 as its function. The first 12 bytes of an HMAC
over the claim are both the proof and the nonce of the key stream. So the same claim always gives the same token (a
digest rendered again has the same links), no recipient's id, watchlist or outlet stands in clear, and no table of
tokens has to be kept or restored.

Form: base64url without padding of proof and cipher text, then one figure, the version. The figure comes last because
programs that find links in plain text leave out a closing "-" or "_".

Refuses: times. A link in an old mail works for as long as its key counts; keys are several, so that a new one can
sign while the old one still reads.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.model.links import LinkAction, LinkClaim

VERSION = "1"
_PROOF_BYTES = 12
_MAX_CHARS = 700
_TOKEN = re.compile(r"[A-Za-z0-9_-]+[0-9]")
_IN_SUBJECT = re.compile(rf"[A-Za-z0-9_-]{{18,{_MAX_CHARS}}}")
_DELIVERY = re.compile(r"d[0-9a-f]{20}")

# Never renumber: tokens in mails outlive releases.
_CODES = {
    LinkAction.UNSUBSCRIBE: 1,
    LinkAction.LESS_OFTEN: 2,
    LinkAction.MUTE_STORY: 3,
    LinkAction.MUTE_OUTLET: 4,
    LinkAction.MORE: 5,
    LinkAction.LESS: 6,
    LinkAction.VIEW: 7,
}
_ACTIONS = {code: action for action, code in _CODES.items()}


@dataclass(frozen=True, slots=True)
class LinkKey:
    """What signs and reads tokens: two keys, each for one purpose, from one secret."""

    proof: bytes = field(repr=False)
    cipher: bytes = field(repr=False)


def link_key(secret: bytes) -> LinkKey:
    """The keys of a secret of any length; a short one makes tokens that can be guessed."""
    return LinkKey(_hmac(secret, b"monitor links, proof"), _hmac(secret, b"monitor links, cipher"))


def write_token(claim: LinkClaim, key: LinkKey) -> str:
    """The token of a claim. Raises ValueError for one that no digest can have (an id that is none)."""
    plain = _packed(claim)
    proof = _proof(plain, key)
    return urlsafe_b64encode(proof + _crypted(plain, proof, key)).decode().rstrip("=") + VERSION


def read_token(token: str, keys: Iterable[LinkKey]) -> LinkClaim | None:
    """The claim of a token that one of `keys` signed; None for any other text, in the same time for each."""
    sealed = _unwrapped(token)
    found: LinkClaim | None = None
    for key in keys:
        proof, crypted = sealed[:_PROOF_BYTES], sealed[_PROOF_BYTES:]
        plain = _crypted(crypted, proof, key)
        if hmac.compare_digest(_proof(plain, key), proof) and found is None:
            found = _unpacked(plain)
    return found


def claim_in(subject: str, keys: Iterable[LinkKey]) -> LinkClaim | None:
    """The claim whose token the subject of a mail bears, whatever a mail program put around it; None without one."""
    keys = tuple(keys)
    found = (read_token(token, keys) for token in _IN_SUBJECT.findall(subject))
    return next((claim for claim in found if claim is not None), None)


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _proof(plain: bytes, key: LinkKey) -> bytes:
    return _hmac(key.proof, VERSION.encode() + plain)[:_PROOF_BYTES]


def _crypted(text: bytes, proof: bytes, key: LinkKey) -> bytes:
    """Plain to cipher text and back."""
    blocks = (_hmac(key.cipher, proof + block.to_bytes(2)) for block in range(-(-len(text) // 32)))
    return bytes(one ^ other for one, other in zip(text, b"".join(blocks), strict=False))


def _unwrapped(token: str) -> bytes:
    """The bytes of a well-formed token; of anything else bytes that nothing signed."""
    if len(token) > _MAX_CHARS or not _TOKEN.fullmatch(token) or token[-1] != VERSION:
        return bytes(_PROOF_BYTES)
    body = token[:-1]
    try:
        sealed = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except ValueError:
        return bytes(_PROOF_BYTES)
    # Of several texts that decode to the same bytes only one is the token.
    is_canonical = urlsafe_b64encode(sealed).decode().rstrip("=") == body
    return sealed if is_canonical and len(sealed) > _PROOF_BYTES else bytes(_PROOF_BYTES)


def _packed(claim: LinkClaim) -> bytes:
    """Action, length of the recipient's id, that id, then what the action needs."""
    recipient = claim.recipient_id.encode()
    if not 0 < len(recipient) <= 255:
        raise ValueError(f"no link can be made for the recipient {claim.recipient_id[:40]!r}")
    return bytes((_CODES[claim.action], len(recipient))) + recipient + _packed_target(claim)


def _packed_target(claim: LinkClaim) -> bytes:
    if claim.action in (LinkAction.MORE, LinkAction.LESS):
        return _number(claim.target).to_bytes(8) + claim.watchlist.encode()
    if claim.watchlist:
        raise ValueError(f"a link for {claim.action.value} names no watchlist beside its target")
    if claim.action is LinkAction.MUTE_STORY:
        return _number(claim.target).to_bytes(8)
    if claim.action is LinkAction.VIEW:
        if not _DELIVERY.fullmatch(claim.target):
            raise ValueError(f"{claim.target[:40]!r} is no id of a delivery")
        return bytes.fromhex(claim.target[1:])
    return claim.target.encode()


def _number(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if str(number) != text or not 0 <= number < 2**63:
        raise ValueError(f"{text[:40]!r} is no id of a story or an article")
    return number


def _unpacked(plain: bytes) -> LinkClaim | None:
    """What was packed; None for what a later version packed."""
    action = _ACTIONS.get(plain[0])
    recipient, rest = plain[2 : 2 + plain[1]], plain[2 + plain[1] :]
    if action is None:
        return None
    target, watchlist = rest, b""
    if action in (LinkAction.MORE, LinkAction.LESS):
        target, watchlist = str(int.from_bytes(rest[:8])).encode(), rest[8:]
    elif action is LinkAction.MUTE_STORY:
        target = str(int.from_bytes(rest)).encode()
    elif action is LinkAction.VIEW:
        target = b"d" + rest.hex().encode()
    return LinkClaim(
        action=action, recipient_id=recipient.decode(), target=target.decode(), watchlist=watchlist.decode()
    )
