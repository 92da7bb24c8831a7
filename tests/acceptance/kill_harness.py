"""Kill the daemon with SIGKILL at random points of the demo's day, start it again, and judge what reached the readers.

    .venv/bin/python -m tests.acceptance.kill_harness --kills 50 --seed 1

An episode is one day on a fresh store: in each of its three rounds the daemon is killed up to three times, then
allowed to end one cycle (which it also does when it escapes its kill). A kill is aimed by what the servers outside see
(the n-th request, an SMTP command, the last byte of a message, our 250) plus a random delay, or by the time since the
start; an escape does not count. Only the daemon itself gets the signal: its workers have to notice by themselves.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import mailbox
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.demo.daemon import Running, started
from scripts.demo.day import ROUNDS
from scripts.demo.expectations import deviations
from scripts.demo.mailserver import Mail
from scripts.demo.play import MAILED, Scene, scene

FEED_DELAY_S = 0.02
MAIL_DELAY_S = 0.06
MAIL_EVENTS = ("mail", "rcpt", "data", "accepted")
KILLS_A_ROUND = 3
CLEAN_RUN_S = 60.0
ORPHAN_GRACE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """When to kill: `delay_s` after the `count`-th time that `event` was seen ("start" is the start itself)."""

    event: str
    count: int
    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A daemon that was killed. `outbox` maps Message-IDs to states as the killed process left them."""

    round: str
    aim: Aim
    at: float
    stage: str
    outbox: dict[str, str]


@dataclass(slots=True, kw_only=True)
class Report:
    """What the episodes brought."""

    kills: list[Kill] = field(default_factory=list)
    escapes: int = 0
    mails: int = 0
    repeats: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        stages = ", ".join(f"{count} in {stage}" for stage, count in Counter(k.stage for k in self.kills).most_common())
        lines = [
            f"{len(self.kills)} kills ({stages}), {self.escapes} escapes",
            f"{self.mails} messages accepted, {self.repeats} repeated as law 5 allows",
            *(f"PROBLEM {problem}" for problem in self.problems),
        ]
        return "\n".join(lines)


def take_aim(rng: random.Random, feeds: int) -> Aim:
    """A random point, spread over all that a cycle does."""
    kind = rng.choices(("start", "asking", "asked", "mailing"), weights=(1, 3, 3, 5))[0]
    if kind == "start":
        return Aim(event="start", count=1, delay_s=rng.uniform(0.3, 3.0))
    if kind == "asking":
        return Aim(event="asked", count=rng.randint(1, feeds), delay_s=rng.uniform(0, 0.05))
    if kind == "asked":
        return Aim(event="asked", count=feeds, delay_s=rng.uniform(0, 1.0))
    return Aim(event=rng.choice(MAIL_EVENTS), count=rng.randint(1, 3), delay_s=rng.choice((0, rng.uniform(0, 0.1))))


class Gun:
    """Watches the servers for one daemon and fires once."""

    def __init__(self, aim: Aim, fire: Callable[[], None]) -> None:
        self.aim = aim
        self.seen: Counter[str] = Counter()
        self.last = "start"
        self.fired_at: float | None = None
        self.stage = ""
        self._fire = fire
        self._feeds = 0
        self.on_event("start")

    def on_event(self, event: str) -> None:
        """Something was seen from outside."""
        self.seen[event] += 1
        self.last = event
        if event == self.aim.event and self.seen[event] == self.aim.count:
            asyncio.get_running_loop().call_later(self.aim.delay_s, self.pull)

    def pull(self) -> None:
        """Fire."""
        self.fired_at = time.monotonic()
        self.stage = self.last
        self._fire()


async def strike(now: Scene, daemon: Running, aim: Aim, patience_s: float, report: Report) -> bool:
    """Kill a daemon that has just been started at `aim`; False when it escaped by ending before."""
    gun = Gun(aim, lambda: daemon.send(signal.SIGKILL))
    now.feeds.on_asked = lambda asked: gun.on_event("asked")
    now.mail.on_event = gun.on_event
    try:
        done = await daemon.wait(patience_s)
    except TimeoutError:  # only `run` lives on: it is killed all the same, while it waits
        gun.pull()
        done = await daemon.wait(5)
    finally:
        now.feeds.on_asked = now.mail.on_event = None
    if done.code != -signal.SIGKILL or gun.fired_at is None:
        report.escapes += 1
        if done.code != 0:
            report.problems.append(f"a daemon ended by itself with code {done.code}: {done.log.strip()[-1500:]}")
        return False
    outbox = {posted.message_id: posted.state for posted in now.account().outbox}
    stage = stage_of(gun, done.log, feeds=len(now.day.outlets))
    report.kills.append(Kill(round=ROUNDS[now.feeds.round], aim=aim, at=gun.fired_at, stage=stage, outbox=outbox))
    return True


def stage_of(gun: Gun, log: str, *, feeds: int) -> str:
    """Where a daemon was when it was killed, by what the servers had seen and what it had logged."""
    if gun.stage in MAIL_EVENTS:
        return f"deliver ({gun.stage})"
    if "digest composed" in log:
        return "compose (kept)"
    if '"event": "collected"' in log:
        return "compose"
    if gun.stage == "asked":
        return "collect (judging)" if gun.seen["asked"] >= feeds else "collect (fetching)"
    return "start"


