"""`monitor backtest` and `monitor budget`: over a store that a daemon holds, and over a file of articles."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.cli.backtest import KEYS
from monitor.model.articles import Article
from monitor.model.commits import Intake
from monitor.model.stories import Joining
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore
from tests.factories import NOW, make_article, make_story, make_verdict

DAY = timedelta(days=1)
WATCHLIST = """\
name: palm-oil-eu
title: {en: Palm oil and the EU}
aliases: [aliases/oils.yaml]
entities:
  palm_oil: {id: [sawit], any: {include}}
  eu: [European Union, Uni Eropa]
sides: [palm_oil, eu]
match: {all: [{entity: palm_oil}, {entity: eu}]}
threshold: {threshold}
tests:
  must_match: [Uni Eropa tunda aturan sawit]
"""
RECIPIENTS = """\
recipients:
  - id: reader
    address: reader@example.org
    watchlists: [palm-oil-eu]
    schedule: {times: ["07:00"], days: daily}
    zone: Asia/Jakarta
"""
TITLES = (
    "Uni Eropa tunda aturan sawit",
    "European Union delays palm oil rule",
    "Palm oil: European Union and Jakarta talk",
    "Harga beras naik",
)


def write_watchlist(path: Path, *, names: str = "[]", threshold: str = "20") -> Path:
    path.write_text(WATCHLIST.replace("{include}", names).replace("{threshold}", threshold), encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    shutil.copytree("config", folder)
    shutil.rmtree(folder / "watchlists")
    (folder / "watchlists").mkdir()
    write_watchlist(folder / "watchlists" / "palm.yaml")
    (folder / "aliases" / "oils.yaml").write_text("entities:\n  oil: [minyak]\n", encoding="utf-8")
    (folder / "recipients.yaml").write_text(RECIPIENTS, encoding="utf-8")
    settings = folder / "monitor.yaml"
    settings.write_text(settings.read_text().replace("folder: seeds", "folder: null"), encoding="utf-8")
    return folder


def articles() -> list[Article]:
    return [
        make_article(title, id=n + 1, text=title, first_seen_at=NOW - n * DAY, published_at=NOW - n * DAY)
        for n, title in enumerate(TITLES)
    ]


def hold_store(config: Path) -> SqlStore:
    """An open store with the articles, two of them one story: the daemon is at work."""
    store = open_store(f"sqlite:///{config.parent}/var/monitor.db")
    found = articles()
    joinings = tuple(Joining(article_id=of, story_id=2, is_first=of == 2) for of in (2, 3))
    asyncio.run(
        store.commit_intake(
            Intake(
                articles=tuple(found),
                verdicts=tuple(map(make_verdict, found)),
                stories=(make_story(found[1]),),
                joinings=joinings,
            )
        )
    )
    return store


def test_an_edit_is_tried_beside_the_running_daemon_the_same_every_time(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write_watchlist(tmp_path / "new.yaml", names="[palm oil]")
    command = ["backtest", str(new), "--config", str(config)]
    store = hold_store(config)
    try:
        assert main(command) == 0
        first = capsys.readouterr().out
        assert main(command) == 0
        assert capsys.readouterr().out == first
        assert main([*command, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
    finally:
        store.close_now()
    lines = first.splitlines()
    assert lines[0] == "palm-oil-eu beside palm-oil-eu; 4 articles of 3.0 days until 2026-11-22 07:00 UTC"
    assert lines[2] == "+2 gained  −0 lost  0 moved   stories: +1 −0"
    assert lines[3] == (
        "matches: 1 article, 1 story (1 of them articles in no story) → 3 articles, 2 stories (1 of them articles in "
        "no story)"
    )
    assert re.fullmatch(r"mails/day \d\.\d → \d\.\d  stories/mail \S+ → \S+   reader", lines[4])
    assert "gained, by points:" in lines
    (line,) = (line for line in lines if TITLES[1] in line)
    assert re.match(r" +– → \d+(\.\d+)? +\d+% +European Union delays", line)
    assert list(told) == list(KEYS)
    assert {one["title"] for one in told["gained"]} == {TITLES[1], TITLES[2]}
    assert all(one["reasons"][0].startswith("gate: ") and one["before"] is None for one in told["gained"])
    assert all(one["relevance_before"] is None and 0.5 < one["relevance_after"] < 1 for one in told["gained"])
    assert told["mail"][0]["recipient"] == "reader"
    assert (told["failed_tests"], told["problems"]) == ([], [])


def test_a_watchlist_that_fails_its_own_tests_is_tried_all_the_same_and_says_so(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write_watchlist(tmp_path / "new.yaml")
    new.write_text(new.read_text().replace("Uni Eropa tunda aturan sawit]", "Harga beras naik]"), encoding="utf-8")
    store = hold_store(config)
    try:
        assert main(["backtest", str(new), "--config", str(config)]) == 1
    finally:
        store.close_now()
    told = capsys.readouterr().out
    assert "It fails 1 test of its own and would not go live:" in told
    assert f"{new}:" in told
    assert "“Harga beras naik” must match" in told
    assert "+0 gained" in told


def test_a_file_that_cannot_be_used_is_told_as_by_check(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write_watchlist(tmp_path / "new.yaml")
    new.write_text(new.read_text().replace("entity: eu", "entity: ue"), encoding="utf-8")
    assert main(["backtest", str(new), "--config", str(config)]) == 2
    assert re.search(rf"{re.escape(str(new))}:\d+:\d+: .*there is no entity 'ue'", capsys.readouterr().err)
    assert main(["backtest", str(tmp_path / "none.yaml"), "--config", str(config)]) == 2


def lines_of(path: Path, *, is_shuffled: bool = False) -> Path:
    rows = [
        {"id": n, "url": f"https://example.org/{n}", "title": one.title, "text": one.text, "outlet": "Antara",
         "published": one.first_seen_at.isoformat()}
        for n, one in enumerate(articles())
    ]  # fmt: skip
    told = [json.dumps(row) for row in rows]
    path.write_text("\n".join(told[::-1] if is_shuffled else told), encoding="utf-8")
    return path


def test_a_file_of_articles_takes_the_place_of_the_store_in_whatever_order_its_lines_are(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write_watchlist(tmp_path / "new.yaml", names="[palm oil]")
    told = set()
    for is_shuffled in (False, True):
        file = lines_of(tmp_path / "articles.jsonl", is_shuffled=is_shuffled)
        assert main(["backtest", str(new), "--config", str(config), "--articles", str(file)]) == 0
        told.add(capsys.readouterr().out)
    (only,) = told
    assert "+2 gained  −0 lost  0 moved   stories: +2 −0" in only


def test_what_cannot_be_read_of_a_file_is_told_with_its_line(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = lines_of(tmp_path / "articles.jsonl")
    file.write_text('{"id": 1}\nno json\n' + file.read_text() + "\n" + file.read_text(), encoding="utf-8")
    new = write_watchlist(tmp_path / "new.yaml")
    assert main(["backtest", str(new), "--config", str(config), "--articles", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["articles"] == 4
    assert told["problems"][0] == f"{file}:1: url, title, text missing"
    assert told["problems"][1].startswith(f"{file}:2: this is not JSON")
    assert told["problems"][2] == "an article told twice counts once: 4 lines"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 1, "There is no store"),
        (["--articles", "none.jsonl"], 1, "none.jsonl cannot be read"),
        (["--watchlist", "palm"], 2, "There is no watchlist palm; there are: palm-oil-eu."),
    ],
)
def test_without_a_past_or_a_counterpart_there_is_one_plain_line(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    new = write_watchlist(tmp_path / "new.yaml")
    assert main(["backtest", str(new), "--config", str(config), *arguments]) == code
    assert message in capsys.readouterr().err


def test_another_file_may_stand_for_the_live_one(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As for a file that was edited in place, with its old text from version control."""
    old = write_watchlist(tmp_path / "old.yaml", names="[palm oil]")
    live, file = config / "watchlists" / "palm.yaml", lines_of(tmp_path / "articles.jsonl")
    command = ["backtest", str(live), "--against", str(old), "--config", str(config), "--articles", str(file)]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"palm-oil-eu beside {old}; ")
    assert "+0 gained  −2 lost" in told


