from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.corrections import MAX_NOTICES, MAX_PASSAGE, new_notices
from monitor.core.substance import changes_that_matter, title_change
from monitor.model.articles import ChangeKind, Revision
from tests.factories import NOW, number

TITLE = "Putin tiba di Pyongyang untuk bertemu Kim Jong-un"
PARAGRAPHS = (
    "Presiden Rusia Vladimir Putin tiba di Pyongyang pada Rabu dini hari bersama 12 pejabat.",
    "Kunjungan itu adalah yang pertama dalam 24 tahun dan disambut upacara besar di pusat kota.",
    "Menurut seorang diplomat yang tidak mau disebut namanya, kedua pihak akan membahas pasokan amunisi, pelatihan "
    "awak kapal selam dan pengiriman pekerja ke Timur Jauh Rusia selama beberapa tahun ke depan.",
    "Juru bicara Kremlin menolak menjawab pertanyaan wartawan tentang isi pembicaraan itu.",
    "Kim Jong-un mengatakan persahabatan kedua negara tidak tergoyahkan.",
    "Kereta barang antara Khasan dan Tumangang berjalan lagi sejak tahun lalu, kata media setempat.",
)
BODY = "\n".join(PARAGRAPHS)


def state(title: str = TITLE, text: str = BODY, **facts: Any) -> Revision:
    digest = number(title + text)
    return Revision(
        **{"article_id": 1, "seen_at": NOW, "title": title, "summary": "", "text": text, "body_digest": digest, **facts}
    )


def kinds(old: Revision, new: Revision) -> list[str]:
    return [change.kind.value for change in changes_that_matter(old, new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Kim accepts Putin's offer of grain", "Kim rejects Putin's offer of grain"),
        ("Roket jatuh, 5 orang tewas", "Roket jatuh, 12 orang tewas"),
        ("Lavrov tiba di Pyongyang", "Shoigu tiba di Pyongyang"),
        ("Austria sends envoy to Pyongyang", "Australia sends envoy to Pyongyang"),
        ("Kremlin mengonfirmasi kunjungan Putin", "Kremlin membantah kunjungan Putin"),
        ("Putin akan ke Pyongyang", "Putin tidak akan ke Pyongyang"),
        ("Putin reportedly to visit Pyongyang", "Putin to visit Pyongyang"),
        ("Лавров прибыл в Пхеньян", "Шойгу прибыл в Пхеньян"),
        ("Пхеньян подтвердил поставки", "Пхеньян опроверг поставки"),
        ("김정은, 푸틴 방북 초청 수락", "김정은, 푸틴 방북 초청 거부"),
        ("북한군 1만명 파병", "북한군 3천명 파병"),
        ("金正恩接受普京邀请", "金正恩拒绝普京邀请"),
        ("This is legal, says Moscow", "This is illegal, says Moscow"),
    ],
)
def test_a_headline_that_says_something_else_matters(old: str, new: str) -> None:
    assert title_change(old, new) != ""
    assert kinds(state(old), state(new)) == ["title"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Putin  tiba di Pyongyang", "Putin Tiba di Pyongyang!"),
        ("Kim Jong-un meets Putin", "Kim Jong Un meets Putin"),
        ("Putin tiba di Pyongyang", "Putin tiba di Pyongyang, disambut Kim Jong-un di bandara"),
        ("Putin visits Pyonyang", "Putin visits Pyongyang"),
        ("Putin visits Pyognyang", "Putin visits Pyongyang"),
        ("Kim invites Putin to Pyongyang", "Kim invited Putin to Pyongyang"),
        ("Putin tiba di Pyongyang", "[Foto] Putin tiba di Pyongyang (UPDATE)"),
        ("UPDATE 1-Putin lands in Pyongyang", "UPDATE 3-Putin lands in Pyongyang"),
        ("푸틴, 평양 도착", "푸틴, 평양 도착(종합)"),
        ("김정은, 러시아에 감사", "김정은, 러시아에게 감사"),
        ("Putin in Pyongyang: what the two want", "What the two want: Putin in Pyongyang"),
        ("Путин прибыл в Пхеньян", "Путин прибыл в Пхеньян - видео"),
        ("Putin is in Pyongyang for the first time", "Putin in Pyongyang for first time"),
        ("Laporan 1.204 kali dibaca", "Laporan 9.800 kali dibaca"),
    ],
)
def test_a_headline_respelt_tagged_or_grown_does_not(old: str, new: str) -> None:
    assert title_change(old, new) == ""
    assert kinds(state(old), state(new)) == []


