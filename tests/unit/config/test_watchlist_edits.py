"""A watchlist's file edited as text: the wanted meaning, and every other character as it was."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from monitor.config.watchlist_edits import edited, own_aliases
from monitor.config.watchlists import load_watchlist
from monitor.core.proposals import applied
from monitor.errors import ConfigError
from monitor.model.proposals import AddException, AddRule, Edit, IgnoreOutlet, SetPoints, SetThreshold

FILE = """# Palm oil and the EU.
name: palm-oil
title: {en: Palm oil}
aliases: [aliases/places.yaml]

entities:
  palm_oil:
    en: [palm oil, 'cpo'] # the fruit's
    id:
      - sawit # never "sawit" of Boyolali
      - {term: Minyak Sawit, cased: true}
      - term: kelapa sawit
        not: [kelapa sawit hias]
  eu:
    include: [brussels]
    any: [EU law]

match:
  all:
    - {entity: palm_oil}
    - {entity: eu}

boost:
  # what it is about
  - name: ban
    when: ban
    points: 3 # not more
  - {name: tariff, when: tariff, points: 2.5}

# What it costs.
penalty:
  - name: recipe
    when: {terms: [recipe], in: [title]}
    points: 20

ignored_outlets: [Bargains]
threshold: 50   # as shipped
# its own tests
tests:
  must_match:
    - "EU law: a ban on palm oil, says Brussels"
