"""The scoring benchmark runs, and its measure of ranking is right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import bench_scoring


def test_the_benchmark_prints_both_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled = tmp_path / "items.jsonl"
    rows = [
        {"title": "Putin tiba di Pyongyang", "text": "", "lang": "id", "label": 1, "reason": ""},
        {"title": "Harga beras naik", "text": "", "lang": "id", "label": 0, "reason": ""},
        {"title": "Harga gas naik", "text": "", "lang": "id", "label": 1, "reason": "grey: no"},
    ]
    labelled.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    bench_scoring.main(["6", str(labelled)])
    printed = capsys.readouterr().out
    assert "default watchlist" in printed
    assert re.search(r"100 watchlists, 10,000 terms +all +\d+   no match +\d+", printed)
    assert "all:      2  1.000  1.000  1.000  1.000" in printed


def test_average_precision_is_the_mean_precision_at_relevant_items() -> None:
    ranked = [(3.0, True), (2.0, False), (1.0, True)]
    assert bench_scoring.average_precision(ranked) == pytest.approx((1 + 2 / 3) / 2)
