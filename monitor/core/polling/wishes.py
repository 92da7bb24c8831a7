"""What servers and documents ask of pollers: read from headers and from the raw bytes of a document's head.

Owns: Cache-Control, Age and Expires (RFC 9111 §4.2), ttl, skipHours and skipDays (RSS 2.0), sy:updatePeriod and
sy:updateFrequency (RSS 1.0 syndication module, with what is found in the wild). Refuses: to trust a document's markup
(feedparser keeps only the last <hour>; broken feeds must be heard, too), and to lengthen a lifetime on a 304.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.core.polling.limits import DAY_S, HOUR_S, PollingLimits
from monitor.model.feeds import Fetched, NotModified, Wishes

_HEAD_BYTES = 65_536
_DIRECTIVE = re.compile(r'([\w-]{1,40})(?:\s*=\s*(?:"([^"]{0,40})"|([^\s,;"]{1,40})))?')
_ITEM = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_TTL = re.compile(rb"<ttl\s*>\s*(\d{1,9})", re.IGNORECASE)
_PERIOD = re.compile(rb"<(?:\w{1,20}:)?updatePeriod\s*>\s*([a-z]{1,20})", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<(?:\w{1,20}:)?updateFrequency\s*>\s*(\d{1,6}(?:\.\d{1,6})?)", re.IGNORECASE)
_HOUR = re.compile(rb"<hour\s*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(rb"<day\s*>\s*([a-z]{3})[a-z]{0,10}\s*<", re.IGNORECASE)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# `dayly` and `minutely` stand in real feeds; `always` wishes nothing.
_PERIODS_S = {
    "minutely": 60.0,
    "hourly": HOUR_S,
    "daily": DAY_S,
    "dayly": DAY_S,
    "weekly": 7 * DAY_S,
    "monthly": 30 * DAY_S,
    "yearly": 365 * DAY_S,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentWishes:
    """What a document asks; see `Wishes`."""

    period_s: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


def document_wishes(body: bytes) -> DocumentWishes:
    """The wishes in a feed's bytes; cheap, and never raises."""
    found = _ITEM.search(body, 0, _HEAD_BYTES)
    head = body[: found.start() if found else _HEAD_BYTES]
    periods = [period for period in (_ttl_s(head), _syndication_s(head)) if period]
    skips = body[body.find(b"<skip") :] if b"<skip" in body else b""
    hours = {int(hour) % 24 for hour in _HOUR.findall(_inside(skips, rb"skipHours")) if int(hour) <= 24}
    names = [day.lower().decode() for day in _DAY.findall(_inside(skips, rb"skipDays"))]
    days = {_DAYS.index(name) for name in names if name in _DAYS}
    return DocumentWishes(
        period_s=max(periods, default=None),
        # Who skips all hours or all days does not know what that says.
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def _inside(body: bytes, tag: bytes) -> bytes:
    """The content of the first such element; RSS allows it behind the items, too."""
    start = body.find(b"<" + tag + b">")
    if start < 0:
        return b""
    end = body.find(b"</" + tag, start)
    return body[start : min(end, start + 4000)] if end >= 0 else b""


def _ttl_s(head: bytes) -> float | None:
    found = _TTL.search(head)
    return float(found[1]) * 60 if found else None


def _syndication_s(head: bytes) -> float | None:
    """updatePeriod ÷ updateFrequency; a frequency of 0.1 is ten periods."""
    period = _PERIOD.search(head)
    if period is None:
        return None
    found = _FREQUENCY.search(head)
    frequency = float(found[1]) if found else 1.0
    length = _PERIODS_S.get(period[1].lower().decode())
    return length / (frequency or 1.0) if length else None


def max_age_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """The lifetime that an answer names, from its making; None without one, or where storing is unwanted.

    Expires counts from the answer's own Date (RFC 9111 §4.2.1): clocks differ.
    """
    directives = {
        name.lower(): quoted or plain for name, quoted, plain in _DIRECTIVE.findall(headers.get("cache-control", ""))
    }
    if "no-cache" in directives or "no-store" in directives:
        return None
    if "max-age" in directives:
        value = directives["max-age"]
        return float(value[:10]) if value.isascii() and value.isdigit() else None
    expires = _date(headers.get("expires"))
    if expires is None:
        return None
    made = _date(headers.get("date"))
    return max(0.0, (expires - (made or now)).total_seconds())


def _date(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def heard(known: Wishes, fetch: Fetched | NotModified, document: DocumentWishes | None, now: datetime) -> Wishes:
    """The wishes after an answer: a whole one replaces the lifetime, a 304 may only shorten it (as SimplePie does)."""
    named = max_age_s(fetch.headers, now)
    if isinstance(fetch, NotModified):
        control = fetch.headers.get("cache-control", "").lower()
        if "no-cache" in control or "no-store" in control:
            return replace(known, max_age_s=None)
        if named is None or known.max_age_s is None:
            return known
        return replace(known, max_age_s=min(known.max_age_s, named))
    if document is None:
        return replace(known, max_age_s=named)
    return Wishes(
        max_age_s=named,
        period_s=document.period_s,
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
    )


def wished_floor_s(wishes: Wishes, headers: Mapping[str, str], limits: PollingLimits) -> float:
    """The shortest wait that the wishes allow from this answer on; what an answer has of age is behind it already."""
    age = headers.get("age", "")
    spent = float(age[:10]) if age.isascii() and age.isdigit() else 0.0
    lifetime = max((wishes.max_age_s or 0.0) - spent, 0.0)
    return min(max(lifetime, wishes.period_s or 0.0), limits.wish_cap_s)


def after_skipped(due: datetime, wishes: Wishes, *, rng_value: float, limits: PollingLimits) -> datetime:
    """`due`, or the first moment behind it whose hour and day are not skipped, spread over ten minutes."""
    if not (wishes.skip_hours or wishes.skip_days):
        return due
    moment = due.astimezone(UTC)
    if not _is_skipped(moment, wishes):
        return due
    last = due + timedelta(seconds=limits.skip_cap_s)
    while _is_skipped(moment, wishes) and moment < last:
        moment = (moment + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return moment + timedelta(seconds=600 * rng_value)


def _is_skipped(moment: datetime, wishes: Wishes) -> bool:
    return moment.hour in wishes.skip_hours or moment.weekday() in wishes.skip_days
