"""`monitor once`: the second run has nothing to say, and asks nobody for what has not changed."""

from __future__ import annotations

import pytest

from scripts.demo.play import Scene

VALIDATING = {"normal", "last-modified", "malformed"}


@pytest.mark.slow
async def test_once_twice_in_a_row_mails_nothing_the_second_time_and_is_answered_304(day: Scene) -> None:
    first = await day.once("--digest")
    assert first.code == 0, first.log
    mails, asked, files = len(day.mail.mails), len(day.feeds.log), sorted(day.stage.outbox.rglob("*"))
    assert mails
    assert files

    second = await day.once("--digest")

    assert second.code == 0, second.log
    assert len(day.mail.mails) == mails
    assert sorted(day.stage.outbox.rglob("*")) == files
    again = {one.outlet_id: one for one in day.feeds.log[asked:]}
    assert set(again) == {outlet.id for outlet in day.day.outlets}, "once asks every feed"
    assert len(day.feeds.log) == asked + len(again), "and asks it once"
    for outlet in day.day.outlets:
        if outlet.behaviour in VALIDATING:
            assert (again[outlet.id].is_conditional, again[outlet.id].status) == (True, 304), outlet.id
    assert not again["specimen-post"].is_conditional, "no validators were given, so none are made up"


@pytest.mark.slow
async def test_once_names_itself_to_the_servers_it_asks(day: Scene) -> None:
    done = await day.once("--dry-run")

    assert done.code == 0, done.log
    assert {one.user_agent.split("/")[0] for one in day.feeds.log} == {"monitor"}
    assert not day.mail.mails, "a dry run mails nothing"
    assert not list(day.stage.outbox.rglob("*.html"))
