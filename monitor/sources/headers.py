"""What headers mean to a polite client: validators, waits, and the conditions of a GET. No I/O.

Owns: validators verbatim or not at all (RFC 9110 §8.8; servers may compare bytes), Retry-After (§10.2.3), and the
X-RateLimit headers by which some hosts say the same. Refuses: to repair what a server sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime

from monitor.model.feeds import Validators
from monitor.sources.addresses import printable

MAX_VALIDATOR_CHARS = 2000
_SECONDS = re.compile(r"\d{1,10}(?:\.\d{0,6})?", re.ASCII)
_EPOCH_S = 1e9
_LISTS = frozenset({"cache-control", "link"})


def heard_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Lower-case name → printable value: of a name sent twice the last one, but lists joined (RFC 9110 §5.3)."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        known = f"{headers[key]}, " if key in _LISTS and key in headers else ""
        headers[key] = known + printable(value)
    return headers


def conditions(validators: Validators | None) -> dict[str, str]:
    """The headers that ask "changed since?"."""
    if validators is None:
        return {}
    wanted = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in wanted.items() if value}


def validators_of(url: str, etag: str | None, modified: str | None, sent: Validators | None) -> Validators | None:
    """What an answer gave, verbatim, each on its own; a 304 that is silent leaves what was sent."""
    etag = _sendable(etag) or (sent.etag if sent else None)
    modified = _sendable(modified) or (sent.last_modified if sent else None)
    return Validators(url=url, etag=etag, last_modified=modified) if etag or modified else None


def _sendable(value: str | None) -> str | None:
    """The value, if it can be sent back byte for byte."""
    is_fit = value and len(value) <= MAX_VALIDATOR_CHARS and value.isprintable() and value.isascii()
    return value if is_fit else None


def wait_asked_s(headers: Mapping[str, str]) -> float | None:
    """For how long a refusal wants no request: Retry-After, else the end of a used-up X-RateLimit; None: it is silent.

    A date counts from the server's own clock (its Date header), without which it means nothing; 0 for one in the past.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds())
    except (ValueError, TypeError):
        return _rate_limit_s(headers)


def _rate_limit_s(headers: Mapping[str, str]) -> float | None:
    """Seconds until the window of requests begins anew, told in seconds (Reddit) or as a time since 1970 (GitHub)."""
    left, reset = (headers.get(f"x-ratelimit-{name}", "").strip() for name in ("remaining", "reset"))
    if not (_SECONDS.fullmatch(left) and float(left) < 1 and _SECONDS.fullmatch(reset)):
        return None
    seconds = float(reset)
    if seconds < _EPOCH_S:
        return seconds
    try:
        return max(0.0, seconds - parsedate_to_datetime(headers.get("date", "")).timestamp())
    except (ValueError, TypeError):
        return None
