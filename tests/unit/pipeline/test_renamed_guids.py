"""Feeds that make up the guids of their items anew for every poll."""

from dataclasses import replace
from datetime import timedelta

from tests.unit.pipeline.collecting import feeds_named, fetched, parsed, rig_of


async def test_guids_made_anew_for_every_poll_are_no_news_and_no_gap() -> None:
    feeds = feeds_named("a")
    titles = ("Putin tiba", "Kim menyambut", "Perjanjian diteken")
    rig = await rig_of({}, {}, feeds)
    tallies = []
    for round_number in range(4):
        body = parsed(*titles, feed=feeds["a"])
        entries = tuple(replace(entry, guid=f"{entry.guid}-{round_number}") for entry in body.entries)
        digests = tuple(range(10 * round_number + 1, 10 * round_number + 4))
        rig.source.parsed[feeds["a"].url] = replace(body, entries=entries, digests=digests)
        rig.source.outcomes[feeds["a"].url] = fetched(feeds["a"], body=f"<rss>{round_number}</rss>".encode())
        tallies.append((await rig.collector.collect_due(feeds)).tally)
        rig.clock.at += timedelta(days=2)
    assert [tally.stored for tally in tallies] == [3, 0, 0, 0]
    assert [tally.known for tally in tallies] == [0, 3, 3, 3]
    state = (await rig.states())["a"]
    assert state.rhythm.gaps == 0
    assert len(rig.store.ledger) == 6
