"""Reading YAML with places, and pydantic's errors at those places."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, Field

from monitor.config.yaml_nodes import Many, Strict, problem_at, problem_at_key, read_document, validate
from monitor.errors import ConfigError


class Leaf(Strict):
    url: str
    enabled: bool = True
    interval_s: int | None = None
    weight: float = 1.0


class Branch(Strict):
    terms: Many[Leaf | str] = ()


def no_x(text: str) -> str:
    if "x" in text:
        raise ValueError("holds an x.")
    return text


class Root(Strict):
    feeds: Many[Leaf] = ()
    named: dict[str, Leaf] | None = None
    days: Literal["daily", "weekdays"] | Many[Literal["mon", "tue"]] | None = None
    branch: Branch | None = None
    word: Annotated[str, AfterValidator(no_x)] = ""
    count: int = Field(default=1, ge=1, le=9)


def content_of(path):
    return read_document(path).content


# --- scalars -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "No", "YES", "y", "n", "NO"])
def test_norway_stays_a_word(write, word):
    assert content_of(write(f"country: {word}\n")) == {"country": word}


@pytest.mark.parametrize("word", ["no", "on", "true", "null", "1"])
def test_keys_are_always_text(write, word):
    assert content_of(write(f"{word}: [Norge]\n")) == {word: ["Norge"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-12", -12),
        ("+3", 3),
        ("010", 10),
        ("0o17", 15),
        ("0xff", 255),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
        ("07:00", "07:00"),
        ("190:20:30", "190:20:30"),
        ("2023-09-13", "2023-09-13"),
        ("1_000", "1_000"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("'~'", "~"),
        ("=", "="),
        ("1.2.3", "1.2.3"),
        ("3 kg", "3 kg"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(write, text, value):
    found = content_of(write(f"key: {text}\n"))["key"]
    assert (found, type(found)) == (value, type(value))


def test_not_a_number_is_read_as_such(write):
    found = content_of(write("key: .nan\n"))["key"]
    assert found != found


# --- encodings and line ends -------------------------------------------------------------------------------------


def test_a_byte_order_mark_and_windows_line_ends_are_read_and_places_stay_right(write):
    document = read_document(write("﻿feeds:\r\n  - url: https://example.org\r\n    enabled: true\r\n".encode()))
    assert document.content == {"feeds": [{"url": "https://example.org", "enabled": True}]}
    assert document.marks["feeds", 0, "enabled"] == (3, 14)


def test_columns_count_letters_not_bytes(write):
    assert read_document(write('"Корея": КНДР\n')).marks["Корея",] == (1, 10)


def test_another_encoding_is_refused_with_its_place(write, problems_of):
    path = write(b"a: 1\nb: caf\xe9\n")
    (problem,) = problems_of(lambda: read_document(path))
    assert (problem.line, problem.column, problem.message) == (2, 7, "is not UTF-8 text.")


def test_a_control_character_is_refused_with_its_place(write, problems_of):
    path = write("Корея: 1\nb: x\x00\n")
    (problem,) = problems_of(lambda: read_document(path))
    assert (problem.line, problem.column, problem.message) == (2, 5, "holds a control character.")


# --- files that cannot be read -----------------------------------------------------------------------------------


def test_a_missing_file_names_the_command_that_makes_one(tmp_path, problems_of):
    (problem,) = problems_of(lambda: read_document(tmp_path / "feeds.yaml"))
    assert problem.message == "is missing."
    assert "monitor init" in problem.cure


def test_a_folder_in_place_of_a_file_is_named(tmp_path, problems_of):
    (problem,) = problems_of(lambda: read_document(tmp_path))
    assert problem.message == "is a folder, not a file."


def test_an_unreadable_file_says_why(tmp_path, problems_of):
    loop = tmp_path / "feeds.yaml"
    loop.symlink_to(loop)  # unreadable for root, too
    (problem,) = problems_of(lambda: read_document(loop))
    assert problem.message.startswith("cannot be read (")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "null\n"])
def test_an_empty_file_is_named_as_such(write, problems_of, text):
    path = write(text)
    (problem,) = problems_of(lambda: read_document(path))
    assert problem.message == "is empty."


def test_a_huge_file_is_refused_before_it_is_parsed(write, problems_of):
    path = write(b"# " + b"x" * 64_000_001)
    (problem,) = problems_of(lambda: read_document(path))
    assert problem.message == "is larger than 64 MB."


def test_reading_a_small_file_takes_no_room_for_a_large_one(write):
    path = write("a: b\n")
    tracemalloc.start()
    try:
        read_document(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5_000_000


# --- syntax ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a:\n\tb: 1\n", 2, "indented with a tab"),
        ("a: [1, 2\n", 2, "is not valid YAML"),
        ("a: 'x\n", 2, "is not valid YAML"),
        ("a: b: c\n", 1, "mapping values are not allowed"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: *x\n", 1, "*x stands for nothing"),
        ("a: &x [*x]\n", 1, "*x stands inside itself"),
        ("a: !!python/object:os.system x\n", 1, "has the tag"),
        ("a: !!str 5\n", 1, "has the tag"),
        ("- !feed\n  url: x\n", 1, "has the tag"),
        ("<<: {a: 1}\n", 1, "merge keys"),
        ("? [a]\n: 1\n", 1, "a key that is not plain text"),
        ("'': 1\n", 1, "an empty key"),
    ],
)
def test_what_is_refused_is_named_with_its_line(write, problems_of, text, line, words):
    path = write(text)
    (problem,) = problems_of(lambda: read_document(path))
    assert words in problem.message
    assert (problem.file, problem.line) == (str(path), line)


def test_a_duplicate_key_names_both_lines(write, problems_of):
    path = write("feeds:\n  - url: a\n    enabled: true\n    url: b\n")
    (problem,) = problems_of(lambda: read_document(path))
    assert str(problem) == f"{path}:4:5: feeds.0.url: is given twice (lines 2 and 4). Keep one of them."


def test_all_duplicate_keys_are_told_at_once(write, problems_of):
    path = write("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")
    assert [problem.line for problem in problems_of(lambda: read_document(path))] == [2, 3, 4]


# --- aliases and depth -------------------------------------------------------------------------------------------


def test_an_alias_stands_for_the_last_anchor_of_its_name_before_it(write):
    path = write("- &a 1\n- &b [*a]\n- &a 2\n- *b\n- *a\n")
    assert content_of(path) == [1, [1], 2, [1], 2]


def test_values_behind_an_alias_keep_the_place_where_they_were_written(write):
    document = read_document(write("base: &base\n  enabled: maybe\nfeeds: [*base]\n"))
    assert document.marks["feeds", 0, "enabled"] == (2, 12)


def test_a_billion_laughs_end_at_the_limit(write, problems_of):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    path = write("\n".join(lines))
    (problem,) = problems_of(lambda: read_document(path))
    assert "aliases (*name) repeat more than 20000 values" in problem.message


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 5_000, "[" * 900 + "]" * 900])
def test_bottomless_nesting_is_refused_and_does_not_end_the_process(write, problems_of, text):
    path = write(text)
    (problem,) = problems_of(lambda: read_document(path))
    assert problem.message == "is nested deeper than 60 levels."


# --- the other way round: what is written reads back -------------------------------------------------------------

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="﻿", max_codepoint=0xFFFF),
    max_size=20,
)
plain = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | texts
trees = st.recursive(
    plain,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(texts.filter(str.strip), below, max_size=4),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(tree=st.dictionaries(texts.filter(str.strip), trees, min_size=1, max_size=4))
def test_any_json_reads_back_and_every_value_has_a_place(tmp_path_factory, tree):
    path = tmp_path_factory.mktemp("yaml") / "tree.yaml"
    path.write_text(
        json.dumps(tree), encoding="utf-8"
    )  # as JSON, whose texts are YAML 1.2, too (but for surrogate pairs)
    document = read_document(path)
    assert document.content == tree
    assert set(_paths(tree)) == set(document.marks)


def _paths(tree, loc=()):
    yield loc
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in children:
        yield from _paths(child, (*loc, key))


# --- validation --------------------------------------------------------------------------------------------------


def test_all_problems_of_a_file_come_at_once_in_its_order(write, problems_of):
    path = write(
        "feeds:\n"
        "  - url: https://example.org\n"
        "    enabld: true\n"
        "  - ulr: https://example.org\n"
        "    enabled: no\n"
        "  - url: 5\n"
        "    interval_s: '60'\n"
        "count: 12\n"
        "word: xyz\n"
    )
    assert [str(problem) for problem in problems_of(lambda: validate(read_document(path), Root))] == [
        f"{path}:3:5: feeds.0.enabld: is an unknown key. Did you mean 'enabled'?",
        f"{path}:4:5: feeds.1.url: is missing.",
        f"{path}:4:5: feeds.1.ulr: is an unknown key. Did you mean 'url'?",
        f"{path}:5:14: feeds.1.enabled: expected true or false, found 'no'. "
        "Write true or false (yes, no, on and off are plain words here).",
        f"{path}:6:10: feeds.2.url: expected text, found 5. Put it in quotes to make it text.",
        f"{path}:7:17: feeds.2.interval_s: expected a whole number, found '60'. "
        "Take the quotes away to make it a number.",
        f"{path}:8:8: count: expected at most 9, found 12.",
        f"{path}:9:7: word: holds an x.",
    ]


def test_a_good_file_becomes_the_model_with_tuples(write):
    root = validate(read_document(write("feeds: [{url: a, weight: 2}]\ndays: [mon]\n")), Root)
    assert root.feeds == (Leaf(url="a", weight=2.0),)
    assert root.days == ("mon",)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("- a\n", "", "expected a mapping (key: value), found a list."),
        ("feeds: a\n", "feeds", "expected a list, found 'a'."),
        ("feeds:\n", "feeds", "expected a list, found nothing."),
        ("feeds: [a]\n", "feeds.0", "expected a mapping (key: value), found 'a'."),
        ("named: {a: {url: b, colour: c}}\n", "named.a.colour", "is an unknown key."),
        ("branch: {terms: [{url: a, wieght: 2}]}\n", "branch.terms.0.wieght", "is an unknown key."),
        ("branch: {terms: [5]}\n", "branch.terms.0", "expected a mapping (key: value) or text, found 5."),
        ("days: weekday\n", "days", "expected 'daily' or 'weekdays', found 'weekday'."),
        ("days: [mon, wen]\n", "days.1", "expected 'mon' or 'tue', found 'wen'."),
        ("count: true\n", "count", "expected a whole number, found true."),
        ("count: 1.5\n", "count", "expected a whole number, found 1.5."),
        ("feeds: [{url: a, weight: .nan}]\n", "feeds.0.weight", "expected a finite number, found nan."),
    ],
)
def test_each_kind_of_mistake_has_plain_words_and_its_key(write, problems_of, text, key, words):
    path = write(text)
    (problem,) = problems_of(lambda: validate(read_document(path), Root))
    assert (problem.key, problem.message) == (key, words)


def test_a_near_miss_inside_a_union_is_found(write, problems_of):
    path = write("branch: {terms: [{url: a, wieght: 2}]}\n")
    (problem,) = problems_of(lambda: validate(read_document(path), Root))
    assert problem.cure == "Did you mean 'weight'?"


def test_an_unknown_key_far_from_all_lists_those_there_are(write, problems_of):
    path = write("feeds: [{url: a, zzz: 2}]\n")
    (problem,) = problems_of(lambda: validate(read_document(path), Root))
    assert problem.cure == "Known here: enabled, interval_s, url, weight."


@pytest.mark.parametrize(
    "text",
    ["smtp_password: [hunter2]\n", "feeds: [{url: 'https://joe:hunter2@example.org/'}]\nword: x\n"],
)
def test_secrets_in_a_file_are_not_repeated_in_problems(write, text):
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        validate(read_document(path), Root)
    assert "hunter2" not in str(caught.value) + repr(caught.value.problems)


def test_a_problem_for_a_cross_check_stands_at_its_value_or_the_nearest_parent(write):
    document = read_document(write("feeds:\n  - url: a\n"))
    at_value = problem_at(document, ("feeds", 0, "url"), "is taken.", "Remove it.")
    assert (at_value.line, at_value.column, at_value.key) == (2, 10, "feeds.0.url")
    assert problem_at(document, ("feeds", 0, "zone"), "is missing.").line == 2
    assert problem_at_key(document, ("feeds", 0, "url"), "is odd.").column == 5


def test_only_one_file_of_the_configuration_imports_yaml():
    importers = [
        path.name for path in Path("monitor/config").glob("*.py") if "import yaml\n" in path.read_text("utf-8")
    ]
    assert importers == ["yaml_events.py"]
