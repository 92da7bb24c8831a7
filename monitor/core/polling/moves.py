"""Permanent redirects: watched, adopted when they last, given up when the new address fails. And which URL is asked.

Refuses: to believe a single 301 (captive portals and broken deployments send them), any temporary redirect, and a way
from https to http.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.core.polling.limits import DEFAULTS, PollingLimits
from monitor.core.polling.rhythm import is_overdue
from monitor.model.feeds import Feed, FeedState, Fetched, FetchRequest, Move, NotModified, Reading

MIN_SIGHTINGS = 3
MIN_LASTING = timedelta(hours=24)
FAILURES_TO_RETURN = 3


def asked_url(feed: Feed, state: FeedState) -> str:
    """The adopted address, or the configured one."""
    return state.move.adopted_url or feed.url


def request_for(feed: Feed, state: FeedState, *, now: datetime, limits: PollingLimits = DEFAULTS) -> FetchRequest:
    """What is asked next; without validators when only 304 came for too long (a server may say so for ever)."""
    return FetchRequest(
        url=asked_url(feed, state),
        validators=None if _wants_whole_body(state, now, limits) else state.validators,
    )


def _wants_whole_body(state: FeedState, now: datetime, limits: PollingLimits) -> bool:
    last = max(filter(None, (state.body_at, state.whole_at)), default=None)
    if last is None:
        return False
    wait_s = limits.overdue_whole_after_s if is_overdue(state.rhythm, now) else limits.whole_after_s
    return (now - last).total_seconds() >= wait_s


def sighted(move: Move, asked: str, fetch: Fetched | NotModified, reading: Reading | None, now: datetime) -> Move:
    """The move after an answer to `asked`. `reading` is None when the body was known: then its entries are, too."""
    target = fetch.moved_to
    if target is None or _is_downgrade(asked, target):
        return replace(move, target="", first_at=None, last_at=None, sightings=0, has_overlap=False)
    if target != move.target:
        move = replace(move, target=target, first_at=now, sightings=0, has_overlap=False)
    has_overlap = move.has_overlap or reading is None or reading.known > 0
    move = replace(move, last_at=now, sightings=move.sightings + 1, has_overlap=has_overlap)
    first_at = move.first_at or now
    if move.sightings < MIN_SIGHTINGS or now - first_at < MIN_LASTING or not move.has_overlap:
        return move
    return Move(adopted_url=target, adopted_at=now)


def _is_downgrade(asked: str, target: str) -> bool:
    return asked.startswith("https:") and not target.startswith("https:")


def returned(move: Move, failures: int) -> Move:
    """The move after a failed check: an adopted address that keeps failing is given up for the configured one."""
    return Move() if move.adopted_url and failures >= FAILURES_TO_RETURN else move
