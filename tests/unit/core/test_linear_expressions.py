"""Expressions that are searched for in texts of any length cost a multiple of that length, not its square.

Not by the clock: each text here is so long that a square of it would take from minutes to hours.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from monitor.core import matching, page_hints, text
from monitor.core.margins import margins
from monitor.core.scoring import standing
from monitor.core.text import sentences

LENGTH = 150_000
Work = Callable[[str], object]


def of(piece: str, end: str = "") -> str:
    return piece * (LENGTH // len(piece)) + end


@pytest.mark.parametrize("piece", [".", "!?", "…", '."', ".”x", ". ", ".\n", "。」", "a.", "A. ", '"', " ", "dr. "])
@pytest.mark.parametrize("end", ["", "x"])
def test_sentences(piece: str, end: str) -> None:
    whole = of(piece, end)
    found = sentences(whole)
    # They cover all that is not space, whatever the text is made of.
    assert sum(len("".join(whole[first:last].split())) for first, last in found) == len("".join(whole.split()))


def test_ends_of_sentences_are_those_of_the_plain_expression() -> None:
    plain = re.compile(r"([.!?…]+[\"'”’»)\]]*)(?=\s)|[。！？｡]+[」』”’）\)]*|\n")
    rng = random.Random(3)
    for _ in range(20_000):
        some = "".join(rng.choices(".!?…\"'”’»)] \n。！？｡」』）aB", k=rng.randint(0, 14)))
        found = [(match.span(), match[1]) for match in text._SENTENCE_END.finditer(some)]
        assert found == [(match.span(), match[1]) for match in plain.finditer(some)], repr(some)


LINES = [
    "(", "(foto ", "[ap /", "(via ap/", "foto", "foto ", " ", "\t:", ".", ". ", ".”", "! ", "baca juga", ". baca juga ",
    "published ", "oleh ", "by A ", "A.", "Ā ", "x.com, ", "(a) ", "—", "A -", "、", "가(", "図:", "•",
    "* a: ", "sumber :", " ..A", "..Я", " ..Яa",
]  # fmt: skip


@pytest.mark.parametrize("piece", LINES)
@pytest.mark.parametrize("width", [160, 550, LENGTH])
def test_margins(piece: str, width: int) -> None:
    line = (piece * (width // len(piece) + 1))[:width]
    found = margins("\n".join([line] * (LENGTH // 2 // width + 1)))
    assert all(one.start < one.end for one in found)


@pytest.mark.parametrize("piece", ["a", "я", "aя", " ", "1"])
def test_words_that_mix_scripts(piece: str) -> None:
    assert bool(matching._MIXED.match(of(piece))) == (piece == "aя")


@pytest.mark.parametrize("piece", ["<", "<a>", "<a>;", "<a> ; b", '<a>;b="', "<a>;b=c ", " ", ";", "<a>" + " ;b" * 9])
def test_links_of_headers(piece: str) -> None:
    for match in page_hints._LINK.finditer(of(piece)):
        assert match[1]
    assert page_hints.feeds_of_header(of(piece), "https://example.org/") == []


@pytest.mark.parametrize("piece", [",", " ", ", ", "and ", " and", "和", "و", "s ", "、 ", "的"])
@pytest.mark.parametrize("end", ["", "x"])
def test_gaps_of_lists(piece: str, end: str) -> None:
    # Only gaps of a few characters are ever looked at; long ones are no reason to wait either.
    assert standing._LIST_GAP.fullmatch(of(piece, "x")) is None
    assert standing.MAX_LIST_GAP < 100
    standing._LIST_GAP.fullmatch(of(piece, end))
