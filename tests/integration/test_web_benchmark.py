"""The benchmark of the pages still runs."""

from __future__ import annotations

import pytest

from benchmarks.bench_web import main


def test_the_benchmark_prints_a_row_for_the_floor_and_for_each_case(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--requests", "3"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["bare", "first", "again", "busy"]
