"""The numbers of polling, in one table with their origins. Seconds unless named otherwise."""

from __future__ import annotations

from dataclasses import dataclass

HOUR_S = 3_600.0
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingLimits:
    """What bounds polling. Origins: research/polling.md §1 unless said otherwise.

    Rhythm: `interval_s` is that of a feed not yet known, `min_interval_s` the politeness floor, `max_interval_s` the
    longest for a healthy feed. Trouble: `failing_interval_s` is the longest for a failing one (Media Cloud: a day),
    `gone_interval_s` for a 410; `throttled_s` is how long a 429 without a wish is heeded (FreshRSS),
    `retry_after_cap_s` the longest wish granted (FreshRSS: two days), `outage_retry_s` the pause while our own line is
    down. Wishes: `wish_cap_s` is the longest max-age or ttl obeyed, `skip_cap_s` the longest rest that skipHours and
    skipDays may give. Whole bodies: validators are dropped after `whole_after_s` of nothing but 304 (NetNewsWire), or
    `overdue_whole_after_s` when news is overdue. Staggering: `first_spread_s` for a first start, `catch_up_s` after a
    pause; a pause is `pause_s` without a look at the due times. `jitter` is a share of an interval.

    Hosts and outlets: `per_host` requests in flight and `spacing_s` between two starts (Media Cloud: 2 and 5 s), the
    latter up to `spacing_jitter` longer; hosts in private networks, bridges of one's own, have `private_spacing_s`.
    """

    interval_s: float = 900.0
    min_interval_s: float = 300.0
    max_interval_s: float = DAY_S
    failing_interval_s: float = DAY_S
    gone_interval_s: float = 7 * DAY_S
    throttled_s: float = 1_500.0
    retry_after_cap_s: float = 2 * DAY_S
    outage_retry_s: float = 120.0
    wish_cap_s: float = DAY_S
    skip_cap_s: float = 3 * DAY_S
    whole_after_s: float = 8 * DAY_S
    overdue_whole_after_s: float = DAY_S
    first_spread_s: float = 30.0
    catch_up_s: float = 300.0
    pause_s: float = 150.0
    jitter: float = 0.1
    per_host: int = 2
    spacing_s: float = 5.0
    spacing_jitter: float = 0.25
    private_spacing_s: float = 0.0


DEFAULTS = PollingLimits()
