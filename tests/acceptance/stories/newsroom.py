"""Outlets on loopback whose feeds say what a test lets them, and the program that reads them.

    async with newsroom(tmp_path, "antara", "tempo") as room:
        room.publish("antara", Item(TITLE, TEXT))
        told = await room.cycle()
        ... told.tally, told.stories, room.mails() ...

Everything is the program's: composition, HTTP, parsing, store (SQLite), composing, the Maildir. Only the clock, chance
and the names of hosts are made, and the feeds. Every cycle reads its memory back from the store, as after a restart.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from html import escape
from pathlib import Path

from monitor.app import make_replay, open_runtime
from monitor.app.adapters import Surroundings
from monitor.app.runtime import Runtime
from monitor.config import Configuration, load
from monitor.model.digests import DigestStory, StoryState
from monitor.model.feeds import Feed
from monitor.pipeline.intake import Tally
from monitor.pipeline.replay import read_line
from monitor.store.sqlstore import SqlStore
from tests.acceptance.simulated_daemon import Chance, to_loopback
from tests.servers import LoopbackServer, Reply

ROOT = Path(__file__).parents[3]
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed. `link` and `guid` are made of the title unless given; `at` is a time, a raw text or ""."""

    title: str
    text: str = ""
    at: datetime | str = START
    link: str | None = None
    guid: str | None = None

    def xml(self, host: str) -> str:
        slug = "".join(char if char.isalnum() else "-" for char in self.title.lower()) or "untitled"
        link = self.link if self.link is not None else f"https://{host}/{slug}"
        date = format_datetime(self.at) if isinstance(self.at, datetime) else self.at
        parts = {
            "title": self.title,
            "link": link,
            "guid": link if self.guid is None else self.guid,
            "pubDate": date,
            "description": self.text,
        }
        return f"<item>{''.join(f'<{tag}>{escape(text)}</{tag}>' for tag, text in parts.items() if text)}</item>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one cycle took in, and what its digests say."""

    tally: Tally
    stories: tuple[DigestStory, ...]
    held_back: int
    mergers: tuple[tuple[str, str], ...]

    @property
    def news(self) -> list[str]:
        """The titles that lead what is told as new or developing."""
        return [one.lead.article.title for one in self.stories if one.state is not StoryState.CARRIED]

    @property
    def states(self) -> list[StoryState]:
        return [one.state for one in self.stories]

    @property
    def sizes(self) -> list[int]:
        """How many articles each story tells, in reading order."""
        return [len(one.tellings) for one in self.stories]


@dataclass(slots=True)
class Hours:
    """A clock that stands until it is told to go on."""

    at: datetime = START
    ticks_s: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def ticks(self) -> float:
        return self.ticks_s

    async def pause(self, seconds: float) -> None:
        self.go(timedelta(seconds=seconds))

    def go(self, span: timedelta) -> None:
        self.at += span
        self.ticks_s += span.total_seconds()


@dataclass(slots=True)
class Newsroom:
    """Outlets and their one reader."""

    runtime: Runtime
    store: SqlStore
    clock: Hours
    _server: LoopbackServer
    _folder: Path
    _bodies: dict[str, list[Item]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.clock.at

    def publish(self, outlet: str, *items: Item) -> None:
        """Put a feed's window: these items and no others, the newest first as feeds do."""
        body = "".join(item.xml(host_of(outlet)) for item in items)
        self._server[f"/{outlet}"] = Reply(
            f'<rss version="2.0"><channel><title>{outlet}</title><link>https://{host_of(outlet)}/</link>'
            f"<description/>{body}</channel></rss>".encode()
        )

    async def cycle(self, after: timedelta = HOUR) -> Told:
        """Let time pass, then ask every feed and mail what there is to tell."""
        self.clock.go(after)
        report = await self.runtime.cycle(is_digest_forced=True)
        assert not report.has_failed, report.lines()
        assert not report.collected.failures, report.lines()
        digests = [plan.digest for composed in report.composed for plan in composed.composed if plan.digest]
        return Told(
            tally=report.collected.tally,
            stories=tuple(story for digest in digests for story in digest.stories),
            held_back=sum(digest.held_back for digest in digests),
            mergers=tuple(pair for digest in digests for pair in digest.mergers),
        )

    def mails(self) -> int:
        """How many mails lie in the reader's Maildir."""
        return len(list((self._folder / "var" / "outbox" / "new").glob("*")))

    async def rows(self) -> dict[str, int]:
        """Rows a table."""
        return dict(await self.store.counts())


def host_of(outlet: str) -> str:
    return f"{outlet}.example.org"


@lru_cache(maxsize=1)
def _defaults() -> Configuration:
    return load(ROOT / "config", {})


def _configured(folder: Path, server: LoopbackServer, outlets: Sequence[str], language: str) -> Configuration:
    """The default watchlist and reader, over these outlets' feeds."""
    defaults = _defaults()
    settings = replace(
        defaults.settings,
        base=folder,
        polling=defaults.settings.polling.model_copy(update={"allow_private_hosts": ("127.0.0.1",)}),
    )
    feeds = tuple(
        Feed(id=name, url=server.url(f"/{name}", host=host_of(name)), outlet=name.title(), language=language)
        for name in outlets
    )
    readers = tuple(replace(one, is_operator=False) for one in defaults.recipients)
    return replace(defaults, settings=settings, feeds=feeds, recipients=readers, seeds=())


@asynccontextmanager
async def newsroom(folder: Path, *outlets: str, language: str = "id") -> AsyncIterator[Newsroom]:
    """Feeds of these outlets, empty at first, and the program that reads them into a store of its own."""
    clock = Hours()
    around = Surroundings(clock=clock, ticks=clock.ticks, pause=clock.pause, chance=Chance(), lookup=to_loopback)
    async with LoopbackServer() as server:
        configuration = _configured(folder, server, outlets, language)
        async with open_runtime(configuration, surroundings=around) as runtime:
            room = Newsroom(runtime, runtime._store, clock, server, folder)
            for outlet in outlets:
                room.publish(outlet)
            yield room


async def replayed(lines: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
    """What `monitor replay` makes of these lines: every article is grouped, matching or not."""
    replay = make_replay(replace(_defaults(), seeds=()))
    return [await replay.judge_document(read_line(json.dumps(line))) for line in lines]
