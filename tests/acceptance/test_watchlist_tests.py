"""A watchlist that fails its own tests goes live neither at a start nor by a reload; stored articles count, too."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from scripts.demo.daemon import finished, started
from scripts.demo.play import Scene

UP_S = 30
WATCHLIST = Path("watchlists") / "russia-north-korea.yaml"
KEPT_OUT = "Rusia serang Kharkiv dengan puluhan drone"


def with_test(scene: Scene, kind: str, example: str) -> int:
    """Put a further test first in its list; the line it stands in."""
    path = scene.stage.config / WATCHLIST
    lines = path.read_text("utf-8").splitlines()
    place = lines.index(f"  {kind}:") + 1
    lines.insert(place, f"    - {example}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return place + 1


@pytest.mark.slow
async def test_a_watchlist_that_fails_its_own_test_starts_nothing_and_replaces_nothing(day: Scene) -> None:
    stage = day.stage
    path = stage.config / WATCHLIST
    good = path.read_text("utf-8")
    line = with_test(day, "must_match", KEPT_OUT)
    told = f"{path}:{line}:7: tests: “{KEPT_OUT}” must match, but the gate kept it out: north_korea is named nowhere."
    done = await finished("run", "--config", str(stage.config), folder=stage.folder, timeout_s=UP_S)
    assert done.code == 2
    assert told in done.log
    assert not stage.store.exists(), "nothing was begun"

    path.write_text(good, "utf-8")
    async with started("run", "--config", str(stage.config), folder=stage.folder) as daemon:
        await daemon.log_shows('"event": "running"', UP_S)
        line = with_test(day, "must_not_match", "Putin arrives in Pyongyang for talks with Kim")
        daemon.send(signal.SIGHUP)
        await daemon.log_shows("the old one stays in force", UP_S)
        events = [json.loads(entry)["event"] for entry in daemon.log.splitlines() if entry.startswith("{")]
        (refused,) = [event for event in events if "the old one stays in force" in event]
        assert (
            f"{path}:{line}:7: tests: “Putin arrives in Pyongyang for talks with Kim” must not match, but " in refused
        )
        assert "≥ 50. named +" in refused, "the trace"
        assert "(Putin · Pyongyang" in refused
        assert not any("configuration reloaded" in event for event in events)

        path.write_text(good, "utf-8")
        daemon.send(signal.SIGHUP)
        await daemon.log_shows("configuration reloaded", UP_S)


@pytest.mark.slow
async def test_a_stored_article_is_a_test_by_its_address(day: Scene) -> None:
    stage = day.stage
    item = next(one for one in day.day.items if "Putin" in one.title and "Kim" in one.title)
    path = stage.config / WATCHLIST
    line = with_test(day, "must_not_match", item.link)

    async def check() -> tuple[int, str]:
        done = await finished("check", "--config", str(stage.config), folder=stage.folder, timeout_s=UP_S)
        return done.code, done.output + done.log

    code, told = await check()
    assert code == 0, told
    assert f"warning  {path}:{line}:7: tests: this test was skipped: {item.link} is looked for in the store" in told
    once = await day.once()
    assert once.code == 0, "what is not stored yet keeps nothing back"
    code, told = await check()
    assert code == 2
    assert f"{path}:{line}:7: tests: “" in told
    assert f"({item.link}) must not match, but it scores " in told
    assert "this test was skipped" not in told
