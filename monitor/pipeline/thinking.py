"""Where a decision is thought over: at once, or in a thread so that the event loop may go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def at_once(work: Callable[[], _T]) -> _T:
    """Think on the loop: right for what takes a few milliseconds."""
    return work()


async def off_loop(work: Callable[[], _T]) -> _T:
    """Think in a thread: a first poll brings hundreds of articles at once, and fetching must go on meanwhile.

    A cancelled caller still waits for the thread: it works on the memory that is to be put back afterwards.
    """
    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        raise
