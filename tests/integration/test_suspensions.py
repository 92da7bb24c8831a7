"""A suspension as the operator sees and lifts it, by the commands a person gives."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.model.commits import DigestCommit
from monitor.model.digests import DeliveryOutcome, DeliveryState
from monitor.model.preferences import Preference, PreferenceKind
from monitor.model.suspensions import Suspension
from monitor.store import open_store
from tests.factories import NOW, make_delivery, make_slot

REASON = "mx.example.org:25 refused at RCPT: 550 5.1.1 no such user"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The default configuration, whose reader is suspended and once asked for less."""
    shutil.copytree("config", tmp_path / "config")
    shutil.copytree("seeds", tmp_path / "seeds")
    (tmp_path / "var").mkdir()
    suspension = Suspension(
        recipient_id="reader", channel="maildir", address="reader@example.org", at=NOW, reason=REASON, code=550
    )

    async def fill() -> None:
        async with open_store(f"sqlite:///{tmp_path}/var/monitor.db") as store:
            slot = make_slot()
            delivery = make_delivery("d1", recipient_id="reader")
            commit = DigestCommit(recipient_id="reader", slot=slot, next_slot=slot, deliveries=(delivery,), at=NOW)
            await store.commit_digest(commit)
            refused = DeliveryOutcome(
                delivery_id="d1", state=DeliveryState.DEAD, at=NOW, code=550, reply=REASON, suspension=suspension
            )
            await store.commit_outcome(refused)
            less = Preference(recipient_id="reader", kind=PreferenceKind.LESS_OFTEN, at=NOW)
            await store.keep_preference(less)

    asyncio.run(fill())
    return tmp_path / "config"


def said(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> str:
    assert main([*words, "--config", str(config)]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_it_is_shown_with_its_reason_and_lifted_without_touching_what_the_reader_asked_for(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = said(capsys, config, "recipients", "show", "reader")
    assert "suspended no mail by maildir to reader@example.org since" in shown  # a time on this machine's clock
    assert REASON in shown
    assert "`monitor recipients resume reader` sends again" in shown
    assert json.loads(said(capsys, config, "status", "--json"))["suspended"][0]["reason"] == REASON
    assert "Correct the address, or: monitor recipients resume reader" in said(capsys, config, "status")
    lifted = said(capsys, config, "recipients", "resume", "reader")
    assert lifted == "reader: mail is sent again to reader@example.org by maildir; what was found waits for it."
    after = json.loads(said(capsys, config, "recipients", "show", "reader", "--json"))
    assert (after["suspended"], len(after["asked_for"])) == ([], 1)
    again = said(capsys, config, "recipients", "resume", "reader", "--kind", "suspension")
    assert again == "reader is not suspended: nothing is changed."


def test_another_address_ends_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recipients = config / "recipients.yaml"
    recipients.write_text(recipients.read_text("utf-8").replace("reader@example.org", "desk@example.org"), "utf-8")
    assert json.loads(said(capsys, config, "status", "--json"))["suspended"] == []
