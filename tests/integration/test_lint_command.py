"""`monitor lint` over a made store: what is stored tells dead terms; the configuration is not touched."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.lint import KINDS
from monitor.model.commits import Intake
from monitor.store import open_store
from tests.factories import make_article

WATCHLIST = """\
name: palm-oil
title: {en: Palm oil and the EU}
entities:
  palm:
    en: [palm oil, Palm-Oil, oleochemical]
  europe:
    en: [European Union, Brussels]
match: {all: [{entity: palm}, {entity: europe}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration with one small watchlist; its store is made by `store`."""
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    shutil.rmtree(tmp_path / "config" / "watchlists")
    (tmp_path / "config" / "watchlists").mkdir()
    (tmp_path / "config" / "watchlists" / "palm.yaml").write_text(WATCHLIST, "utf-8")
    recipients = tmp_path / "config" / "recipients.yaml"
    recipients.write_text(recipients.read_text("utf-8").replace("russia-north-korea", "palm-oil"), "utf-8")
    return tmp_path


def store(folder: Path, count: int) -> None:
    """Fill the store with so many English articles."""
    now = datetime.now(UTC)
    texts = ("Palm oil and Brussels", "The European Union decides", "Weather", "Sport", "Markets")
    articles = tuple(
        make_article(
            f"Title {n}", id=n + 1, url_key=n + 1, text=texts[n % len(texts)], language="en", first_seen_at=now
        )
        for n in range(count)
    )

    async def fill() -> None:
        (folder / "var").mkdir()
        async with open_store(f"sqlite:///{folder}/var/monitor.db") as opened:
            await opened.commit_intake(Intake(articles=articles))

    asyncio.run(fill())


def test_findings_are_told_with_their_place_and_what_is_stored(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store(folder, 600)
    path = folder / "config" / "watchlists" / "palm.yaml"
    assert main(["lint", "--config", str(folder / "config")]) == 0
    told = capsys.readouterr().out
    assert f"{path}:5:20: redundant: “Palm-Oil” (palm) is found by “palm oil” already" in told
    assert f"{path}:5:30: dead: 1 of 3 of the spellings of palm, en were never found: “oleochemical”." in told
    assert "600 stored articles in en were read." in told
    assert "Read: 600 stored articles of the last 30 days." in told
    assert path.read_text("utf-8") == WATCHLIST


def test_without_a_store_it_says_what_it_cannot_tell(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--config", str(folder / "config")]) == 0
    told = capsys.readouterr().out
    assert "redundant" in told
    assert "Nothing is said of dead terms and the like: There is no store" in told
    store(folder, 20)
    main(["lint", "--config", str(folder / "config")])
    assert "20 articles are too few" in capsys.readouterr().out


def test_findings_are_errors_only_when_strict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store(folder, 600)
    command = ["lint", "--config", str(folder / "config"), "--strict", "--json"]
    assert main(command) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["days"], document["articles"], document["unread"]) == (30, 600, None)
    assert {finding["kind"] for finding in document["findings"]} <= set(KINDS)
    assert list(document["findings"][0]) == ["kind", "watchlist", "place", "what", "why", "suggestion"]


def test_a_strange_watchlist_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--config", str(folder / "config"), "--watchlist", "palm"]) == 2
    assert "There is no watchlist palm; there are: palm-oil." in capsys.readouterr().err
