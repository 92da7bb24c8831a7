"""The benchmark of the store still runs."""

from __future__ import annotations

import pytest

from benchmarks.bench_store import main


def test_the_benchmark_prints_a_row_a_size_and_finds_the_planted_copies(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--articles", "40", "80", "--batch", "20", "--hashes", "8"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        [size, rows] for size in ("40", "80") for rows in ("article", "all", "asked")
    ]
    assert all(line.endswith("40 with candidates") for line in lines if "asked" in line)
