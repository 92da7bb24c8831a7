"""Wording that is not the news: instalments, paywalls, round-ups, footers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.frames import names_apart, opens_alike, tells_neither, without_frames, without_shared
from tests.factories import make_article

FOOTER = "Ikuti kami di Facebook dan Instagram. Hak cipta dilindungi undang-undang."
PANEN = "Petani di Brebes memanen bawang merah lebih awal karena hujan. Harga turun di pasar."
BANJIR = "Banjir merendam jalan raya di Semarang sejak pagi. Petugas mengalihkan kendaraan."


def test_instalments_name_what_the_other_never_says() -> None:
    aries, leo = ("Zodiak Aries", "Bagi Aries hari baik."), ("Zodiak Leo", "Bagi Leo hari baik.")
    assert names_apart(*aries, *leo) == ("aries", "leo")
    assert names_apart(*leo, *aries) == ("leo", "aries")
    assert names_apart(*aries, "Zodiak hari ini", "Bagi Aries hari baik.") == ()
    assert names_apart(*aries, *leo, numbers_only=True) == ()
    assert names_apart("Hujan untuk Aries", "Hujan untuk hari.", "Hujan oleh", "Hujan oleh hari.") == (), "common words"
    years = (("Peringatan ke-80", "Hari ini peringatan ke-80."), ("Peringatan ke-81", "Hari ini peringatan ke-81."))
    assert names_apart(*years[0], *years[1], numbers_only=True) == ("80", "81")


def test_two_headlines_of_one_text_name_nothing_apart() -> None:
    assert names_apart("Bawang murah di Brebes", PANEN, "Petani panen lebih awal", PANEN) == ()


def test_a_text_that_holds_neither_title_is_no_article() -> None:
    assert tells_neither("Petani Brebes panen bawang", FOOTER, "Banjir rendam Semarang", FOOTER)
    assert not tells_neither("Petani Brebes panen bawang", PANEN, "Harga bawang turun tajam", PANEN)
    assert not tells_neither("서울 홍수", "무관", "부산 지진", "무관"), "too few words to say so"


def test_an_excerpt_begins_as_the_longer_text_and_an_item_of_a_round_up_does_not() -> None:
    first = (
        f"{PANEN} Pedagang menunggu panen berikutnya di pulau lain sampai akhir bulan sambil menyimpan sisa barang. "
        * 2
    )
    long = f"{first}\n{BANJIR}\n{FOOTER * 9}"
    assert opens_alike(long, f"{first} {BANJIR}")
    assert not opens_alike(long, BANJIR)


def test_what_others_hold_is_taken_out_whole_sentences_only() -> None:
    assert without_shared(f"{PANEN}\n{FOOTER}", [f"{BANJIR}\n{FOOTER}"]) == "\n".join(
        PANEN.replace(". ", ".\n").split("\n")
    )
    assert without_shared(PANEN, [PANEN]) == ""
    article = make_article("Bawang di Brebes", text=f"{PANEN}\n{FOOTER}")
    assert without_frames(article, ()) is article
    assert FOOTER[:20] not in without_frames(article, [make_article("B", text=FOOTER)]).text
    brief = make_article("Bawang", text="", summary=f"{PANEN} {FOOTER}")
    assert "Ikuti" not in without_frames(brief, [make_article("B", text=FOOTER)]).summary


def test_a_text_that_has_nothing_of_its_title_is_left_out() -> None:
    paid = make_article("Petani Brebes panen bawang", text=FOOTER, summary="Baca selengkapnya.")
    alone = without_frames(paid, ())
    assert (alone.title, alone.text, alone.summary) == (paid.title, "", "")
    told = make_article("Petani Brebes panen bawang", text=PANEN)
    assert without_frames(told, ()) is told


TEXTS = st.lists(st.sampled_from([*PANEN.split(". "), *BANJIR.split(". "), *FOOTER.split(". ")]), max_size=6).map(
    ". ".join
)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_taking_out_twice_is_taking_out_once_and_nothing_is_added(body: str, other: str) -> None:
    once = without_shared(body, [other])
    assert without_shared(once, [other]) == once
    assert set(once.split()) <= set(body.split())


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_the_order_of_two_articles_changes_no_sign(title: str, body: str, other: str, text: str) -> None:
    assert names_apart(title, body, other, text) == tuple(reversed(names_apart(other, text, title, body)))
    assert tells_neither(title, body, other, text) == tells_neither(other, text, title, body)
