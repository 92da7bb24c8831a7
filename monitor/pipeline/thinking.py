"""How a decision is thought over: at once, in a thread so that the event loop may go on, or once more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from monitor.errors import StoreChangedError

log = logging.getLogger("monitor.store")

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


async def twice(attempt: Callable[[], Awaitable[_T]]) -> _T:
    """Gather, decide and commit; once more if what was gathered changed meanwhile. Then `StoreChangedError` is raised.

    The daemon and a person rarely change the same stories in the same second, and hardly ever twice.
    """
    try:
        return await attempt()
    except StoreChangedError as error:
        log.info("decided anew: %s", error)
        return await attempt()
