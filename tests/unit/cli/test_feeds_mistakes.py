"""What a newcomer types, and what `monitor feeds` says of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.cli import main


@pytest.fixture
def config(tmp_path: Path) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    return tmp_path / "config"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("add www.antaranews.com", 2, "Did you mean https://www.antaranews.com?"),
        ("add rss", 2, "rss: a web address begins with https:// or http://."),
        ("add ftp://example.org/rss", 2, "a web address begins with https:// or http://."),
        ("add https://tass.com/rss/v2.xml", 1, "already there as 'tass-en'; nothing was added"),
        ("add http://TASS.com/rss/v2.xml#x", 1, "already there as 'tass-en'; nothing was added"),
        ("discover antaranews.com/rss", 1, "Did you mean https://antaranews.com/rss?"),
        ("discover page.html", 1, "page.html: no such file, and no web address (https://…).\n"),
        ("pause tas-en", 2, "Did you mean 'tass-en'?"),
        ("pause 12345", 2, "`monitor feeds list` shows them."),
        ("poll tas-en", 2, "Did you mean 'tass-en'?"),
        ("show tas-en", 2, "Did you mean 'tass-en'?"),
        ("parse seeds/manifest.yaml --header Content-Type", 2, "Write it as 'Name: value'."),
        ("parse seeds/manifest.yaml", 1, "this is no feed"),
        ("parse nowhere.xml", 1, "nowhere.xml cannot be read"),
        ("import nowhere.opml", 1, "nowhere.opml cannot be read"),
        ("export /nonexistent/x.opml", 1, "/nonexistent/x.opml cannot be written"),
    ],
)
def test_a_mistake_is_named_with_its_cure_and_asks_nobody(
    config: Path, capsys: pytest.CaptureFixture[str], words: str, code: int, told: str
) -> None:
    before = (config / "feeds.yaml").read_bytes()
    assert main(["feeds", *words.split(), "--config", str(config)]) == code
    output = capsys.readouterr()
    assert told in output.err
    assert output.out == ""
    assert (config / "feeds.yaml").read_bytes() == before


def test_export_says_what_it_left_out(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["feeds", "export", str(tmp_path / "out.opml"), "--config", str(config)]) == 0
    assert "19 feeds written; 5 paused ones left out (--all takes them along)" in capsys.readouterr().err
