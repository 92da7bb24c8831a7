"""What a process holds, and what is resident of it: measured from within."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

MB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One look, in MB but for `values`, which counts Python's small values in thousands.

    `resident` is without files mapped into the process (`mapped`): the database's pages, 64 MB at most a reading
    connection, come with the database's growth, belong to the kernel's cache, and go when somebody needs the room.
    `small` is what Python's small values take, `arenas` what Python keeps for such, `most` the most that it ever kept.
    `heap` is what is in use of the C library's: SQLite's pages, arrays, texts, bodies. 0 where nobody tells.
    """

    bodies: int
    resident: float
    mapped: float = 0.0
    workers: float = 0.0
    values: float
    small: float = 0.0
    arenas: float = 0.0
    most: float = 0.0
    heap: float

    @property
    def room(self) -> float:
        """What is resident and not in use: free places between what lives, and the libraries' own tables."""
        return self.resident - self.small - self.heap


def look(bodies: int, workers: tuple[int, ...]) -> Memory:
    """This process now, and what its workers have resident together."""
    resident, mapped = resident_mb(os.getpid())
    small, arenas, most = _arenas()
    return Memory(
        bodies=bodies,
        resident=resident,
        mapped=mapped,
        workers=sum(resident_mb(pid)[0] for pid in workers),
        values=sys.getallocatedblocks() / 1000,
        small=small,
        arenas=arenas,
        most=most,
        heap=_heap(),
    )


def resident_mb(pid: int) -> tuple[float, float]:
    """What a process has resident of its own, and of files mapped into it."""
    try:
        resident, mapped = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    except OSError:
        return 0.0, 0.0
    page = os.sysconf("SC_PAGE_SIZE") / MB
    return (resident - mapped) * page, mapped * page


class _HeapInfo(ctypes.Structure):
    """What `mallinfo2` of glibc tells."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"
        )
    ]  # fmt: skip


def _heap() -> float:
    with suppress(OSError, AttributeError):
        ask = ctypes.CDLL(None).mallinfo2
        ask.restype = _HeapInfo
        told = ask()
        return float(told.uordblks + told.hblkhd) / MB
    return 0.0


def _arenas() -> tuple[float, float, float]:
    """(in use, kept, most ever kept) by Python's allocator, which tells them to standard error only."""
    tell = getattr(sys, "_debugmallocstats", None)
    if tell is None:
        return 0.0, 0.0, 0.0
    told: list[str] = []
    reading, writing = os.pipe()

    def listen() -> None:
        with os.fdopen(reading, errors="replace") as pipe:
            told.append(pipe.read())

    ears = Thread(target=listen)
    ears.start()
    kept = os.dup(2)
    os.dup2(writing, 2)
    os.close(writing)
    try:
        tell()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        ears.join()

    def number(pattern: str) -> float:
        found = re.search(pattern, told[0])
        return float(found[1].replace(",", "")) if found else 0.0

    size = number(r"arenas allocated current[^\n]*\n(?:[^\n]*\n)*?\d+ arenas \* (\d+) bytes/arena") or MB
    arenas, most = (number(rf"# arenas {which}\s*=\s*([\d,]+)") for which in ("allocated current", "highwater mark"))
    return number(r"# bytes in allocated blocks\s*=\s*([\d,]+)") / MB, arenas * size / MB, most * size / MB
