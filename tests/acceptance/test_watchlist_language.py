"""What a user meets: mistakes of watchlists told by `monitor check`, and every example of docs/watchlists.md, tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.app import load_configuration
from monitor.errors import ConfigError

FILES = {
    "monitor.yaml": "seeds: {folder: null}\n",
    "feeds.yaml": "feeds:\n  - {id: antara, url: 'https://antara.example.org/rss', outlet: Antara, country: ID}\n",
    "recipients.yaml": (
        "recipients:\n  - id: reader\n    address: reader@example.org\n    language: en\n    watchlists: [w]\n"
        "    channel: maildir\n    schedule: {times: ['07:00']}\n    zone: Asia/Jakarta\n"
    ),
}


def write(folder: Path, **watchlists: str) -> Path:
    config = folder / "config"
    (config / "watchlists").mkdir(parents=True)
    for name, text in FILES.items():
        (config / name).write_text(text, encoding="utf-8")
    for name, text in watchlists.items():
        (config / "watchlists" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return config


def told(folder: Path, **watchlists: str) -> list[str]:
    config = write(folder, **watchlists)
    with pytest.raises(ConfigError) as caught:
        load_configuration(config, {})
    return str(caught.value).replace(f"{config}/watchlists/", "").splitlines()


GOOD = """\
name: w
title: {en: W}
entities: {palm: [sawit], eu: [Uni Eropa]}
match: {all: [{entity: palm}, {entity: eu}]}
"""


RULE = "eu}]}\nboost: [{name: a, when: {regex: ¦'('}, points: 1}]"


@pytest.mark.parametrize(
    ("old", "new", "problem"),  # ¦ marks the place that the problem must name
    [
        ("sawit]", "sawit, ¦yang]", "entities.palm.1: 'yang' stands in nearly every text. Write more of the phrase."),
        (
            "[sawit]",
            "{id: [¦AS]}",
            "entities.palm.id.0: 'AS' stands in nearly every text. Write {term: AS, cased: true}.",
        ),
        ("sawit]", "sawit, ¦'']", "entities.palm.1: a term needs at least one letter or digit."),
        ("sawit]", "sawit, ¦'ـ']", "entities.palm.1: a term needs at least one letter or digit."),
        ("sawit]", "sawit, ¦~]", "entities.palm.1: expected text"),
        ("[sawit]", "¦[]", "entities.palm: has no spelling, so it is named nowhere. Write one, or remove the entity."),
        ("eu}]}", RULE, "regex: /(/ cannot be read: missing ): (. Close it, or write \\ before"),
        ("{entity: eu}", "{regex: ¦'(a*)*'}", "regex: /(a*)*/ matches the empty text, so it would match everywhere."),
        (
            "{all: [{",
            "¦{all: [{none: [sawit]}, {",
            "match: no article can pass: palm is demanded and at the same time ",
        ),
        ("title", "threshold: ¦900\ntitle", "threshold: no article can reach 900 points: "),
        (
            "{entity: eu}",
            "{language: [¦jp]}",
            "match.all.1.language.0: 'jp' is no language of ISO 639-1. Did you mean 'ja'?",
        ),
        ("{entity: eu}", "{country: ¦indonesia}", "match.all.1.country: 'indonesia' is no country code of ISO 3166-1."),
        ("{entity: eu}", "¦{entity: eu, exact_case: true}", "match.all.1: exact_case goes with terms or regex; "),
        ("{entity: eu}", "¦{outlet: TASS, min_count: 2}", "match.all.1: min_count goes with entity, terms or regex."),
        ("{entity: eu}", "¦{outlet: TASS, country: RU}", "match.all.1: needs exactly one of all, any, none, entity, "),
        ("title", "ignored_countries: [ID]\ncountries: ¦[ID]\ntitle", "countries: every one of them is among ignored_"),
    ],
)
def test_a_mistake_is_told_with_file_line_column_and_cure(tmp_path: Path, old: str, new: str, problem: str) -> None:
    marked = GOOD.replace(old, new, 1)
    before = marked.partition("¦")[0]
    expected = f"w.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: {problem}"
    assert told(tmp_path, w=marked.replace("¦", ""))[0][: len(expected)] == expected


def test_two_watchlists_of_one_name_are_told(tmp_path: Path) -> None:
    assert "already in" in told(tmp_path, w=GOOD, x=GOOD)[0]


def test_an_outlet_that_no_feed_has_is_a_warning(tmp_path: Path) -> None:
    configuration = load_configuration(write(tmp_path, w=GOOD + "outlets: [Antaar]\n"), {})
    assert [warning.message for warning in configuration.warnings if warning.key == "outlets"] == [
        "no feed is of the outlet 'Antaar'."
    ]
    assert "Did you mean 'Antara'?" in [warning.cure for warning in configuration.warnings]


GUIDE = Path(__file__).parents[2] / "docs" / "watchlists.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
ELSEWHERE = {
    block.partition("\n")[0][2:]: block
    for block in BLOCKS
    if re.match(r"# (aliases|watchlists)/[a-z-]+\.yaml\n", block)
}
WATCHLISTS = [block for block in BLOCKS if block not in ELSEWHERE.values()]


@pytest.mark.parametrize("block", WATCHLISTS, ids=range(len(WATCHLISTS)))
def test_each_example_of_the_guide_is_read_and_passes_the_tests_in_it(tmp_path: Path, block: str) -> None:
    head = "" if re.search("^name:", block, re.MULTILINE) else "name: w\n"
    head += "" if re.search("^title:", block, re.MULTILINE) else "title: {en: W}\n"
    config = write(tmp_path, w=head + block)
    for name, text in ELSEWHERE.items():
        (config / name).parent.mkdir(exist_ok=True)
        (config / name).write_text(text, encoding="utf-8")
    recipients = config / "recipients.yaml"
    name = re.findall("^name: ([a-z-]+)", head + block, re.MULTILINE)[0]
    recipients.write_text(recipients.read_text(encoding="utf-8").replace("[w]", f"[{name}]"), encoding="utf-8")
    configuration = load_configuration(config, {})
    watchlist = next(one for one in configuration.watchlists if one.name == name)
    assert {example.must_match for example in watchlist.examples} >= {True}
