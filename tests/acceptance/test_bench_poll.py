"""The polling benchmark runs; its load server is not part of this repository."""

from __future__ import annotations

import pytest

from scripts.demo.day import REPOSITORY
from tests.programs import printed

BENCH = ("-m", "benchmarks.bench_poll")
SERVER = REPOSITORY.parent / "shared" / "bench" / "feedserver.py"


@pytest.mark.slow
@pytest.mark.skipif(not SERVER.exists(), reason=f"the load server is not at {SERVER}")
async def test_the_running_daemon_is_measured_in_its_first_and_a_steady_round_beside_floors_and_peers() -> None:
    output = await printed(*BENCH, str(SERVER), "--feeds", "12", "--change", "0.5", timeout_s=90)

    rows = [line.split() for line in output.splitlines()]
    first = {row[2]: row for row in rows if row[:2] == ["0", "first"]}
    steady = {row[2]: row for row in rows if row[:2] == ["1", "steady"]}
    assert set(first) == set(steady) == {"fetch", "limit", "monitor", "reader", "rss2email"}
    assert first["monitor"][3] == first["fetch"][3] == "200:12"
    assert first["rss2email"][3:5] == ["not", "installed"]
    # Every contender asks with its validators: what changed is sent to all of them, and nothing else.
    assert steady["monitor"][3:5] == steady["fetch"][3:5]
    assert steady["monitor"][4].startswith("304:")


async def test_without_a_load_server_the_benchmark_says_so_and_is_no_failure() -> None:
    complaint = await printed(*BENCH, "nowhere/feedserver.py")

    assert "skipped: there is no load server at nowhere/feedserver.py" in complaint
