"""Alerts of the composed program: real feeds, store and outbox; the clock is set by hand."""

from __future__ import annotations

import asyncio
import email
import email.policy
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.app import load_configuration, open_runtime
from monitor.app.adapters import Surroundings
from monitor.app.runtime import Runtime
from tests.servers import LoopbackServer, Reply

TITLE = "Putin dan Kim Jong Un menandatangani pakta pertahanan Rusia–Korea Utara di Pyongyang"
BODY = (
    "Presiden Rusia Vladimir Putin dan pemimpin Korea Utara Kim Jong Un menandatangani pakta pertahanan di Pyongyang. "
    "Rusia dan Korea Utara sepakat saling membantu secara militer bila diserang, kata kantor berita KCNA. "
    "Kremlin mengatakan pakta antara Moskow dan Pyongyang itu berlaku segera setelah diratifikasi."
)
TURN = "Rusia dan Korea Utara meratifikasi pakta pertahanan Putin dan Kim Jong Un"
TURN_BODY = (
    "Parlemen Rusia dan Korea Utara meratifikasi pakta pertahanan yang ditandatangani Putin dan Kim Jong Un di "
    "Pyongyang. Pakta antara Moskow dan Pyongyang itu mulai berlaku hari ini, kata Kremlin dan kantor berita KCNA."
)


class SetClock:
    """A clock that stands until it is set on; waiting moves it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)

    def now(self) -> datetime:
        return self.at

    def ticks(self) -> float:
        return self.at.timestamp()

    async def pause(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def feed(*items: tuple[str, str], at: datetime) -> Reply:
    entries = "".join(
        f"<item><title>{title}</title><link>https://harian.example.org/{n}</link><guid>{n}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>{body}</description></item>"
        for n, (title, body) in enumerate(items)
    )
    return Reply(f"<rss version='2.0'><channel><title>Harian</title>{entries}</channel></rss>".encode())


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as server:
        server["/rss"] = feed(at=datetime.now(UTC))
        yield server


@pytest.fixture
def config(tmp_path: Path, server: LoopbackServer) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    folder = tmp_path / "config"
    settings = (folder / "monitor.yaml").read_text(encoding="utf-8")
    allowed = settings.replace("  # allow_private_hosts: [rss-bridge.internal]", "  allow_private_hosts: [127.0.0.1]")
    (folder / "monitor.yaml").write_text(allowed, encoding="utf-8")
    line = f"  - {{id: harian, url: '{server.url('/rss')}', outlet: Harian, language: id}}"
    (folder / "feeds.yaml").write_text(f"feeds:\n{line}\n")
    recipients = (folder / "recipients.yaml").read_text(encoding="utf-8")
    assert "    # alerts:\n" in recipients
    (folder / "recipients.yaml").write_text(recipients.replace("    # alerts:\n", "    alerts: {}\n"), encoding="utf-8")
    return folder


def mails(config: Path) -> list[EmailMessage]:
    """All that is in the outbox folder, the oldest first."""
    files = sorted((config.parent / "var" / "outbox").rglob("new/*"), key=lambda path: path.stat().st_mtime_ns)
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    return [one for one in found if isinstance(one, EmailMessage)]


async def cycle(runtime: Runtime) -> None:
    """One round of the daemon's alarms."""
    await runtime.collect()
    await runtime.digests()
    await runtime.deliver()


@pytest.mark.slow
async def test_the_daemon_alerts_within_a_cycle_replies_in_the_thread_and_repeats_nothing(
    config: Path, server: LoopbackServer
) -> None:
    clock = SetClock()
    around = Surroundings(clock=clock, ticks=clock.ticks, pause=clock.pause)
    async with open_runtime(load_configuration(config, {}), surroundings=around) as runtime:
        await runtime.start()
        await cycle(runtime)
        (first,) = mails(config)
        clock.at += timedelta(minutes=30)
        server["/rss"] = feed((TITLE, BODY), at=clock.at)
        await cycle(runtime)
        _, alert = mails(config)
        assert str(alert["Subject"]).startswith("[Hubungan Rusia–Korea Utara] Putin dan Kim Jong Un")
        assert alert["References"] is None
        clock.at += timedelta(minutes=45)
        server["/rss"] = feed((TITLE, BODY), (TURN, TURN_BODY), at=clock.at)
        await cycle(runtime)
        await cycle(runtime)
        (reply,) = mails(config)[2:]
        assert reply["Subject"] == f"Re: {alert['Subject']}"
        assert reply["In-Reply-To"] == alert["Message-ID"]
        assert first["References"] is None


@pytest.mark.slow
async def test_an_alert_that_was_composed_survives_a_kill_before_it_is_delivered(
    config: Path, server: LoopbackServer
) -> None:
    server["/rss"] = feed((TITLE, BODY), at=datetime.now(UTC))
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.acceptance.killed_after_alert", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    assert await asyncio.wait_for(killed.wait(), 60) == -signal.SIGKILL
    assert len(mails(config)) == 1
    async with open_runtime(load_configuration(config, {})) as runtime:
        await runtime.start()
        await runtime.deliver()
        await runtime.digests()
        await runtime.deliver()
    digest, alert = mails(config)
    assert digest["Subject"] != alert["Subject"]
    assert TITLE[:20] in str(alert["Subject"])
