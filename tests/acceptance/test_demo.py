"""`make demo` shows the product, and fails when reality is not what it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from scripts.demo.account import EMPTY, Scored, Stored
from scripts.demo.day import REPOSITORY, Day, load_day
from scripts.demo.expectations import deviations
from scripts.demo.play import MAILED
from scripts.demo.rendering import render_feed
from tests.programs import printed

BOUND_S = 60


@pytest.mark.slow
async def test_the_demo_goes_as_written_and_says_where_the_digest_is(tmp_path: Path) -> None:
    demo = REPOSITORY / "scripts" / "demo.py"
    shown = await printed(str(demo), "--folder", str(tmp_path / "demo"), timeout_s=BOUND_S)

    for promised in ("Seen", "Dropped", "Matched", "Mailed", "Failed", "analyst@example.org"):
        assert promised in shown, shown
    assert "\x1b[" not in shown, "colour codes where there is no terminal"
    pages = [word for word in shown.split() if word.startswith("file://") and word.endswith(".html")]
    assert pages
    assert all(Path(page.removeprefix("file://")).is_file() for page in pages)


@pytest.fixture(scope="module")
def written() -> Day:
    return load_day(datetime(2026, 11, 22, 18, tzinfo=UTC))


def test_every_feed_of_the_day_can_be_read_but_the_broken_ones(written: Day) -> None:
    for outlet in written.outlets:
        for number in range(3):
            if not outlet.is_readable:
                assert not written.entries(outlet.id, number)
                continue
            body, media_type = render_feed(written, outlet, number)
            parsed = feedparser.parse(body, response_headers={"content-type": media_type})
            titles = [item.title for item in written.entries(outlet.id, number)]
            assert [entry.title for entry in parsed.entries] == titles
            assert bool(parsed.bozo) == (outlet.behaviour == "malformed")


def test_the_day_holds_what_the_demo_promises(written: Day) -> None:
    wanted = [item for item in written.items if item.is_match]
    noise = [item for item in written.items if not item.is_match]

    assert {item.outlet.language for item in wanted} >= {"id", "en", "ru", "ko", "ja", "ar"}
    assert {item.verdict for item in wanted} == {"new", "copy", "known", "revision"}
    assert len(noise) >= 15
    assert {item.round for item in noise} == {0, 1, 2}
    assert {outlet.behaviour for outlet in written.outlets} == {
        "normal", "last-modified", "no-validators", "malformed", "html", "error-500", "gone"
    }  # fmt: skip
    assert all(item.at <= written.start for item in written.items)


def test_a_day_that_went_otherwise_is_told_item_by_item(written: Day) -> None:
    found = "\n".join(deviations(written, EMPTY, [], MAILED))

    for item in written.items:
        if item.verdict == "new":
            assert item.id in found
    assert all(address in found for address in MAILED)


def test_noise_that_matches_is_told(written: Day) -> None:
    football = next(item for item in written.items if item.id == "harian-timnas")
    row = Stored(
        id=1,
        feed_id=football.outlet.id,
        outlet=football.outlet.name,
        url=football.link,
        title=football.title,
        verdict="new",
        of=None,
        level="none",
        similarity=None,
        reason="",
        story_id=None,
        match=Scored(points=61.5, threshold=50.0, signals=()),
        told_to=(),
    )

    found = deviations(written, replace(EMPTY, articles={1: row}), [], [])

    assert f"harian-timnas: matched with 61.5 points: {football.title}" in found