def test_of_a_watchlist_that_nobody_reads_the_mail_is_supposed(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = write_watchlist(tmp_path / "new.yaml")
    new.write_text(new.read_text().replace("name: palm-oil-eu", "name: palm-new"), encoding="utf-8")
    file = lines_of(tmp_path / "articles.jsonl")
    assert main(["backtest", str(new), "--config", str(config), "--articles", str(file)]) == 0
    told = capsys.readouterr().out
    assert "palm-new beside nothing: no watchlist of this name is live; 4 articles" in told
    assert "(nobody reads it yet: this is what its mail would be if they did)" in told


def test_the_end_may_be_told_and_wrong_times_are_refused(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new, file = write_watchlist(tmp_path / "new.yaml"), lines_of(tmp_path / "articles.jsonl")
    command = ["backtest", str(new), "--config", str(config), "--articles", str(file)]
    assert main([*command, "--until", "2026-11-21T14:00+07:00", "--days", "1"]) == 0
    assert "; 1 article of 1.0 days until 2026-11-21 07:00 UTC" in capsys.readouterr().out
    assert main([*command, "--until", "2020-01-01"]) == 1
    assert "nothing was seen until 2020-01-01" in capsys.readouterr().err
    for wrong in (
        ["--until", "tomorrow"],
        ["--until", "9999-12-31"],
        ["--days", "0"],
        ["--days", "x"],
        ["--limit", "-1"],
    ):
        with pytest.raises(SystemExit) as left:
            main([*command, *wrong])
        assert left.value.code == 2


def test_a_budget_names_the_threshold_and_edits_nothing(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live, file = config / "watchlists" / "palm.yaml", lines_of(tmp_path / "articles.jsonl")
    write_watchlist(live, names="[palm oil]")
    before = live.read_bytes()
    command = ["budget", "palm-oil-eu", "--config", str(config), "--articles", str(file)]
    assert main([*command, "--stories-per-day", "0.7", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["days"], told["past_the_gate"], told["left_out"]) == (3, 3, 1)
    assert told["suggested"]["mean"] <= 0.7 < told["present"]["mean"]
    assert told["suggested"]["threshold"] * 4 % 1 == 0
    assert main([*command, "--stories-per-day", "0.7"]) == 0
    printed = capsys.readouterr().out
    assert "Everything is cut: " in printed
    assert "Only 3 whole days are stored" in printed
    assert "Cut of what is told now" not in printed
    assert live.read_bytes() == before


def test_a_budget_that_only_an_empty_digest_keeps_is_told_with_what_to_do_instead(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stories of the same points: a threshold takes all of them or none."""
    write_watchlist(config / "watchlists" / "palm.yaml", names="[palm oil]")
    articles = [
        {"title": f"European Union and palm oil {n}", "text": "x", "published": f"2026-11-2{n % 2}T0{n}:00Z"}
        for n in range(8)
    ]
    lines = [{"id": str(n), "url": f"https://example.org/{n}", "lang": "en", **one} for n, one in enumerate(articles)]
    file = tmp_path / "alike.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    command = ["budget", "palm-oil-eu", "--config", str(config), "--articles", str(file)]
    assert main([*command, "--stories-per-day", "2"]) == 0
    printed = capsys.readouterr().out
    assert "of 1 whole day until" in printed
    assert "Only 1 whole day is stored" in printed
    assert "Everything is cut: " in printed
    assert "  threshold: " not in printed
    assert "  stories_per_day: 2  #" in printed
    assert re.search(r"^  suggested +\S+ +9\d% +0\.0 ", printed, re.MULTILINE)


def test_a_budget_may_stand_in_the_watchlist(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = lines_of(tmp_path / "articles.jsonl")
    command = ["budget", "palm-oil-eu", "--config", str(config), "--articles", str(file)]
    assert main(command) == 2
    assert "say how much you want to read: --stories-per-day 10" in capsys.readouterr().err
    live = config / "watchlists" / "palm.yaml"
    live.write_text(live.read_text() + "stories_per_day: 5\n", encoding="utf-8")
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "Cut of what" not in printed
    assert "In the watchlist:\n  threshold: 20\n  stories_per_day: 5  #" in printed
    assert "Nothing is cut: all that passes the gate keeps the budget." in printed
    assert main([*command, "--stories-per-day", "0"]) == 2
    assert main(["budget", str(live), *command[2:]]) == 0
