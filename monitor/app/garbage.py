"""When Python looks for cyclic garbage, and what is free goes back: never while it would keep the event loop for long.

A full collection walks every container that lives and holds the interpreter meanwhile, whichever thread it runs in:
130 ms after some minutes of polling. Nearly all that lives long here was made by the start, and nearly all garbage is
young. So the interpreter collects the two young generations by itself, what is old is set aside ("frozen": still freed
when nobody refers to it, but walked no more), and the rest is swept by the clock, while it is small.

The C library keeps what was freed below anything that lives, a heap for each thread: after some hours of bodies of all
sizes half as much again as is used. It returns whole pages of it only when asked.
"""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

YOUNG = (10_000, 20)
"""Python's 700 new values took a tenth of the processor, as parsed entries are many values without any cycle. With
20,000 a collection of the youngest took up to 52 ms in an hour of 100,000 feeds; its cost is in proportion."""
NEVER = 1_000_000_000
FEW = 200_000
"""So many containers are walked within 50 ms."""
LONG_S = 0.02
"""A sweep that took so long sets aside what it found living, so that the next one is short again."""


class Collecting(Protocol):
    """What the module `gc` does; see there."""

    def collect(self) -> int:
        """All generations."""
        ...

    def freeze(self) -> None:
        """Set aside what lives."""
        ...

    def unfreeze(self) -> None:
        """Put it back into the oldest generation."""
        ...

    def get_freeze_count(self) -> int:
        """How many containers are set aside."""
        ...

    def get_threshold(self) -> tuple[int, int, int]:
        """See `set_threshold`."""
        ...

    def set_threshold(self, threshold0: int, threshold1: int, threshold2: int, /) -> None:
        """After how many new values, and collections of the generation before, each generation is collected."""
        ...


class Sweeper:
    """Sweeps the oldest generation by hand.

    What is set aside while it belongs to a cycle that ends later is not found again but by `settle`: at most what is
    under way in one moment, and only as often as what lives has grown.

    Args:
        seconds: The processor time of this thread.
    """

    def __init__(self, collector: Collecting = gc, *, seconds: Callable[[], float] = time.thread_time) -> None:
        self._gc = collector
        self._seconds = seconds
        self._before: tuple[int, int, int] | None = None

    def settle(self) -> None:
        """After a start or a reload: sweep, and set aside what lives.

        What a reload made useless and an earlier call set aside is swept, too, unless that would take long (100,000
        feeds): then it stays until the next start, if it is in a cycle.
        """
        if self._gc.get_freeze_count() <= FEW:
            self._gc.unfreeze()
        self._gc.collect()
        self._gc.freeze()
        self._before = self._before or self._gc.get_threshold()
        self._gc.set_threshold(*YOUNG, NEVER)

    def sweep(self) -> None:
        """Now and then."""
        began = self._seconds()
        self._gc.collect()
        if self._seconds() - began > LONG_S:
            self._gc.freeze()

    def release(self) -> None:
        """At the end: the interpreter collects as it did before."""
        if self._before is not None:
            self._gc.set_threshold(*self._before)
            self._before = None


def return_free_memory() -> None:
    """Let the C library give the system what is free; nothing where it cannot (others than glibc).

    Some milliseconds for each hundred megabytes, without the interpreter's lock: to be called in a thread.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
