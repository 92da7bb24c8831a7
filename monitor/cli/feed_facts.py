"""What is known of a feed, in words and as plain values: the same for `feeds list`, `feeds show` and `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from monitor.model.feeds import FeedState

_KEYS = (
    "condition",
    "reason",
    "since",
    "likely_address",
    "outcome",
    "detail",
    "failures",
    "checked_at",
    "succeeded_at",
    "next_check_at",
    "newest_at",
    "interval_s",
    "gaps",
    "last_gap_at",
    "asked_url",
)
COLUMNS = ("is", "since", "last read", "next check", "gaps")


def cells(state: FeedState | None, *, is_enabled: bool = True) -> tuple[str, ...]:
    """The columns of `COLUMNS`."""
    if not is_enabled:
        return ("paused", "", "", "", "")
    if state is None:
        return ("new", "", "never", "", "")
    return (
        state.health.condition.value,
        clock(state.health.since_at),
        clock(state.succeeded_at) or "never",
        clock(state.next_check_at),
        str(state.rhythm.gaps or ""),
    )


def explanations(states: Iterable[FeedState], addresses: Mapping[str, str]) -> list[str]:
    """A line for each feed that is not simply healthy, with its likely new address."""
    lines = []
    for state in states:
        if told := state.health.reason or state.detail:
            lines.append(f"  {state.feed_id}: {told}")
        if address := addresses.get(state.feed_id):
            lines.append(f"  {state.feed_id}: its likely new address: {address}")
    return lines


def plain(state: FeedState | None, address: str | None) -> dict[str, object]:
    """For programs; times in ISO 8601."""
    if state is None:
        return dict.fromkeys(_KEYS)
    health, rhythm = state.health, state.rhythm
    facts = (
        health.condition.value,
        health.reason,
        _iso(health.since_at),
        address,
        state.outcome,
        state.detail,
        state.failures,
        _iso(state.checked_at),
        _iso(state.succeeded_at),
        _iso(state.next_check_at),
        _iso(state.newest_at),
        round(state.interval_s),
        rhythm.gaps,
        _iso(rhythm.gap_at),
        state.move.adopted_url or state.url,
    )
    return dict(zip(_KEYS, facts, strict=True))


def clock(at: datetime | None) -> str:
    """A moment on this machine's clock, the year when it is another one; empty for none."""
    if at is None:
        return ""
    from datetime import datetime

    local = at.astimezone()
    is_this_year = local.year == datetime.now().astimezone().year
    return local.strftime("%d %b %H:%M" if is_this_year else "%d %b %Y %H:%M")


def zone_name() -> str:
    """The zone of this machine's clock, as it calls itself."""
    from datetime import datetime

    now = datetime.now().astimezone()
    offset = now.strftime("UTC%z")
    return "UTC" if offset == "UTC+0000" else f"{now.tzname()}, {offset[:-2]}:{offset[-2:]}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
