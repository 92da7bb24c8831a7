"""A whole outbox against a mail server that fails so many attempts in a hundred, and a naive sender against the same.

    .venv/bin/python -m tests.acceptance.chaos_harness --count 300 --chaos 0.4 --seed 7

Faults strike at every step: dropped and hanging connections, 421, 451, 452, late replies, mail lost or taken without an
answer; and for good: no such user, too large. The naive sender tries again after any error, as programs do that hand a
mail to a library in one call.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import aiosmtplib

from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.model.commits import DigestCommit
from monitor.model.digests import Delivery, DeliveryState, Slot
from monitor.pipeline.deliver import ChannelTurns, deliver
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore
from tests.acceptance.sender import make_numbered
from tests.factories import NOW
from tests.smtp_servers import MisbehavingServer

FAULTS = {
    "banner": ["drop", "421 busy"],
    "ehlo": ["drop", "hang", "421 busy"],
    "mail": ["451 later", "drop", "late 0.2"],
    "rcpt": ["451 4.7.1 greylisted", "452 4.2.2 full", "drop", "hang", "550 5.1.1 no such user"],
    "data": ["451 later", "drop", "421 closing"],
    "dot": ["lose", "drop", "hang", "451 later", "late 0.2", "552 5.3.4 too large"],
}
TIMEOUT_S = 0.1
PATIENCE = 20
"""Attempts of the naive sender for one mail."""


class MovingClock:
    """Stands where it is put."""

    at = NOW

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True, kw_only=True)
class ChaosReport:
    """What became of the deliveries: `refused` for good (and told anew), `doubtful` given up as uncertain twice."""

    name: str
    count: int = 0
    arrived: int = 0
    repeated: int = 0
    refused: int = 0
    uncertain: int = 0
    doubtful: int = 0
    lost: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        line = (
            f"{self.name}: {self.count} mails, {self.arrived} arrived, {self.repeated} of them twice or more, "
            f"{self.refused} refused for good, {self.uncertain} uncertain, {self.doubtful} given up as uncertain "
            f"twice, {self.lost} lost"
        )
        return "\n".join([line, *(f"PROBLEM {problem}" for problem in self.problems)])


def faulty(chaos: float, seed: int) -> MisbehavingServer:
    """A server on which an attempt strikes a fault with the probability `chaos`."""
    rng = random.Random(seed)
    rate = 1 - (1 - chaos) ** (1 / len(FAULTS))
    script = {
        step: [rng.choice(faults) if rng.random() < rate else "" for _ in range(20_000)]
        for step, faults in FAULTS.items()
    }
    return MisbehavingServer(**script)


def alone(n: int) -> Delivery:
    """The n-th delivery, to a reader of its own: one that is suspended stops no other."""
    delivery = make_numbered(n)
    return replace(
        delivery, recipient_id=f"reader-{n}", message=replace(delivery.message, recipient=f"r{n}@example.org")
    )


async def ours(folder: Path, *, count: int, chaos: float, seed: int) -> ChaosReport:
    """The pipeline, over a real store."""
    clock, rng, turns = MovingClock(), random.Random(seed), ChannelTurns()
    async with faulty(chaos, seed) as server, open_store(f"sqlite:///{folder}/monitor.db") as store:
        for n in range(count):
            delivery = alone(n)
            slot = Slot(key=delivery.slot_key, at=NOW)
            commit: dict[str, Any] = {"recipient_id": delivery.recipient_id, "slot": slot, "next_slot": slot, "at": NOW}
            await store.commit_digest(DigestCommit(deliveries=(delivery,), told=(("watchlist", n + 1),), **commit))
        patience = {"timeout_s": TIMEOUT_S, "data_timeout_s": TIMEOUT_S}
        server_of = SmtpServer(host="127.0.0.1", port=server.port, tls="none", helo="m.example.org", **patience)
        channel = SmtpChannel(server_of)
        for _ in range(40 * count):
            await deliver(store=store, channels={"smtp": channel}, clock=clock, rng=rng.random, turns=turns)
            kept = await store.deliveries(limit=2 * count)
            settled = (DeliveryState.SENT, DeliveryState.DEAD)
            waiting = [one.next_attempt_at for one in kept if one.state not in settled]
            if not waiting:
                break
            clock.at = min(waiting)
        await channel.close()
        return await _judged(store, kept, Counter(server.mails), count)


async def _judged(store: SqlStore, kept: list[Delivery], arrived: Counter[bytes], count: int) -> ChaosReport:
    report = ChaosReport(name="this program", count=count)
    for delivery in kept:
        copies = arrived.pop(delivery.message.content, 0)
        report.arrived += copies > 0
        report.repeated += copies > 1
        report.uncertain += delivery.was_uncertain
        is_told = bool(await store.tellings(int(delivery.id[1:], 16) + 1))
        is_refused = delivery.state is DeliveryState.DEAD and not delivery.was_uncertain
        report.refused += is_refused
        report.doubtful += delivery.state is DeliveryState.DEAD and delivery.was_uncertain
        report.lost += copies == 0 and is_told
        if delivery.state not in (DeliveryState.SENT, DeliveryState.DEAD):
            report.problems.append(f"{delivery.id} is {delivery.state.value} in the end")
        if copies > 1 + delivery.was_uncertain:
            report.problems.append(f"{delivery.id} arrived {copies} times, uncertain: {delivery.was_uncertain}")
        if is_refused and (copies or is_told):
            report.problems.append(f"{delivery.id} was refused for good, arrived {copies} times, told: {is_told}")
        if delivery.state is DeliveryState.SENT and not copies:
            report.problems.append(f"{delivery.id} counts as sent and never arrived")
    report.problems += [f"{times} mails arrived that nobody composed so" for times in arrived.values()]
    return report


async def naive(*, count: int, chaos: float, seed: int) -> ChaosReport:
    """One call a mail, again after any error but a refusal for good."""
    report = ChaosReport(name="again after any error", count=count)
    async with faulty(chaos, seed) as server:
        for n in range(count):
            message = alone(n).message
            for _ in range(PATIENCE):
                try:
                    await aiosmtplib.send(
                        message.content,
                        sender=message.sender,
                        recipients=[message.recipient],
                        hostname="127.0.0.1",
                        port=server.port,
                        start_tls=False,
                        timeout=TIMEOUT_S,
                    )
                    break
                except aiosmtplib.SMTPRecipientsRefused as error:
                    if all(one.code >= 500 for one in error.recipients):
                        report.refused += 1
                        break
                except aiosmtplib.SMTPDataError as error:
                    if error.code >= 500:
                        report.refused += 1
                        break
                except (aiosmtplib.SMTPException, OSError):
                    continue
        counts = Counter(server.mails)
    report.arrived, report.repeated = len(counts), sum(copies > 1 for copies in counts.values())
    report.lost = count - report.arrived - report.refused
    return report


def main() -> int:
    """0 when nothing was lost, changed, or repeated without need."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--chaos", type=float, default=0.4)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    logging.getLogger("monitor").addHandler(logging.NullHandler())
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        report = asyncio.run(ours(Path(folder), count=options.count, chaos=options.chaos, seed=options.seed))
    print(report)
    print(asyncio.run(naive(count=options.count, chaos=options.chaos, seed=options.seed)))
    return 1 if report.problems or report.lost else 0


if __name__ == "__main__":
    sys.exit(main())
