"""What is a copy, a revision, known or new, and what must never be taken for one another."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.changes import change_between
from monitor.core.dedupe import Judgement, Outcome, judge_batch
from monitor.core.likeness import LINES
from monitor.core.similarity import Readings, read, sketch
from monitor.model.articles import Article, ArticleId, Candidate, LedgerState, VerdictKind
from monitor.model.commits import Identities
from tests.factories import NOW, make_article, number

HOUR = timedelta(hours=1)
VOCABULARY = [
    head + middle + tail for head in ("ba", "ku", "me", "si") for middle in "nrstl" for tail in "aeiouabcdefghijk"
]


def prose(seed: int, count: int = 150) -> str:
    """Words without news in them, in sentences of ten."""
    drawn = random.Random(seed).choices(VOCABULARY, k=count)
    return ". ".join(" ".join(drawn[at : at + 10]) for at in range(0, count, 10)) + "."


def article(title: str, text: str, *, outlet: str = "Antara", hours: float = 0, **facts: object) -> Article:
    name = outlet.lower().replace(" ", "-")
    return make_article(
        title,
        **{
            "text": text,
            "outlet": outlet,
            "feed_id": name,
            "host": f"{name}.example.org",
            "url": f"https://{name}.example.org/{number(f'{title}{text}{hours}')}",
            "published_at": NOW + hours * HOUR,
            "first_seen_at": NOW + hours * HOUR,
            **facts,
        },
    )


def stored(*articles: Article) -> tuple[Identities, list[Candidate]]:
    """A store that holds these, and offers all of them as candidates."""
    by_title: dict[int, tuple[Article, ...]] = {}
    for one in articles:
        by_title[one.title_key] = (*by_title.get(one.title_key, ()), one)
    by_url = {one.url_key: one for one in articles if one.url_key is not None}
    return Identities(by_url=by_url, by_title=by_title), [Candidate(article=one, shared=9) for one in articles]


def judged(*batch: Article, known: Sequence[Article] = (), **more: object) -> Judgement:
    identities, candidates = stored(*known)
    return judge_batch(batch, identities=identities, candidates={one.id: candidates for one in batch}, **more)  # type: ignore[arg-type]


def outcome(one: Article, *known: Article) -> Outcome:
    (found,) = judged(one, known=known).outcomes
    return found


def kinds(judgement: Judgement) -> list[VerdictKind]:
    return [one.verdict.kind for one in judgement.outcomes]


# Copies


def test_two_twins_of_one_batch_become_one() -> None:
    text = prose(1)
    first = article("Putin tiba", text)
    second = article("Putin sampai di Pyongyang", f"Pyongyang. {text} Disadur.", outlet="Kabar", hours=1)
    judgement = judged(second, first)
    copy, original = judgement.outcomes
    assert original.verdict.kind is VerdictKind.NEW
    assert (copy.verdict.kind, copy.verdict.of, copy.verdict.level) == (VerdictKind.COPY, first.id, "shingles")
    assert copy.verdict.similarity is not None
    assert copy.verdict.similarity > 0.9
    assert "Putin tiba" in copy.verdict.reason
    assert (copy.state, copy.target_id, copy.is_stored) == (LedgerState.COPY, second.id, True)


def test_a_stored_text_is_the_original_even_when_dated_later() -> None:
    text = prose(1)
    earlier = article("Putin tiba", text, outlet="Kabar", hours=-5)
    assert outcome(earlier, article("Putin sampai", text)).verdict.kind is VerdictKind.COPY


def test_the_earliest_of_several_originals_is_named() -> None:
    text = prose(1)
    known = [article("Judul lain", text, outlet=name, hours=hours) for name, hours in (("B", -1), ("A", -3), ("C", -2))]
    assert outcome(article("Putin tiba", text), *known).verdict.of == known[1].id


@pytest.mark.parametrize(("kept", "expected"), [(150, "copy"), (105, "copy"), (60, "copy")])
def test_a_cut_text_is_a_copy_of_the_whole(kept: int, expected: str) -> None:
    whole = article("Putin tiba", prose(1))
    cut = article("Singkat", " ".join(prose(1).split()[:kept]), outlet="Kabar", hours=1)
    assert outcome(cut, whole).verdict.kind.value == expected


@pytest.mark.parametrize(("shared", "expected"), [(140, "copy"), (100, "revision"), (60, "new"), (0, "new")])
def test_the_lines_part_copies_revisions_and_other_texts(shared: int, expected: str) -> None:
    other = " ".join([*prose(1).split()[:shared], *prose(2).split()[shared:]])
    found = outcome(article("Lain", other, outlet="Kabar", hours=1), article("Putin tiba", prose(1)))
    assert found.verdict.kind.value == expected
    assert found.is_stored


def test_shared_wire_text_is_evidence_for_a_story_but_no_copy() -> None:
    wire = article("Putin tiba", prose(1))
    own = article("Analisis", " ".join([*prose(1).split()[:60], *prose(2).split()[60:]]), outlet="Kabar", hours=1)
    found = outcome(own, wire)
    assert found.verdict.kind is VerdictKind.NEW
    assert [wording.article_id for wording in found.wordings] == [wire.id]
    assert LINES.wire <= found.wordings[0].containment < LINES.revision


def test_a_revision_of_a_revision_is_not_tied_to_the_first() -> None:
    words = prose(1).split()
    first = article("Satu", " ".join(words))
    second = article("Dua", " ".join([*words[:100], *prose(2).split()[100:]]), outlet="B", hours=1)
    third = article(
        "Tiga", " ".join([*words[:30], *prose(3).split()[30:70], *prose(2).split()[70:]]), outlet="C", hours=2
    )
    verdicts = [one.verdict for one in judged(first, second, third).outcomes]
    assert verdicts[1].of == first.id
    assert verdicts[2].of in (None, second.id)


def test_fifty_copies_do_not_make_the_text_look_like_boilerplate() -> None:
    text = prose(1)
    batch = [article(f"Judul {VOCABULARY[at]}", text, outlet=f"Outlet {at}", hours=at) for at in range(80)]
    judgement = judged(*batch)
    assert kinds(judgement)[1:] == [VerdictKind.COPY] * 79
    assert {one.verdict.of for one in judgement.outcomes[1:]} == {batch[0].id}
    assert not judgement.stop_hashes
    assert list(judgement.sketches) == [batch[0].id]


def test_korean_japanese_and_thai_copies_are_found() -> None:
    for text in (
        "김정은 국무위원장은 14일 러시아 극동에서 푸틴 대통령과 회담하고 군사 협력을 논의했다고 조선중앙통신이 전했다. "
        + " ".join(f"단어{at}" for at in range(50)),
        "朝鮮中央通信は十四日、金正恩総書記がロシア極東でプーチン大統領と会談し、軍事協力について話し合ったと伝えた。両首脳は今後の関係を確認した。",
        "ผู้นำเกาหลีเหนือเดินทางถึงวลาดีวอสตอคเพื่อพบประธานาธิบดีรัสเซียและหารือเรื่องความร่วมมือทางทหารระหว่างสองประเทศ",
    ):
        found = outcome(article("Salinan", text, outlet="Kabar", hours=1), article("Asli", text))
        assert found.verdict.kind is VerdictKind.COPY


# Short texts


def test_short_texts_of_the_same_words_are_copies() -> None:
    one = article("Putin tiba di Pyongyang", "Presiden Rusia disambut Kim Jong Un di bandara Rabu dini hari.")
    other = article(
        "Putin tiba di Pyongyang", "Presiden Rusia disambut Kim Jong Un di bandara, Rabu dini hari", outlet="B"
    )
    found = outcome(other, one)
    assert (found.verdict.kind, found.verdict.level) == (VerdictKind.COPY, "short-text")


def test_short_texts_that_differ_in_a_number_are_two() -> None:
    one = article("Gempa M 5,1 guncang Nias", "Gempa bermagnitudo 5,1 mengguncang Nias, kata BMKG pada hari ini.")
    other = article(
        "Gempa M 5,3 guncang Nias", "Gempa bermagnitudo 5,3 mengguncang Nias, kata BMKG pada hari ini.", outlet="B"
    )
    assert outcome(other, one).verdict.kind is VerdictKind.NEW


def test_a_bare_title_of_three_words_at_two_outlets_says_nothing() -> None:
    one, other = article("Breaking news now", ""), article("Breaking news now", "", outlet="B")
    found = outcome(other, one)
    assert found.verdict.kind is not VerdictKind.KNOWN
    assert judge_batch([other], identities=Identities(by_url={}, by_title={}), candidates={}).outcomes[0].is_stored


@pytest.mark.parametrize("text", ["", "…", "a"])
def test_empty_and_tiny_texts_are_new(text: str) -> None:
    found = outcome(article("Judul", text))
    assert found.verdict.kind is VerdictKind.NEW
    assert found.verdict.reason


# Identity


def test_the_same_page_in_two_feeds_is_known() -> None:
    one = article("Putin tiba", prose(1))
    again = article("Putin tiba", prose(1), url=one.url, feed_id="antara-utama", hours=2)
    found = outcome(again, one)
    assert (found.state, found.target_id, found.is_stored) == (LedgerState.KNOWN, one.id, False)
    assert found.verdict.level == "url"


def test_a_changed_page_is_a_revision_that_says_what_changed() -> None:
    one = article("Putin tiba", prose(1))
    changed = article("Putin pulang", prose(1) + " Ralat: bukan Rabu.", url=one.url, id=one.id + 1, hours=3)
    judgement = judged(changed, known=[one])
    (found,), (revision,) = judgement.outcomes, judgement.revisions
    assert (found.state, found.target_id, found.is_stored) == (LedgerState.REVISION, one.id, False)
    assert revision.article_id == one.id
    assert revision.title == "Putin pulang"
    assert revision.seen_at == changed.first_seen_at
    assert revision.change == "title: “Putin tiba” → “Putin pulang”; +1 sentence"
    assert judgement.sketches[one.id] == sketch(read(changed).shingles)


def test_another_feeds_teaser_of_the_same_page_is_no_revision() -> None:
    one = article("Putin tiba", prose(1))
    teaser = article("Putin tiba", " ".join(prose(1).split()[:20]), url=one.url, feed_id="antara-utama", hours=1)
    assert outcome(teaser, one).state is LedgerState.KNOWN


def test_a_page_edited_twice_in_one_batch_keeps_both_states() -> None:
    one = article("Putin tiba", prose(1))
    second = article("Putin tiba", prose(1) + " Lagi.", url=one.url, hours=1)
    third = article("Putin tiba", prose(1) + " Lagi. Dan lagi.", url=one.url, hours=2)
    judgement = judged(third, one, second)
    assert [revision.text for revision in judgement.revisions] == [second.text, third.text]
    assert judgement.outcomes[0].target_id == one.id


def test_a_feed_whose_items_share_one_link_does_not_collapse() -> None:
    batch = [
        article(title, prose(number), url="https://antara.example.org/", hours=number)
        for number, title in enumerate(["Putin tiba di Pyongyang", "Harga beras naik", "Banjir di Medan"])
    ]
    judgement = judged(*batch)
    assert kinds(judgement) == [VerdictKind.NEW] * 3
    assert len({one.article.id for one in judgement.outcomes}) == 3
    assert "shares its address" in judgement.outcomes[1].verdict.reason
    assert judgement.outcomes[1].article.url_key is None
    assert judgement.outcomes[1].article.url == batch[1].url


def test_a_page_written_anew_under_its_old_address_is_new() -> None:
    one = article("Putin tiba di Pyongyang", prose(1))
    fresh = article("Banjir besar melanda Medan", prose(2), url=one.url, id=one.id, hours=30)
    found = outcome(fresh, one)
    assert found.is_stored
    assert found.article.id != one.id


def test_a_growing_live_page_is_a_revision_of_itself() -> None:
    one = article("LANGSUNG: Putin di Pyongyang", prose(1, 100))
    grown = article(
        "LANGSUNG: Kim dan Putin menandatangani perjanjian", prose(2, 300) + prose(1, 100), url=one.url, hours=5
    )
    assert outcome(grown, one).state is LedgerState.REVISION


def test_the_outlets_own_article_under_a_second_address_is_known_and_leaves_an_alias() -> None:
    one = article("Putin tiba", prose(1))
    again = article("Putin tiba", prose(1), hours=1)
    judgement = judged(again, known=[one])
    assert judgement.outcomes[0].state is LedgerState.KNOWN
    assert judgement.outcomes[0].verdict.level == "title"
    assert judgement.aliases == {again.url_key: one.id}


def test_a_page_whose_article_was_pruned_is_known() -> None:
    one = article("Putin tiba", prose(1))
    assert one.url_key is not None
    identities = Identities(by_url={}, by_title={}, forgotten={one.url_key: 7})
    (found,) = judge_batch([one], identities=identities, candidates={}).outcomes
    assert (found.state, found.target_id) == (LedgerState.KNOWN, 7)


def test_an_entry_known_by_its_guid_alone_is_a_revision_of_what_it_led_to() -> None:
    one = article("Tanpa tautan", prose(1), url_key=None)
    (found,) = judged(one, entries={one.id: 42}).outcomes
    assert (found.state, found.target_id, found.verdict.level) == (LedgerState.REVISION, 42, "guid")


# What must not be swallowed


def test_a_daily_column_of_one_title_is_new_each_day() -> None:
    days = [article("Ramalan zodiak hari ini", prose(day), hours=24 * day) for day in range(7)]
    assert kinds(judged(*days)) == [VerdictKind.NEW] * 7


def test_a_daily_price_in_a_fixed_frame_is_new_each_day() -> None:
    frame = "Harga emas Antam hari ini tercatat {} rupiah per gram menurut laman resmi perusahaan pada pukul 8.30 WIB."
    days = [
        article("Harga emas Antam hari ini", frame.format(1_400_000 + 1000 * day), hours=24 * day) for day in range(4)
    ]
    assert kinds(judged(*days)) == [VerdictKind.NEW] * 4


def test_a_series_by_number_is_never_a_copy() -> None:
    body = prose(1)
    one = article("Perang Ukraina hari ke-20", body)
    for outlet in ("Antara", "Kabar"):
        assert (
            outcome(article("Perang Ukraina hari ke-21", body, outlet=outlet, hours=24), one).verdict.kind
            is VerdictKind.NEW
        )


def test_pages_of_one_host_in_one_frame_are_not_copies() -> None:
    frame = prose(9, 140)
    one = article("Harga beras naik di pasar", f"Beras mahal. {frame}")
    other = article("Banjir menutup jalan raya", f"Air tinggi. {frame}", hours=1)
    found = outcome(other, one)
    assert found.verdict.kind is VerdictKind.NEW
    assert "same host, other title" in found.verdict.reason


def test_a_footer_in_all_pages_of_a_host_stops_counting() -> None:
    footer = "Ikuti berita kami di kanal pesan dan unduh aplikasinya sekarang juga. " + prose(8, 60)
    pages = [
        article(title, f"{prose(number, 120)} {footer}", hours=number)
        for number, title in enumerate(
            ["Putin tiba di Pyongyang", "Harga beras naik", "Banjir di Medan", "Timnas menang telak"]
        )
    ]
    judgement = judged(*pages)
    assert kinds(judgement) == [VerdictKind.NEW] * 4
    footers = set(sketch(read(pages[0]).shingles).hashes) & set(sketch(read(pages[1]).shingles).hashes)
    assert footers
    assert footers <= judgement.stop_hashes
    assert all(footers.isdisjoint(kept.hashes) for kept in judgement.sketches.values())


def test_a_republished_archive_is_known_not_new() -> None:
    pages = [
        article(f"Berita lama tentang hal {chr(97 + number)}", prose(number), hours=-24 * number) for number in range(9)
    ]
    again = [article(page.title, page.text, url=page.url, hours=200) for page in pages]
    assert {one.state for one in judged(*again, known=pages).outcomes} == {LedgerState.KNOWN}


# Laws


@st.composite
def batches(draw: st.DrawFn) -> list[Article]:
    """Originals, copies of them elsewhere, edited pages: each at a time of its own."""
    found: list[Article] = []
    for at in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["original", "copy", "edit", "cut"])) if found else "original"
        source = draw(st.sampled_from(found)) if found else None
        if kind == "original" or source is None:
            found.append(article(f"Judul {chr(97 + at) * 5} baru", prose(100 + at, 90), outlet=f"O{at}", hours=at))
        elif kind == "copy":
            found.append(article(f"Salinan {chr(97 + at) * 5}", source.text, outlet=f"O{at}", hours=at))
        elif kind == "cut":
            half = " ".join(source.text.split()[:50])
            found.append(article(f"Ringkas {chr(97 + at) * 5}", half, outlet=f"O{at}", hours=at))
        else:
            found.append(
                article(source.title, source.text + f" Tambahan{at}.", url=source.url, outlet=source.outlet, hours=at)
            )
    return found


def kept(judgement: Judgement) -> list[Article]:
    """The store's articles after the batch."""
    found = {one.article.id: one.article for one in judgement.outcomes if one.is_stored}
    for one in judgement.outcomes:
        if one.revised is not None:
            found[one.revised.id] = one.revised
    return list(found.values())


