"""`monitor test-mail` against servers that behave and misbehave: what they say is what is printed."""

from __future__ import annotations

import asyncio
import mailbox
import shutil
from email import message_from_bytes
from pathlib import Path

import pytest

from monitor.cli import main
from tests.smtp_servers import MisbehavingServer, receiving_server

SECRET = "correct horse"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", SECRET)
    shutil.copytree("config", tmp_path / "config")
    shutil.copytree("seeds", tmp_path / "seeds")
    return tmp_path / "config"


def by_smtp(config: Path, port: int, *, login: bool = False, second: int | None = None) -> None:
    path = config / "monitor.yaml"
    smtp = f"smtp: {{host: 127.0.0.1, port: {port}, tls: none, timeout_s: 2{', username: monitor' if login else ''}}}"
    if second is not None:
        smtp += f"\n  smtp_fallback: {{host: 127.0.0.1, port: {second}, tls: none}}"
    text = path.read_text("utf-8").replace("  sender: monitor@example.org", f"  sender: monitor@news.example\n  {smtp}")
    path.write_text(text, "utf-8")
    recipients = config / "recipients.yaml"
    recipients.write_text(recipients.read_text("utf-8").replace("channel: maildir", "channel: smtp"), "utf-8")


async def trial_of(config: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    code = await asyncio.to_thread(main, ["test-mail", "--config", str(config), *words])
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err
    return code, (printed.out + printed.err).splitlines()


async def test_every_step_is_printed_as_the_server_said_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with receiving_server(password=SECRET, auth_exclude_mechanism=None) as server:
        by_smtp(config, server.port, login=True)
        code, lines = await trial_of(config, capsys)
    assert code == 0
    assert lines[0] == f"smtp: a test mail to reader@example.org (127.0.0.1:{server.port}, tls: none, as monitor)"
    steps = [line.split()[0] for line in lines if line.startswith("  ")]
    assert steps[:7] == ["connect", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "payload"]
    assert "Taken: 250 2.0.0 taken" in lines
    assert any("Refusals that come back as mail are not read" in line for line in lines)
    assert message_from_bytes(server.mails[0])["Auto-Submitted"] == "auto-generated"
    assert b"Subject: Uji coba surel pemantau media" in server.mails[0]


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ({"rcpt": "550 5.1.1 no such user"}, "Is the address spelt rightly?"),
        ({"rcpt": "554 5.7.1 relay access denied"}, "The server does not relay for us"),
        ({"rcpt": "450 4.2.0 greylisted"}, "A refusal for now is usual"),
        ({"dot": "554 5.7.1 looks like spam"}, "has the sender's domain SPF, DKIM and DMARC records"),
        ({"dot": "drop"}, "Look whether it arrived before trying again"),
        ({"banner": "drop"}, "failed at connect"),
    ],
    ids=str,
)
async def test_what_fails_is_said_with_what_helps(
    config: Path, capsys: pytest.CaptureFixture[str], faults: dict[str, str], told: str
) -> None:
    async with MisbehavingServer(**faults) as server:
        by_smtp(config, server.port)
        code, lines = await trial_of(config, capsys)
    assert code == 1
    said = next(iter(faults.values()))
    assert any(said in line or said == "drop" for line in lines if line.startswith("Not taken"))
    assert any(told in line for line in lines), lines


async def test_a_wrong_password_is_shown_to_the_server_once_and_to_nobody_else(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONITOR_SMTP_PASSWORD", "wrong horse")
    async with receiving_server(password=SECRET, auth_exclude_mechanism=None) as server:
        by_smtp(config, server.port, login=True)
        code, lines = await trial_of(config, capsys)
    assert (code, len(server.logins), server.mails) == (1, 1, [])
    assert "wrong horse" not in "\n".join(lines)
    assert any("MONITOR_SMTP_PASSWORD" in line for line in lines)


async def test_the_second_relay_is_tried_when_asked_for(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with MisbehavingServer() as first, receiving_server() as second:
        by_smtp(config, first.port, second=second.port)
        code, _ = await trial_of(config, capsys, "--fallback", "--to", "desk@example.net")
    assert (code, first.connections) == (0, 0)
    assert second.envelopes == [("monitor@news.example", ("desk@example.net",))]


async def test_a_maildir_gets_a_mail_as_well(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = await trial_of(config, capsys)
    assert code == 0
    assert lines[0] == "maildir: a test mail to reader@example.org (maildir)"
    assert len(mailbox.Maildir(tmp_path / "var/outbox", create=False)) == 1


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--recipient", "nobody"), 2, "There is no recipient nobody; there are: reader"),
        (("--to", "no address"), 1, "no test mail can be made for 'no address'"),
        (("--to", "ред@example.org"), 1, "ask for an ASCII alias"),
        (("--channel", "smtp"), 2, "mail.smtp"),
        (("--channel", "smtp", "--fallback"), 2, "mail.smtp_fallback"),
    ],
)
async def test_what_cannot_be_tried_is_refused_with_the_reason(
    config: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, told: str
) -> None:
    ended, lines = await trial_of(config, capsys, *words)
    assert ended == code
    assert told in "\n".join(lines)