def test_a_name_dropped_from_title_and_text_matters_and_a_headline_merely_cut_does_not() -> None:
    title, text = "Kim undang Putin dan Lavrov ke Pyongyang", "Undangan bagi Putin dan Lavrov disampaikan pada Rabu."
    gone = state("Kim undang Putin ke Pyongyang", "Undangan bagi Putin disampaikan pada Rabu.")
    assert kinds(state(title, text), gone) == ["title"]
    assert kinds(state(title, text), state("Kim undang Putin ke Pyongyang", text)) == []


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        ("Koreksi: Jumlah pejabat adalah 12, bukan 21.", "correction"),
        ("RALAT\nDalam berita ini nama menteri tertulis salah; yang benar Andrei Belousov.", "correction"),
        ("Catatan Redaksi: judul berita ini diperbaiki pada pukul 10.", "correction"),
        ("Berita ini telah dikoreksi pada paragraf kedua.", "correction"),
        ("(Corrects paragraph 3 to say Tuesday, not Wednesday)", "correction"),
        ("Correction: an aide misspoke about the date.", "correction"),
        ("Editor’s note — the figure was wrong.", "correction"),
        ("An earlier version of this article misstated the number of officials.", "correction"),
        ("This story has been retracted because its source could not be confirmed.", "retraction"),
        ("Berita ini dicabut karena sumbernya keliru.", "retraction"),
        ("Исправление: визит начался в среду.", "correction"),
        ("В более ранней версии материала дата была указана неверно.", "correction"),
        ("Новость была отозвана агентством.", "retraction"),
        ("[정정] 수행 인원은 12명입니다.", "correction"),
        ("바로잡습니다: 방문 날짜는 수요일입니다.", "correction"),
    ],
)
def test_a_notice_of_correction_is_told_in_its_own_words(notice: str, kind: str) -> None:
    (change,) = changes_that_matter(state(), state(text=f"{BODY}\n{notice}"))
    assert change.kind.value == kind
    assert change.after == " ".join(notice.split())
    # Also where another feed brings it, and never again once it stands there.
    elsewhere = state(text=f"{BODY}\n{notice}", feed_id="b")
    assert [one.kind for one in changes_that_matter(state(feed_id="a"), elsewhere)] == [change.kind]
    assert kinds(state(text=f"{BODY}\n{notice}"), state(text=f"{notice}\n{BODY}")) == []


@pytest.mark.parametrize(
    "line",
    [
        "Koreksi harga minyak berlanjut pada Rabu.",
        "The Department of Corrections gave no comment.",
        "A correction of the market is near: analysts warn.",
        "Исправление ситуации займёт годы.",
        "Ia menuntut ralat dari kementerian.",
        "정정당당한 승부를 강조했다.",
        "Rute itu dicabut pada 2020.",
    ],
)
def test_the_same_words_about_something_else_are_no_notice(line: str) -> None:
    assert kinds(state(), state(text=f"{BODY}\n{line}")) == []


def test_a_mark_put_before_the_headline_is_a_correction_and_no_other_headline() -> None:
    assert kinds(state(), state(f"Ralat: {TITLE}")) == ["correction"]
    assert kinds(state(), state(f"CORRECTED-{TITLE}")) == ["correction"]
    assert kinds(state(), state(f"{TITLE} [정정]")) == ["correction"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("bersama 12 pejabat", "bersama 21 pejabat", "number: 12 became 21"),
        ("Vladimir Putin tiba", "Sergei Lavrov tiba", "name: Vladimir Putin became Sergei Lavrov"),
        ("Putin tiba", "Putin tidak tiba", "“tidak” was added"),
    ],
)
def test_a_number_a_name_or_a_denial_in_the_lead_matters(old: str, new: str, reason: str) -> None:
    (change,) = changes_that_matter(state(), state(text=BODY.replace(old, new)))
    assert (change.kind, change.reason) == (ChangeKind.FACT, reason)
    assert old in change.before
    assert new in change.after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bersama 12 pejabat", "bersama 12 pejabat tinggi negara"),
        ("Rabu dini hari", "Rabu dini  hari"),
        ("tiba di Pyongyang pada", "tiba  di Pyongyang, pada"),
        ("berjalan lagi sejak", "beroperasi lagi sejak"),
        ("bersama 12 pejabat.", "bersama 12 pejabat. Dibaca 1.204 kali. Pukul 10:05 WIB."),
        ("Kim Jong-un mengatakan", "Baca juga: Kim undang Putin\nKim Jong-un mengatakan"),
    ],
)
def test_small_edits_and_more_background_say_nothing(old: str, new: str) -> None:
    assert old in BODY
    assert kinds(state(), state(text=BODY.replace(old, new))) == []
    assert kinds(state(text=BODY.replace(old, new)), state()) == []


