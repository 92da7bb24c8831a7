"""What does a one-click unsubscribe cost, beside the least that this HTTP server can do?

    .venv/bin/python -m benchmarks.bench_web [--requests 500]

Over one kept-alive connection on loopback, one request after the other, with the client in the same process:
"bare" is a handler of aiohttp that answers 200 with a body of the same size and does nothing; "again" is the header's
POST of a reader who is unsubscribed already (the token is read, the store asked, the page filled); "first" also writes
the word and syncs it to disk; "busy" does that while the same store's writer is never without articles to store.
Wall clock for the median and the 99th percentile, CPU of the whole process (client, server, store) as a mean.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import ClientSession, web

from monitor.app.adapters import SystemClock, steady_seconds
from monitor.app.serving import make_pages
from monitor.core.link_tokens import link_key, write_token
from monitor.model.articles import Article
from monitor.model.commits import Intake
from monitor.model.links import LinkAction, LinkClaim
from monitor.pipeline.desk import Names, ReaderDesk
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore
from monitor.web.limits import WrongTries
from monitor.web.routes import Routes
from monitor.web.server import WebServer
from tests.factories import make_article

KEY = link_key(b"benchmark" * 4)
FORM = {"List-Unsubscribe": "One-Click"}
BATCH = 20


def claims(count: int, prefix: str) -> list[LinkClaim]:
    """As many readers' words that nobody said yet."""
    return [LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id=f"{prefix}-{n}") for n in range(count)]


@asynccontextmanager
async def served(store: SqlStore) -> AsyncIterator[str]:
    """The pages over a store; the address that tokens are put behind."""
    desk = ReaderDesk(preferences=store, store=store, clock=SystemClock(), keys=(KEY,), names=Names())
    server = WebServer(Routes(desk, make_pages(), WrongTries(steady_seconds), feeds=None))
    port = await server.start("127.0.0.1", 0)
    yield f"http://127.0.0.1:{port}/u/"
    await server.stop()


@asynccontextmanager
async def bare(body: str) -> AsyncIterator[str]:
    """A server that reads a form and answers with a body."""

    async def answer(request: web.Request) -> web.Response:
        await request.post()
        return web.Response(text=body, content_type="text/html")

    app = web.Application()
    app.router.add_post("/u/{token}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/u/"
    await runner.cleanup()


async def timed(client: ClientSession, urls: Sequence[str]) -> tuple[list[float], float]:
    """Milliseconds of wall clock for each POST, and of CPU in the mean."""
    walls, cpu = [], time.process_time()
    for url in urls:
        began = time.perf_counter()
        async with client.post(url, data=FORM) as reply:
            await reply.read()
            assert reply.status == 200, reply.status
        walls.append((time.perf_counter() - began) * 1000)
    return walls, (time.process_time() - cpu) * 1000 / len(urls)


async def fill(store: SqlStore) -> None:
    """Commit batches of articles until cancelled, as a busy daemon does."""
    n = 0
    now = datetime.now(UTC)
    while True:
        batch: tuple[Article, ...] = tuple(
            replace(make_article(f"Berita {n + k}"), first_seen_at=now, text="kata " * 400) for k in range(BATCH)
        )
        await store.commit_intake(Intake(articles=batch))
        n += BATCH


async def measured(requests: int, folder: Path) -> list[tuple[str, list[float], float]]:
    """The rows of the table."""
    rows = []
    store = open_store(f"sqlite:///{folder}/monitor.db")
    async with store, ClientSession() as client, served(store) as base:
        first = [base + write_token(claim, KEY) for claim in claims(requests, "first")]
        async with client.post(base + write_token(claims(1, "size")[0], KEY), data=FORM) as reply:
            body = await reply.text()
        async with bare(body) as floor:
            await timed(client, [floor + "warm"] * 20)
            rows.append(("bare", *await timed(client, [floor + "x"] * requests)))
        rows.append(("first", *await timed(client, first)))
        rows.append(("again", *await timed(client, first)))
        filling = asyncio.create_task(fill(store))
        rows.append(("busy", *await timed(client, [base + write_token(one, KEY) for one in claims(requests, "busy")])))
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)
    return rows


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=500)
    requests = parser.parse_args(words).requests
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measured(requests, Path(folder)))
    print(f"{'':8}{'median ms':>12}{'p99 ms':>12}{'CPU ms':>12}{'of bare':>12}   ({requests} requests each)")
    for name, walls, cpu in rows:
        p99 = sorted(walls)[min(len(walls) - 1, int(len(walls) * 0.99))]
        shares = "" if name == "busy" else f"{cpu:12.2f}{cpu / rows[0][2]:12.1f}"
        print(f"{name:8}{statistics.median(walls):12.2f}{p99:12.2f}{shares}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