@settings(max_examples=40, deadline=None)
@given(batches())
def test_judging_twice_is_judging_once(batch: list[Article]) -> None:
    first = judged(*batch)
    stored_now = kept(first)
    again = judged(*stored_now, known=stored_now)
    assert {one.state for one in again.outcomes} == {LedgerState.KNOWN}
    assert not again.revisions


@settings(max_examples=40, deadline=None)
@given(batches(), st.randoms(use_true_random=False))
def test_the_order_in_a_batch_changes_nothing(batch: list[Article], shuffler: random.Random) -> None:
    shuffled = list(batch)
    shuffler.shuffle(shuffled)
    assert ties(judged(*shuffled)) == ties(judged(*batch))


def ties(judgement: Judgement) -> Mapping[tuple[ArticleId, int], tuple[str, ArticleId | None]]:
    return {
        (one.article.id, one.article.body_digest): (one.verdict.kind.value, one.verdict.of)
        for one in judgement.outcomes
    }


@settings(max_examples=40, deadline=None)
@given(batches())
def test_every_article_has_one_outcome_and_a_decision_with_a_reason(batch: list[Article]) -> None:
    judgement = judged(*batch, readings=Readings(capacity=2))
    assert [one.article.body_digest for one in judgement.outcomes] == [one.body_digest for one in batch]
    assert len(judgement.decisions) == len(batch)
    assert all(str(decision.features["reason"]).isprintable() for decision in judgement.decisions)
    targets = {one.article.id for one in judgement.outcomes if one.is_stored}
    assert {one.target_id for one in judgement.outcomes} <= targets


# Changes in words


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("A", "Satu. Dua."), ("A", "Satu. Dua. Tiga."), "+1 sentence"),
        (("A", "Satu. Dua."), ("A", "Satu."), "−1 sentence"),
        (("A", "Satu. Dua."), ("A", "Satu. Tiga."), "+1 sentence, −1"),
        (("A", "Satu. Dua."), ("A", "Dua. Satu."), "sentences in another order"),
        (("A", "Satu, dua."), ("A", "Satu dua."), "punctuation or spacing only"),
    ],
)
def test_a_change_is_told_in_one_line(old: tuple[str, str], new: tuple[str, str], expected: str) -> None:
    before, after = (make_article(title, text=text) for title, text in (old, new))
    assert change_between(before, after) == expected
