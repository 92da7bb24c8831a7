"""Lists, comparisons, media, datelines and captions in Hangul, Han, kana, Arabic, Thai and Devanagari."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.watchlists import load_watchlist
from monitor.core.margins import MarginKind, margins, title_margins
from monitor.core.scoring import Scorer, compile_watchlists, excluded
from monitor.model.watchlists import Score
from tests.factories import make_article

DEFAULT = Path(__file__).parents[3] / "config" / "watchlists" / "russia-north-korea.yaml"


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return compile_watchlists([load_watchlist(DEFAULT)])


def scored(scorer: Scorer, title: str, text: str = "") -> Score:
    (score,) = scorer.score(make_article(title, text=text))
    return score


def names(score: Score) -> set[str]:
    return {signal.name.partition(":")[0] for signal in score.signals}


@pytest.mark.parametrize(
    "title",
    [
        "러시아, 북한처럼 인터넷 차단",
        "러시아도 북한식 통제로 가나",
        "俄罗斯的网络正变得像朝鲜一样封闭",
        "俄羅斯會變成下一個北韓",
        "ロシアは北朝鮮のようになるのか",
        "ロシアの「北朝鮮化」が進む",
        "روسيا تغلق الإنترنت على غرار كوريا الشمالية",
        "روسيا تغلق الإنترنت ككوريا الشمالية",
        "รัสเซียปิดอินเทอร์เน็ตเหมือนเกาหลีเหนือ",
        "रूस में उत्तर कोरिया जैसा इंटरनेट",
        "اینترنت روسیه مثل کره شمالی می‌شود",
    ],
)
def test_a_comparison_is_no_relation(scorer: Scorer, title: str) -> None:
    score = scored(scorer, title)
    assert "simile" in names(score)
    assert not score.is_match


@pytest.mark.parametrize(
    "text",
    [
        "시진핑 중국 국가주석과 블라디미르 푸틴 러시아 대통령, 김정은 북한 국무위원장이 망루에 올랐다.",
        "习近平同俄罗斯总统普京、朝鲜国务委员长金正恩、哈萨克斯坦总统托卡耶夫登上城楼。",
        "習近平国家主席、ロシアのプーチン大統領、北朝鮮の金正恩総書記らが出席した。",
        "จีน รัสเซีย อิหร่าน และเกาหลีเหนือเป็นภัยคุกคาม",
        "चीन, रूस, ईरान और उत्तर कोरिया खतरा हैं।",
        "러시아와 북한 등은 반대표를 던졌다.",
        "김정은 북한 노동당 총비서, 블라디미르 푸틴 러시아 대통령을 비롯한 내빈들이 참석했다.",
    ],
)
def test_a_list_of_states_and_their_leaders_is_no_relation(scorer: Scorer, text: str) -> None:
    assert "listed" in names(scored(scorer, "뉴스", text))


@pytest.mark.parametrize("label", ["中俄朝", "中露朝", "북중러", "中ロ朝", "北中俄"])
def test_a_label_of_three_powers_names_no_pair(scorer: Scorer, label: str) -> None:
    assert scored(scorer, f"{label} 2026").is_gated


@pytest.mark.parametrize(
    "title", ["俄朝签署协议", "露朝が条約に署名", "北러 정상 통화", "북·러 정상회담", "ロ朝首脳が会談", "北俄签署条约"]
)
def test_a_label_of_the_two_names_the_pair(scorer: Scorer, title: str) -> None:
    assert scored(scorer, title).is_match


def test_hanja_that_stand_for_three_powers_are_a_list(scorer: Scorer) -> None:
    assert "listed" in names(scored(scorer, "北中러 밀착에 韓美日 정상 회동"))
    assert scored(scorer, "北러 밀착에 韓美日 정상 회동").is_match


@pytest.mark.parametrize("title", ["북중미 월드컵과 러시아", "途中朝着俄罗斯走", "북미 시장서 러시아 대신"])
def test_labels_of_two_powers_are_not_found_in_longer_words(scorer: Scorer, title: str) -> None:
    assert scored(scorer, title).is_gated


def test_a_mountain_in_seoul_is_no_country_and_a_shell_made_in_one_is(scorer: Scorer) -> None:
    assert scored(scorer, "북한산 둘레길에 러시아 유학생").is_gated
    assert not scored(scorer, "러시아군이 쓴 북한산 포탄").is_gated


@pytest.mark.parametrize(
    "title",
    [
        "俄亥俄州代表团在朝阳区",
        "访俄亥俄州的人朝方向走去",
        "러시아 태평양함대",
        "미국 구조로 살아난 러시아인",
        "평양 러시아워",
        "러시아서 인기 끈 평양냉면",
        "러시아 문학 북 콘서트",
        "北朝鮮でロシアンルーレット",
        "朝鲜队员玩俄罗斯方块",
    ],
)
def test_words_that_hold_a_sides_letters_are_not_the_side(scorer: Scorer, title: str) -> None:
    assert scored(scorer, title).is_gated


def test_a_medium_that_reports_is_no_party(scorer: Scorer) -> None:
    score = scored(scorer, "朝鲜试射导弹", "据俄罗斯卫星通讯社报道，朝鲜试射了一枚导弹。")
    assert "source" in names(score)
    assert not score.is_match


@pytest.mark.parametrize(
    "title", ["(모스크바=연합뉴스) 평양 마라톤", "[모스크바=뉴시스] 평양 마라톤", "【モスクワ時事】平壌でマラソン"]
)
def test_a_dateline_in_a_title_is_a_margin(scorer: Scorer, title: str) -> None:
    (margin,) = title_margins(title)
    assert margin.kind is MarginKind.DATELINE
    assert not scored(scorer, title).is_match


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[서울=뉴시스] 북한이 밝혔다.", MarginKind.DATELINE),
        ("موسكو (رويترز) - قال الرئيس إنه سيسافر.", MarginKind.DATELINE),
        ("（莫斯科3日綜合外電報導）普丁表示。", MarginKind.DATELINE),
        ("图像来源，GETTY IMAGES", MarginKind.CAPTION),
        ("김정은과 푸틴 [조선중앙TV 화면]", MarginKind.CAPTION),
        ("推荐阅读：普京访朝", MarginKind.LINK),
        ("握手する両首脳＝ウラジオストクで2023年9月17日、朝鮮中央通信", MarginKind.CAPTION),
        ("〔國際新聞中心／綜合報導〕普丁表示。", MarginKind.DATELINE),
        ("농경지가 잠겼다.관련 키워드러시아북한군기자 이름관련 기사푸틴 방북", MarginKind.LINK),
        ("농경지가 잠겼다.관련기사김정은, 푸틴에 축전", MarginKind.LINK),
    ],
)
def test_page_furniture_is_known_by_its_shape(text: str, kind: MarginKind) -> None:
    assert [margin.kind for margin in margins(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "관련 기사를 쓴 기자가 밝혔다.",
        "정부가 제공한 (국방부 제공) 자료를 보면 북한군이 움직였다.",
        "관련 기사에 따르면 그렇다.",
    ],
)
def test_what_tells_news_is_no_page_furniture(text: str) -> None:
    assert margins(text) == ()


def test_a_caption_glued_to_the_text_ends_at_the_photographer() -> None:
    deck, caption = (
        "북한에 중국 역할은 제한적",
        "푸틴 대통령과 김정은이 걷고 있다. 2025.09.03 ⓒ AFP=뉴스1 ⓒ News1 ○○○ 기자",
    )
    (margin,) = margins(f'"{deck}"{caption}본문은 다르다.')
    assert (margin.kind, margin.start, margin.end) == (MarginKind.CAPTION, len(deck) + 2, len(deck) + 2 + len(caption))
    assert margins(caption) == ()


def test_headlines_below_the_most_read_are_links() -> None:
    found = margins("본문이다.\n많이 본 뉴스\n北, 미사일 발사\n푸틴 방북\n")
    assert [margin.kind for margin in found] == [MarginKind.LINK] * 3


def test_sentences_end_at_a_danda_and_an_arabic_question_mark(scorer: Scorer) -> None:
    assert "near" not in names(scored(scorer, "", "रूस चुप है। उत्तर कोरिया खुश है। भारत।"))


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("俄亥俄州代表团访问朝鲜", "俄亥俄 is not 俄"),
        ("Ketua DPRK Sabang bertemu turis Rusia", "Ketua DPRK is not DPRK"),
        ("DPRK di Banda Aceh dan turis Rusia", "DPRK near Aceh, DPRA, Qanun or the like does not count"),
        ("俄亥俄州的公司", "俄亥俄 is not 俄"),
        ("Lưu Bình Nhưỡng và người Nga", "Lưu Bình Nhưỡng is not Bình Nhưỡng"),
    ],
)
def test_what_only_looks_like_a_side_is_named_and_counts_nothing(scorer: Scorer, title: str, told: str) -> None:
    score = scored(scorer, title)
    (lookalike,) = (signal for signal in score.signals if signal.name.startswith("lookalike:"))
    assert (lookalike.evidence, lookalike.points) == (told, 0.0)
    assert any(told in reason for reason in excluded(score))
