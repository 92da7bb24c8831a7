"""The benchmarks of deduplication and grouping still run, and still measure something."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks import bench_dedupe, bench_stories, copies_cost, copies_filling, copies_made, copies_noise
from monitor.core.similarity import read_all


def test_the_noise_table_finds_its_mutations(capsys: pytest.CaptureFixture[str]) -> None:
    texts = bench_dedupe.originals(random.Random(1), None, None, 12)
    bench_dedupe.noise_table(texts, seed=1)
    rows = capsys.readouterr().out.splitlines()
    shares = {row[:36].strip(): row[36:].split() for row in rows if row[:36].strip() in bench_dedupe.NOISE}
    assert set(shares) == set(bench_dedupe.NOISE)
    assert all(found == "100.0" for found, *_ in shares.values())


def test_different_articles_are_not_called_copies(capsys: pytest.CaptureFixture[str]) -> None:
    bench_dedupe.different_table(bench_dedupe.originals(random.Random(1), None, None, 5))
    rows = [row[36:].split() for row in capsys.readouterr().out.splitlines()[3:]]
    assert rows == [["0", "0", "5"]] * len(copies_noise.DIFFERENT)


def test_the_peer_finds_what_is_equal_and_not_what_is_another_text() -> None:
    peer = copies_noise.MinHashIndex(bands=42, rows=3)
    one, other = (text.text for text in bench_dedupe.originals(random.Random(1), None, None, 2))
    peer.add(1, one)
    assert peer.near(one) == {1}
    assert peer.near(other) == set()


def test_the_cost_table_fills_a_store_finds_its_planted_copies_and_prints_a_row(tmp_path: Path) -> None:
    url, maker = f"sqlite:///{tmp_path / 'copies.db'}", copies_made.NewsMaker(seed=1, stored=80)
    rows = copies_filling.fill(url, maker, 80)
    assert rows > 80 * 20
    assert copies_filling.fill(url, maker, 80) == rows, "a store that is filled already is left as it is"
    measured = asyncio.run(copies_cost.measure(url, maker, stored=80, batch=8, first=80))
    assert 0 < measured.found == measured.copies
    row = copies_cost.row_of("SQLite", 80, 8, [asdict(measured)])
    assert row.split()[:4] == ["SQLite", "80", "8", "3"]


def test_a_made_text_is_sketched_as_it_is_read() -> None:
    """The stored index would otherwise not be the one that the daemon builds."""
    made = copies_made.NewsMaker(seed=1, stored=20).sketched_block(0, 20)
    assert [reading.sample for reading in read_all([article for article, _ in made])] == [drawn for _, drawn in made]


def test_the_corpus_table_counts_right_and_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [one.text for one in bench_dedupe.originals(random.Random(1), None, None, 3)]
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
