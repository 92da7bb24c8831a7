"""What readers asked for, as an operator sees, answers and takes it back, by the commands a person gives."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from monitor.app.links import link_keys
from monitor.cli import main
from monitor.cli.feed_facts import zone_name
from monitor.config import load
from monitor.core.link_tokens import link_key, write_token
from monitor.model.commits import DigestCommit, Intake
from monitor.model.ids import format_id
from monitor.model.links import LinkAction, LinkClaim
from monitor.store import open_store
from tests.factories import NOW, make_article, make_slot

ARTICLE = make_article("Kim bertemu Putin")
UNSUBSCRIBE = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="reader")
MUTE = LinkClaim(action=LinkAction.MUTE_STORY, recipient_id="reader", target=str(ARTICLE.id))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The default configuration with a store."""
    shutil.copytree("config", tmp_path / "config")
    shutil.copytree("seeds", tmp_path / "seeds")
    (tmp_path / "var").mkdir()
    return tmp_path / "config"


def signed(config: Path, *claims: LinkClaim) -> list[str]:
    """The tokens of this installation."""

    async def sign() -> list[str]:
        async with open_store(f"sqlite:///{config.parent}/var/monitor.db") as store:
            await store.commit_intake(Intake(articles=(ARTICLE,)))
            (key, *_) = await link_keys(load(config, {}), store)
        return [write_token(claim, key) for claim in claims]

    return asyncio.run(sign())


def test_a_mail_is_answered_by_its_subject_seen_and_taken_back(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave, mute = signed(config, UNSUBSCRIBE, MUTE)

    def said(*words: str, code: int = 0) -> str:
        assert main(["recipients", *words, "--config", str(config)]) == code
        printed = capsys.readouterr()
        return printed.out + printed.err

    assert said("answer", f"Re: unsubscribe {leave}") == "reader: unsubscribe, everything: done\n"
    assert said("answer", f"mute-story {mute}") == "reader: mute-story, Kim bertemu Putin: done\n"
    shown = said("show", "reader")
    assert "gets       nothing: it unsubscribed" in shown
    muted = f"story {format_id(ARTICLE.id)} muted (“Kim bertemu Putin”)"
    assert muted in shown
    assert "unsubscribed from everything (mail)" in shown
    table = said("list")
    assert muted in table
    assert f"Times are of {zone_name()}." in table
    (listed,) = json.loads(said("list", "--json"))
    assert [one["kind"] for one in listed["asked_for"]] == ["unsubscribe", "mute-story"]
    assert said("answer", f"unsubscribe {leave}", "--undo") == "reader: unsubscribe, everything: taken back\n"
    assert "taken back: story" in said("resume", "reader", "--target", format_id(ARTICLE.id))
    assert "nothing is changed" in said("resume", "reader")
    forged = write_token(UNSUBSCRIBE, link_key(b"another installation"))
    assert "no word that was signed here" in said("answer", f"unsubscribe {forged}", code=2)
    assert "There is no recipient editor" in said("show", "editor", code=2)


def test_status_names_a_next_digest_only_for_who_gets_one_and_muted_stories_by_their_titles(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave, mute = signed(config, UNSUBSCRIBE, MUTE)

    async def plan() -> None:
        async with open_store(f"sqlite:///{config.parent}/var/monitor.db") as store:
            for of in ("reader", "configured-no-more"):
                slot = make_slot()
                await store.commit_digest(DigestCommit(recipient_id=of, slot=slot, next_slot=slot, at=NOW))

    asyncio.run(plan())

    def said(*words: str) -> str:
        assert main([*words, "--config", str(config)]) == 0
        return capsys.readouterr().out

    said("recipients", "answer", f"mute-story {mute}")
    before = said("status")
    assert f"reader: story {format_id(ARTICLE.id)} muted (“Kim bertemu Putin”) since " in before
    assert "next digest for reader: " in before
    assert "configured-no-more" not in before
    assert list(json.loads(said("status", "--json"))["next_digests"]) == ["reader"]
    said("recipients", "answer", f"unsubscribe {leave}")
    assert "next digest for" not in said("status")
    assert json.loads(said("status", "--json"))["next_digests"] == {}
    assert json.loads(said("recipients", "show", "reader", "--json"))["next_digest"] is None
