"""How many wrong tokens an address may try: guessing is hopeless anyway, but each try costs a page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

PER_MINUTE = 30
REMEMBERED = 1024


class WrongTries:
    """Counts wrong tries by address, in windows of a minute of `ticks` (seconds of a clock that runs forward)."""

    def __init__(self, ticks: Callable[[], float], *, per_minute: int = PER_MINUTE) -> None:
        self._ticks = ticks
        self._per_minute = per_minute
        self._tries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def are_too_many(self, address: str) -> bool:
        """Count one more, and say whether it is beyond what is answered with a page."""
        now = self._ticks()
        began, count = self._tries.pop(address, (now, 0))
        if now - began >= 60:
            began, count = now, 0
        self._tries[address] = began, count + 1
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)
        return count >= self._per_minute
