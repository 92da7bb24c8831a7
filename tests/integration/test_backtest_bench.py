"""The benchmark of backtests runs, and says what the backtest found."""

from __future__ import annotations

import pytest

from benchmarks import bench_backtest


def test_the_benchmark_prints_a_line_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = bench_backtest.main(["--articles", "30", "--matching", "5", "--trials", "1"])
    assert (found.articles, found.after.articles, found.after.stories) == (30, 6, 2)
    assert capsys.readouterr().out.splitlines()[1].split()[0] == "30"
