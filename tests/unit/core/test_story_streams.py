"""The streams that grouping is measured on, and what is said of a grouping."""

from __future__ import annotations

import pytest

from benchmarks import story_streams, story_tables


def test_the_streams_tell_a_grouping_that_is_right_from_one_that_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    stream = story_streams.made_stream("ja", events=6, seed=1)
    events = [report.event for report in stream]
    first = [at for at, event in enumerate(events) if event not in events[:at]]
    right = story_streams.quality(stream, events, first)
    assert (right.f1, right.type_merges, right.alerted, right.per) == (1, 0, 1, 1)
    one = story_streams.quality(stream, [0] * len(stream), [0])
    assert (one.recall, one.alerted, one.per) == (1, pytest.approx(1 / 6), pytest.approx(1 / 6))
    assert one.precision < 0.5
    alone = story_streams.quality(stream, range(len(stream)), range(len(stream)))
    assert (alone.precision, alone.alerted) == (1, 1)
    assert alone.recall == pytest.approx(6 / len(stream))
    story_tables.alert_table([], events=2, seeds=(1,), languages=["zh"])
    rows = capsys.readouterr().out.splitlines()
    assert [row[26:37].strip() for row in rows[-4:]] == ["reference", "ours"] * 2


@pytest.mark.parametrize("with_body", [True, False])
def test_pairs_make_a_stream_of_what_they_tie_together(with_body: bool) -> None:
    pairs = [("a", "1", "b", "2", True, "xx"), ("b", "2", "c", "3", True, "xx"), ("d", "4", "a", "5", False, "xx")]
    stream = story_streams.pair_stream([*pairs, ("e", "", "f", "", True, "yy")], "xx", with_body=with_body)
    tied = {report.event for report in stream if report.title in "abc"}
    assert sorted(report.title for report in stream) == ["a", "a", "b", "c", "d"]
    assert len(tied) == 1
    assert {report.event for report in stream if report.title == "d"}.isdisjoint(tied)
    assert any(report.body for report in stream) is with_body
