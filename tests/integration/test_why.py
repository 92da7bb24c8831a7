"""`monitor why`: texts that no feed brought, and addresses that are not stored."""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from monitor.cli import main
from monitor.core.absences import address_keys
from monitor.core.urls import host_of, url_key
from monitor.model.articles import LedgerRow, LedgerState
from monitor.model.commits import Intake
from monitor.store import open_store
from tests.factories import NOW, make_article, make_feed_state, make_verdict

WATCHLIST = """\
name: palm-oil-eu
title: {en: Palm oil and the EU}
entities:
  palm_oil: {id: [sawit], en: [palm oil]}
  eu: {id: [Uni Eropa], en: [European Union, Brussels]}
sides: [palm_oil, eu]
match: {all: [{entity: palm_oil}, {entity: eu}]}
ignored_outlets: [Kabar Angin]
penalty:
  - {name: recipe, when: {any: [resep]}, points: 40}
threshold: 50
tests: {must_match: [Uni Eropa tunda aturan sawit]}
"""
FEEDS = """\
feeds:
  - {id: antara, url: 'https://www.antara.example.org/rss', outlet: Antara, language: id, country: ID}
  - {id: paused, url: 'https://news.tempo.example.com/rss', outlet: Tempo, enabled: false}
  - {id: rumours, url: 'https://kabar.example.net/rss', outlet: Kabar Angin}
"""
RELATED = "Uni Eropa tunda aturan\nEksportir sawit lega. Brussels akan meninjau aturan sawit tahun depan.\n"
PAGE = """<!DOCTYPE html><html><head><title>Brussels delays rule</title>
<link rel="canonical" href="https://www.antara.example.org/ekonomi/9"></head><body><nav><a href="/">Home</a></nav>
<article><h1>Brussels delays rule</h1><p>The European Union has delayed its rule on palm oil by a year, an official said
on Monday, after exporters had asked for more time to prepare the papers that it wants.</p><p>Growers of palm oil
welcomed the decision, which the parliament has yet to approve at its next session in the autumn.</p></article></body>
</html>"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with a small watchlist and an empty store."""
    folder = tmp_path_factory.mktemp("why")
    assert main(["init", str(folder / "my")]) == 0
    config = folder / "my" / "config"
    (config / "watchlists" / "russia-north-korea.yaml").unlink()
    (config / "watchlists" / "palm-oil-eu.yaml").write_text(WATCHLIST, encoding="utf-8")
    (config / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    settings = (config / "monitor.yaml").read_text(encoding="utf-8")
    (config / "monitor.yaml").write_text(re.sub(r"(?m)^  folder: seeds.*$", "  folder: null", settings))
    recipients = (config / "recipients.yaml").read_text(encoding="utf-8")
    (config / "recipients.yaml").write_text(recipients.replace("russia-north-korea", "palm-oil-eu"))
    database = folder / "my" / "var" / "monitor.db"
    database.parent.mkdir(exist_ok=True)
    open_store(f"sqlite:///{database}").close_now()
    return folder / "my"


class Person:
    """Somebody at a terminal, in a folder of files."""

    def __init__(self, home: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.folder = folder
        self._capsys = capsys

    def file(self, content: str | bytes, name: str = "article.txt") -> str:
        """A file's path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def asks(self, *words: str, code: int = 0) -> str:
        """What is printed."""
        self._capsys.readouterr()
        assert main(["why", *words, "--config", str(self.home / "config")]) == code
        shown = self._capsys.readouterr()
        return shown.out + shown.err

    def plainly(self, *words: str, code: int = 0) -> Any:
        """What is printed for programs."""
        return json.loads(self.asks(*words, "--json", code=code))

    def remembers(self, *, states: Any = (), **facts: Any) -> None:
        """What the daemon has kept."""

        async def keep() -> None:
            async with open_store(f"sqlite:///{self.home / 'var' / 'monitor.db'}") as store:
                await store.sync_feeds(list(states))
                await store.commit_intake(Intake(**facts))

        asyncio.run(keep())


@pytest.fixture
def person(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Person:
    return Person(home, tmp_path, capsys)


# --- texts -------------------------------------------------------------------------------------------------------


def test_a_file_is_scored_as_if_it_had_come_now(person: Person) -> None:
    shown = person.asks(person.file(RELATED))
    assert shown.startswith("Uni Eropa tunda aturan\nread as a text; ")
    assert "palm-oil-eu: match, " in shown
    assert "It would not match with any one of these:\n    - a threshold of " in shown
    answer = person.plainly(person.file(RELATED))["watchlists"]["palm-oil-eu"]
    assert answer["score"] == sum(signal["points"] for signal in answer["signals"])
    assert answer["is_match"]


def test_a_near_miss_names_what_is_missing(person: Person) -> None:
    plain = person.plainly(person.file("Harga sawit naik\nPetani senang."))["watchlists"]["palm-oil-eu"]
    assert plain["gate"] == "eu is named nowhere"
    (change,) = plain["flips"][0]["changes"]
    assert (change["kind"], change["in"], change["of"], change["text"]) == ("add_words", "article", "eu", "Uni Eropa")
    shown = person.asks(person.file("Harga sawit naik\nPetani senang."))
    assert "no match, the gate is shut: eu is named nowhere" in shown
    assert "naming eu (“Uni Eropa”)" in shown


@pytest.mark.parametrize(
    ("content", "words", "read_as", "title"),
    [
        (RELATED, (), "a text", "Uni Eropa tunda aturan"),
        (RELATED, ("--title", "Lain"), "a text", "Lain"),
        ("Sawit tetap dijual ke Uni Eropa.\nBegitulah.", (), "a text", ""),
        ("﻿Judul\r\n\r\nIsi sawit.".encode(), (), "a text", "Judul"),
        ("Рынок масла\nЕвросоюз.".encode("cp1251"), (), "a text", "Рынок масла"),
        ('{"title": "Sawit", "text": "Uni Eropa.", "lang": "id"}', (), "a line of JSON", "Sawit"),
        (json.dumps({"title": "Sawit", "text": ""}, indent=1), (), "a line of JSON", "Sawit"),
        (PAGE, (), "a web page", "Brussels delays rule"),
    ],
)
def test_what_a_file_holds_is_recognised(
    content: str | bytes, words: tuple[str, ...], read_as: str, title: str, person: Person
) -> None:
    plain = person.plainly(person.file(content), *words)
    assert (plain["read_as"], plain["title"]) == (read_as, title)


def test_a_saved_page_is_of_the_outlet_whose_feed_has_its_host(person: Person) -> None:
    plain = person.plainly(person.file(PAGE, "saved.html"))
    assert (plain["outlet"], plain["country"], plain["feed"]) == ("Antara", "ID", "antara")
    assert "Home" not in plain["text"]
    assert plain["watchlists"]["palm-oil-eu"]["is_match"]


def test_an_address_may_open_a_filter(person: Person) -> None:
    plain = person.plainly(person.file(RELATED), "--url", "https://kabar.example.net/1")
    answer = plain["watchlists"]["palm-oil-eu"]
    assert answer["gate"] == "outlet Kabar Angin is ignored"
    assert answer["flips"][0]["words"] == "the outlet Kabar Angin no longer ignored"


def test_standard_input_is_read_like_a_file(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(RELATED.encode())))
    assert person.plainly("-", "--language", "id")["language"] == "id"


def test_a_watchlist_that_is_not_live_can_be_asked(person: Person) -> None:
    draft = person.file(WATCHLIST.replace("threshold: 50", "threshold: 400").replace("palm-oil-eu", "draft"), "w.yaml")
    (answer,) = person.plainly(person.file(RELATED), "--watchlist", draft)["watchlists"].values()
    assert answer["threshold"] == 400
    assert not answer["is_match"]


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        ("", "is empty"),
        (b"\x00\x01\x02", "is no text"),
        (b"%PDF-1.7 ...", "Save the article as text"),
        ('{"title": 3}', "title must be text"),
        ("{ no json", "this is not JSON"),
        ('{"title":' * 100_000, "nested too deep"),
        ('{"title": "a"}\n{"title": "b"}', "`monitor replay` scores all"),
        ("<html><body></body></html>", "without a text that can be told from its menus"),
        ("Foto: ANTARA/x", "holds no text besides"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_a_cure(content: str | bytes, cure: str, person: Person) -> None:
    if content == "Foto: ANTARA/x":
        assert cure in person.asks(person.file(content), "--title", "", code=1)
    else:
        assert cure in person.asks(person.file(content), code=1)


@pytest.mark.parametrize(
    ("words", "code", "cure"),
    [
        (("nowhere.txt",), 1, "there is no file nowhere.txt"),
        (("./nowhere",), 1, "there is no file"),
        (("texts/nowhere.html",), 1, "there is no file"),
        (("elsewhere.example.com/nowhere.html",), 1, "is not stored"),
        ((".",), 1, "is a folder"),
        (("",), 2, "the address, id or file is empty"),
        ((" ",), 2, "the address, id or file is empty"),
        (("nonsense",), 2, "An address will do as well"),
        (("https://a.example.org/1", "--title", "x"), 2, "--title is for a FILE"),
        (("https://a.example.org/1", "--watchlist", "x"), 2, "there are: palm-oil-eu"),
    ],
)
def test_a_wrong_word_is_told_with_what_would_do(words: tuple[str, ...], code: int, cure: str, person: Person) -> None:
    assert cure in person.asks(*words, code=code)


def test_a_draft_that_cannot_be_scored_is_told_at_its_line(person: Person) -> None:
    draft = person.file(
        WATCHLIST.replace("match:", "penalty: [{name: a, when: {regex: '(?=x)'}, points: 1}]\nmatch:"), "w.yaml"
    )
    assert "w.yaml:" in person.asks(person.file(RELATED), "--watchlist", draft, code=2)


def test_a_terminal_gets_colour_and_lines_that_fit_unless_it_says_no(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    path = person.file(RELATED)
    coloured = person.asks(path)
    assert "\x1b[32m" in coloured
    bare = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert max(map(cell_len, bare.splitlines())) <= 60
    points = [line.index(".") for line in bare.splitlines() if re.match(r" +[+-]\d+\.\d\d  ", line)]
    assert len(points) > 3
    assert len(set(points)) == 1
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[3\dm", person.asks(path))


# --- addresses ---------------------------------------------------------------------------------------------------


def test_an_address_of_nobodys_host_is_in_none_of_the_feeds(person: Person) -> None:
    shown = person.asks("https://elsewhere.example.com.au/2026/1", code=1)
    assert "is not stored" in shown
    assert "None of your 3 feeds is of elsewhere.example.com.au" in shown
    assert "monitor feeds discover https://elsewhere.example.com.au" in shown


def test_the_nearest_feed_is_named_with_its_polls(person: Person) -> None:
    state = make_feed_state(
        "antara", url="https://www.antara.example.org/rss", checked_at=NOW, next_check_at=NOW + timedelta(minutes=15)
    )
    person.remembers(states=[state])
    shown = person.asks("antara.example.org/ekonomi/1", code=1)
    assert "Antara (antara): of the same host" in shown
    assert "last polled " in shown
    plain = person.plainly("https://antara.example.org/ekonomi/1", code=1)
    assert [feed["id"] for feed in plain["feeds"]][:1] == ["antara"]
    assert plain["feeds"][0]["checked_at"] == NOW.isoformat()


def test_a_paused_feed_of_the_same_site_is_the_reason(person: Person) -> None:
    shown = person.asks("https://bisnis.tempo.example.com/read/1", code=1)
    assert "Tempo (paused): of the same site" in shown
    assert "`monitor feeds resume paused`" in shown


def ledger(url: str, state: LedgerState, reason: str) -> LedgerRow:
    key = address_keys(url, "antara")[0]
    return LedgerRow(feed_id="antara", entry_key=key, entry_digest=1, state=state, reason=reason, seen_at=NOW)


def test_an_entry_that_was_dropped_says_why(person: Person) -> None:
    url = "https://www.antara.example.org/foto/7"
    person.remembers(ledger=(ledger(url, LedgerState.DROPPED, "no title and no text"),))
    assert "the feed antara dropped it: no title and no text." in person.asks(url, code=1)
    assert person.plainly("antara.example.org/foto/7/", code=1)["ledger"][0]["state"] == "dropped"


def stored(url: str, title: str, **facts: Any) -> Any:
    return make_article(title, url=url, url_key=url_key(url), host=host_of(url), **facts)


def test_an_article_that_was_pruned_is_remembered(person: Person) -> None:
    url = "https://www.antara.example.org/lama/1"
    key = url_key(url)
    assert key is not None
    person.remembers(aliases={key: 12345})
    assert "has been pruned since (retention.articles_days)" in person.asks(url, code=1)


def test_another_address_of_a_stored_article_leads_to_it(person: Person) -> None:
    article = stored("https://www.antara.example.org/sawit/1", "Uni Eropa bahas sawit")
    other = url_key("https://arsip.example.org/99")
    assert article.url_key is not None
    assert other is not None
    aliases = {article.url_key: article.id, other: article.id}
    person.remembers(articles=(article,), verdicts=(make_verdict(article),), aliases=aliases)
    shown = person.asks("https://arsip.example.org/99")
    assert "asked for as https://arsip.example.org/99, another address of it" in shown
    assert "asked for as" not in person.asks(article.url)


def test_stored_articles_with_the_words_of_the_address_are_shown(person: Person) -> None:
    article = stored(
        "https://www.antara.example.org/x/2", "Menteri temui eksportir sawit di Medan", first_seen_at=datetime.now(UTC)
    )
    assert article.url_key is not None
    person.remembers(articles=(article,), verdicts=(make_verdict(article),), aliases={article.url_key: article.id})
    shown = person.asks("https://other.example.com/menteri-temui-eksportir-sawit-123.html", code=1)
    assert "Stored articles with like titles:\n    Menteri temui eksportir sawit di Medan (Antara, " in shown


def test_a_home_page_is_no_article(person: Person) -> None:
    assert "a home page, or no http(s) address" in person.asks("https://www.antara.example.org/", code=1)
