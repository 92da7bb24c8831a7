"""From a vote to a proposal, by the commands a person gives, over a store in a file."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.propose import KEYS
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import compile_watchlists
from monitor.core.urls import url_key
from monitor.model.articles import Article
from monitor.model.commits import Intake
from monitor.model.ids import format_id
from monitor.model.votes import Vote, VoteKind
from monitor.store import open_store
from tests.factories import make_article

CITIES = ("Brussels", "Jakarta", "Medan", "Riau", "Geneva", "Paris", "Bonn", "Rome", "Oslo", "Wien")
WATCHLIST = """# Palm oil, for a desk in Jakarta.
name: palm-oil
title: {en: Palm oil}
entities:
  palm_oil: {en: [palm oil], id: [sawit]} # both of them
match: {entity: palm_oil}
threshold: 60 # was 55 until May
tests:
  must_match: [Palm oil exports banned in Brussels]
"""
WANTED = [
    make_article(f"Minister {n} speaks in {city} of palm oil", language="en", text="Palm oil, he said.")
    for n, city in enumerate(CITIES)
]
UNWANTED = [
    make_article(f"{city}: chefs put palm oil into a cake recipe", language="en", text="Palm oil, she said.")
    for city in CITIES
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The default configuration with another watchlist, and twenty stored articles."""
    folder = tmp_path / "config"
    shutil.copytree("config", folder)
    shutil.copytree("seeds", tmp_path / "seeds")
    shutil.rmtree(folder / "watchlists")
    (folder / "watchlists").mkdir()
    (folder / "watchlists/palm.yaml").write_text(WATCHLIST, encoding="utf-8")
    recipients = folder / "recipients.yaml"
    recipients.write_text(recipients.read_text("utf-8").replace("russia-north-korea", "palm-oil"), encoding="utf-8")
    (tmp_path / "var").mkdir()

    async def fill() -> None:
        async with open_store(f"sqlite:///{tmp_path}/var/monitor.db") as store:
            articles = (*WANTED, *UNWANTED)
            aliases = {url_key(article.url) or 0: article.id for article in articles}
            await store.commit_intake(Intake(articles=articles, aliases=aliases))

    asyncio.run(fill())
    return folder


def vote(config: Path, article: Article, kind: str, *more: str) -> int:
    return main(["vote", format_id(article.id), kind, "--config", str(config), *more])


def vote_on_all(config: Path) -> None:
    """As so many commands would, in one go."""

    async def keep() -> None:
        async with open_store(f"sqlite:///{config.parent}/var/monitor.db") as store:
            for kind, articles in ((VoteKind.MORE, WANTED), (VoteKind.LESS, UNWANTED)):
                for article in articles:
                    cast = Vote(article_id=article.id, watchlist="palm-oil", kind=kind, at=datetime.now(UTC))
                    await store.keep_vote(cast)

    asyncio.run(keep())


def test_too_few_votes_say_how_many_are_missing(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert vote(config, WANTED[0], "more") == 0
    assert capsys.readouterr().out == f"palm-oil: more like “{WANTED[0].title}” [Antara]\n"
    assert main(["vote", WANTED[1].url, "less", "--config", str(config)]) == 0
    assert main(["vote", WANTED[1].url, "none", "--config", str(config)]) == 0
    capsys.readouterr()
    assert main(["propose", "palm-oil", "--config", str(config)]) == 0
    out = capsys.readouterr().out
    assert "Too few to propose anything: 9 for more and 10 for less still wanted" in out
    target = config.parent / "new.yaml"
    assert main(["propose", "palm-oil", "--config", str(config), "--write", str(target)]) == 0
    assert not target.exists()


def test_votes_become_a_diff_with_its_backtest_and_nothing_changes(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vote_on_all(config)
    target = config.parent / "new.yaml"
    assert main(["propose", "palm-oil", "--config", str(config), "--write", str(target)]) == 0
    out = capsys.readouterr().out
    assert "as it stands, 10 of 20 come out as voted; average precision 0.500" in out
    assert "With all of it, 20 of 20 come out as voted; average precision 1.000" in out
    added = [line for line in out.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert "+penalty:" in added
    assert not [line for line in out.splitlines() if line.startswith("-") and not line.startswith("---")]
    assert "−10 lost" in out
    assert (config / "watchlists/palm.yaml").read_text("utf-8") == WATCHLIST
    kept = [line for line in target.read_text("utf-8").splitlines() if "#" in line]
    assert kept == [line for line in WATCHLIST.splitlines() if "#" in line]
    scorer = compile_watchlists([load_watchlist(target, config_dir=config)])
    assert all(scorer.matches(article) for article in WANTED)
    assert not any(scorer.matches(article) for article in UNWANTED)


def test_for_programs_there_is_one_document(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vote_on_all(config)
    assert main(["propose", "palm-oil", "--json", "--config", str(config)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == list(KEYS)
    (edit,) = told["edits"]
    assert (edit["kind"], len(edit["fixed"]), edit["broken"]) == ("AddRule", 10, [])
    assert edit["evidence"]["less_with"] == 10
    assert (len(told["backtest"]["lost"]), told["backtest"]["gained"]) == (10, [])
    assert main(["propose", "palm-oil", "--json", "--days", "1", "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out)["votes"]["more"] == 10


def test_a_proposal_is_never_written_where_it_would_go_live_or_replace_a_file(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vote_on_all(config)
    for name, told in (("watchlists/palm-2.yaml", "would go live"), ("watchlists/palm.yaml", "exists already")):
        assert main(["propose", "palm-oil", "--config", str(config), "--write", str(config / name)]) == 1
        assert told in capsys.readouterr().err
    assert [path.name for path in (config / "watchlists").iterdir()] == ["palm.yaml"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["vote", "https://example.org/none", "more"], 1, "is not stored"),
        (["vote", "{id}", "more", "--watchlist", "asean"], 2, "There is no watchlist asean; there are: palm-oil."),
        (["vote", "{id}", "more", "--recipient", "nobody"], 2, "There is no recipient nobody; there are: reader."),
        (["propose", "asean"], 2, "There is no watchlist asean; there are: palm-oil."),
    ],
)
def test_what_is_not_there_is_named(
    config: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str
) -> None:
    named = [word.format(id=format_id(WANTED[0].id)) for word in words]
    assert main([*named, "--config", str(config)]) == code
    assert told in capsys.readouterr().err


def test_with_several_watchlists_the_vote_goes_to_the_one_that_matches(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = WATCHLIST.replace("name: palm-oil", "name: cakes").replace("palm oil", "cake").replace("sawit", "kue")
    text = text.replace("threshold: 60", "threshold: 40")
    (config / "watchlists/cakes.yaml").write_text(text.partition("tests:")[0], encoding="utf-8")
    assert vote(config, WANTED[0], "more") == 0
    assert capsys.readouterr().out.startswith("palm-oil: ")
    assert vote(config, UNWANTED[0], "more") == 2
    assert "matches cakes, palm-oil: say with --watchlist" in capsys.readouterr().err


def test_a_vote_makes_no_store_where_there_is_none(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = config.parent / "var/monitor.db"
    store.unlink()
    assert vote(config, WANTED[0], "more") == 1
    assert main(["story", "join", "https://a.example/1", "https://a.example/2", "--config", str(config)]) == 1
    assert capsys.readouterr().err.count("Start the daemon once") == 2
    assert not store.exists()
