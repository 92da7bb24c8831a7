"""Two relays in order: the second takes what the first cannot, as long as the mail certainly has not been handed over.

The second is asked when the first cannot be reached, or refuses for now (4xx) before DATA; never after DATA, where the
first may have the mail, and never on its 5xx: that is its word on the login, the sender or the mail, which another
relay would only hide. Idea: a second relay is used on connect and temporary failures only (listmonk #2963).
"""

from __future__ import annotations

import asyncio

from monitor.errors import DeliveryError
from monitor.model.digests import Delivery
from monitor.ports import Channel, PhaseMark

REST_S = 300.0
"""So long a first relay that failed is left alone: each mail would wait for it in vain."""
HURRY_S = 240.0
"""A first relay that took longer to fail has used up the time for a second one (a lease outlives one delivery)."""


class OrderedRelays:
    """A channel over two others. Deliveries are sent one after the other, as by each of them."""

    def __init__(self, first: Channel, second: Channel, *, rest_s: float = REST_S, hurry_s: float = HURRY_S) -> None:
        self._first = first
        self._second = second
        self._rest_s = rest_s
        self._hurry_s = hurry_s
        self._resting: tuple[float, DeliveryError] | None = None

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Deliver by the first that takes it; returns its reply. Raises `DeliveryError`."""
        is_marked = False

        async def marking() -> None:
            nonlocal is_marked
            is_marked = True
            await mark()

        now = asyncio.get_running_loop().time
        begun = now()
        if self._resting is None or begun >= self._resting[0]:
            self._resting = None
            try:
                return await self._first.send(delivery, marking)
            except DeliveryError as error:
                if is_marked or not _may_go_elsewhere(error) or now() - begun > self._hurry_s:
                    raise
                failure = error
                if error.blame == "channel":
                    self._resting = now() + self._rest_s, error
        else:
            failure = self._resting[1]
        try:
            return f"{await self._second.send(delivery, marking)} (by the second relay; {failure})"
        except DeliveryError as error:
            raise _of_both(failure, error) from error

    async def close(self) -> None:
        """Let go of both."""
        await self._first.close()
        await self._second.close()


def _may_go_elsewhere(error: DeliveryError) -> bool:
    """Whether the first was not reached, or refused for now."""
    return not (error.uncertain or error.permanent) and error.code < 500


def _of_both(first: DeliveryError, second: DeliveryError) -> DeliveryError:
    """The second's word counts, with the first's told."""
    return DeliveryError(
        f"{second} (the first relay before it: {first})",
        permanent=second.permanent,
        uncertain=second.uncertain,
        retry_after_s=second.retry_after_s,
        code=second.code,
        blame=second.blame,
        step=second.step,
        status=second.status,
    )
