"""Watchlist files: every shape that is read, every mistake with its place and cure, and the default watchlist."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from babel import Locale

from monitor.config.watchlists import WatchlistFile, load_watchlist
from monitor.core.scoring import compile_watchlists, run_examples
from monitor.errors import ConfigError
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Entity,
    Field,
    Mention,
    Near,
    NoneOf,
    Pattern,
    Rule,
    Term,
    Watchlist,
)
from tests.factories import make_article

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "config" / "watchlists" / "russia-north-korea.yaml"

MINIMAL = """\
name: palm-oil
title: {en: Palm oil and the EU}
entities:
  palm: [palm oil, sawit]
  europe: {en: [European Union, {term: EU, cased: true}], id: [Uni Eropa], any: [Brussels]}
match: {all: [{entity: palm}, {entity: europe}]}
"""


def write(folder: Path, text: str = MINIMAL, **aliases: str) -> Path:
    path = folder / "config" / "watchlists" / "w.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    for name, content in aliases.items():
        shared = folder / "config" / "aliases" / f"{name}.yaml"
        shared.parent.mkdir(exist_ok=True)
        shared.write_text(content, encoding="utf-8")
    return path


def problems(folder: Path, text: str, **aliases: str) -> list[str]:
    """Problems as "file:line:column: …", with the file's bare name."""
    path = write(folder, text, **aliases)
    with pytest.raises(ConfigError) as caught:
        load_watchlist(path)
    return [str(problem).replace(str(path.parent.parent) + "/", "") for problem in caught.value.problems]


def test_a_minimal_watchlist_needs_entities_and_a_condition(tmp_path: Path) -> None:
    watchlist = load_watchlist(write(tmp_path))
    assert watchlist.entities["europe"].aliases == (
        Alias(text="European Union", language="en"),
        Alias(text="EU", language="en", is_cased=True),
        Alias(text="Uni Eropa", language="id"),
        Alias(text="Brussels"),
    )
    assert watchlist.match == AllOf(children=(Mention(entity="palm"), Mention(entity="europe")))
    assert (watchlist.sides, watchlist.threshold, watchlist.others) == (("palm", "europe"), 50, None)
    article = make_article("EU delays its palm oil rules", text="Brussels said so.")
    assert compile_watchlists([watchlist]).score(article)[0].is_match


def test_every_operator_is_read(tmp_path: Path) -> None:
    text = (
        MINIMAL.partition("match:")[0]
        + """\
match:
  all:
    - any: [{entity: palm, in: [title, lead]}, minyak nabati]
    - none: [{terms: [resep, masak*], min_count: 2}]
    - near: {entities: [palm], terms: [pajak, bea], within: 5, ordered: true}
      in: [body]
sides: []
boost:
  - {name: deforestation, when: {near: {of: [hutan, [deforestasi, tebang], {entity: palm}]}}, points: 4.5}
penalty:
  - {name: cooking, when: resep, points: 10}
"""
    )
    watchlist = load_watchlist(write(tmp_path, text))
    resep = Term(aliases=(Alias(text="resep"), Alias(text="masak*")), min_count=2)
    duty = Term(aliases=(Alias(text="pajak"), Alias(text="bea")))
    assert watchlist.match == AllOf(
        children=(
            AnyOf(
                children=(
                    Mention(entity="palm", fields=(Field.TITLE, Field.LEAD)),
                    Term(aliases=(Alias(text="minyak nabati"),)),
                )
            ),
            NoneOf(children=(resep,)),
            Near(children=(Mention(entity="palm"), duty), words=5, is_ordered=True, fields=(Field.BODY,)),
        )
    )
    forest = Near(
        children=(
            Term(aliases=(Alias(text="hutan"),)),
            Term(aliases=(Alias(text="deforestasi"), Alias(text="tebang"))),
            Mention(entity="palm"),
        )
    )
    assert watchlist.rules == (
        Rule(name="deforestation", when=forest, points=4.5),
        Rule(name="cooking", when=Term(aliases=(Alias(text="resep"),)), points=-10),
    )
    assert watchlist.sides == ()


