"""Texts as hosts make them: huge, repeated, nothing but a notice, wreathed in links, sent again from the archive."""

from __future__ import annotations

import random

import pytest

from monitor.core.dedupe import judge_batch
from monitor.core.similarity import SAMPLE_LIMIT, read
from monitor.model.articles import Article, Candidate, VerdictKind
from monitor.model.commits import Identities
from tests.factories import NOW, make_article, number
from tests.unit.core.test_dedupe import HOUR, article, judged, kinds, prose

NEW, COPY = VerdictKind.NEW, VerdictKind.COPY
TITLES = ["Putin tiba di Pyongyang", "Harga beras naik di pasar", "Banjir menutup jalan raya", "Timnas menang telak"]


def huge(seed: int) -> str:
    """A megabyte of made words, too many for any two texts to share three in a row by chance."""
    rng = random.Random(seed)
    return " ".join(f"{rng.getrandbits(40):x}" for _ in range(100_000))


def test_two_megabytes_have_bounded_sketches_and_are_told_apart() -> None:
    texts = [huge(1), huge(2)]
    assert min(map(len, texts)) > 1_000_000
    one, other = (article(title, text, outlet=title[:5]) for title, text in zip(TITLES, texts, strict=False))
    assert kinds(judged(one, other)) == [NEW, NEW]
    assert all(len(read(each).sample.hashes) < 1.2 * SAMPLE_LIMIT for each in (one, other))


def test_a_megabyte_reprinted_without_its_end_is_a_copy() -> None:
    text = huge(1)
    one = article(TITLES[0], text)
    reprint = article(TITLES[0], text[: int(len(text) * 0.7)], outlet="Kabar", hours=1)
    assert kinds(judged(one, reprint)) == [NEW, COPY]


@pytest.mark.parametrize("is_repeated_first", [True, False])
def test_a_sentence_repeated_a_thousand_times_holds_no_article_that_says_it_once(is_repeated_first: bool) -> None:
    sentence = "Ikuti terus berita terbaru kami hanya di kanal resmi redaksi. "
    repeated = article("Halaman rusak lagi", sentence * 1000, hours=0 if is_repeated_first else 2)
    quoting = article(TITLES[0], f"{prose(1)} {sentence}", outlet="Kabar", hours=1)
    assert kinds(judged(repeated, quoting)) == [NEW, NEW]


def test_pages_that_hold_nothing_but_a_notice_are_no_copies_of_each_other() -> None:
    notice = "Situs ini memakai kuki agar isi dan iklan sesuai minat pembaca. " + prose(7, 80)
    pages = [article(title, notice, outlet=f"Outlet {at}", hours=at) for at, title in enumerate(TITLES)]
    assert kinds(judged(*pages)) == [NEW] * len(pages)


def test_a_block_of_related_links_that_changes_from_page_to_page_ties_none_together() -> None:
    links = [prose(500 + at, 9) for at in range(12)]
    rng = random.Random(3)
    titles = [f"{title} {part}" for title in TITLES for part in ("pagi ini", "menurut saksi mata")]
    pages = [
        article(title, f"{prose(700 + at, 70)} {' '.join(rng.sample(links, 8))}", hours=at)
        for at, title in enumerate(titles)
    ]
    assert kinds(judged(*pages)) == [NEW] * len(pages)
    reprint = article("Kutipan dari tetangga", prose(702, 70), outlet="Kabar", hours=9)
    *_, found = judged(*pages, reprint).outcomes
    assert (found.verdict.kind, found.verdict.of) == (COPY, pages[2].id)


def archive(days_ago: int, address: str) -> list[Article]:
    """The same nine pieces, first seen so long ago, under addresses of that time."""
    return [
        make_article(
            f"Berita lama tentang hal {letter}",
            text=prose(ord(letter)),
            outlet="Antara",
            feed_id="antara",
            host="antara.example.org",
            url=f"https://antara.example.org/{address}/{number(letter)}",
            published_at=NOW - 24 * days_ago * HOUR,
            first_seen_at=NOW - 24 * days_ago * HOUR,
        )
        for letter in "abcdefghi"
    ]


@pytest.mark.parametrize("days_ago", [3, 60])
def test_an_archive_sent_again_under_new_addresses_brings_nothing_new(days_ago: int) -> None:
    old, again = archive(days_ago, "2024"), archive(0, "arsip")
    by_title = {one.title_key: (one,) for one in old} if days_ago < 8 else {}
    near = {one.id: [Candidate(article=first, shared=9)] for one, first in zip(again, old, strict=True)}
    judgement = judge_batch(again, identities=Identities(by_url={}, by_title=by_title), candidates=near)
    assert set(kinds(judgement)) == {VerdictKind.KNOWN if by_title else COPY}
    assert [one.verdict.of for one in judgement.outcomes] == [one.id for one in old]
