"""Calls of other programs' web addresses: one POST and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One POST. `url` may hold a secret (a bot's token, a hook's path): only `name` stands in messages.

    `timeout_s` is for the whole of it, connecting and the answer included.
    """

    name: str
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status. `body` is its beginning; `retry_after_s` the receiver's wish, if any."""

    status: int
    body: bytes = b""
    retry_after_s: float | None = None

    @property
    def said(self) -> str:
        """The beginning of the body as one printable line, for a message."""
        text = self.body[:600].decode("utf-8", "replace")
        return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:200]