def test_shared_entities_are_included_by_name_and_remembered_as_groups(tmp_path: Path) -> None:
    text = MINIMAL.replace("entities:", "aliases: [aliases/eu.yaml]\nentities:").replace(
        "any: [Brussels]", "include: [brussels, commission]"
    )
    shared = "entities:\n  brussels: [Brussels, Brüssel]\n  unused: [x]\n"
    shared += "  commission: {en: [Commission], include: [brussels]}\n"
    watchlist = load_watchlist(write(tmp_path, text, eu=shared))
    assert [(alias.text, alias.language, alias.group) for alias in watchlist.entities["europe"].aliases[3:]] == [
        ("Brussels", None, "brussels"),
        ("Brüssel", None, "brussels"),
        ("Commission", "en", "commission"),
    ]
    assert "unused" not in watchlist.entities


PALM = "[palm oil, sawit]"
MATCH = "match: {all: [{entity: palm}, {entity: europe}]}"


@pytest.mark.parametrize(
    ("old", "new", "problem"),  # ¦ marks the place that the problem must name
    [
        (
            "{entity: europe}",
            "{entity: ¦eurpe}",
            "match.all.1.entity: there is no entity 'eurpe'. Did you mean 'europe'?",
        ),
        (PALM, "[palm oil, ¦'']", "entities.palm.1: a term needs at least one letter or digit."),
        (PALM, "[¦'*']", "entities.palm.0: a term needs at least one letter or digit."),
        (PALM, "[¦'pa*']", "entities.palm.0: 'pa*' hits too much: write at least 3 letters before the *."),
        (PALM, "[¦'pa*lm']", "entities.palm.0: 'pa*lm': a * stands for the end of a word, so it comes last, "),
        ("id: [Uni", "¦indonesian: [Uni", "entities.europe.indonesian: is no language code."),
        ("any: [Brussels]", "include: [¦brussel]", "entities.europe.include.0: there is no entity 'brussel'."),
        ("any: [Brussels]", "include: [¦europe]", "entities.europe.include.0: there is no entity 'europe'."),
        (
            MATCH,
            "match: ¦{entity: palm, terms: [a]}",
            "match: needs exactly one of all, any, none, entity, terms, regex, near, ",
        ),
        (MATCH, "match: {near: ¦{entities: [palm]}}", "match.near: near needs two things or more, in `of`, "),
        (MATCH, "match: {¦and: [sawit]}", "match.and: is an unknown key. Here that is `all: [ … ]`."),
        (MATCH, "match: {¦or: [sawit]}", "match.or: is an unknown key. Here that is `any: [ … ]`."),
        (
            MATCH,
            "match: {all: [sawit, {¦not: {entity: europe}}]}",
            "match.all.1.not: is an unknown key. Here that is `none: [ … ]`.",
        ),
        (
            MATCH,
            "match: ¦{all: [sawit], none: [Brussels]}",
            "match: needs exactly one of all, any, none, entity, terms, regex, near, outlet, language, country, found "
            "all and none. Put one inside the other: all: [ …, {none: [ … ]}].",
        ),
        (
            MATCH,
            "match: ¦[sawit, minyak]",
            "match: expected text or a mapping (key: value), found a list. Write {all: [ … ]} where each of them must "
            "be there, {any: [ … ]} where one is enough.",
        ),
        (
            MATCH,
            "match: {all: [sawit, ¦[minyak, CPO]]}",
            "match.all.1: expected text or a mapping (key: value), found a list. In its brackets stand texts and cond",
        ),
        (MATCH, "match: {all: ¦{entity: palm}}", "match.all: expected a list, found a mapping. In its brackets stand "),
        (
            MATCH,
            "match: {near: ¦[palm, eu]}",
            "match.near: expected a mapping (key: value), found a list. Write near: ",
        ),
        (
            MATCH,
            "match: {entity: ¦[palm, europe]}",
            "match.entity: expected text, found a list. Name one; of several, ",
        ),
        (
            PALM,
            "¦sawit",
            "entities.palm: expected a list or a mapping (key: value), found 'sawit'. Put it in brackets: ",
        ),
        (
            "{en: Palm oil and the EU}",
            "¦Palm oil",
            "title: expected a mapping (key: value), found 'Palm oil'. Write it ",
        ),
        (
            "match:",
            "boost: ¦{name: a, when: x, points: 1}\nmatch:",
            "boost: expected a list, found a mapping. Put a dash before each, or brackets around it.",
        ),
        (
            "match:",
            "boost: [{name: a, when: ¦[x, y], points: 1}]\nmatch:",
            "boost.0.when: expected text or a mapping (key: value), found a list. Write {all: [ … ]} where each of ",
        ),
        (
            MATCH,
            'match: {regex: ¦"\\bsawit\\b"}',
            "match.regex: holds a control character: YAML reads \\b in double quotes as one. Put the expression in ",
        ),
        (
            MATCH,
            'match: {near: {of: [sawit, {regex: ¦"\\Pe"}]}}',
            "match.near.of.1.regex: holds a control character: YAML reads \\P in double quotes as one. Put ",
        ),
        ("match:", "¦treshold: 40\nmatch:", "treshold: is an unknown key. Did you mean 'threshold'?"),
        ("match:", "aliases: [¦aliases/eu.yaml]\nmatch:", "aliases.0: there is no file "),
        ("match:", "aliases: [¦../../secret.yaml]\nmatch:", "aliases.0: lies outside the configuration folder."),
        ("match:", "sides: [palm, ¦asia]\nmatch:", "sides.1: there is no entity 'asia'."),
        ("match:", "others: ¦asia\nmatch:", "others: there is no entity 'asia'."),
        ("match:", "boost: [{name: a, when: x, points: ¦0.3}]\nmatch:", "boost.0.points: points go in steps of 0.25: "),
        (
            "match:",
            "penalty: [{name: a, when: x, points: ¦-3}]\nmatch:",
            "penalty.0.points: expected more than 0, found -3.",
        ),
        (
            "match:",
            "boost: [{name: a, when: x, points: 1}, {name: ¦a, when: q, points: 1}]\nmatch:",
            "boost.1.name: is taken (line 6).",
        ),
        ("match:", "alert_threshold: ¦40\nmatch:", "alert_threshold: is below the threshold of 50."),
        ("match:", "languages: [¦jp]\nmatch:", "languages.0: "),
        ("match:", "tests: {must_match: [¦seeds/none.txt]}\nmatch:", "tests.must_match.0: there is no file "),
        (
            "match:",
            "tests: {must_match: [¦{text: a, file: b}]}\nmatch:",
            "tests.must_match.0: has both text and file: ",
        ),
    ],
)
def test_each_mistake_is_told_with_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    marked = MINIMAL.replace(old, new, 1)
    before = marked.partition("¦")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    expected = f"watchlists/w.yaml:{line}:{column}: {problem}"
    found = problems(tmp_path, marked.replace("¦", ""))
    assert [text[: len(expected)] for text in found] == [expected]


