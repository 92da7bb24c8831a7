"""`monitor feeds` where no network is needed: list, show, discover FILE, import, export, pause and resume."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.cli import main
from monitor.cli.feeds import SUBCOMMANDS
from monitor.config.feeds import load_feeds, read_sections
from monitor.sources.opml import read_opml

FEEDS = """# Mine.
feeds:
  - id: antara # dunia
    url: https://a.example.org/rss
    outlet: ANTARA
    language: id
    folder: Asia/Indonesia
    site: https://a.example.org/

  - id: tass
    url: https://b.example.org/rss
    outlet: TASS
    enabled: false

  - id: peta
    url: https://c.example.org/news.xml
    outlet: Peta
    source: sitemap
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    (tmp_path / "config" / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    return tmp_path / "config"


def feeds(config: Path, *words: str) -> int:
    return main(["feeds", *words, "--config", str(config)])


def test_every_subcommand_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name, (_, summary) in SUBCOMMANDS.items():
        with pytest.raises(SystemExit) as left:
            main(["feeds", name, "--help"])
        assert left.value.code == 0
        assert summary[1:15] in capsys.readouterr().out


def test_the_configurations_folder_may_stand_before_or_after_the_subcommand(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["feeds", "--config", str(config), "list", "--json"]) == 0
    before = capsys.readouterr().out
    assert feeds(config, "list", "--json") == 0
    assert capsys.readouterr().out == before


def test_list_shows_every_feed_with_its_state(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert feeds(config, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["antara", "tass", "peta"]
    assert "paused" in lines[2]
    assert lines[-2].startswith("3 feeds, 1 of them paused. Times are of ")
    assert lines[-1].startswith("How they are is not known: There is no store at")
    assert feeds(config, "list", "--json") == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert (first["id"], first["url"], first["outcome"]) == ("antara", "https://a.example.org/rss", None)


def test_show_tells_all_of_one_feed_and_a_near_miss_of_none(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert feeds(config, "show", "antara") == 0
    shown = capsys.readouterr().out
    assert "Asia/Indonesia" in shown
    assert "is                  not known: There is no store at" in shown
    assert feeds(config, "show", "antara", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["feed"]["folder"], facts["state"]) == ("Asia/Indonesia", None)
    assert feeds(config, "show", "antra") == 2
    assert "Did you mean 'antara'?" in capsys.readouterr().err


def test_show_and_list_tell_what_the_store_remembers(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "feeds.yaml").write_text(FEEDS.replace("https://a.example.org/rss", "http://127.0.0.1:1/rss"))
    sections = (config / "feeds.yaml").read_text().partition("  - id: tass")[0]
    (config / "feeds.yaml").write_text(sections)  # one feed, whose host refuses: no other is asked
    assert main(["once", "--config", str(config)]) == 0
    capsys.readouterr()
    assert feeds(config, "list", "--json") == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["outcome"], listed["condition"]) == ("refused", "failing")
    assert feeds(config, "show", "antara", "--json") == 0
    state = json.loads(capsys.readouterr().out)["state"]
    assert (state["failures"], state["health"]["condition"]) == (1, "failing")
    assert feeds(config, "show", "antara") == 0
    told = capsys.readouterr().out
    assert "is                  failing since " in told
    assert "last read           never" in told


def test_discover_prints_the_addresses_of_a_saved_page_best_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<link rel=alternate type=application/rss+xml title="Komentar" href=/comments/feed/>'
        '<link rel=alternate type=application/rss+xml title="Berita" href=/feed/>',
        encoding="utf-8",
    )
    assert main(["feeds", "discover", str(page), "--json", "--url", "https://example.org/x"]) == 0
    assert json.loads(capsys.readouterr().out) == ["https://example.org/feed/", "https://example.org/comments/feed/"]
    assert main(["feeds", "discover", str(page), "--json", "--long"]) == 0
    long = json.loads(capsys.readouterr().out)
    assert (long[0]["url"], long[0]["title"], long[0]["kind"]) == ("/feed/", "Berita", "rss")
    assert main(["feeds", "discover", str(page), "--url", "https://example.org/x"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:3] == ["https://example.org/feed/", "rss", "Berita"]


def test_discover_without_a_find_is_one_and_an_empty_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.html").write_text("<p>x", encoding="utf-8")
    assert main(["feeds", "discover", str(tmp_path / "page.html"), "--json"]) == 1
    output = capsys.readouterr()
    assert json.loads(output.out) == []
    assert "No feed found" in output.err
    assert main(["feeds", "discover", str(tmp_path / "nowhere.html")]) == 1
    assert "no such file" in capsys.readouterr().err


OPML = """<opml version="2.0"><body><outline text="Korea">
<outline text="Yonhap" xmlUrl="https://d.example.org/rss" htmlUrl="https://d.example.org/" language="ko-kr"/>
<outline text="연합뉴스" xmlUrl="https://e.example.org/rss" htmlUrl="javascript:x"/></outline>
<outline text="Antara" xmlUrl="http://a.example.org/rss"/>
<outline text="Yonhap" xmlUrl="https://f.example.org/rss?a=1&b=2" isComment="true"/>
<outline text="Yonhap" xmlUrl="https://d.example.org/rss"/>
<outline text="Buruk" xmlUrl="ftp://g.example.org/rss"/>
</body></opml>"""


def test_import_appends_what_is_new_and_names_what_is_not(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.opml").write_text(OPML, encoding="utf-8")
    assert feeds(config, "import", str(tmp_path / "list.opml"), "--dry-run") == 1
    assert (config / "feeds.yaml").read_text(encoding="utf-8") == FEEDS
    capsys.readouterr()
    assert feeds(config, "import", str(tmp_path / "list.opml"), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in told["added"]] == ["yonhap", "e-example-org", "yonhap-2"]
    assert [one["reason"][:13] for one in told["skipped"]] == ["already there", "already there", "url: 'ftp://g"]
    assert "not well-formed" in told["remarks"][0]
    text = (config / "feeds.yaml").read_text(encoding="utf-8")
    assert text.startswith(FEEDS)
    yonhap, other, paused = read_sections(config / "feeds.yaml")[3:]
    assert (yonhap.language, yonhap.site, yonhap.folder) == ("ko-KR", "https://d.example.org/", "Korea")
    assert (other.outlet, other.site) == ("연합뉴스", None)
    assert (paused.url, paused.enabled) == ("https://f.example.org/rss?a=1&b=2", False)
    assert main(["check", "--config", str(config)]) == 0


def test_import_twice_adds_nothing_the_second_time(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.opml"
    path.write_text(OPML.replace('<outline text="Buruk" xmlUrl="ftp://g.example.org/rss"/>', ""), encoding="utf-8")
    assert feeds(config, "import", str(path), "--paused") == 0
    once = (config / "feeds.yaml").read_text(encoding="utf-8")
    assert not any(section.enabled for section in read_sections(config / "feeds.yaml")[3:])
    assert feeds(config, "import", str(path)) == 0
    assert (config / "feeds.yaml").read_text(encoding="utf-8") == once
    assert "0 added" in capsys.readouterr().out


def test_import_of_what_is_no_list_says_so(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.opml").write_text("<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", encoding="utf-8")
    assert feeds(config, "import", str(tmp_path / "x.opml")) == 1
    assert "x.opml: the file declares entities" in capsys.readouterr().err


def test_what_is_exported_and_imported_elsewhere_is_the_same_list(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.opml"
    assert feeds(config, "export", str(path), "--all") == 0
    assert "2 feeds written; left out, being no feeds: peta" in capsys.readouterr().err
    outlines = read_opml(path.read_bytes()).outlines
    assert [outline.is_comment for outline in outlines] == [True, False]
    first = load_feeds(config / "feeds.yaml")
    kept = FEEDS[: FEEDS.index("  - id: antara")] + FEEDS[FEEDS.index("  - id: peta") :]
    (config / "feeds.yaml").write_text(kept, encoding="utf-8")
    assert feeds(config, "import", str(path)) == 0
    again = {feed.id: feed for feed in load_feeds(config / "feeds.yaml")}
    assert [again[feed.id] for feed in first] == list(first)
    assert {section.id: section.folder for section in read_sections(config / "feeds.yaml")}[
        "antara"
    ] == "Asia/Indonesia"


def test_export_writes_to_standard_output_and_leaves_paused_feeds_out(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert feeds(config, "export") == 0
    assert [one.url for one in read_opml(capsys.readouterr().out.encode()).outlines] == ["https://a.example.org/rss"]
    assert feeds(config, "export", str(config)) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_pause_and_resume_change_one_word(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert feeds(config, "resume", "tass", "antara") == 0
    assert "antara  was polled again already" in capsys.readouterr().out
    assert (config / "feeds.yaml").read_text(encoding="utf-8") == FEEDS.replace("enabled: false", "enabled: true")
    assert feeds(config, "pause", "tass", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"changed": ["tass"], "enabled": False}
    assert (config / "feeds.yaml").read_text(encoding="utf-8") == FEEDS
    assert feeds(config, "pause", "tasss") == 2
    assert "has no feed 'tasss'" in capsys.readouterr().err


def test_standard_input_is_read_for_a_dash(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"<a href='https://example.org/rss.xml'>x</a>")))
    assert main(["feeds", "discover", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == ["https://example.org/rss.xml"]
