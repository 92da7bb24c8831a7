"""Twelve simulated days of the daemon before a judge of manners; `pytest -s` prints the score sheet.

The whole composition in a process of its own (`simulated_daemon`), with restarts, SIGKILL, SIGHUP, a changed address,
a suspended machine, clocks that are set, a dead line and a captive portal on the way. And the judge himself is judged:
he must find what is broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance import rules as judge
from tests.acceptance.manners import Play, play, printed, sheet
from tests.acceptance.rules import score
from tests.acceptance.score_server import DAY, HOUR, Served
from tests.acceptance.town import FAILING
from tests.servers import Reply


@pytest.mark.slow
async def test_twelve_days_before_a_judge_of_manners(tmp_path: Path) -> None:
    played = await play(tmp_path)
    scores = sheet(played)
    print("\n" + printed(played, scores))
    assert all(s.is_kept for s in scores), printed(played, scores)
    _conditions_are_what_they_are(played)
    _what_fell_out_of_the_window_is_known(played)


def _conditions_are_what_they_are(played: Play) -> None:
    states = played.states
    conditions = {name: state.health.condition.value for name, state in states.items()}
    assert {name: conditions[name] for name in FAILING} == {
        "gone": "gone",
        "missing": "failing",
        "wall": "challenged",
        "broken": "failing",
    }
    assert {name for name, word in conditions.items() if word not in ("healthy", "moved")} == set(FAILING)
    moves = {name: re.sub(r":\d+/", "/", state.move.adopted_url) for name, state in states.items()}
    adopted = {name: url for name, url in moves.items() if url}
    assert adopted == {"old": "http://moved.example.org/new", "mixed": "http://hop.example.org/feed"}


def _what_fell_out_of_the_window_is_known(played: Play) -> None:
    rhythm = played.states["rush"].rhythm
    assert rhythm.gaps >= 1
    first, last = rhythm.gap_from, rhythm.gap_until
    assert first is not None
    assert last is not None
    assert 0 <= rhythm.gap_missed <= (last - first).total_seconds() / 60
    # "own" shows 20 hours and was not asked for a night; the stubborn one was not asked for its body for days.
    assert {name for name, state in played.states.items() if state.rhythm.gaps} <= {"rush", "own", "stubborn"}


# --- the judge judged -----------------------------------------------------------------------------------------------

GOOD = {"user-agent": "reader/1.0 (+https://example.org)", "accept-encoding": "gzip", "accept": "*/*"}
A = "http://a.example.org/rss"


def served(at_s: float, url: str = A, *, etag: str | None = None, reply: Reply | None = None, **sent: str) -> Served:
    """One request; `etag` is sent."""
    reply = reply or Reply(b"<guid>1</guid>", etag='"1"')
    headers = {**GOOD, **({"if-none-match": etag} if etag else {}), **{k.replace("_", "-"): v for k, v in sent.items()}}
    return Served(
        at_s=at_s, url=url, target="/rss", sent=headers, reply=reply, status=304 if etag == '"1"' else reply.status
    )


def faults() -> Iterator[tuple[str, Iterator[str | None]]]:
    """What a careless reader does, under the rule that it breaks."""
    slow = Reply(b"", status=429, headers={"Retry-After": "600", "Date": "Mon, 23 Nov 2026 00:00:00 GMT"})
    page = Reply(b"<guid>2</guid>", etag='"2"', headers={"Cache-Control": "public, max-age=3600"})
    twice = [served(0), served(3 * HOUR)]
    yield "unconditional again", judge.one_unconditional_request(twice)
    yield "no condition", judge.conditional_where_possible(twice, [A])
    yield "a validator of its own making", judge.exact_validators([served(0), served(HOUR, etag='"x"')])
    yield "another address's validator", judge.exact_validators([served(0), served(9, A + "2", etag='"1"')])
    yield "nothing but 304", judge.not_believed_for_ever([served(0), served(10 * DAY, etag='"1"')], [A])
    yield "too often", judge.no_feed_more_often(twice, 4 * HOUR)
    yield "max-age cut short", judge.max_age_is_waited_out([served(0, reply=page), served(HOUR / 2)])
    for other in (A, "http://a.example.org/other"):
        yield "Retry-After cut short", judge.quiet_is_kept([served(0, reply=slow), served(500, other)])
    yield "a burst at a host", judge.starts_are_spaced([served(0), served(1, A + "2")], lambda s: s.host, 5.0)
    for name in ("cookie", "referer", "a_im", "range"):
        yield name, judge.clean_requests([served(0, **{name: "x"})])
    yield "no name", judge.clean_requests([served(0, user_agent="Mozilla")])
    yield "a query", judge.clean_requests([replace(served(0), target="/rss?_=1")])
    yield "a skipped hour", judge.skipped_times_are_quiet([served(0), served(5 * HOUR)], A, {5}, set())
    early = [served(0), served(4 * HOUR), served(4.1 * HOUR)]
    yield "asked at the restart", judge.nothing_comes_forward(early, [4.05 * HOUR])
    yield "a crowd", judge.no_crowd([served(n, A + str(n)) for n in range(9)], [0.0], most=5)
    yield "given up", judge.slower_and_never_silent([served(n * HOUR) for n in range(5)], [A], 30 * DAY)
    yield "hammered", judge.slower_and_never_silent([served(10 * HOUR - HOUR / (n + 1)) for n in range(9)], [A], DAY)
    yield "believed at once", judge.a_move_is_followed([served(0), served(HOUR)], A, 12 * DAY)
    yield "never believed", judge.a_move_is_followed([served(n * DAY) for n in range(12)], A, 12 * DAY)
    yield "a temporary move believed", judge.still_asked([served(0)], A, 5 * DAY)
    yield "an entry lost", judge.everything_served_is_kept([served(0)], {}, {A: "a"})


def test_the_judge_finds_what_a_careless_reader_does() -> None:
    scores = [score(name, findings) for name, findings in faults()]
    assert [s.rule for s in scores if not s.broken] == []


def test_a_rule_that_never_applied_is_not_kept() -> None:
    assert not score("nothing", iter(())).is_kept
    assert score("once", iter([None])).is_kept