def test_a_backslash_in_double_quotes_that_yaml_does_not_know_is_told_with_the_cure(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, MINIMAL.replace(MATCH, 'match: {regex: "\\d+ ton"}'))
    assert problem.endswith("escape of YAML: put the text in single quotes, as '\\d+'.")
    watchlist = load_watchlist(write(tmp_path, MINIMAL.replace(MATCH, "match: {regex: '\\d+ ton'}")))
    assert watchlist.match == Pattern(regex=r"\d+ ton")


def test_a_common_word_that_names_an_entity_is_told_how_to_ask_for_it(tmp_path: Path) -> None:
    text = MINIMAL.replace("  europe:", "  eu:").replace(MATCH, "match: {all: [{entity: palm}, eu]}")
    (problem,) = problems(tmp_path, text)
    assert problem.endswith("'eu' stands in nearly every text. If the entity is meant, write {entity: eu}.")


def test_mistakes_in_a_shared_file_are_told_at_that_file(tmp_path: Path) -> None:
    text = MINIMAL.replace("match:", "aliases: [aliases/eu.yaml]\nmatch:").replace(
        "any: [Brussels]", "include: [brussels]"
    )
    circle = "entities:\n  brussels: {include: [commission]}\n  commission: {include: [brussels]}\n"
    way = "europe → brussels → commission → brussels"
    assert problems(tmp_path, text, eu=circle) == [
        f"aliases/eu.yaml:3:26: entities.commission.include.0: includes itself: {way}."
    ]
    twice = MINIMAL.replace("match:", "aliases: [aliases/eu.yaml, aliases/us.yaml]\nmatch:")
    found = problems(tmp_path, twice, eu="entities: {a: [x]}\n", us="entities: {a: [y]}\n")
    assert found[0].startswith("aliases/us.yaml:1:12: entities.a: the entity 'a' is already in ")


