"""Digests as signed calls of a web address: `payload` (digest → JSON), and here the call.

Signed as Standard Webhooks has it (standardwebhooks.com), so that receivers find a verifier in their language: the
headers webhook-id, webhook-timestamp and webhook-signature ("v1," and the base64 of an HMAC-SHA256 over
"id.timestamp.body"). The id is the delivery's, the same in every attempt: receivers drop repeats by it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass, field

from monitor.channels.answers import check_answer
from monitor.model.calls import Call
from monitor.model.digests import Delivery
from monitor.ports import Caller, Clock, PhaseMark

_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A receiver. `name` is what it is called in messages; `url` may hold a secret."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    timeout_s: float = 30.0


class WebhookChannel:
    """Calls one hook."""

    def __init__(self, hook: Hook, *, caller: Caller, clock: Clock) -> None:
        self._hook = hook
        self._caller = caller
        self._clock = clock

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """One call; returns the receiver's status and first words. Raises `DeliveryError`."""
        body = delivery.message.content
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._hook.secret, delivery.id, timestamp, body),
        }
        hook = self._hook
        call = Call(name=hook.name, url=hook.url, body=body, headers=headers, timeout_s=hook.timeout_s)
        return check_answer(hook.name, await self._caller.call(call, mark))

    async def close(self) -> None:
        """Let go of connections."""
        await self._caller.close()


def signature(secret: str, id: str, timestamp: str, body: bytes) -> str:
    """The value of webhook-signature; `secret` is "whsec_" and base64, or any text."""
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            pass  # then it is a text that happens to begin so
    return secret.encode()