def test_counters_of_views_and_clock_times_in_the_lead_say_nothing() -> None:
    def at(clock: str, views: str) -> Revision:
        return state(
            text=f"Rabu, {clock} WIB, dilihat {views} kali, Putin tiba di Pyongyang bersama rombongan.\n{BODY}"
        )

    assert kinds(at("10:05", "1.204"), at("11:30", "98.113")) == []


def test_a_passage_taken_out_of_a_text_that_stands_on_is_told() -> None:
    without = "\n".join(PARAGRAPHS[:2] + PARAGRAPHS[3:])
    (change,) = changes_that_matter(state(), state(text=without))
    assert (change.kind, change.before) == (ChangeKind.REMOVAL, PARAGRAPHS[2])
    # At the very end only where the text was edited elsewhere too: else it is a shorter cut of the same.
    last = PARAGRAPHS[2].replace("amunisi", "minyak")
    assert kinds(state(text=f"{BODY}\n{last}"), state()) == []
    (change,) = changes_that_matter(state(text=f"{BODY}\n{last}"), state(text=BODY.replace("pertanyaan ", "")))
    assert (change.kind, change.before) == (ChangeKind.REMOVAL, last)


def test_a_short_sentence_taken_out_or_a_passage_written_anew_is_not() -> None:
    assert kinds(state(), state(text="\n".join(PARAGRAPHS[:4] + PARAGRAPHS[5:]))) == []
    assert kinds(state(), state(text=BODY.replace("seorang diplomat", "dua orang diplomat senior"))) == []


def test_a_teaser_a_cut_and_another_feeds_version_are_no_removal() -> None:
    assert kinds(state(), state(text=PARAGRAPHS[0])) == []
    for at in range(len(BODY) // 3, len(BODY), 7):
        assert kinds(state(), state(text=BODY[:at] + "… Baca lebih lanjut")) == []
    other = state("Sama sekali lain judulnya", "\n".join(PARAGRAPHS[:2] + PARAGRAPHS[3:]), feed_id="b")
    assert kinds(state(feed_id="a"), other) == []


def test_a_live_blog_that_pushes_out_what_is_old_takes_nothing_back() -> None:
    posts = [f"Pukul {n}: {PARAGRAPHS[2]} Ini kabar nomor {n} dari lapangan hari ini." for n in range(20)]
    old, new = "\n".join(reversed(posts[:12])), "\n".join(reversed(posts[3:15]))
    assert "removal" not in kinds(state(text=old), state(text=new))


def test_a_headline_changed_and_changed_back_is_no_change() -> None:
    assert kinds(state(), state()) == []


def test_a_text_replaced_by_its_withdrawal_is_told_as_that_alone() -> None:
    gone = state("Artikel dicabut", "Artikel ini telah dicabut oleh redaksi.")
    assert kinds(state(), gone)[0] == "retraction"
    assert "removal" not in kinds(state(), gone)


WORDS = st.sampled_from(
    ("Putin", "12", "21", "tidak", "북한", "金正恩", "ralat:", "Koreksi:", "\n", ".", "(", "[", "정정", "]")
)
TEXTS = st.lists(WORDS, max_size=40).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_any_two_states_are_compared_and_a_state_never_differs_from_itself(a: str, b: str, c: str, d: str) -> None:
    assert kinds(state(a, b), state(a, b)) == []
    for change in changes_that_matter(state(a, b), state(c, d)):
        assert change.reason
        assert change.before or change.after
    assert len(new_notices(b, d)) <= MAX_NOTICES
    assert all(len(line) <= MAX_PASSAGE and "\n" not in line for _, line in new_notices(b, d))


def test_forty_kilobytes_of_brackets_and_marks_are_read_in_linear_time() -> None:
    """Would not end within the suite's patience if an expression cost a square."""
    for piece in ("koreksi: ", "[정정 ", "( ", "an earlier version of ", "в тексте ", " \n", "dibaca 1", "1 "):
        text = piece * (40_000 // len(piece))
        changes_that_matter(state(), state(text, text))
