"""`monitor feeds parse`: bytes in, plain values out."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.cli import main

FEED = """<rss version="2.0"><channel><title>Warta &amp; Kabar</title>
<item><title>푸틴 &amp;quot;평양&amp;quot; 도착</title><link>/a/1</link><guid isPermaLink="false">g1</guid>
<pubDate>Thu,28 Jul 2022 4:35:5 GMT+9</pubDate>
<description>&lt;p&gt;대통령이 &lt;b&gt;도착했다&lt;/b&gt;.&lt;/p&gt;</description></item>
<item><description>tanpa judul</description></item>
</channel></rss>"""


def parsed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["feeds", "parse", *words, "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_a_feed_is_printed_as_the_articles_it_would_become(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "feed.xml").write_text(FEED)
    found = parsed(capsys, str(tmp_path / "feed.xml"), "--url", "https://warta.example.org/rss")
    assert found == {
        "kind": "rss20",
        "title": "Warta & Kabar",
        "bozo": False,
        "entries": [
            {
                "guid": "g1",
                "title": '푸틴 "평양" 도착',
                "link": "https://warta.example.org/a/1",
                "published": "2022-07-27T19:35:05Z",
                "updated": None,
                "lang": "ko",
                "text": "대통령이 도착했다.",
            },
            {"guid": None, "title": "", "link": None, "published": None, "updated": None,
             "lang": found["entries"][1]["lang"], "text": "tanpa judul"},
        ],
    }  # fmt: skip


def test_headers_tell_the_charset_of_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "sys.stdin",
        SimpleNamespace(buffer=io.BytesIO("<rss><channel><title>é</title></channel></rss>".encode("cp850"))),
    )
    assert parsed(capsys, "-", "--header", "Content-Type: text/xml; charset=cp850", "--header", "X: y")["title"] == "é"


@pytest.mark.parametrize(("body", "reason"), [("<html><body>x", "web page"), ("", "empty"), ('{"a": 1}', "JSON")])
def test_what_is_no_feed_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str, reason: str) -> None:
    (tmp_path / "page").write_text(body)
    assert main(["feeds", "parse", str(tmp_path / "page")]) == 1
    assert f"{tmp_path / 'page'}: " in (told := capsys.readouterr().err)
    assert reason in told


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feeds", "parse", "/no/such/file"]) == 1
    assert "/no/such/file cannot be read" in capsys.readouterr().err


def test_people_get_a_table_and_the_remarks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "feed.xml").write_text(FEED.replace("tanpa judul", "a & b"))
    assert main(["feeds", "parse", str(tmp_path / "feed.xml")]) == 0
    told = capsys.readouterr()
    assert "2022-07-27T19:35:05Z" in told.out
    assert "not well-formed" in told.err
