"""Whose turn it is: few requests at once and a pause between two starts, for each host and for each outlet.

A queue a pair of host and outlet, and a heap of those pairs by the time at which they may go: taking a turn costs
O(log n), however many feeds wait (Media Cloud's scoreboard scans them). A host that asked for quiet holds its feeds
here; they occupy no slot.

Times are seconds of a clock that never jumps; the caller reads it.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Pair = tuple[str, str]

_SWEEP_EVERY = 4_096


@dataclass(slots=True)
class _Lane:
    """A host or an outlet: its requests in flight, when the next may start, and the pairs that wait for a landing.

    `begun_at` is when the last one began in truth, `pause_s` the pause that was drawn for it.
    """

    in_flight: int = 0
    ready_at: float = 0.0
    begun_at: float = -math.inf
    pause_s: float = 0.0
    waiting: int = 0
    parked: list[Pair] | None = None


class Turns(Generic[Item]):
    """Hands out turns.

    Args:
        at_once: Requests in flight, per host and per outlet.
        jitter: A pause is up to this share longer.
    """

    def __init__(self, *, at_once: int = 2, jitter: float = 0.25) -> None:
        self.at_once = at_once
        self.jitter = jitter
        self._hosts: dict[str, _Lane] = {}
        self._outlets: dict[str, _Lane] = {}
        self._queues: dict[Pair, deque[tuple[Item, float]]] = {}
        self._heap: list[tuple[float, int, Pair]] = []
        self._listed: set[Pair] = set()
        self._count = 0
        self._landings = 0
        self.waiting = 0
        self.in_flight = 0

    def __iter__(self) -> Iterator[Item]:
        """Those that wait."""
        return (item for queue in self._queues.values() for item, _ in queue)

    def add(self, item: Item, *, host: str, outlet: str, spacing_s: float) -> None:
        """Queue an item; `spacing_s` is the pause after its start."""
        pair = (host, outlet)
        self._queues.setdefault(pair, deque()).append((item, spacing_s))
        for lane in self._lanes(pair):
            lane.waiting += 1
        self.waiting += 1
        self._list(pair)

    def take(self, now: float, chance: float = 0.0) -> tuple[Item, Pair] | None:
        """The item whose turn it is, now in flight until `land`; None while nobody may go. `chance` in [0, 1).

        To be told by `begin` when its request goes out: a busy loop is late, and the pause counts from then.
        """
        while self._heap and self._heap[0][0] <= now:
            _, _, pair = heapq.heappop(self._heap)
            self._listed.discard(pair)
            host, outlet = self._lanes(pair)
            full = next((lane for lane in (host, outlet) if lane.in_flight >= self.at_once), None)
            if full is not None:
                full.parked = full.parked or []
                full.parked.append(pair)
            elif max(host.ready_at, outlet.ready_at) > now:
                self._list(pair)
            else:
                return self._start(pair, now, chance), pair
        return None

    def begin(self, pair: Pair, now: float) -> None:
        """The request of an item that was taken goes out."""
        self._begin(self._lanes(pair), now)

    def land(self, pair: Pair, now: float) -> None:
        """A request has ended."""
        self.in_flight -= 1
        for lane in self._lanes(pair):
            lane.in_flight -= 1
            parked, lane.parked = lane.parked, None
            for other in parked or ():
                self._list(other)
        self._landings += 1
        if self._landings % _SWEEP_EVERY == 0:
            self._sweep(now)

    def hold(self, host: str, until: float) -> None:
        """Start nothing at a host before that time."""
        lane = self._hosts.setdefault(host, _Lane())
        lane.ready_at = max(lane.ready_at, until)

    def reserve(
        self, host: str, now: float, *, spacing_s: float, within_s: float, outlet: str = "", chance: float = 0.0
    ) -> float | None:
        """When a request that does not queue here may start, None if not `within_s`; the next one waits for it.

        It counts towards the pauses between starts, not towards the requests in flight: whoever waits for it may
        be in flight already, and two that wait for each other's places would wait for ever. `outlet` "" for none.
        """
        lanes = self._lanes_of(host, outlet)
        at = max(now, *(lane.ready_at for lane in lanes))
        if at - now > within_s:
            return None
        for lane in lanes:
            lane.pause_s = spacing_s * (1 + self.jitter * chance)
            lane.ready_at = at + lane.pause_s
        return at

    def begin_reserved(self, host: str, now: float, *, at: float, spacing_s: float, outlet: str = "") -> float:
        """A request reserved for `at` wants to go out: 0.0 if it may, else the seconds that it still has to wait.

        Longer than was reserved where the one before it was late.
        """
        lanes = self._lanes_of(host, outlet)
        wait_s = max(at, *(lane.begun_at + spacing_s for lane in lanes)) - now
        if wait_s > 0:
            return wait_s
        self._begin(lanes, now)
        return 0.0

    def ready_at(self, host: str, outlet: str, spacing_s: float) -> float:
        """About when one more item would have its turn, behind those that wait already."""
        lanes = (self._hosts.get(host), self._outlets.get(outlet))
        return max((lane.ready_at + lane.waiting * spacing_s for lane in lanes if lane is not None), default=0.0)

    def next_at(self) -> float | None:
        """When it is worth asking again, landings apart."""
        return self._heap[0][0] if self._heap else None

    def drain(self) -> list[Item]:
        """Take out all that wait."""
        items = list(self)
        self._queues.clear()
        self._heap.clear()
        self._listed.clear()
        for lane in (*self._hosts.values(), *self._outlets.values()):
            lane.waiting = 0
            lane.parked = None
        self.waiting = 0
        return items

    def _start(self, pair: Pair, now: float, chance: float) -> Item:
        queue = self._queues[pair]
        item, spacing_s = queue.popleft()
        for lane in self._lanes(pair):
            lane.in_flight += 1
            lane.waiting -= 1
            lane.pause_s = spacing_s * (1 + self.jitter * chance)
            lane.ready_at = max(lane.ready_at, now + lane.pause_s)
        self.waiting -= 1
        self.in_flight += 1
        if queue:
            self._list(pair)
        else:
            del self._queues[pair]
        return item

    def _list(self, pair: Pair) -> None:
        if pair in self._listed or pair not in self._queues:
            return
        host, outlet = self._lanes(pair)
        self._listed.add(pair)
        self._count += 1
        heapq.heappush(self._heap, (max(host.ready_at, outlet.ready_at), self._count, pair))

    def _lanes(self, pair: Pair) -> tuple[_Lane, _Lane]:
        return self._hosts.setdefault(pair[0], _Lane()), self._outlets.setdefault(pair[1], _Lane())

    def _lanes_of(self, host: str, outlet: str) -> tuple[_Lane, ...]:
        return self._lanes((host, outlet)) if outlet else (self._hosts.setdefault(host, _Lane()),)

    @staticmethod
    def _begin(lanes: Iterable[_Lane], now: float) -> None:
        for lane in lanes:
            lane.begun_at = now
            lane.ready_at = max(lane.ready_at, now + lane.pause_s)

    def _sweep(self, now: float) -> None:
        """Forget lanes that bind nobody."""
        for lanes in (self._hosts, self._outlets):
            idle = [name for name, lane in lanes.items() if not lane.in_flight + lane.waiting and lane.ready_at <= now]
            for name in idle:
                del lanes[name]
