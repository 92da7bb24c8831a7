"""Kill a sender with SIGKILL at random points of its deliveries, start it again, and judge what reached the server.

    .venv/bin/python -m tests.acceptance.send_harness --kills 1000 --seed 1

Each life keeps a few more digests and delivers what is due, until it is killed: after the n-th time that the mail
server saw a step (or answered it) plus a random delay, or at a random time since its start. Twenty minutes pass between
two lives (as an argument), so that leases lapse and what is uncertain becomes due. In the end all is delivered without
a kill.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.model.digests import Delivery, DeliveryState
from monitor.store import open_store
from tests.acceptance.sender import make_numbered
from tests.factories import NOW
from tests.smtp_servers import MisbehavingServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BATCH = 3
REST = timedelta(minutes=20)
STEPS = ("banner", "ehlo", "mail", "rcpt", "data", "dot")
LIFE_S = 60.0
LAST_LIFE_S = 1800.0


@dataclass(slots=True, kw_only=True)
class SendReport:
    """What the lives brought. `repeated` are deliveries that arrived twice, `doubtful` those given up as uncertain."""

    kills: Counter[str] = field(default_factory=Counter)
    escapes: int = 0
    deliveries: int = 0
    uncertain: int = 0
    repeated: int = 0
    doubtful: int = 0
    lost: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        where = ", ".join(f"{count} at {step}" for step, count in self.kills.most_common())
        lines = [
            f"{self.kills.total()} kills ({where}), {self.escapes} escapes",
            f"{self.deliveries} deliveries: {self.lost} lost, {self.uncertain} were uncertain, {self.repeated} of them "
            f"arrived twice, {self.doubtful} given up as uncertain twice",
            *(f"PROBLEM {problem}" for problem in self.problems),
        ]
        return "\n".join(lines)


class Zygote:
    """The program that forks senders; one lives at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.pid = 0

    async def start(self, **life: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(life).encode() + b"\n")
        await self._process.stdin.drain()
        self.pid = int((await self._line()).removeprefix("pid "))

    async def end(self, within_s: float = LIFE_S) -> int:
        """How the sender ended."""
        code = int((await self._line(within_s)).removeprefix("ended "))
        self.pid = 0
        return code

    def kill(self) -> None:
        """Kill the sender that lives."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)

    async def _line(self, within_s: float = LIFE_S) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(within_s):
            line = (await self._process.stdout.readline()).decode().strip()
        assert line, "the program that forks has ended"
        return line


@asynccontextmanager
async def zygote() -> AsyncIterator[Zygote]:
    """One of them, for a while."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.acceptance.sender",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    one = Zygote(process)
    try:
        yield one
    finally:
        one.kill()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def one_life(
    born: Zygote, server: MisbehavingServer, rng: random.Random, report: SendReport, **life: object
) -> None:
    """Start a sender and kill it somewhere; an escape does not count."""
    loop = asyncio.get_running_loop()
    step = rng.choice(STEPS)
    wanted = rng.choice(("start", step, f"answered {step}"))
    seen, nth, last = Counter[str](), rng.randint(1, 1 if step in ("banner", "ehlo") else 6), "start"
    delay_s = rng.choice((0.0, rng.uniform(0, 0.004), rng.uniform(0, 0.03)))
    where = ""

    def fire() -> None:
        nonlocal where
        if born.pid and not where:
            where = last
            born.kill()

    def on_step(reached: str) -> None:
        nonlocal last
        seen[reached] += 1
        last = reached
        if reached == wanted and seen[reached] == nth:
            loop.call_later(delay_s, fire)

    server.on_step = on_step
    await born.start(**life)
    timer = loop.call_later(rng.uniform(0, 0.15), fire) if wanted == "start" else None
    code = await born.end()
    if timer is not None:
        timer.cancel()
    if code == -signal.SIGKILL:
        report.kills[where] += 1
    else:
        report.escapes += 1
        if code != 0:
            report.problems.append(f"a sender ended by itself with {code}")


async def campaign(folder: Path, *, kills: int, seed: int) -> SendReport:
    """Lives until so many were killed, then as many as it takes to deliver the rest."""
    rng, report = random.Random(seed), SendReport()
    url, at, lives = f"sqlite:///{folder}/monitor.db", NOW, 0
    open_store(url).close_now()
    async with MisbehavingServer() as server, zygote() as born:
        while report.kills.total() < kills and lives < 3 * kills:
            lives += 1
            at += REST
            planned = {"first": max(0, lives - 6) * BATCH, "last": lives * BATCH}
            await one_life(born, server, rng, report, store=url, port=server.port, at=at.isoformat(), **planned)
        server.on_step = lambda step: None
        last = lives * BATCH
        for _ in range(3):
            at += REST
            await born.start(store=url, port=server.port, at=at.isoformat(), first=0, last=last)
            if (code := await born.end(LAST_LIFE_S)) != 0:
                report.problems.append(f"a sender that nobody killed ended with {code}")
        async with open_store(url, read_only=True, hold_lock=False) as store:
            kept = {delivery.id: delivery for delivery in await store.deliveries(limit=10 * last)}
        judge(kept, last, Counter(server.mails), report)
    return report


def judge(kept: dict[str, Delivery], count: int, arrived: Counter[bytes], report: SendReport) -> None:
    """Nothing lost, nothing changed; twice only what was uncertain, and never more often."""
    report.deliveries = count
    for n in range(count):
        expected = make_numbered(n)
        copies = arrived.pop(expected.message.content, 0)
        found = kept.get(expected.id)
        if found is None:
            report.problems.append(f"delivery {n} was never kept")
            continue
        report.uncertain += found.was_uncertain
        report.repeated += copies == 2
        report.lost += copies == 0
        is_doubtful = found.state is DeliveryState.DEAD and found.was_uncertain
        report.doubtful += is_doubtful
        if found.message.content != expected.message.content:
            report.problems.append(f"delivery {n} has other bytes in the store")
        if not is_doubtful and (found.state is not DeliveryState.SENT or copies == 0):
            report.problems.append(f"delivery {n} is {found.state.value} and arrived {copies} times")
        if copies > 1 + found.was_uncertain:
            report.problems.append(f"delivery {n} arrived {copies} times, uncertain: {found.was_uncertain}")
    report.problems += [
        f"{times} mails arrived that nobody composed so: {mail[:80]!r}" for mail, times in arrived.items()
    ]


def main() -> int:
    """0 when nothing was lost, changed, or repeated without need."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sender-") as folder:
        report = asyncio.run(campaign(Path(folder), kills=options.kills, seed=options.seed))
    print(report)
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if report.problems or report.kills.total() < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
