"""The benchmark of very many feeds runs; its web and its judge of manners are its own."""

from __future__ import annotations

from tests.programs import printed

BENCH = ("-m", "benchmarks.bench_scale")


async def test_a_quarter_of_an_hour_of_simulated_feeds_is_kept_up_with_politely() -> None:
    output = await printed(*BENCH, "--feeds", "40", "--hosts", "8", "--hours", "0.3", "--clock", "cpu")

    assert "40 feeds on 8 hosts, 1,080 s simulated" in output
    assert "broken: none" in output
    assert "overdue by a minute at the end: 0" in output
    checks = int(next(line for line in output.splitlines() if "checks" in line).split()[1])
    assert checks >= 40


async def test_the_claim_is_measured_beside_its_floor() -> None:
    output = await printed(*BENCH, "--claim", "400", "--rounds", "5")

    (line,) = [line for line in output.splitlines() if line.strip().startswith("400 feeds")]
    assert len(line.split()) == 9
