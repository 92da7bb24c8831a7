"""The rules by which a reader is judged, over the log of the sites: how often each applied, and where it was broken.

Public criteria (rachelbythebay.com/fs/ and /w/feed/, openrss.org's guide for developers) and the RFCs they rest on.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.acceptance.score_server import DAY, HOUR, Served
from tests.acceptance.simulated_daemon import START


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A rule's outcome: how often it applied, and where it was broken."""

    rule: str
    applied: int
    broken: Sequence[str]

    @property
    def is_kept(self) -> bool:
        """A rule that never applied was not tested."""
        return bool(self.applied) and not self.broken

    def __str__(self) -> str:
        mark = "pass" if self.is_kept else "FAIL"
        return f"{mark}  {self.applied:6d} × {self.rule}" + "".join(f"\n        {line}" for line in self.broken[:5])


Finding = Iterator[str | None]
"""None for a time that a rule was kept, else how it was broken."""


def score(rule: str, findings: Finding) -> Score:
    """Count what a rule found."""
    found = list(findings)
    return Score(rule=rule, applied=len(found), broken=[line for line in found if line is not None])


def by_url(log: Sequence[Served]) -> dict[str, list[Served]]:
    found: dict[str, list[Served]] = defaultdict(list)
    for served in log:
        found[served.url].append(served)
    return found


def _when(served: Served) -> str:
    return f"{served.url} on day {served.at_s / DAY:.3f}"


def one_unconditional_request(log: Sequence[Served], *, days: float = 8) -> Finding:
    """A feed that gave validators is asked without them once, and then no more often than every `days`."""
    for served in by_url(log).values():
        whole = [s for s in served if not s.is_conditional and s.etag and s.status == 200 and not s.is_page]
        for earlier, later in pairwise(whole):
            is_broken = later.at_s - earlier.at_s < days * DAY - 1
            yield f"{_when(later)}: {(later.at_s - earlier.at_s) / DAY:.2f} days after another" if is_broken else None
        if len(whole) == 1:
            yield None


def exact_validators(log: Sequence[Served]) -> Finding:
    """What is sent is, byte for byte, what this URL gave last; and both are sent if both were given."""
    for served in by_url(log).values():
        etag = modified = None
        for s in served:
            if s.is_conditional:
                sent = (s.sent.get("if-none-match"), s.sent.get("if-modified-since"))
                yield None if sent == (etag, modified) else f"{_when(s)}: sent {sent}, was given {(etag, modified)}"
            if s.status == 304:
                etag, modified = s.etag or etag, s.last_modified or modified
            elif s.status == 200 and not s.is_page:
                etag, modified = s.etag, s.last_modified


def conditional_where_possible(log: Sequence[Served], urls: Sequence[str]) -> Finding:
    """Only the first request of each of these is without a condition, but for one after eight days."""
    for url in urls:
        found = [s for s in log if s.url == url]
        whole_s = found[0].at_s
        for s in found[1:]:
            is_allowed = s.is_conditional or s.at_s - whole_s >= 8 * DAY
            whole_s = whole_s if s.is_conditional else s.at_s
            yield None if is_allowed else f"{_when(s)}: asked without a condition"


def not_believed_for_ever(log: Sequence[Served], urls: Sequence[str], *, days: float = 9) -> Finding:
    """A server that only ever says 304 is asked for its body all the same, now and then."""
    for url in urls:
        last_s = None
        for s in [s for s in log if s.url == url]:
            if last_s is not None:
                yield (
                    f"{_when(s)}: nothing but 304 since day {last_s / DAY:.1f}"
                    if s.at_s - last_s > days * DAY
                    else None
                )
            if not s.is_conditional or s.status == 200:
                last_s = s.at_s


def interval_of(log: Sequence[Served], url: str, least_s: float) -> Finding:
    """Never sooner after another."""
    found = [s for s in log if s.url == url]
    for earlier, later in pairwise(found):
        gap_s = later.at_s - earlier.at_s
        yield f"{_when(later)}: after {gap_s / 60:.0f} minutes" if gap_s < least_s - 0.5 else None


def no_feed_more_often(log: Sequence[Served], least_s: float) -> Finding:
    """No address is asked more often than that."""
    for url in by_url(log):
        yield from interval_of(log, url, least_s)


def max_age_is_waited_out(log: Sequence[Served], cap_s: float = DAY) -> Finding:
    """No request within the lifetime that the last 200 named, a day at most; a 304 begins it anew, named or not."""
    for served in by_url(log).values():
        until_s = lifetime = 0.0
        for s in served:
            if until_s:
                early_s = until_s - s.at_s
                yield f"{_when(s)}: {early_s:.0f} s early" if early_s > 0.5 else None
            named = re.search(r"max-age=(\d+)", s.reply.headers.get("Cache-Control", ""))
            if s.status == 200:
                lifetime = float(named[1]) if named else 0.0
            if s.status in (200, 304):
                until_s = s.at_s + min(lifetime, cap_s) if lifetime else 0.0


def quiet_is_kept(log: Sequence[Served], *, cap_s: float = 2 * DAY, without_wish_s: float = 1500.0) -> Finding:
    """A host that asked for quiet is left in peace, all its feeds; two days at most, 25 minutes for a bare 429."""
    quiet: dict[str, float] = {}
    for s in log:
        if s.host in quiet:
            early_s = quiet[s.host] - s.at_s
            yield f"{_when(s)}: {early_s:.0f} s early" if early_s > 0.5 else None
        if s.status not in (429, 503):
            continue
        wish = s.reply.headers.get("Retry-After", "")
        wait_s = without_wish_s if s.status == 429 else 0.0
        if wish:
            date_s = 0.0 if wish.isdigit() else (_parsed(wish) - _parsed(s.reply.headers["Date"])).total_seconds()
            wait_s = float(wish) if wish.isdigit() else max(date_s, 0.0)
        quiet[s.host] = max(quiet.get(s.host, 0.0), s.at_s + min(wait_s, cap_s))


