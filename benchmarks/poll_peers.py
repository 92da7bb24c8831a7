"""The floors and peers of `bench_poll`: each a process of its own that polls all feeds once whenever it is told to.

    PYTHON poll_peers.py KIND URLS_FILE FOLDER

`fetch` is a bare conditional GET through aiohttp. `limit` also reads eight fields of every entry with lxml and keeps
them in SQLite: what a Python poller cannot do without. `reader` (lemon24/reader) and `rss2email` are programs that
people use. Nothing of our own is imported: it runs under whatever Python has these packages.

Protocol: prints "ready" once it is set up (or "absent" when a package is missing), then for each line read polls all
feeds and prints "done".
"""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

NEEDS = {
    "fetch": ("aiohttp",),
    "limit": ("aiohttp", "lxml"),
    "reader": ("reader",),
    "rss2email": ("rss2email",),
}
CONCURRENCY = 50
NAMES = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}

Round = Callable[[], None]
Take = Callable[[str, bytes], None]


def fetcher(urls: list[str], take: Take) -> Round:
    """Rounds of conditional GETs; `take` gets every body that came."""
    import aiohttp

    known: dict[str, dict[str, str]] = {}

    async def work(session: aiohttp.ClientSession, queue: Any) -> None:
        for url in queue:
            async with session.get(url, headers=known.get(url, {})) as answer:
                body = await answer.read()
                if answer.status == 200:
                    known[url] = {ask: answer.headers[name] for name, ask in NAMES.items() if name in answer.headers}
                    take(url, body)

    async def once() -> None:
        queue = iter(urls)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY)) as session:
            await asyncio.gather(*(work(session, queue) for _ in range(CONCURRENCY)))

    return lambda: asyncio.run(once())


def fetch(urls: list[str], folder: Path) -> Round:
    """Bodies are read and thrown away."""
    return fetcher(urls, lambda url, body: None)


def limit(urls: list[str], folder: Path) -> Round:
    """Eight fields of an entry, kept where they are not yet; one commit a round."""
    import sqlite3

    from lxml import etree

    store = sqlite3.connect(folder / "limit.db")
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    store.execute(
        "CREATE TABLE entry (feed TEXT, guid TEXT, link TEXT, title TEXT, date TEXT, author TEXT, summary TEXT, "
        "content TEXT, PRIMARY KEY (feed, guid)) WITHOUT ROWID"
    )
    parser = etree.XMLParser(recover=True, huge_tree=False, no_network=True, resolve_entities=False)
    names = {"guid": 1, "id": 1, "link": 2, "title": 3, "pubDate": 4, "date": 4, "published": 4, "creator": 5}
    names |= {"author": 5, "description": 6, "summary": 6, "encoded": 7, "content": 7}

    def take(url: str, body: bytes) -> None:
        root = etree.fromstring(body, parser)
        rows = []
        for item in root.iter("{*}item", "{*}entry") if root is not None else ():
            row: list[str | None] = [url, None, None, None, None, None, None, None]
            for child in item.iterchildren("*"):
                place = names.get(child.tag.rpartition("}")[2])
                if place is not None and row[place] is None:
                    row[place] = child.text or child.get("href")
            row[1] = row[1] or row[2] or row[3] or ""
            rows.append(row)
        store.executemany("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    fetch_once = fetcher(urls, take)

    def once() -> None:
        fetch_once()
        store.commit()

    return once


def reader(urls: list[str], folder: Path) -> Round:
    """Its own defaults, sixteen workers."""
    from reader import make_reader

    mine = make_reader(str(folder / "reader.db"))
    for url in urls:
        mine.add_feed(url)
    # All of them, as its own schedule (an hour, by the clock) would have it much later.
    return lambda: mine.update_feeds(workers=16, scheduled=False)


def rss2email(urls: list[str], folder: Path) -> Round:
    """Its own defaults, mails to a maildir; each round is one `r2e run`, as from a crontab."""
    (folder / "r2e.opml").write_text(
        '<opml version="2.0"><body>'
        + "".join(f'<outline type="rss" text="feed-{n}" xmlUrl="{url}"/>' for n, url in enumerate(urls))
        + "</body></opml>"
    )
    own = ("-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json"))

    def run(*words: str) -> None:
        command = (sys.executable, "-c", "from rss2email.main import run; run()", *own, *words)
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"r2e {words[0]} ended with {done.returncode}: {done.stderr[-500:]}")

    (folder / "r2e-mail").mkdir()
    run("new", "reader@example.org")
    config = folder / "r2e.cfg"
    kept = {"email-protocol": "maildir", "maildir-path": str(folder / "r2e-mail"), "maildir-mailbox": "INBOX"}
    lines = [line for line in config.read_text().splitlines() if line.split(" =")[0] not in kept]
    lines[1:1] = [f"{name} = {value}" for name, value in kept.items()]
    config.write_text("\n".join(lines) + "\n")
    run("opmlimport", str(folder / "r2e.opml"))
    return lambda: run("run")


KINDS = {"fetch": fetch, "limit": limit, "reader": reader, "rss2email": rss2email}


def main(kind: str, urls_file: str, folder: str) -> int:
    if any(importlib.util.find_spec(name) is None for name in NEEDS[kind]):
        print("absent", flush=True)
        return 0
    once = KINDS[kind](Path(urls_file).read_text().split(), Path(folder))
    print("ready", flush=True)
    for _ in sys.stdin:
        once()
        print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
