"""The benchmarks of deduplication and grouping still run, and still measure something."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from benchmarks import bench_dedupe, bench_stories


def test_the_noise_table_finds_its_mutations(capsys: pytest.CaptureFixture[str]) -> None:
    texts = bench_dedupe.originals(random.Random(1), None, None, 12)
    bench_dedupe.noise_table(texts, seed=1)
    bench_dedupe.cost_table(texts)
    rows = capsys.readouterr().out.splitlines()
    shares = {row[:36].strip(): row[36:].split() for row in rows if row[:36].strip() in bench_dedupe.NOISE}
    assert set(shares) == set(bench_dedupe.NOISE)
    assert all(found == "100.0" for found, *_ in shares.values())


def test_the_corpus_table_counts_right_and_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = bench_dedupe.originals(random.Random(1), None, None, 3)
    rows = [
        {"id": at, "group": at % 3, "copy": at // 3, "published": 1_718_755_200 + at, "title": f"t{'ab'[at // 3]}"}
        | {"url": f"https://s{at}.example/{at}", "text": texts[at % 3]}
        for at in range(6)
    ]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    bench_dedupe.corpus_table(corpus, size=2)
    assert "copies: 3 planted, 3 attached rightly, 0 wrongly" in capsys.readouterr().out


def test_the_story_tables_say_what_they_were_not_given(capsys: pytest.CaptureFixture[str]) -> None:
    bench_stories.seed_table(None)
    bench_stories.pair_table(None, seed=1)
    bench_stories.cost_table([20], seed=1)
    out = capsys.readouterr().out
    assert "give --seeds" in out
    assert "give --pairs" in out
    assert out.splitlines()[-1].split()[0] == "20"


def test_fitting_a_line_does_not_look_at_the_pair_it_judges() -> None:
    """Values without information: a line fitted on the very pair would score better than saying yes to all."""
    values = [0.5] * 20
    labels = [at % 2 == 0 for at in range(20)]
    assert bench_stories.five_fold(values, labels, seed=1) == pytest.approx(2 / 3)
