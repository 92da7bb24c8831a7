"""The benchmark of the watchlist language runs."""

from __future__ import annotations

import pytest

from benchmarks import bench_watchlist_language


def test_the_benchmark_prints_its_tables(capsys: pytest.CaptureFixture[str]) -> None:
    bench_watchlist_language.main(["200"])
    printed = capsys.readouterr().out
    assert "\n200 " in printed
    assert "an expression" in printed
    assert "(a+)+$" in printed