def _parsed(text: str) -> datetime:
    return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)


def starts_are_spaced(log: Sequence[Served], group: Callable[[Served], str], least_s: float) -> Finding:
    """Between two starts within a group (a host, an outlet) lies a pause."""
    last: dict[str, Served] = {}
    for s in log:
        name = group(s)
        # Where a host leads within itself, the second request is a part of the first.
        led_to = last[name].reply.location if name in last else None
        if name in last and not (led_to and led_to.endswith(s.url.partition(s.host)[2]) and last[name].host == s.host):
            gap_s = s.at_s - last[name].at_s
            yield f"{_when(s)}: {gap_s:.1f} s after another of {name}" if gap_s < least_s - 0.01 else None
        last[name] = s


def clean_requests(log: Sequence[Served]) -> Finding:
    """No cookies, no Referer, nothing added to the address, no delta or range; a User-Agent that says who asks."""
    for s in log:
        faults = [name for name in ("cookie", "referer", "a-im", "range", "authorization") if name in s.sent]
        faults += ["query"] if "?" in s.target else []
        agent = s.sent.get("user-agent", "")
        faults += ["user-agent"] if "/" not in agent or "+" not in agent or "aiohttp" in agent else []
        faults += ["accept-encoding"] if "gzip" not in s.sent.get("accept-encoding", "") else []
        faults += ["accept"] if "*/*" not in s.sent.get("accept", "") else []
        yield f"{_when(s)}: {', '.join(faults)}" if faults else None


def skipped_times_are_quiet(log: Sequence[Served], url: str, hours: set[int], days: set[int]) -> Finding:
    """No request in skipped hours and on skipped days, once they were named."""
    for s in [s for s in log if s.url == url][1:]:
        at = START + timedelta(seconds=s.at_s)
        yield f"{_when(s)}: {at:%a %H:%M}" if at.hour in hours or at.weekday() in days else None


def nothing_comes_forward(log: Sequence[Served], events: Sequence[float], *, share: float = 0.45) -> Finding:
    """A restart, a reload or a set clock makes no feed be asked sooner; rhythms alone change by halves at most.

    A request that was never answered may be made again.
    """
    for every in by_url(log).values():
        served = [s for s in every if s.status]
        for first, second, third in zip(served, served[1:], served[2:], strict=False):
            if any(second.at_s < event <= third.at_s for event in events):
                before_s, after_s = second.at_s - first.at_s, third.at_s - second.at_s
                is_sooner = after_s < share * before_s
                yield f"{_when(third)}: after {after_s / 60:.0f} min, before {before_s / 60:.0f}" if is_sooner else None


def no_crowd(log: Sequence[Served], events: Sequence[float], *, most: int) -> Finding:
    """In the minute after a start or a pause, no crowd."""
    for event in events:
        count = sum(event <= s.at_s < event + 60 for s in log)
        yield f"{count} requests in the minute after day {event / DAY:.3f}" if count > most else None


def slower_and_never_silent(log: Sequence[Served], urls: Sequence[str], until_s: float) -> Finding:
    """A feed that only fails is asked ever more rarely, and for ever."""
    for url in urls:
        found = [s.at_s for s in log if s.url == url]
        gaps = [later - earlier for earlier, later in pairwise(found)]
        early, late = gaps[: len(gaps) // 3], gaps[-len(gaps) // 3 :]
        is_slower = bool(early) and sum(late) / len(late) >= sum(early) / len(early)
        yield None if is_slower else f"{url}: asked no more rarely in the end"
        yield None if until_s - found[-1] <= 7.8 * DAY else f"{url}: not asked since day {found[-1] / DAY:.1f}"


def a_move_is_followed(log: Sequence[Served], old: str, until_s: float) -> Finding:
    """A permanent redirect is followed for good after three times over a day, and no sooner."""
    asked = [s.at_s for s in log if s.url == old]
    is_patient = len(asked) >= 3 and asked[-1] - asked[0] >= DAY - 4 * HOUR
    yield None if is_patient else f"{old}: believed after {len(asked)} requests"
    yield None if asked[-1] < min(3 * DAY, until_s) else f"{old}: still asked on day {asked[-1] / DAY:.1f}"


def still_asked(log: Sequence[Served], url: str, until_s: float) -> Finding:
    """Where only a temporary redirect was seen, or a way that ends in one, the old address is asked to the end."""
    last_s = max((s.at_s for s in log if s.url == url), default=0.0)
    yield None if until_s - last_s < DAY else f"{url}: not asked since day {last_s / DAY:.1f}"


def everything_served_is_kept(log: Sequence[Served], kept: Mapping[str, int], names: Mapping[str, str]) -> Finding:
    """As many entries are kept of a feed (`names`: address → name) as went out to it."""
    served: dict[str, set[str]] = defaultdict(set)
    for s in log:
        if s.url in names:
            served[names[s.url]] |= s.guids
    for name, guids in served.items():
        if guids:
            is_whole = kept.get(name) == len(guids)
            yield None if is_whole else f"{name}: {len(guids)} entries served, {kept.get(name, 0)} kept"
