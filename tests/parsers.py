"""Parse functions for tests of the worker pool: they do what the body says, and are importable by a child process."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import cast

from monitor.errors import ParseError
from monitor.model.feeds import Entry, ParsedFeed


def obey(body: bytes, content_type: str, url: str) -> ParsedFeed:
    """ "hang", "die", "raise", "refuse", "print", "eat memory", "grow", "smuggle"; anything else is parsed well.

    "once PATH" dies as long as there is no file at PATH, and makes it.
    """
    if body.startswith(b"once "):
        _die_once(Path(body[5:].decode()))
    match body:
        case b"hang":
            while True:
                time.sleep(3600)
        case b"die":
            os._exit(3)
        case b"raise":
            raise RecursionError("too deep")
        case b"refuse":
            raise ParseError("this is a web page", kind="html")
        case b"print":
            print("noise on stdout")
            os.write(1, b"more noise")
        case b"eat memory":
            return ParsedFeed(kind=str(len(bytes(4_000_000_000))))
        case b"grow":
            _KEPT.append(b"x" * 120_000_000)
        case b"smuggle":
            return cast(ParsedFeed, _Smuggled())
    return ParsedFeed(kind=str(os.getpid()), title=body.decode(), entries=(Entry(title=url, guid=content_type),))


_KEPT: list[bytes] = []


def _die_once(path: Path) -> None:
    if not path.exists():
        path.touch()
        os._exit(3)


class _Smuggled:
    """What a worker that was broken into might send: unpickling it would run a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)
