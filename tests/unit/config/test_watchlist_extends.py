"""A watchlist that extends another: what is inherited, what replaces, what widens, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.watchlists import load_watchlist
from monitor.errors import ConfigError
from monitor.model.watchlists import Alias, Watchlist

BASE = """\
name: base
title: {en: Palm oil and the EU}
aliases: [aliases/eu.yaml]
entities:
  palm: [palm oil, sawit]
  farms: [smallholders]
sides: [palm, europe]
others: farms
match: {all: [{entity: palm}, {entity: europe}]}
boost:
  - {name: tariff, when: tariff, points: 4}
  - {name: forest, when: forest, points: 2}
penalty:
  - {name: recipes, when: recipe, points: 20}
boost_cap: 5
threshold: 50
alert_threshold: 85
languages: [en, id]
profile: {plantation: 2.0}
tests: {must_match: [EU and palm oil]}
"""
SHARED = "entities: {europe: [European Union, Uni Eropa]}\n"


def write(folder: Path, **files: str) -> Path:
    for name, text in {"base": BASE, **files}.items():
        path = folder / "config" / "watchlists" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shared = folder / "config" / "aliases" / "eu.yaml"
    shared.parent.mkdir(exist_ok=True)
    shared.write_text(SHARED, encoding="utf-8")
    return folder / "config" / "watchlists"


def load(folder: Path, text: str, **files: str) -> Watchlist:
    return load_watchlist(write(folder, w=f"name: w\nextends: watchlists/base.yaml\n{text}", **files) / "w.yaml")


def told(folder: Path, text: str, **files: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **files)
    return [str(problem).replace(f"{folder}/config/watchlists/", "") for problem in caught.value.problems]


def test_what_is_not_written_is_inherited_but_the_name_and_the_tests(tmp_path: Path) -> None:
    watchlist, base = load(tmp_path, ""), load_watchlist(tmp_path / "config/watchlists/base.yaml")
    assert watchlist.version == base.version
    assert (watchlist.name, watchlist.title, watchlist.examples) == ("w", {"en": "Palm oil and the EU"}, ())
    assert base.examples


def test_what_is_written_replaces_the_whole_value(tmp_path: Path) -> None:
    watchlist = load(tmp_path, "title: {id: Sawit}\nthreshold: 60\nlanguages: []\nprofile: {mill: 1.0}\nothers: palm\n")
    assert (watchlist.title, watchlist.threshold, watchlist.languages) == ({"id": "Sawit"}, 60, ())
    assert (watchlist.profile, watchlist.others, watchlist.alert_threshold) == ({"mill": 1.0}, "palm", 85)


def test_an_entity_replaces_the_one_of_its_name_or_widens_it(tmp_path: Path) -> None:
    assert load(tmp_path, "entities: {palm: [CPO]}\n").entities["palm"].aliases == (Alias(text="CPO"),)
    wider = load(
        tmp_path, "entities: {palm: {any: [CPO], include: [palm]}, europe: {any: [EUDR], include: [europe]}}\n"
    )
    assert [alias.text for alias in wider.entities["palm"].aliases] == ["CPO", "palm oil", "sawit"]
    assert [alias.text for alias in wider.entities["europe"].aliases] == ["EUDR", "European Union", "Uni Eropa"]


def test_a_rule_replaces_the_one_of_its_name_comes_after_the_others_or_drops_one(tmp_path: Path) -> None:
    text = (
        "drop: [recipes]\nboost: [{name: ban, when: ban, points: 3}]\npenalty: [{name: forest, when: oak, points: 1}]\n"
    )
    assert [(rule.name, rule.points) for rule in load(tmp_path, text).rules] == [
        ("tariff", 4),
        ("ban", 3),
        ("forest", -1),
    ]


def test_a_chain_of_files_is_read_from_its_end(tmp_path: Path) -> None:
    middle = (
        "name: middle\nextends: watchlists/base.yaml\nthreshold: 60\nentities: {palm: {any: [CPO], include: [palm]}}\n"
    )
    text = "name: w\nextends: watchlists/middle.yaml\nentities: {palm: {any: [PKO], include: [palm]}}\n"
    watchlist = load_watchlist(write(tmp_path, middle=middle, w=text) / "w.yaml")
    assert watchlist.threshold == 60
    assert [alias.text for alias in watchlist.entities["palm"].aliases] == ["PKO", "CPO", "palm oil", "sawit"]


def test_places_name_the_file_in_which_a_thing_is_written(tmp_path: Path) -> None:
    places = load(tmp_path, "threshold: 60\n").places
    assert places["threshold"].endswith("/w.yaml:3:12")
    assert places["match"].endswith("/base.yaml:9:8")
    assert places["boost.forest"].endswith("/base.yaml:12:5")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("drop: [recipe]\n", "w.yaml:3:8: drop.0: there is no inherited rule 'recipe'. Did you mean 'recipes'?"),
        (
            "threshold: 90\n",
            "w.yaml:3:12: threshold: is above the inherited alert_threshold of 85. Alerts are matches, ",
        ),
        ("match: {entity: plam}\n", "w.yaml:3:17: match.entity: there is no entity 'plam'. Did you mean 'palm'?"),
        ("extends: watchlists/base.yaml\n", "w.yaml:3:1: extends: "),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, text: str, problem: str) -> None:
    assert told(tmp_path, text)[0].startswith(problem)


def test_a_mistake_of_the_extended_file_is_told_there(tmp_path: Path) -> None:
    broken = BASE.replace("when: forest", "when: {entity: forrest}")
    assert told(tmp_path, "", base=broken) == [
        "base.yaml:12:35: boost.1.when.entity: there is no entity 'forrest'. Known here: europe, farms, palm."
    ]


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("watchlists/w.yaml", "w.yaml:2:10: extends: extends itself: w.yaml → w.yaml. Break the circle."),
        (
            "watchlists/bse.yaml",
            "w.yaml:2:10: extends: there is no file bse.yaml. Did you mean 'watchlists/base.yaml'?",
        ),
        ("../secret.yaml", "w.yaml:2:10: extends: lies outside the configuration folder."),
        ("base", "w.yaml:2:10: extends: must be a .yaml file, relative to the configuration folder, like "),
    ],
)
def test_what_cannot_be_extended_is_told(tmp_path: Path, target: str, problem: str) -> None:
    folder = write(tmp_path, w=f"name: w\nextends: {target}\n")
    with pytest.raises(ConfigError) as caught:
        load_watchlist(folder / "w.yaml")
    assert str(caught.value).replace(f"{folder}/", "").startswith(problem)


def test_a_longer_circle_is_named_whole(tmp_path: Path) -> None:
    base = BASE.replace("title:", "extends: watchlists/w.yaml\ntitle:")
    assert told(tmp_path, "", base=base) == [
        "base.yaml:2:10: extends: extends itself: w.yaml → base.yaml → w.yaml. Break the circle."
    ]


def test_without_a_base_a_title_and_a_gate_are_asked_for(tmp_path: Path) -> None:
    folder = write(tmp_path, w="name: w\n")
    with pytest.raises(ConfigError) as caught:
        load_watchlist(folder / "w.yaml")
    assert {(problem.key, problem.message) for problem in caught.value.problems} == {
        ("title", "is missing."),
        ("match", "is missing."),
    }
