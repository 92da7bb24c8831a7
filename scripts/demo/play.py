"""The demo itself: the day in three cycles of `monitor once`, told as it happens and compared with what is expected."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import telling
from .account import Account, read_account
from .configuration import Stage, make_recipient
from .daemon import Finished, finished
from .day import REPOSITORY, ROUNDS, Day, load_day
from .expectations import deviations
from .feedserver import FeedServer
from .mailserver import MailServer

RECIPIENTS = (
    make_recipient("analyst", language="en"),
    make_recipient("redaksi", language="id"),
    make_recipient("archive", channel="maildir", language="id"),
)
MAILED = tuple(recipient["address"] for recipient in RECIPIENTS if recipient["channel"] == "smtp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that a play needs: the day, the two servers, and the folder with the configuration."""

    day: Day
    feeds: FeedServer
    mail: MailServer
    stage: Stage

    def account(self) -> Account:
        """What the daemon made of it so far."""
        return read_account(self.stage.store)

    async def once(self, *words: str, timeout_s: float = 120) -> Finished:
        """One cycle of the daemon."""
        config = str(self.stage.config)
        return await finished("once", "--config", config, *words, folder=self.stage.folder, timeout_s=timeout_s)


@contextlib.asynccontextmanager
async def scene(folder: Path, *, feed_delay_s: float = 0.0, mail_delay_s: float = 0.0) -> AsyncIterator[Scene]:
    """Servers up, configuration written, nothing run yet. `folder` exists and is empty."""
    day = load_day()
    async with FeedServer(day, delay_s=feed_delay_s) as feeds, MailServer(delay_s=mail_delay_s) as mail:
        stage = Stage(
            folder=folder,
            feeds=[
                {
                    "id": outlet.id,
                    "url": feeds.url(outlet),
                    "outlet": outlet.name,
                    "language": outlet.language,
                    "country": outlet.country,
                }
                for outlet in day.outlets
            ],
            recipients=RECIPIENTS,
            smtp_port=mail.port,
        )
        stage.write()
        yield Scene(day=day, feeds=feeds, mail=mail, stage=stage)


async def play(folder: Path) -> list[str]:
    """Play the day and tell it; the ways in which it went otherwise than expected."""
    console = telling.make_console()
    problems: list[str] = []
    async with scene(folder) as now:
        telling.tell_opening(console, now.day, f"http://127.0.0.1:{now.feeds.port}", now.mail.port)
        for number, name in enumerate(ROUNDS):
            now.feeds.round = number
            before, asked, mailed = now.account(), len(now.feeds.log), len(now.mail.mails)
            with console.status(f"{name}: the daemon is at work"):
                cycle = await now.once("--digest")
            if cycle.code != 0:
                problems.append(f"{name}: monitor once ended with code {cycle.code}: {cycle.log.strip()[-2000:]}")
                break
            telling.tell_round(
                console,
                number,
                before=before,
                after=now.account(),
                asked=now.feeds.log[asked:],
                mails=now.mail.mails[mailed:],
                elapsed_s=cycle.elapsed_s,
            )
        else:
            problems += deviations(now.day, now.account(), now.mail.mails, MAILED)
        pages = sorted(now.stage.outbox.rglob("*.html"))
        if not pages:
            problems.append(f"no readable digest (*.html) lies in {now.stage.outbox}")
        telling.tell_closing(console, problems=problems, items=len(now.day.items), pages=pages, folder=folder)
    return problems


def main(argv: Sequence[str] | None = None) -> int:
    """0 when the day went as written, 1 when not."""
    parser = argparse.ArgumentParser(description="The whole product in half a minute, without network.")
    default = REPOSITORY / "var" / "demo"
    parser.add_argument("--folder", type=Path, default=default, help="emptied first; default: var/demo")
    folder = parser.parse_args(argv).folder.resolve()
    marker = folder / ".demo"
    if folder.exists():
        if any(folder.iterdir()) and not marker.exists():
            print(f"{folder} is not empty and not from an earlier demo; name another --folder", file=sys.stderr)
            return 2
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    marker.touch()
    return 1 if asyncio.run(play(folder)) else 0
