"""Bodies on their way out, and what a POST without an answer means to who sent it: `DeliveryError`s. No I/O."""

from __future__ import annotations

from collections.abc import AsyncIterator

from monitor.errors import DeliveryError
from monitor.model.calls import Call
from monitor.ports import PhaseMark

# What only a person can mend (a wrong address, a certificate) is asked about again, but rarely.
_OPERATOR_S = 3600.0
_CURES = {
    "refused": "write a public http(s) address, or set allow_private for a receiver of your own",
    "dns": "check the spelling of its host, or the network",
    "tls": "its certificate has to be valid",
}


class Sending:
    """A body, marked before it leaves. A mark that fails stops it; the HTTP client would hide why."""

    def __init__(self, content: bytes, mark: PhaseMark) -> None:
        self._content = content
        self._mark = mark
        self.is_marked = False
        self.failure: Exception | None = None

    async def body(self) -> AsyncIterator[bytes]:
        """The whole body, once the mark is durable."""
        try:
            await self._mark()
        except Exception as error:
            self.failure = error
            raise
        self.is_marked = True
        yield self._content


def not_sent(call: Call, kind: str, *, is_handed_over: bool) -> DeliveryError:
    """The error of a call without an answer.

    `kind` is what went wrong (as in `FetchFailed`). Before the body was handed over nothing was sent; after it the
    receiver may have it. The client's own words are left out: they may hold the address, and so a secret.
    """
    if is_handed_over:
        text = f"{call.name} gave no clear answer after the last byte ({_WORDS.get(kind, kind)}): it may have arrived"
        return DeliveryError(text, permanent=False, uncertain=True, blame="channel")
    cure = f"; {_CURES[kind]}" if kind in _CURES else ""
    return DeliveryError(
        f"{call.name} cannot be reached ({_WORDS.get(kind, kind)}), nothing was sent{cure}",
        permanent=False,
        blame="channel",
        retry_after_s=_OPERATOR_S if kind in ("refused", "tls") else None,
    )


_WORDS = {
    "refused": "its address may not be called",
    "dns": "its name cannot be resolved",
    "tls": "no trusted connection",
    "timeout": "no answer in time",
    "connect": "no connection",
    "network": "no route",
    "encoding": "an answer that cannot be unpacked",
    "unknown": "no HTTP",
}