def test_an_own_entity_may_widen_the_shared_one_of_its_name(tmp_path: Path) -> None:
    text = MINIMAL.replace("match:", "aliases: [aliases/eu.yaml]\nmatch:").replace(
        "any: [Brussels]", "include: [europe]"
    )
    watchlist = load_watchlist(write(tmp_path, text, eu="entities: {europe: [Europa]}\n"))
    assert watchlist.entities["europe"].aliases[-1] == Alias(text="Europa", group="europe")


def test_the_version_changes_with_what_can_change_a_score_and_with_nothing_else(tmp_path: Path) -> None:
    def version(old: str = "", new: str = "", shared: str = "entities: {brussels: [Brussels]}\n") -> str:
        text = MINIMAL.replace("any: [Brussels]", "include: [brussels]") + "aliases: [aliases/eu.yaml]\n"
        return load_watchlist(write(tmp_path, text.replace(old, new), eu=shared)).version

    assert version() == version()
    assert version("Palm oil and the EU", "Palm oil") == version()
    assert version("match:", "tests: {must_match: [x]}\nmatch:") == version()
    assert version("sawit", "sawit, CPO") != version()
    assert version("match:", "threshold: 51\nmatch:") != version()
    assert version(shared="entities: {brussels: [Brüssel]}\n") != version()


