"""The life of one worker: read a request from stdin, do it, write the answer to stdout, until stdin ends.

Runs as a child of `sources.workers`, in its own session. Whatever happens to the parent, it ends: by end of file, or by
an alarm when a parse hangs. Its memory is capped, so that a hostile body breaks this process and not the machine.

Frames are a 4-byte big-endian length and a pickle. The first frame is (parse, timeout_s, max_memory_bytes), each later
one the arguments of `parse`; answers are (("done", what it returned) or ("error", kind, message), whether this process
has grown so that it had better be replaced). A process that runs out of memory ends: nothing in it is to be trusted.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from monitor.errors import ParseError

LENGTH = struct.Struct(">I")
ALARM_MARGIN_S = 5.0
"""The parent kills a hung worker at its timeout; the alarm is for when the parent itself is gone."""
_SWOLLEN_SHARE = 0.25
"""Of the address space allowed; a worker holds about 50 MB at rest."""


def run() -> None:
    """Serve until stdin ends. stdout is kept for answers: prints of libraries go to stderr."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Stopping is the parent's decision: it closes stdin, or kills.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    first = read_frame(requests)
    if first is None:
        return
    parse, timeout_s, max_memory_bytes = pickle.loads(first)  # noqa: S301 - from our own parent
    _cap_memory(max_memory_bytes)
    _write(answers, ("ready",), is_swollen=False)
    while (frame := read_frame(requests)) is not None:
        signal.setitimer(signal.ITIMER_REAL, timeout_s + ALARM_MARGIN_S)
        answer = _answer(parse, pickle.loads(frame))  # noqa: S301 - from our own parent
        _write(answers, answer, is_swollen=_resident_bytes() > max_memory_bytes * _SWOLLEN_SHARE)
        del frame, answer
        signal.setitimer(signal.ITIMER_REAL, 0)


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    frame = stream.read(size)
    return frame if len(frame) == size else None


def _answer(parse: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    try:
        return "done", parse(*arguments)
    except ParseError as error:
        return "error", error.kind, str(error)
    except MemoryError:
        os._exit(1)
    except Exception as error:  # the border of a process: what is not said here is lost
        return "error", "crash", f"{type(error).__name__}: {error}"[:500]


def _write(stream: BinaryIO, answer: tuple[Any, ...], *, is_swollen: bool) -> None:
    frame = pickle.dumps((answer, is_swollen), protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(frame)) + frame)
    stream.flush()


def _resident_bytes() -> int:
    """What this process holds now; 0 where nobody tells."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _cap_memory(max_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on every platform

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = max_bytes if hard == resource.RLIM_INFINITY else min(max_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (cap, hard))