async def episode(folder: Path, rng: random.Random, report: Report) -> None:
    """One day on a fresh store."""
    before = len(report.kills)
    async with scene(folder, feed_delay_s=FEED_DELAY_S, mail_delay_s=MAIL_DELAY_S) as now:
        for number in range(len(ROUNDS)):
            now.feeds.round = number
            await hunt(now, rng, report)
        await settle(now, report)
        report.problems += deviations(now.day, now.account(), now.mail.mails, MAILED)
        report.problems += judge_repeats(now.mail.mails, report.kills[before:], report)
        report.problems += judge_maildir(now.stage.outbox)
        report.mails += len(now.mail.mails)


async def hunt(now: Scene, rng: random.Random, report: Report) -> None:
    """A round: up to three kills, then a cycle that ends."""
    config = str(now.stage.config)
    async with contextlib.AsyncExitStack() as stack:
        daemons: list[Running] = []
        for _ in range(rng.randint(1, KILLS_A_ROUND)):
            # `run` polls only what is due, so it is of use at the first start; it never ends by itself.
            words: tuple[str, ...] = ("once", "--digest")
            patience_s = CLEAN_RUN_S
            if now.feeds.round == 0 and rng.random() < 0.4:
                words, patience_s = ("run",), 6.0
            command = started(*words, "--config", config, folder=now.stage.folder)
            daemons.append(await stack.enter_async_context(command))
            if not await strike(now, daemons[-1], take_aim(rng, len(now.day.outlets)), patience_s, report):
                break
        done = await now.once("--digest", timeout_s=CLEAN_RUN_S)
        if done.code != 0:
            name, last_words = ROUNDS[now.feeds.round], done.log.strip()[-1500:]
            report.problems.append(f"{name}: the cycle after the kills ended with {done.code}: {last_words}")
        report.problems += [f"process {pid} outlived its daemon" for pid in await orphans(daemons)]


async def orphans(daemons: Sequence[Running]) -> list[int]:
    """Workers of killed daemons that live on after a time of grace."""
    limit = time.monotonic() + ORPHAN_GRACE_S
    while (left := [pid for daemon in daemons for pid in daemon.survivors()]) and time.monotonic() < limit:
        await asyncio.sleep(0.1)
    return left


async def settle(now: Scene, report: Report) -> None:
    """Let the quarter of an hour pass that an uncertain delivery waits, by moving its due time in the store."""
    for _ in range(5):
        if all(posted.state == "sent" for posted in now.account().outbox):
            return
        with contextlib.closing(sqlite3.connect(now.stage.store)) as connection, connection:
            connection.execute(
                "UPDATE delivery SET next_attempt_at = datetime('now', '-1 hour'), "
                "lease_until = CASE WHEN lease_until IS NULL THEN NULL ELSE datetime('now', '-1 hour') END "
                "WHERE state <> 'sent'"
            )
        await now.once("--digest", timeout_s=CLEAN_RUN_S)
    report.problems += [
        f"delivery {posted.id} to {posted.recipient_id} is still {posted.state}"
        for posted in now.account().outbox
        if posted.state != "sent"
    ]


def judge_repeats(mails: Sequence[Mail], kills: Sequence[Kill], report: Report) -> list[str]:
    """A Message-ID comes twice only with the same bytes, and only around a kill that left its delivery unfinished."""
    found = []
    by_id: dict[str, list[Mail]] = {}
    for mail in mails:
        by_id.setdefault(mail.message_id, []).append(mail)
    for message_id, same in by_id.items():
        for first, second in itertools.pairwise(same):
            report.repeats += 1
            if first.content != second.content:
                found.append(f"{message_id} came twice with different bytes")
            excuses = [kill for kill in kills if first.received_at <= kill.at <= second.at]
            if not any(kill.outbox.get(message_id) != "sent" for kill in excuses):
                found.append(f"{message_id} came twice, and no kill between the two excuses it")
    return found


def judge_maildir(folder: Path) -> list[str]:
    """No Message-ID lies in the Maildir twice: a file can be put there under a name that makes it unique."""
    if not folder.exists():
        return ["there is no Maildir"]
    counts = Counter(str(message["Message-ID"]) for message in mailbox.Maildir(folder, create=False))
    return [f"{name} lies {count} times in the Maildir" for name, count in counts.items() if count > 1]


async def campaign(folder: Path, *, kills: int, seed: int) -> Report:
    """Episodes until at least so many daemons were killed."""
    rng = random.Random(seed)
    report = Report()
    number = 0
    while len(report.kills) < kills and number <= kills:
        number += 1
        place = folder / f"episode-{number}"
        place.mkdir(parents=True)
        await episode(place, rng, report)
    return report


def main() -> int:
    """0 when nothing was lost and nothing told twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="work here and leave stores and logs (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as temporary:
        folder = (options.folder or Path(temporary)).resolve()
        report = asyncio.run(campaign(folder, kills=options.kills, seed=options.seed))
    print(report)
    return 1 if report.problems or len(report.kills) < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
