"""The seeds' manifest and texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.config.seeds import load_seed_manifest, unlisted_texts
from monitor.model.seeds import SeedEntry

SEED = "seeds:\n  - {file: a.txt, title: T, outlet: O, language: id, published: 2023-09-13}\n"


def test_a_seed_carries_its_whole_text(write):
    write("Judul\r\n\r\nIsi – 통신\n", "a.txt")
    assert load_seed_manifest(write(SEED, "manifest.yaml")) == (
        SeedEntry(
            file="a.txt",
            title="T",
            outlet="O",
            language="id",
            published_at=datetime(2023, 9, 13, 12, tzinfo=UTC),
            is_day_only=True,
            raw_text="Judul\r\n\r\nIsi – 통신\n",
        ),
    )


@pytest.mark.parametrize(
    ("published", "moment"),
    [
        ("2023-09-13T10:30:00+07:00", datetime(2023, 9, 13, 3, 30, tzinfo=UTC)),
        ("2023-09-13 10:30+07:00", datetime(2023, 9, 13, 3, 30, tzinfo=UTC)),
        ("2023-09-13T10:30:00Z", datetime(2023, 9, 13, 10, 30, tzinfo=UTC)),
        ("null", None),
    ],
)
def test_times_become_utc(write, published, moment):
    write("Isi", "a.txt")
    (seed,) = load_seed_manifest(write(SEED.replace("2023-09-13", published), "manifest.yaml"))
    assert seed.published_at == moment


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2023-09-13", "13-09-2023", "is no date"),
        ("2023-09-13", "2023-02-30", "is no date"),
        ("2023-09-13", "2023-09-13T10:30:00", "has no offset from UTC"),
        ("2023-09-13", "20230913", "expected text, found 20230913."),
        ("a.txt", "../a.txt", "must be the name of a .txt file"),
        ("a.txt", ".a.txt", "must be the name of a .txt file"),
        ("a.txt", "a.html", "must be the name of a .txt file"),
        ("a.txt", "b.txt", "is missing."),
        ("language: id", "language: in", "Did you mean 'id'?"),
        ("title: T, ", "", "is missing."),
    ],
)
def test_a_wrong_entry_is_named_at_its_line(write, problems_of, old, new, words):
    write("Isi", "a.txt")
    path = write(SEED.replace(old, new), "manifest.yaml")
    (problem,) = problems_of(lambda: load_seed_manifest(path))
    assert problem.line == 2
    assert words in problem.message


@pytest.mark.parametrize(
    ("content", "words"),
    [(b" \n", "is empty."), (b"caf\xe9", "is not UTF-8 text."), (b"x" * 2_000_001, "is larger than 2 MB.")],
)
def test_a_text_that_cannot_be_used_is_named(write, problems_of, content, words):
    text = write(content, "a.txt")
    path = write(SEED, "manifest.yaml")
    (problem,) = problems_of(lambda: load_seed_manifest(path))
    assert (problem.key, problem.message) == ("seeds.0.file", f"{text} {words}")


def test_a_text_listed_twice_is_an_error(write, problems_of):
    write("Isi", "a.txt")
    path = write(SEED + SEED.removeprefix("seeds:\n"), "manifest.yaml")
    (problem,) = problems_of(lambda: load_seed_manifest(path))
    assert (problem.line, problem.message) == (3, "is listed already (line 2).")


def test_every_wrong_entry_is_told_at_once_and_a_misspelt_name_with_the_near_miss(write, problems_of):
    write("Isi", "kim-putin.txt")
    rows = "seeds:\n" + "".join(
        f"  - {{file: {name}, title: T, outlet: O, language: id}}\n" for name in ("kim-puttin.txt", "x.txt")
    )
    path = write(rows, "manifest.yaml")
    first, second = problems_of(lambda: load_seed_manifest(path))
    assert (first.cure, second.line) == ("Did you mean 'kim-putin.txt'?", 3)


def test_texts_that_the_manifest_does_not_list_are_warned_of(write):
    write("Isi", "a.txt")
    other = write("Isi", "b.txt")
    path = write(SEED, "manifest.yaml")
    (warning,) = unlisted_texts(path, load_seed_manifest(path))
    assert str(warning) == f"{other}: is not listed in manifest.yaml. Until then it is not read."
