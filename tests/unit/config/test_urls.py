"""urls.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.config import load
from monitor.config.urls import load_urls
from monitor.model.urls import PathRule, SiteRules, UrlRules

GOOD = """
drop: [ref_id, "zx_*"]
sites:
  - host: Example.org
    aliases: [example.com]
    drop: [token]
    keep: [id]
    paths:
      - {pattern: /print/**, becomes: /$1}
      - {pattern: /live, becomes: /now}
  - host: "*.blogs.example"
    drop: ["*"]
"""


def test_rules_are_read_as_they_stand(write):
    assert load_urls(write(GOOD, "urls.yaml")) == UrlRules(
        drop=("ref_id", "zx_*"),
        sites=(
            SiteRules(
                host="example.org",
                aliases=("example.com",),
                drop=("token",),
                keep=("id",),
                paths=(
                    PathRule(pattern="/print/**", becomes="/$1"),
                    PathRule(pattern="/live", becomes="/now"),
                ),
            ),
            SiteRules(host="*.blogs.example", drop=("*",)),
        ),
    )


def test_a_host_in_other_letters_is_the_one_that_the_net_knows(write):
    (site,) = load_urls(write("sites: [{host: ПРИМЕР.рф, aliases: [new.пример.рф], drop: [a]}]\n", "urls.yaml")).sites
    assert (site.host, site.aliases) == ("xn--e1afmkfd.xn--p1ai", ("new.xn--e1afmkfd.xn--p1ai",))


def test_a_missing_file_means_no_rules_and_an_empty_list_too(tmp_path, write):
    assert load_urls(tmp_path / "urls.yaml") == UrlRules()
    assert load_urls(write("sites: []\n", "urls.yaml")) == UrlRules()


SITE = "sites:\n  - host: example.org\n    "


@pytest.mark.parametrize(
    ("text", "line", "key", "words"),
    [
        ('drop: ["*"]\n', 1, "drop.0", "all articles of many sites one"),
        ("drop: [a b]\n", 1, "drop.0", "is no name of a parameter"),
        ('drop: ["*_id"]\n', 1, "drop.0", "ref_* for all that begin so"),
        ("dorp: []\n", 1, "dorp", "unknown key"),
        ("sites:\n  - host: https://example.org\n    drop: [a]\n", 2, "sites.0.host", "is no host name"),
        ("sites:\n  - host: www.example.org\n    drop: [a]\n", 2, "sites.0.host", "Write 'example.org'"),
        ("sites:\n  - host: a..b\n    drop: [a]\n", 2, "sites.0.host", "is no host name"),
        ("sites:\n  - drop: [a]\n", 2, "sites.0.host", "is missing"),
        ("sites:\n  - host: example.org\n", 2, "sites.0", "says nothing"),
        (SITE + "aliases: ['*.example.com']\n", 3, "sites.0.aliases.0", "is no host name"),
        (
            'sites:\n  - host: "*.example.org"\n    aliases: [example.com]\n',
            2,
            "sites.0",
            "cannot stand for every host",
        ),
        (SITE + "aliases: [example.org]\n", 3, "sites.0.aliases.0", "stands here already (line 2)"),
        (SITE + "drop: [a]\n  - host: example.org\n    drop: [b]\n", 4, "sites.1.host", "stands here already (line 2)"),
        (SITE + "paths:\n      - {pattern: print/*, becomes: /$1}\n", 4, "sites.0.paths.0.pattern", "is no path"),
        (SITE + "paths:\n      - {pattern: /a?b, becomes: /c}\n", 4, "sites.0.paths.0.pattern", "without query"),
        (SITE + "paths:\n      - {pattern: /**, becomes: /$1}\n", 4, "sites.0.paths.0.pattern", "every path there is"),
        (SITE + "paths:\n      - {pattern: /**/a/**, becomes: /$1}\n", 4, "sites.0.paths.0.pattern", "holds ** twice"),
        (SITE + "paths:\n      - {pattern: /a*b*, becomes: /$1}\n", 4, "sites.0.paths.0.pattern", "two stars"),
        (SITE + "paths:\n      - {pattern: /a/*, becomes: /$2}\n", 4, "sites.0.paths.0", "names $2"),
        (SITE + "paths:\n      - {pattern: /a/*, becomes: /$0}\n", 4, "sites.0.paths.0", "counted from $1"),
        (SITE + "paths:\n      - {pattern: /a/*, becomes: /b}\n", 4, "sites.0.paths.0", "one article"),
        (SITE + "paths:\n      - {pattern: /a}\n", 4, "sites.0.paths.0.becomes", "is missing"),
    ],
)
def test_what_cannot_be_meant_is_told_with_line_and_key(write, problems_of, text, line, key, words):
    path = write(text, "urls.yaml")
    (problem,) = problems_of(lambda: load_urls(path))
    assert (problem.file, problem.line, problem.key) == (str(path), line, key)
    assert words in problem.message + problem.cure


@pytest.fixture
def copied(tmp_path) -> Path:
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    return tmp_path / "config"


def test_check_counts_the_rules_and_names_the_line_of_a_broken_one(copied, capsys):
    (copied / "urls.yaml").write_text(GOOD, encoding="utf-8")
    assert main(["check", "--config", str(copied)]) == 0
    assert "2 sites, 2 parameters that identify nothing anywhere" in capsys.readouterr().out
    (copied / "urls.yaml").write_text(GOOD + "  - host: example.com\n    keep: [a]\n", encoding="utf-8")
    assert main(["check", "--config", str(copied)]) == 2
    assert f"{copied / 'urls.yaml'}:13:" in capsys.readouterr().err


def test_a_configuration_from_before_the_file_is_good_as_it_was(copied):
    (copied / "urls.yaml").unlink()
    assert load(copied, {}).urls == UrlRules()
