"""`monitor why` and `monitor story` over the seeds: what a person reads, and what a person's word does."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.model.ids import format_id


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that one cycle filled with the seeds; no feed is polled."""
    folder = tmp_path_factory.mktemp("seeded")
    for name in ("config", "seeds"):
        shutil.copytree(name, folder / name)
    feeds = "feeds:\n  - {id: quiet, url: 'http://127.0.0.1:9/', outlet: Quiet, enabled: false}\n"
    (folder / "config" / "feeds.yaml").write_text(feeds)
    assert main(["once", "--config", str(folder / "config")]) == 0
    return folder


class Desk:
    """Commands over a copy of the seeded store."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys

    def say(self, *words: str, code: int = 0) -> str:
        """What a command prints."""
        self._capsys.readouterr()
        assert main([*words, "--config", str(self._folder / "config")]) == code
        shown = self._capsys.readouterr()
        return shown.out + shown.err

    def ask(self, *words: str) -> Any:
        """What a command prints for programs."""
        return json.loads(self.say(*words, "--json"))

    def id_of(self, title: str) -> str:
        """The id of the seed that begins so."""
        with contextlib.closing(sqlite3.connect(self._folder / "var" / "monitor.db")) as connection:
            (row,) = connection.execute("SELECT id FROM article WHERE title LIKE ?", (f"{title}%",)).fetchall()
        return format_id(row[0])


@pytest.fixture
def desk(seeded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, capsys)


INVITED, WARNED, ARRIVED = "Presiden Rusia Vladimir Putin telah", "Putin Dikabarkan", "Putin Tiba"


def test_why_names_the_points_the_story_and_who_was_told(desk: Desk) -> None:
    shown = desk.say("why", desk.id_of(INVITED))
    assert "over the threshold of 50" in shown
    assert "all_in_title " in shown
    assert "opened a story" in shown
    assert "Told: reader had it" in shown
    plain = desk.ask("why", desk.id_of(INVITED))
    score = plain["watchlists"]["russia-north-korea"]
    assert score["is_match"]
    assert sum(signal["points"] for signal in score["signals"]) == pytest.approx(score["score"])


@pytest.mark.parametrize(
    ("words", "code", "cure"),
    [
        (("why", "nonsense"), 2, "An address will do as well"),
        (("why", "0000000000000"), 1, "There is no article"),
        (("story", "show", "0000000000000"), 1, "only what matched a watchlist is grouped"),
    ],
)
def test_what_is_not_there_is_said_with_what_would_do(desk: Desk, words: tuple[str, ...], code: int, cure: str) -> None:
    assert cure in desk.say(*words, code=code)


def test_the_seeds_make_three_stories_and_one_storyline_of_two(desk: Desk) -> None:
    invited, warned, arrived = (desk.ask("story", "show", desk.id_of(title)) for title in (INVITED, WARNED, ARRIVED))
    assert [len(story["articles"]) for story in (invited, warned, arrived)] == [3, 1, 1]
    assert arrived["storyline"] == warned["storyline"] == warned["id"]
    assert invited["kin"] == []
    assert [kin["id"] for kin in warned["kin"]] == [arrived["id"]]
    assert "KCNA" in [origin["name"] for origin in invited["origins"]]
    shown = desk.say("story", "show", desk.id_of(INVITED))
    assert "3 articles, 3 outlets" in shown, "two of them name none"
    assert "because (cosine" in shown


def test_a_word_joins_two_and_splits_one_for_good(desk: Desk) -> None:
    assert "is part of" in desk.say("story", "join", desk.id_of(ARRIVED), desk.id_of(WARNED))
    joined = desk.ask("story", "show", desk.id_of(ARRIVED))
    assert (joined["id"], len(joined["articles"])) == (desk.id_of(WARNED), 2)
    assert "is a story of its own now" in desk.say("story", "split", desk.id_of(WARNED), desk.id_of(ARRIVED))
    desk.say("once")
    parted = desk.ask("story", "show", desk.id_of(ARRIVED))
    assert [article["id"] for article in parted["articles"]] == [desk.id_of(ARRIVED)]
    assert "these are one story already" in desk.say("story", "join", desk.id_of(WARNED), desk.id_of(WARNED), code=1)
    assert "nothing would be left" in desk.say("story", "split", desk.id_of(WARNED), desk.id_of(WARNED), code=1)


def test_a_storyline_goes_on_when_its_first_story_went_into_another(desk: Desk) -> None:
    desk.say("story", "join", desk.id_of(INVITED), desk.id_of(WARNED))
    invited, arrived = (desk.ask("story", "show", desk.id_of(title)) for title in (INVITED, ARRIVED))
    assert arrived["storyline"] == invited["storyline"] == invited["id"]
    assert [kin["id"] for kin in invited["kin"]] == [arrived["id"]]
    assert [kin["id"] for kin in arrived["kin"]] == [invited["id"]]
    assert "the same storyline" in desk.say("story", "show", desk.id_of(ARRIVED))


def test_why_tells_what_changed_and_what_of_it_matters(desk: Desk, tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "monitor.db")) as connection:
        text, of = connection.execute("SELECT text, id FROM article WHERE title LIKE ?", (f"{WARNED}%",)).fetchone()
        for n, at, title, change, feed in (
            (0, "08", "Putin Dikabarkan Berkunjung", "", "seeds"),
            (1, "09", "Putin dikabarkan  berkunjung", "punctuation or spacing only", "seeds"),
            (2, "10", "Ralat: Putin Batal Berkunjung", "title: … → …", "other-feed"),
        ):
            row = (of, n, f"2026-11-22 {at}:00:00.000000", title, "", text, n, change, feed)
            connection.execute(f"INSERT INTO revision VALUES ({', '.join('?' * len(row))})", row)
        connection.commit()
    shown = desk.say("why", format_id(of))
    assert ": punctuation or spacing only\n" in shown
    assert "in the feed other-feed: title: … → …\n    correction: “Ralat: Putin Batal Berkunjung”" in shown
    states = desk.ask("why", format_id(of))["revisions"]
    assert [[one["kind"] for one in state["matters"]] for state in states] == [[], [], ["correction"]]


def test_a_seed_of_which_only_the_day_and_no_outlet_is_known_is_told_so(desk: Desk, tmp_path: Path) -> None:
    assert ", published 2024-06-19, " in desk.say("why", desk.id_of(ARRIVED))
    with contextlib.closing(sqlite3.connect(tmp_path / "var" / "monitor.db")) as connection:
        (text,) = connection.execute("SELECT text FROM delivery").fetchone()
    assert "media tidak diketahui · 19 Jun 2024\n" in text
    assert "19 Jun 2024, " not in text
    assert "15 Jun 2024, 08.03" in text
