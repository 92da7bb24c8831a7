"""Links between stories: one event in several languages, and what goes on over days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.core.features import Frequencies, Gazetteer, features
from monitor.core.gists import stems_of_names
from monitor.core.open_stories import OpenStories
from monitor.core.stories import assign
from monitor.core.storylines import LINES, Link, decision_of, links, with_links
from monitor.model.stories import Story
from tests.factories import make_article

AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
GAZETTEER = Gazetteer(
    {
        **dict.fromkeys(("Rusia", "Russia*", "Росси*", "러시아", "Putin", "Путин*", "푸틴"), "russia"),
        **dict.fromkeys(
            ("Korea Utara", "North Korea*", "КНДР", "북한", "Kim Jong Un", "Ким Чен Ын", "김정은"), "north_korea"
        ),
        **dict.fromkeys(("prajurit", "pasukan", "troops", "soldiers", "солдат*", "военн*", "병력", "파병"), "troops"),
        **dict.fromkeys(("kereta", "train", "поезд*", "열차"), "railway"),
    }
)
KNOWN = stems_of_names(GAZETTEER.names)
TROOPS = {
    "id": (
        "Korea Utara kirim 12.000 prajurit ke Rusia",
        "Badan intelijen di Seoul mengatakan Korea Utara mengirim 12.000 prajurit ke Rusia timur untuk dilatih. "
        "Pasukan itu tiba dengan kapal perang pekan lalu, setelah Putin dan Kim Jong Un bertemu.",
    ),
    "ru": (
        "Сеул: КНДР отправила в Россию 12 тысяч военных",
        "Разведка в Сеуле сообщила, что КНДР направила в Россию около 12 тысяч солдат. Они прибыли на кораблях флота "
        "после встречи Путина и Ким Чен Ына.",
    ),
    "ko": (
        "북한, 러시아에 병력 1만2천명 파병",
        "정보당국은 북한이 러시아에 병력 1만2천명을 파병했다고 밝혔다. "
        "지난주 러시아 군함을 타고 도착했으며 훈련을 받고 있다.",
    ),
}


def told(title: str, text: str, language: str, hours: float = 0.0) -> Story:
    at = AT + timedelta(hours=hours)
    article = make_article(
        title, text=text, language=language, url=f"https://example.org/{title}", published_at=at, first_seen_at=at
    )
    read = features(article, GAZETTEER)
    return assign(article, read, stories=OpenStories(), frequencies=Frequencies(), now=at).story


def linked(story: Story, *others: Story) -> list[Link]:
    open_stories = OpenStories([story, *others])
    terms, weights = open_stories.centroid(story.id)
    cosines = {near.story.id: near.cosine for near in open_stories.near(terms, weights, least=LINES.likeness / 2)}
    return links(story, open_stories, cosines=cosines, known_names=KNOWN)


def kinds(found: Sequence[Link]) -> list[str]:
    return [link.kind for link in found]


def test_one_event_in_three_languages_is_linked_with_what_they_share() -> None:
    first = told(*TROOPS["id"], "id")
    for language in ("ru", "ko"):
        (link,) = linked(told(*TROOPS[language], language, hours=2), first)
        assert (link.kind, link.to.id) == ("event", first.id)
        assert "both say 12,000" in link.evidence
        assert "in common: north_korea, russia, troops" in link.evidence


def test_the_two_sides_of_a_watchlist_alone_link_nothing() -> None:
    train = told(
        "В Пхеньян пошёл поезд", "Поезд из России в КНДР снова ходит, сообщили железные дороги России.", "ru", 3
    )
    assert linked(train, told(*TROOPS["id"], "id")) == []


def test_the_same_number_in_reports_of_something_else_links_nothing() -> None:
    sold = told(
        "Росси́я продала 12 тысяч тонн зерна", "Россия продала КНДР 12 тысяч тонн. Поезд с зерном пришёл.", "ru", 2
    )
    harvest = told(
        "Panen 12.000 ton", "Prajurit membantu panen 12.000 ton di Jawa Barat, kata menteri pertanian.", "id"
    )
    assert linked(sold, harvest) == []


def test_an_event_of_last_week_is_another_one() -> None:
    assert linked(told(*TROOPS["ru"], "ru", hours=6 * 24), told(*TROOPS["id"], "id")) == []


def test_only_what_began_earlier_is_linked_to() -> None:
    assert linked(told(*TROOPS["id"], "id"), told(*TROOPS["ru"], "ru", hours=2)) == []


def test_a_day_that_both_name_is_evidence_unless_it_is_the_day_of_publication() -> None:
    far = told("Rusia dan Korea Utara sepakat", "Rusia dan Korea Utara mengirim prajurit mulai 5 Desember 2026.", "id")
    other = told("Россия и КНДР договорились", "Россия и КНДР: военные прибудут 5 декабря 2026 года.", "ru", 2)
    (link,) = linked(other, far)
    assert "both name 5 December 2026" in link.evidence
    today = told(
        "Rusia dan Korea Utara sepakat", "Rusia dan Korea Utara mengirim prajurit pada 20 November 2026.", "id"
    )
    same = told("Россия и КНДР договорились", "Россия и КНДР: военные прибыли 20 ноября 2026 года.", "ru", 2)
    assert linked(same, today) == []


def test_a_country_or_one_name_in_both_titles_ties_no_two_languages() -> None:
    deal = "Putin and Kim Jong Un praise {} in a long letter"
    ours, theirs = "Russia and North Korea exchanged letters.", "Rusia dan Korea Utara memuji {}."
    for names, is_event in (("Indonesia", False), ("Petrov", False), ("Petrov Ivanov", True)):
        english = told(deal.format(names), ours, "en")
        indonesian = told(f"Putin bela {names} soal beras", theirs.format(names), "id", hours=2)
        found = linked(indonesian, english)
        assert ("event" in kinds(found)) is is_event, names


ARRIVALS = {
    "en": ("Putin meets Kim Jong Un in first visit for 24 years", "Putin flew to North Korea from Russia on Tuesday."),
    "ko": ("푸틴, 24년 만에 김정은과 만나", "푸틴이 러시아에서 북한으로 날아갔다."),
}


def test_a_small_number_of_a_title_is_evidence_between_reports_of_a_day() -> None:
    first = told(*ARRIVALS["en"], "en")
    (link,) = linked(told(*ARRIVALS["ko"], "ko", hours=3), first)
    assert (link.kind, link.evidence[0]) == ("event", "both say 24")
    assert "event" not in kinds(linked(told(*ARRIVALS["ko"], "ko", hours=60), first))


def test_a_day_of_the_month_and_a_number_far_down_are_no_small_numbers() -> None:
    text = "Putin dan Kim Jong Un bertemu. " * 12 + "Rusia dan Korea Utara: 24 tahun."
    for title, body in (
        ("Putin temui Kim Jong Un 24 Juni", "Rusia dan Korea Utara."),
        ("Putin temui Kim Jong Un", text),
    ):
        assert "event" not in kinds(linked(told(title, body, "id", hours=3), told(*ARRIVALS["en"], "en")))


def test_titles_on_the_same_three_entities_are_evidence_where_few_titles_name_one_of_them() -> None:
    others = [
        told(f"Putin telepon Kim Jong Un soal {what}", "Rusia dan Korea Utara berbicara.", "id", at)
        for at, what in enumerate(("gandum", "minyak", "ikan", "obat", "kayu"), 1)
    ]
    text = "Rusia dan Korea Utara memulai angkutan baru."
    by_train = told("Rusia dan Korea Utara buka jalur kereta", text, "id")
    train = told("Россия и КНДР пустили новый поезд", "Россия и КНДР открыли движение.", "ru", 12)
    (link,) = [link for link in linked(train, by_train, *others) if link.kind == "event"]
    assert (link.to.id, link.evidence[0]) == (by_train.id, "both titles name north_korea, railway, russia")
    alike = [told(f"Rusia dan Korea Utara bahas kereta {what}", text, "id", 1) for what in ("cepat", "barang", "malam")]
    assert "event" not in kinds(linked(train, by_train, *others, *alike))


def test_what_goes_on_in_one_language_is_one_storyline() -> None:
    first = told(*TROOPS["id"], "id")
    text = (
        "Prajurit Korea Utara yang dilatih di Rusia timur dikirim ke Kursk, kata badan intelijen di Seoul. Pasukan itu "
        "tiba pekan lalu."
    )
    then = told("Prajurit Korea Utara di Rusia dikirim ke Kursk", text, "id", hours=9 * 24)
    (link,) = linked(then, first)
    assert (link.kind, link.to.id) == ("storyline", first.id)
    late = told("Prajurit Korea Utara di Rusia dikirim ke Kursk", text, "id", hours=40 * 24)
    assert linked(late, first) == []


def test_links_lead_to_the_first_of_a_chain() -> None:
    first, second = told(*TROOPS["id"], "id"), told(*TROOPS["ru"], "ru", hours=1)
    second = with_links(second, linked(second, first))
    assert (second.event_id, second.storyline_id) == (first.id, first.id)
    third = told(*TROOPS["ko"], "ko", hours=2)
    (link,) = linked(third, second)
    assert with_links(third, [link]).event_id == first.id
    decision = decision_of(third, link, AT)
    assert (decision.outcome, decision.level, decision.other_id) == ("linked", "event", second.id)
    assert "both say 12,000" in str(decision.features["reason"])


def test_of_several_the_strongest_link_counts_whatever_their_order() -> None:
    weak = told("Rusia panggil prajurit", "Rusia dan Korea Utara: prajurit dan 12.000 ton beras.", "id", hours=-3)
    strong = replace(told(*TROOPS["id"], "id"), facts={"actors": ("north_korea", "russia", "troops")})
    new = told(*TROOPS["ru"], "ru", hours=2)
    assert kinds(linked(new, weak, strong)) == ["event"]
    assert linked(new, weak, strong) == linked(new, strong, weak)


def test_one_topic_that_few_stories_have_ties_no_two_languages_and_two_of_them_do() -> None:
    goods = ("gandum", "minyak", "ikan", "obat", "kayu", "pupuk", "kapal", "mobil", "buku")
    others = [
        told(f"Rusia jual {what} ke Korea Utara", f"Rusia mulai menjual {what} ke Korea Utara.", "id", at)
        for at, what in enumerate(goods, 1)
    ]
    visit = told("Prajurit Korea Utara berparade", "Prajurit Korea Utara berparade di Rusia.", "id")
    letter = told("КНДР и Россия вспомнили военных", "КНДР и Россия почтили память военных.", "ru", 12)
    assert "event" not in kinds(linked(letter, visit, *others))
    by_train = told("Prajurit Korea Utara naik kereta", "Prajurit Korea Utara naik kereta ke Rusia.", "id")
    train = told("Военные КНДР едут на поезде", "Военные КНДР едут на поезде в Россию, сообщил источник.", "ru", 12)
    (link,) = linked(train, by_train, *others)
    assert (link.kind, link.to.id) == ("event", by_train.id)
    assert "both name railway, troops, which few stories do" in link.evidence


def test_two_topics_without_the_same_sides_are_no_event() -> None:
    others = [
        told(f"Rusia jual {what} ke Korea Utara", f"Rusia mulai menjual {what} ke Korea Utara.", "id", at)
        for at, what in enumerate(("gandum", "minyak", "ikan", "obat", "kayu", "pupuk", "kapal", "mobil", "buku"), 1)
    ]
    by_train = told("Prajurit naik kereta", "Prajurit Prancis naik kereta ke pantai.", "id")
    train = told("Военные едут на поезде", "Военные Швеции едут на поезде, сообщил источник.", "ru", 12)
    assert "event" not in kinds(linked(train, by_train, *others))
