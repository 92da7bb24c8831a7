"""Cyclic garbage: swept by hand, and never for long."""

from __future__ import annotations

import ctypes
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.app.garbage import FEW, LONG_S, Sweeper, return_free_memory


class Recorded:
    """A collector of garbage that says what it was told; its next collections take so many seconds."""

    def __init__(self, *spends: float) -> None:
        self.spends = list(spends)
        self.told: list[Any] = []
        self.s = 0.0
        self.frozen = 0

    def seconds(self) -> float:
        return self.s

    def collect(self) -> int:
        self.told.append("collect")
        self.s += self.spends.pop(0)
        return 0

    def freeze(self) -> None:
        self.told.append("freeze")

    def unfreeze(self) -> None:
        self.told.append("unfreeze")

    def get_freeze_count(self) -> int:
        return self.frozen

    def get_threshold(self) -> tuple[int, int, int]:
        return (700, 10, 10)

    def set_threshold(self, threshold0: int, threshold1: int, threshold2: int, /) -> None:
        self.told.append((threshold0, threshold1, threshold2))


@pytest.fixture
def restored() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_a_long_sweep_sets_aside_what_lives_and_a_short_one_does_not() -> None:
    collector = Recorded(LONG_S / 2, LONG_S * 2, LONG_S / 2)
    sweeper = Sweeper(collector, seconds=collector.seconds)
    for _ in range(3):
        sweeper.sweep()
    assert collector.told == ["collect", "collect", "freeze", "collect"]


def test_a_reload_sweeps_what_was_set_aside_before_unless_that_takes_long() -> None:
    collector = Recorded(0.0, 0.0)
    sweeper = Sweeper(collector, seconds=collector.seconds)
    collector.frozen = FEW
    sweeper.settle()
    collector.frozen = FEW + 1
    sweeper.settle()
    told = [call for call in collector.told if isinstance(call, str)]
    assert told == ["unfreeze", "collect", "freeze", "collect", "freeze"]


def test_at_the_end_the_interpreter_collects_as_before() -> None:
    collector = Recorded(0.0, 0.0)
    sweeper = Sweeper(collector, seconds=collector.seconds)
    sweeper.release()
    assert collector.told == []
    sweeper.settle()
    sweeper.settle()
    sweeper.release()
    assert collector.told[-1] == (700, 10, 10)


@pytest.mark.usefixtures("restored")
def test_once_settled_no_amount_of_work_starts_a_full_collection_by_itself() -> None:
    full: list[int] = []

    def seen(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            full.append(len(kept))

    kept: list[list[int]] = []
    Sweeper().settle()
    gc.set_threshold(700, 10, gc.get_threshold()[2])  # young collections often, to be soon done
    gc.callbacks.append(seen)
    try:
        # Survivors enough for several full ones by the interpreter's own rule (a quarter more than before).
        while gc.get_count()[2] < 25:
            kept += [[] for _ in range(1_000)]
        assert full == []
        Sweeper().sweep()
        assert len(full) == 1
    finally:
        gc.callbacks.remove(seen)


@pytest.mark.usefixtures("restored")
def test_what_was_set_aside_is_freed_all_the_same_when_nobody_refers_to_it() -> None:
    freed: list[str] = []

    class Thing:
        def __del__(self) -> None:
            freed.append("thing")

    thing = Thing()
    Sweeper().settle()
    del thing
    assert freed == ["thing"]


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library does not tell what it holds")
def test_free_memory_below_what_lives_goes_back() -> None:
    """Every other block lives: the heap cannot shrink from its end."""

    def resident_mb() -> float:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    blocks = [bytes([1]) * 50_000 for _ in range(2000)]
    del blocks[::2]
    before = resident_mb()
    return_free_memory()
    assert before - resident_mb() > 30
    assert len(blocks) == 1000
