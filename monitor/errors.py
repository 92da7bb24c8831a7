"""The errors this program raises; every message names the thing and the cure, none holds a secret.

MonitorError
├── ConfigError            the configuration cannot be used (all its problems at once)
├── UsageError             the command line asks for what there cannot be
├── SeedError              a seed document or its manifest cannot be used
├── StoreError             the database refused
│   ├── StoreBusyError     another daemon holds this store
│   ├── StoreFullError     no space left; nothing was lost, the batch will be tried again
│   ├── StoreLockedError   another program held the write lock too long; to be tried again
│   ├── StoreChangedError  what a batch was decided on changed meanwhile; to be decided anew
│   ├── StoreAccessError   the file or server cannot be reached, opened or written
│   ├── StoreCorruptError  the file is no database, or a damaged one
│   └── StoreVersionError  the schema is not the one this program knows
├── ParseError             a body is not a feed (with the kind of thing that it is instead)
├── RenderError            a digest could not be turned into a message
├── MailboxError           the mailbox for refusals cannot be read
└── DeliveryError          a channel could not deliver (permanent or not, certain or not)
"""

from __future__ import annotations

from dataclasses import dataclass


class MonitorError(Exception):
    """Base of all errors that a user may meet; its text is fit for printing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with the configuration, with its place.

    `line` and `column` count from 1; 0 means "the whole file". `cure` is a full sentence or empty.
    """

    file: str
    line: int = 0
    column: int = 0
    key: str = ""
    message: str
    cure: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        cure = f" {self.cure}" if self.cure else ""
        return f"{place}:{key} {self.message}{cure}"


class ConfigError(MonitorError):
    """The configuration cannot be used; `problems` names every place, the text has one line each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(MonitorError):
    """The command line names what the configuration does not have, or asks for what there cannot be."""


class SeedError(MonitorError):
    """A seed document or the seeds' manifest cannot be used."""


class StoreError(MonitorError):
    """The database refused an operation; nothing of it was kept, so it may be tried again."""


class StoreBusyError(StoreError):
    """Another daemon holds this store."""


class StoreFullError(StoreError):
    """The disk of the store is full; the batch was rolled back whole."""


class StoreLockedError(StoreError):
    """Another program held the write lock for longer than we wait; the batch was rolled back whole."""


class StoreChangedError(StoreError):
    """What a batch was decided on changed before it was kept; the batch was refused whole, to be decided anew."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"“{name}” changed in the store while something was decided on it: nothing of that was kept. "
            "It may be decided anew."
        )


class StoreAccessError(StoreError):
    """The file or server of the store cannot be reached, opened or written."""


class StoreCorruptError(StoreError):
    """The file of the store is no database, or a damaged one."""


class StoreVersionError(StoreError):
    """The schema of the store is newer than this program, or broken."""


class ParseError(MonitorError):
    """A body is no feed.

    `kind` is one word for what it is instead: "html", "empty", "unknown", "timeout", "crash".
    """

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class RenderError(MonitorError):
    """A digest could not be turned into a message."""


class MailboxError(MonitorError):
    """The mailbox that refusals come back to cannot be read; nothing in it was changed."""


class DeliveryError(MonitorError):
    """A channel could not deliver.

    Args:
        permanent: Trying the same bytes again cannot help.
        uncertain: The receiver may have taken the message (the failure came after its last byte).
        retry_after_s: The receiver's own wish, in seconds, if it named one.
        code: The SMTP or HTTP status, 0 if the failure came before any answer.
        blame: "recipient" when only this address is refused, "channel" when the way itself is broken
            (credentials, certificate, connection) and other deliveries will fail alike.
        step: How far it had come, in the protocol's own word ("RCPT"), where there is one.
        status: The receiver's enhanced status code ("5.1.1", RFC 3463), "" if it named none.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool,
        uncertain: bool = False,
        retry_after_s: float | None = None,
        code: int = 0,
        blame: str = "recipient",
        step: str = "",
        status: str = "",
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain
        self.retry_after_s = retry_after_s
        self.code = code
        self.blame = blame
        self.step = step
        self.status = status
