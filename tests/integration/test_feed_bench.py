"""The parsing benchmark runs and prints its table."""

from tests.programs import printed


async def test_the_benchmark_reads_every_feed_by_every_way() -> None:
    output = await printed("-m", "benchmarks.bench_parse", "--feeds", "3", "--rounds", "1")
    lines = output.splitlines()
    assert "3 read quickly, 3 with items to be recognised" in lines[0]
    ways = [line[:44].strip() for line in lines[3:10]]
    assert {"quick, 2 new", "quick, whole", "feedparser as we ask it (the judge)"} <= set(ways)
