"""The profile benchmark runs, and its figure holds: each seed, left out, is above nearly all else."""

from __future__ import annotations

from pathlib import Path

from benchmarks import bench_profile


def test_the_seeds_match_and_each_left_out_is_above_a_thousand_other_articles(tmp_path: Path, capsys) -> None:
    assert bench_profile.main(["--made", "1000", "--data", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "5 of 5 seeds match; 5 rank above 99% or more" in printed


def test_a_seed_that_is_no_better_than_the_background_is_told_from_one_that_is() -> None:
    documents = bench_profile.seeds()
    watchlist = bench_profile.load_watchlist(bench_profile.WATCHLIST)
    standings = bench_profile.ranked(documents[:4], {"the fifth": documents[4:]}, watchlist)
    assert {one.others for rows in standings.values() for one in rows} == {1}
    assert any(one.ahead for rows in standings.values() for one in rows)
