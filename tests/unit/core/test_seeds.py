"""Seeds: junk is recognised, news stays, clean texts pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.margins import MarginKind, margins
from monitor.core.seeds import clean_document, foreign_headlines, to_seed_articles
from monitor.core.urls import url_key
from monitor.errors import SeedError
from monitor.model.seeds import SeedEntry
from tests.factories import NOW

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
PROMOTIONS = (
    "Respon Menyentuh Penuh Emosional Melania Trump Usai Sang Suami Donald Trump Ditembak",
    "Habib Bahar Akui Ada Kiai hingga Habaib yang Terpapar Judi Online, Siapa Mereka?",
    "Begini Tampang Panik Panglima Tentara Israel Saat Diserang Iran",
)


def raw(number: int) -> str:
    return SEEDS[number].read_text(encoding="utf-8")


def entry(**facts: object) -> SeedEntry:
    return SeedEntry(
        **{
            "file": "a.txt",
            "title": "Judul",
            "outlet": "Harian",
            "language": "id",
            "raw_text": "Judul\n\nIsi berita.",
            **facts,
        }  # type: ignore[arg-type]
    )


def test_promotions_spliced_between_paragraphs_vanish() -> None:
    document = clean_document(raw(4))
    assert [text for kind, text in document.removed if kind == "foreign headline"] == list(PROMOTIONS)
    assert not any(promotion in document.text for promotion in PROMOTIONS)


def test_captions_widgets_and_stamps_vanish() -> None:
    text = clean_document(raw(1)).text
    for junk in (
        "Kosmodrom Vostochny\n",
        "Pool Photo",
        "Lanjutkan Membaca",
        "Video Terkini",
        "POPULER",
        "Diterbitkan",
        "Loading",
        "Liputan6.com, Washington",
    ):
        assert junk not in text
    assert text.startswith("Para ahli percaya")
    assert text.endswith("Yonhap.")
    assert "Sumber" not in clean_document(raw(4)).text


@pytest.mark.parametrize("number", range(5))
def test_no_paragraph_of_a_seed_is_lost(number: int) -> None:
    document = clean_document(raw(number))
    kept = document.text + document.title
    for line in raw(number).splitlines():
        is_paragraph = len(line) > 60 and line.rstrip().endswith((".", "”", '"')) and not line.rstrip().endswith("AP)")
        if is_paragraph:
            core = line.split(" - ", 1)[-1].removeprefix("Siap –").removesuffix(" (sin)").strip()
            assert core in kept, core


@pytest.mark.parametrize("number", range(5))
def test_cleaning_a_clean_seed_changes_nothing(number: int) -> None:
    once = clean_document(raw(number))
    assert clean_document(once.text, title=once.title) == type(once)(once.title, once.text)


CLEAN = (
    "Harga beras naik di pasar induk. Pedagang mengeluh.\n\nLatar Belakang\n\nPemerintah menyiapkan operasi pasar.",
    "The committee met on Friday.\n\nWhat Happens Next\n\nA vote is due in May. By then, members will have read it.",
    "The council voted.\n\nWhy Mayor Ortiz Wants A New Bridge\n\nMayor Ortiz said that the old one was unsafe.",
    "Министр приехал в Минск. Встреча прошла в среду.\nСтороны договорились о поставках.",
    "정부는 29일 대책을 발표했다. 관련 예산은 내년에 편성된다.",
    "会议于周三举行。双方讨论了贸易问题。",
    "She said: “Read more books.” Then she left (as planned).",
    "Der Minister reiste nach Wien.\nVon dort aus flog er weiter.",
)


@pytest.mark.parametrize("text", CLEAN)
def test_a_clean_text_passes_unchanged(text: str) -> None:
    assert clean_document(text, title="Something else").text == text
    assert margins(text) == ()


@pytest.mark.parametrize(
    ("text", "kind", "stretch"),
    [
        ("Isi berita.\nBaca juga: Judul Lain", MarginKind.LINK, "Baca juga: Judul Lain"),
        ("Isi berita. Baca juga: Judul Lain yang Panjang", MarginKind.LINK, "Baca juga: Judul Lain yang Panjang"),
        ("Текст новости.\nЧитайте также: другая новость", MarginKind.LINK, "Читайте также: другая новость"),
        ("Foto: Presiden tiba. Isi berita.", MarginKind.CAPTION, "Foto: Presiden tiba. "),
        (
            "FOTO: Dua tokoh bersalaman. (Dok. Harian) SEOUL - Isi.",
            MarginKind.CAPTION,
            "FOTO: Dua tokoh bersalaman. (Dok. Harian)",
        ),
        ("The two shake hands. (AP Photo/A. Person)", MarginKind.CAPTION, "The two shake hands. (AP Photo/A. Person)"),
        ("(모스크바=연합뉴스) 본문이다.", MarginKind.DATELINE, "(모스크바=연합뉴스) "),
        ("MOSCOW, Jan 6 (Reuters) - The text.", MarginKind.DATELINE, "MOSCOW, Jan 6 (Reuters) - "),
        ("Pyongyang, January 16 (KCNA) -- The text.", MarginKind.DATELINE, "Pyongyang, January 16 (KCNA) -- "),
        ("ПХЕНЬЯН, 5 июня. /ТАСС/. Текст.", MarginKind.DATELINE, "ПХЕНЬЯН, 5 июня. /ТАСС/. "),
        ("【モスクワ＝時事】本文。", MarginKind.DATELINE, "【モスクワ＝時事】"),
        ("oleh Budi Contoh\nIsi berita.", MarginKind.BYLINE, "oleh Budi Contoh"),
        ("Isi berita. (abc)", MarginKind.BYLINE, " (abc)"),
        ("Isi berita.\nPOPULER", MarginKind.WIDGET, "POPULER"),
    ],
)
def test_each_margin_is_recognised_with_its_extent(text: str, kind: MarginKind, stretch: str) -> None:
    assert [(margin.kind, text[margin.start : margin.end]) for margin in margins(text)][:1] == [(kind, stretch)]


def test_headlines_after_a_bare_link_cue_are_links_until_a_sentence_begins() -> None:
    text = "Isi berita.\nArtikel Terkait:\nJudul Satu\nJudul Dua\nParagraf baru dimulai di sini, dan berakhir."
    assert [text[margin.start : margin.end] for margin in margins(text)] == [
        "Artikel Terkait:",
        "Judul Satu",
        "Judul Dua",
    ]


def test_a_heading_that_names_somebody_of_the_text_is_no_foreign_headline() -> None:
    body = "Presiden Ratu Contoh tiba di Bandung.\n\n{}\n\nDi sana Contoh bertemu wali kota."
    assert foreign_headlines(body.format("Wali Kota Sambut Ratu Contoh Dengan Tarian Daerah")) == []
    assert len(foreign_headlines(body.format("Pemain Bintang Ini Pindah Klub Usai Musim Berakhir"))) == 1


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="Aa .\n(:)Foto-Bcjug", max_size=200))
def test_margins_lie_in_order_inside_the_text(text: str) -> None:
    position = 0
    for margin in margins(text):
        assert position <= margin.start < margin.end <= len(text)
        position = margin.end


def test_seeds_become_articles_with_the_manifests_facts() -> None:
    first, second = to_seed_articles(
        [
            entry(url="https://example.org/a?utm_source=x", published_at=NOW),
            entry(file="b.txt", raw_text="Judul\n\nSatu.\n\nDua."),
        ],
        NOW,
    )
    assert (first.title, first.text, first.outlet, first.published_at) == ("Judul", "Isi berita.", "Harian", NOW)
    assert first.url_key == url_key("https://example.org/a")
    assert (second.text, second.url, second.url_key, second.flags) == ("Satu.\nDua.", "", None, ("undated",))
    assert first.id != second.id
    assert to_seed_articles([entry()], NOW) == to_seed_articles([entry()], NOW)


def test_a_seed_of_nothing_but_junk_is_refused_by_name() -> None:
    with pytest.raises(SeedError, match=r"a\.txt holds no text"):
        to_seed_articles([entry(raw_text="Judul\n\nPOPULER\n\nBaca juga: Lain")], NOW)
