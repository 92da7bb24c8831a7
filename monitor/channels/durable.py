"""Files that are there whole or not at all, and stay when the power goes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.errors import DeliveryError

_UNSAFE = re.compile(r"[^A-Za-z0-9._@-]+")


def put(content: bytes, target: Path, *, drafts: Path | None = None) -> None:
    """Write the whole file or none; on the disk when this returns. Raises `OSError`.

    The draft lies in `drafts`, a folder of the same file system, or hidden beside the target.
    """
    draft = (drafts or target.parent) / f"{'' if drafts else '.'}{target.name}.{os.getpid()}"
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Raises what the disk refuses as `DeliveryError`, with the cure; `what` names the place after "write into"."""
    try:
        yield
    except OSError as error:
        raise DeliveryError(
            f"cannot write into {what}: {error.strerror or error}. "
            "Make room there, or make the folder writable for the account that runs the monitor.",
            permanent=False,
            blame="channel",
        ) from error


def as_stored(content: bytes) -> bytes:
    """A mail with the line ends that programs of this machine keep; the wire has CRLF."""
    return content.replace(b"\r\n", b"\n")


def file_name(text: str) -> str:
    """A file name out of a key: no separators, no colon (Maildir flags, Windows), no leading dot."""
    return _UNSAFE.sub("-", text).strip(".-")[:80] or "digest"
