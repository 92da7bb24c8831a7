import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.errors import ParseError
from monitor.sources.workers import ParseWorkers
from tests.parsers import obey
from tests.servers import RSS


@pytest.fixture
async def workers() -> AsyncIterator[ParseWorkers]:
    pool = ParseWorkers(max_workers=2, timeout_s=2.0, parse=obey)
    yield pool
    await pool.close()


def is_running(pid: int) -> bool:
    """Not even as a zombie."""
    return Path(f"/proc/{pid}").exists() if Path("/proc/self").exists() else _answers(pid)


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def failure(workers: ParseWorkers, body: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        await workers.parse(body, "", "https://example.org/rss")
    return caught.value


async def test_no_worker_starts_before_the_first_parse(workers: ParseWorkers) -> None:
    assert workers.pids == ()
    parsed = await workers.parse(b"a", "text/xml", "https://example.org/rss")
    assert (parsed.title, parsed.entries[0].guid) == ("a", "text/xml")
    assert [str(pid) for pid in workers.pids] == [parsed.kind]
    assert parsed.kind != str(os.getpid())


async def test_a_worker_serves_again_and_again(workers: ParseWorkers) -> None:
    assert len({(await workers.parse(b"a", "", "")).kind for _ in range(5)}) == 1


async def test_a_hung_worker_is_replaced_while_its_neighbours_parse_succeeds(workers: ParseWorkers) -> None:
    hung = asyncio.create_task(failure(workers, b"hang"))
    while not workers.pids:
        await asyncio.sleep(0)
    (hung_pid,) = workers.pids
    neighbours = await asyncio.gather(*(workers.parse(b"%d" % n, "", "") for n in range(8)))
    assert not hung.done()
    assert [parsed.title for parsed in neighbours] == [str(n) for n in range(8)]
    error = await hung
    assert error.kind == "timeout"
    assert "https://example.org/rss" in str(error)
    assert not is_running(hung_pid)
    assert (await workers.parse(b"after", "", "")).title == "after"


async def test_a_worker_that_dies_is_replaced(workers: ParseWorkers) -> None:
    assert (await failure(workers, b"die")).kind == "crash"
    assert (await workers.parse(b"after", "", "")).title == "after"


async def test_workers_that_end_by_themselves_are_no_riddle_to_the_loop(
    workers: ParseWorkers, caplog: pytest.LogCaptureFixture
) -> None:
    await asyncio.gather(*(failure(workers, b"die") for _ in range(6)))
    await workers.close()
    assert not caplog.records


async def test_a_worker_killed_while_idle_is_not_noticed(workers: ParseWorkers) -> None:
    first = await workers.parse(b"a", "", "")
    os.kill(int(first.kind), 9)
    second = await workers.parse(b"b", "", "")
    assert second.title == "b"
    assert second.kind != first.kind


async def test_an_error_in_the_parser_names_its_kind_and_keeps_the_worker(workers: ParseWorkers) -> None:
    refused = await failure(workers, b"refuse")
    assert (refused.kind, str(refused)) == ("html", "this is a web page")
    assert (await failure(workers, b"raise")).kind == "crash"
    assert len(workers.pids) == 1


async def test_a_body_that_eats_memory_breaks_only_its_worker(workers: ParseWorkers) -> None:
    assert (await failure(workers, b"eat memory")).kind == "crash"
    assert (await workers.parse(b"after", "", "")).title == "after"


async def test_a_body_whose_worker_was_killed_is_tried_once_more(workers: ParseWorkers, tmp_path: Path) -> None:
    body = b"once %s" % str(tmp_path / "mark").encode()
    assert (await workers.parse(body, "", "")).title == body.decode()


async def test_a_body_that_kills_takes_no_more_than_two_workers_with_it() -> None:
    workers = ParseWorkers(max_workers=4, parse=obey)
    await asyncio.gather(*(workers.parse(b"%d" % n, "", "") for n in range(40)))
    before = set(workers.pids)
    assert len(before) == 4
    assert (await failure(workers, b"die")).kind == "crash"
    assert len(before & set(workers.pids)) >= 2
    await workers.close()


async def test_neighbours_of_bodies_that_hang_and_kill_are_all_parsed(workers: ParseWorkers) -> None:
    bad = [asyncio.create_task(failure(workers, body)) for body in (b"hang", b"die", b"raise", b"smuggle", b"die")]
    good = await asyncio.gather(*(workers.parse(b"%d" % n, "", "") for n in range(20)))
    assert [parsed.title for parsed in good] == [str(n) for n in range(20)]
    assert [error.kind for error in await asyncio.gather(*bad)] == ["timeout", "crash", "crash", "crash", "crash"]
    assert len(workers.pids) <= 2


async def test_a_worker_that_keeps_memory_is_replaced_after_its_answer() -> None:
    workers = ParseWorkers(max_workers=1, max_memory_bytes=400_000_000, parse=obey)
    grown = await workers.parse(b"grow", "", "")
    assert grown.title == "grow"
    assert (await workers.parse(b"after", "", "")).kind != grown.kind
    await workers.close()


async def test_one_worker_is_enough_for_one_body_after_the_other() -> None:
    workers = ParseWorkers(max_workers=8, parse=obey)
    for n in range(10):
        await workers.parse(b"%d" % n, "", "")
    assert len(workers.pids) == 1
    await workers.close()


async def test_many_bodies_at_once_get_as_many_workers_as_allowed() -> None:
    workers = ParseWorkers(max_workers=3, parse=obey)
    parsed = await asyncio.gather(*(workers.parse(b"%d" % n, "", "") for n in range(60)))
    assert [one.title for one in parsed] == [str(n) for n in range(60)]
    assert len(workers.pids) == 3
    await workers.close()


async def test_cancelled_callers_do_not_keep_the_next_ones_waiting() -> None:
    workers = ParseWorkers(max_workers=1, parse=obey)
    tasks = [asyncio.create_task(workers.parse(b"%d" % n, "", "")) for n in range(12)]
    await tasks[0]
    for task in tasks[1:9]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert [task.result().title for task in tasks[9:]] == ["9", "10", "11"]
    await workers.close()


async def test_noise_on_stdout_does_not_mix_with_answers(workers: ParseWorkers) -> None:
    assert (await workers.parse(b"print", "", "")).title == "print"
    assert (await workers.parse(b"after", "", "")).title == "after"


async def test_nothing_but_our_own_nouns_is_taken_from_a_worker(workers: ParseWorkers) -> None:
    assert (await failure(workers, b"smuggle")).kind == "crash"


async def test_a_cancelled_parse_leaves_no_worker_in_the_middle_of_it(workers: ParseWorkers) -> None:
    task = asyncio.create_task(workers.parse(b"hang", "", ""))
    while not workers.pids:
        await asyncio.sleep(0)
    (pid,) = workers.pids
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not is_running(pid)
    assert (await workers.parse(b"after", "", "")).title == "after"


async def test_a_worker_is_recycled_after_its_share() -> None:
    workers = ParseWorkers(max_workers=1, recycle_after=2, parse=obey)
    kinds = [(await workers.parse(b"a", "", "")).kind for _ in range(4)]
    assert kinds[0] == kinds[1] != kinds[2] == kinds[3]
    await workers.close()


async def test_closing_leaves_no_process_behind() -> None:
    workers = ParseWorkers(max_workers=2, parse=obey)
    await asyncio.gather(*(workers.parse(b"a", "", "") for _ in range(8)))
    pids = workers.pids
    assert len(pids) == 2
    await workers.close()
    assert workers.pids == ()
    assert not any(is_running(pid) for pid in pids)


async def test_the_real_parser_runs_in_the_worker() -> None:
    workers = ParseWorkers(max_workers=1)
    parsed = await workers.parse(RSS, "application/rss+xml", "https://example.org/rss")
    assert parsed.kind == "rss20"
    assert parsed.entries[0].title == "Putin tiba di Pyongyang"
    await workers.close()