def test_examples_know_their_place(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("Judul\n\nIsi.", encoding="utf-8")
    text = (
        MINIMAL
        + "tests:\n  must_match:\n    - EU bans palm oil\n    - seeds/a.txt\n"
        + "  must_not_match:\n    - {title: a, text: b}\n"
    )
    first, second, third = load_watchlist(write(tmp_path, text)).examples
    assert (first.title, first.must_match, first.place.rpartition("/")[2]) == ("EU bans palm oil", True, "w.yaml:9:7")
    assert (second.title, second.text, second.file) == ("", "Judul\n\nIsi.", "seeds/a.txt")
    assert (third.title, third.text, third.must_match) == ("a", "b", False)


def test_an_example_may_be_the_address_of_a_stored_article(tmp_path: Path) -> None:
    text = MINIMAL + "tests:\n  must_match:\n    - https://news.example.org/a?b=1\n    - {url: http://example.org/c}\n"
    first, second = load_watchlist(write(tmp_path, text)).examples
    assert (first.url, first.title, first.text) == ("https://news.example.org/a?b=1", "", "")
    assert second.url == "http://example.org/c"


def test_an_address_that_is_none_or_has_a_title_beside_it_is_told(tmp_path: Path) -> None:
    text = MINIMAL + "tests:\n  must_match:\n    - https:///a\n    - {url: https://example.org/c, title: a}\n"
    (told,) = problems(tmp_path, text)
    assert "has a url and more" in told
    (told,) = problems(tmp_path, text.replace(", title: a", ""))
    assert told.startswith("watchlists/w.yaml:9:7: tests.must_match.0: ")
    assert "names no host" in told


def test_a_spelling_knows_where_it_is_written(tmp_path: Path) -> None:
    entities = load_watchlist(write(tmp_path)).entities
    assert [alias.place.rpartition("/")[2] for alias in entities["palm"].aliases] == ["w.yaml:4:10", "w.yaml:4:20"]
    assert entities["europe"].aliases[-1].place.endswith("w.yaml:5:82")


def test_the_schema_asks_for_a_title_and_a_gate_unless_they_are_inherited() -> None:
    schema = jsonschema.Draft202012Validator(json.loads(json.dumps(WatchlistFile.model_json_schema())))
    assert not schema.is_valid({"name": "a"})
    assert not schema.is_valid({"name": "a", "title": {"en": "A"}})
    assert schema.is_valid({"name": "a", "title": {"en": "A"}, "match": "sawit"})
    assert schema.is_valid({"name": "a", "extends": "watchlists/b.yaml"})


# --- the default watchlist ---

LANGUAGES = ("id", "en", "ko", "ru", "zh", "zh_Hant", "ja", "ar", "fr", "de", "es", "vi", "pl")
MORE_LANGUAGES = ("uk", "pt", "it", "nl", "tr", "fa", "hi", "th", "cs", "sv")


@pytest.fixture(scope="module")
def default() -> Watchlist:
    return load_watchlist(DEFAULT)


def test_the_default_watchlist_passes_its_own_tests(default: Watchlist) -> None:
    assert [str(failure) for failure in run_examples(default, compile_watchlists([default]))] == []
    assert sum(example.must_match for example in default.examples) >= 30
    assert sum(not example.must_match for example in default.examples) >= 25


def test_all_five_seeds_are_among_its_tests(default: Watchlist) -> None:
    files = {example.file for example in default.examples if example.must_match}
    assert {f"seeds/{path.name}" for path in (ROOT / "seeds").glob("*.txt")} <= files


def test_it_works_from_a_copy_of_the_configuration(tmp_path: Path, default: Watchlist) -> None:
    for folder in ("config", "seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    assert load_watchlist(tmp_path / "config" / "watchlists" / DEFAULT.name).version == default.version


@pytest.mark.parametrize("tag", LANGUAGES + MORE_LANGUAGES)
def test_it_knows_what_cldr_calls_both_countries(default: Watchlist, tag: str) -> None:
    names = Locale.parse(tag).territories
    ((score),) = compile_watchlists([default]).score(make_article(f"{names['RU']} – {names['KP']}", text=""))
    assert not score.is_gated, score.gate_reason


@pytest.mark.parametrize("tag", LANGUAGES)
def test_neither_country_is_taken_for_its_neighbour(default: Watchlist, tag: str) -> None:
    names = Locale.parse(tag).territories
    title = " – ".join(names[code] for code in ("KR", "BY", "UA", "CN", "JP", "MN"))
    ((score),) = compile_watchlists([default]).score(make_article(title, text=""))
    assert score.gate_reason == "russia is named nowhere; north_korea is named nowhere"


@pytest.mark.parametrize("entity", ["russia", "north_korea"])
def test_a_side_that_is_emptied_breaks_its_own_tests(default: Watchlist, entity: str) -> None:
    emptied = replace(default, entities={**default.entities, entity: Entity(id=entity, aliases=())})
    assert run_examples(emptied, compile_watchlists([emptied]))


@pytest.mark.parametrize("rule", ["sport", "entertainment"])
def test_labels_are_there_for_both_languages_of_digests(default: Watchlist, rule: str) -> None:
    assert all(set(known.label) == {"id", "en"} for known in default.rules)
    assert rule in {known.name for known in default.rules}
