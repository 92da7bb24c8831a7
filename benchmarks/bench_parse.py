"""What turning bytes into entries costs: each way beside feedparser, on the same bodies, in one run.

    python -m benchmarks.bench_parse [FOLDER] [--feeds 60] [--rounds 3] [--seed 7]

FOLDER holds feed bodies (`feedserver.py --dump FOLDER` writes some); without it, RSS feeds of 40 items are made up.
CPU milliseconds a feed, best of the rounds: all processes together, and of them our own. "2 new" is a body of which
all items but the first two are known. The last lines are bodies made to cost as much as they can on the spot.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import feedparser

from monitor.core.known import remembered
from monitor.sources.charsets import as_utf8
from monitor.sources.cutting import lay_out
from monitor.sources.feed import judged, parse_body
from monitor.sources.quick import ON_THE_SPOT, parse_quickly
from monitor.sources.workers import ParseWorkers

URL = "https://example.org/rss"
WORDS = ("rusia", "korea", "utara", "presiden", "menteri", "kunjungan", "senjata", "북한", "Путин", "sidang")
Known = frozenset[int]


def made_up(feeds: int, seed: int) -> list[bytes]:
    """RSS feeds of 40 items with 250 words each."""
    rng = random.Random(seed)

    def item(number: int) -> str:
        text = " ".join(rng.choices(WORDS, k=250))
        return (
            f"<item><title>{text[:60]}</title><link>https://example.org/{number}</link><guid>{number}</guid>"
            f"<pubDate>Sun, 22 Nov 2026 06:00:00 +0000</pubDate><dc:creator>Redaksi</dc:creator>"
            f"<description>{text[:200]}</description><content:encoded><![CDATA[<p>{text}</p>]]></content:encoded></item>"
        )

    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return [
        f'<rss version="2.0" {spaces}><channel>{"".join(map(item, range(40)))}</channel></rss>'.encode()
        for _ in range(feeds)
    ]


def cpu(who: int = resource.RUSAGE_SELF) -> float:
    """User and system seconds."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def cost(read: Callable[[bytes, Known], object], cases: Sequence[tuple[bytes, Known]], rounds: int) -> float:
    """CPU milliseconds a feed, best of the rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = cpu()
        for body, known in cases:
            read(body, known)
        best = min(best, cpu() - started)
    return best / len(cases) * 1000


async def by_worker(bodies: Sequence[bytes], rounds: int) -> tuple[float, float]:
    """(all, ours): the same in one worker, its start included, as workers are renewed now and then."""
    before = cpu(resource.RUSAGE_CHILDREN)
    workers = ParseWorkers(max_workers=1, parse=parse_body)
    await workers.parse(bodies[0], "", URL)
    started = cpu()
    for _ in range(rounds):
        for body in bodies:
            await workers.parse(body, "", URL)
    own = cpu() - started
    await workers.close()
    children = cpu(resource.RUSAGE_CHILDREN) - before
    parsed = len(bodies) * rounds
    return (own + children) / parsed * 1000, own / parsed * 1000


def hostile() -> dict[str, bytes]:
    """Bodies at the caps: as many elements, marks, ampersands, foreign bytes as fit."""
    head, tail = b'<rss version="2.0"><channel>', b"</channel></rss>"
    korean, russian = "푸틴 러시아 대통령이 ".encode("cp949"), "Президент России ".encode("cp1251")

    def filled(unit: bytes) -> bytes:
        return head + unit * ((ON_THE_SPOT.read_bytes - len(head) - len(tail)) // len(unit)) + tail

    return {
        "empty items": filled(b"<item></item>"),
        "elements": filled(b"<a/>"),
        "ampersands": filled(b"& "),
        "titles &": filled(b"<item><title>&</title></item>"),
        "CDATA": filled(b"<![CDATA[x]]>"),
        "namespaces": head + b"<a " + b"".join(b"xmlns:a%d='u%d' " % (n, n) for n in range(17_000)) + b"/>" + tail,
        "attributes": head + b"<a " + b"".join(b"a%d='' " % n for n in range(30_000)) + b"/>" + tail,
        "links": filled(b"<link>http://e/?a&amp;amp;b;c</link>"),
        "EUC-KR": filled(korean),
        "windows-1251": filled(russian),
        "no charset": filled(bytes(range(0x80, 0x100))),
        "400 items": head
        + b"".join(
            b"<item><title>t%d</title><link>https://example.org/%d</link><description>%s</description></item>"
            % (n, n, b"kata " * 150)
            for n in range(400)
        )
        + tail,
    }


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    options.add_argument("--feeds", type=int, default=60)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seed", type=int, default=7)
    args = options.parse_args()
    bodies = (
        [path.read_bytes() for path in sorted(args.folder.iterdir())][: args.feeds]
        if args.folder
        else made_up(args.feeds, args.seed)
    )
    read = [(body, parse_quickly(body, "", URL)) for body in bodies]
    whole: list[tuple[bytes, Known]] = [(body, frozenset()) for body in bodies]
    new = [(body, frozenset(parsed.digests[2:])) for body, parsed in read if parsed is not None and parsed.digests]
    quick = sum(parsed is not None for _, parsed in read)
    size = sum(map(len, bodies)) / len(bodies)
    print(
        f"{len(bodies)} feeds of {size / 1000:.0f} kB; {quick} read quickly, {len(new)} with items to be recognised\n"
    )
    print(f"{'way':44}{'ms a feed':>10}{'ours':>8}")

    def line(name: str, total: float, own: float | None = None) -> None:
        print(f"{name:44}{total:>10.2f}{total if own is None else own:>8.2f}")

    few = whole[:: max(1, len(whole) // 15)]
    line("feedparser as it comes", cost(lambda body, _: feedparser.parse(body), few, 1))
    line("feedparser as we ask it (the judge)", cost(lambda body, _: judged(as_utf8(body), URL), few, 1))
    line("quick, whole", cost(lambda body, _: parse_quickly(body, "", URL), whole, args.rounds))
    line("quick, 2 new", cost(lambda body, known: parse_quickly(body, "", URL, known=known), new, args.rounds))
    line("  of it the charset", cost(lambda body, _: as_utf8(body), whole, args.rounds))
    line("  of it finding and digesting items", cost(lambda body, _: lay_out(body, URL), whole, args.rounds))
    parsed = [parsed for _, parsed in read if parsed is not None]
    started = cpu()
    for one in parsed:
        remembered(one, b"", has_news=True)
    line("record of all items", (cpu() - started) / max(1, len(parsed)) * 1000)
    line("in a worker, whole", *asyncio.run(by_worker(bodies, args.rounds)))
    print(f"\n{'body made to cost':44}{'ms wall':>10}")
    for name, body in hostile().items():
        started = time.perf_counter()
        parse_quickly(body, "text/xml", URL)
        print(f"{name:44}{(time.perf_counter() - started) * 1000:>10.1f}")


if __name__ == "__main__":
    main()