"""


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    (tmp_path / "aliases").mkdir()
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "aliases/places.yaml").write_text("entities: {brussels: [Brussels]}\n", encoding="utf-8")
    return tmp_path


def changed_lines(config_dir: Path, edit: Edit, text: str = FILE) -> list[str]:
    """The lines taken (-) and given (+); the meaning was compared on the way, by `edited` itself."""
    path = config_dir / "watchlists/palm-oil.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    wanted = applied(load_watchlist(path), edit)
    after = edited(text, edit, wanted, path=path, config_dir=config_dir)
    assert path.read_bytes() == text.encode()
    diff = list(difflib.unified_diff(text.split("\n"), after.split("\n"), n=0, lineterm=""))[2:]
    return [line for line in diff if not line.startswith("@@")]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (SetThreshold(threshold=53.5), ["-threshold: 50   # as shipped", "+threshold: 53.5   # as shipped"]),
        (SetPoints(name="ban", points=1.5), ["-    points: 3 # not more", "+    points: 1.5 # not more"]),
        (
            SetPoints(name="tariff", points=4.0),
            ["-  - {name: tariff, when: tariff, points: 2.5}", "+  - {name: tariff, when: tariff, points: 4}"],
        ),
        (SetPoints(name="recipe", points=-10.0), ["-    points: 20", "+    points: 10"]),
        (
            AddRule(name="votes-cake", term="cake", points=-6.0),
            ["+  - name: votes-cake", "+    when: {terms: [cake], in: [title, lead]}", "+    points: 6"],
        ),
        (
            AddRule(name="votes", term="北约", points=2.0),
            ["+  - name: votes", "+    when: {terms: [北约], in: [title, lead]}", "+    points: 2"],
        ),
        (
            AddRule(name="votes-null", term="null", points=2.0),
            ["+  - name: votes-null", "+    when: {terms: ['null'], in: [title, lead]}", "+    points: 2"],
        ),
        (
            IgnoreOutlet(outlet="Who's: that?"),
            ["-ignored_outlets: [Bargains]", "+ignored_outlets: [Bargains, 'Who''s: that?']"],
        ),
        (
            AddException(entity="palm_oil", alias="sawit", phrase="sawit seberang"),
            [
                '-      - sawit # never "sawit" of Boyolali',
                '+      - {term: sawit, not: [sawit seberang]} # never "sawit" of Boyolali',
            ],
        ),
        (
            AddException(entity="palm_oil", alias="cpo", phrase="cpo 3"),
            [
                "-    en: [palm oil, 'cpo'] # the fruit's",
                "+    en: [palm oil, {term: cpo, not: [cpo 3]}] # the fruit's",
            ],
        ),
        (
            AddException(entity="palm_oil", alias="Minyak Sawit", phrase="Minyak Sawit Raya"),
            [
                "-      - {term: Minyak Sawit, cased: true}",
                "+      - {term: Minyak Sawit, not: [Minyak Sawit Raya], cased: true}",
            ],
        ),
        (
            AddException(entity="palm_oil", alias="kelapa sawit", phrase="rumah kelapa sawit"),
            ["-        not: [kelapa sawit hias]", "+        not: [kelapa sawit hias, rumah kelapa sawit]"],
        ),
    ],
)
def test_an_edit_changes_its_lines_and_no_others(config_dir: Path, edit: Edit, lines: list[str]) -> None:
    assert changed_lines(config_dir, edit) == lines


def test_a_new_rule_stands_behind_the_last_of_its_list(config_dir: Path) -> None:
    path = config_dir / "watchlists/palm-oil.yaml"
    path.write_text(FILE, encoding="utf-8")
    edit = AddRule(name="votes-cake", term="cake", points=4.0)
    after = edited(FILE, edit, applied(load_watchlist(path), edit), path=path, config_dir=config_dir).split("\n")
    at = after.index("  - name: votes-cake")
    assert after[at - 1] == "  - {name: tariff, when: tariff, points: 2.5}"
    assert after[at + 3 : at + 5] == ["", "# What it costs."]


def test_what_is_not_there_yet_is_written_before_the_tests_or_at_the_end(config_dir: Path) -> None:
    begin, rest = FILE.split("boost:\n")
    _, tests = rest.split("# its own tests\n")
    short = begin + "# its own tests\n" + tests
    assert changed_lines(config_dir, SetThreshold(threshold=45.0), short) == ["+threshold: 45", "+"]
    rule = AddRule(name="votes-cake", term="cake", points=-6.0)
    rule_lines = [
        "+penalty:",
        "+  - name: votes-cake",
        "+    when: {terms: [cake], in: [title, lead]}",
        "+    points: 6",
    ]
    assert changed_lines(config_dir, rule, short) == [*rule_lines, "+"]
    assert changed_lines(config_dir, rule, begin.rstrip() + "\n") == [*rule_lines, "+"]


def test_line_ends_stay_what_they_are(config_dir: Path) -> None:
    text = FILE.replace("\n", "\r\n")
    path = config_dir / "watchlists/palm-oil.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    edit = AddRule(name="votes-cake", term="cake", points=4.0)
    after = edited(text, edit, applied(load_watchlist(path), edit), path=path, config_dir=config_dir)
    assert after.count("\r\n") == after.count("\n") == FILE.count("\n") + 3


@pytest.mark.parametrize(
    ("edit", "old", "new", "message"),
    [
        (AddException(entity="palm_oil", alias="CPO", phrase="CPO 3"), "", "", "not written here"),
        (AddException(entity="eu", alias="Brussels", phrase="Brussels sprouts"), "", "", "not written here"),
        (
            AddRule(name="votes-cake", term="cake", points=4.0),
            "boost:\n  # what it is about\n  - name: ban\n    when: ban\n    points: 3 # not more\n"
            "  - {name: tariff, when: tariff, points: 2.5}\n",
            "boost: [{name: ban, when: ban, points: 3}]\n",
            "stands in brackets",
        ),
        (AddRule(name="votes-the", term="the", points=4.0), "", "", "would not be valid"),
    ],
)
def test_what_cannot_be_edited_is_said(config_dir: Path, edit: Edit, old: str, new: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        changed_lines(config_dir, edit, FILE.replace(old, new) if old else FILE)


def test_points_of_an_inherited_rule_cannot_be_edited_here(config_dir: Path) -> None:
    (config_dir / "watchlists/base.yaml").write_text(FILE.replace("name: palm-oil", "name: base"), encoding="utf-8")
    child = "name: palm-oil\nextends: watchlists/base.yaml\n"
    with pytest.raises(ConfigError, match="inherited"):
        changed_lines(config_dir, SetPoints(name="ban", points=1.0), child)
    assert changed_lines(config_dir, SetThreshold(threshold=45.0), child) == ["+threshold: 45", "+"]


def test_the_aliases_of_a_file_are_those_that_it_spells(config_dir: Path) -> None:
    path = config_dir / "watchlists/palm-oil.yaml"
    path.write_text(FILE, encoding="utf-8")
    spelled = {"palm oil", "cpo", "sawit", "Minyak Sawit", "kelapa sawit"}
    assert own_aliases(path) == {("palm_oil", alias) for alias in spelled} | {("eu", "EU law")}
