"""Gates, conditions, rules, filters, quotes, examples: what a watchlist says, and what the score says back."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.scoring import compile_watchlists, failed_examples, run_examples, untried_examples
from monitor.core.scoring import weights as w
from monitor.model.articles import Article
from monitor.model.watchlists import (
    Alias,
    AllOf,
    AnyOf,
    Condition,
    Example,
    Field,
    Mention,
    Near,
    NoneOf,
    Rule,
    Score,
    Term,
    Watchlist,
)
from tests.factories import make_article, make_entity, make_watchlist

BOTH = AllOf(children=(Mention(entity="russia"), Mention(entity="north_korea")))
OTHERS = {
    "russia": make_entity("russia", "Rusia", "Russia", "Putin", "Moskow", "Росси*", "Путин", "러시아"),
    "north_korea": make_entity("north_korea", "Korea Utara", "North Korea", "Kim Jong Un", "Pyongyang", "КНДР", "북한"),
    "third": make_entity("third", "China", "Iran", "Prancis", "India", "Inggris", "Китай", "Иран"),
}


def score(article: Article, **facts: Any) -> Score:
    (result,) = compile_watchlists([make_watchlist(**facts)]).score(article)
    return result


def relation(title: str, text: str = "", summary: str = "", **facts: Any) -> Score:
    article = make_article(title, text=text, summary=summary)
    return score(article, entities=OTHERS, others="third", **facts)


def points(result: Score) -> dict[str, float]:
    return {signal.name: signal.points for signal in result.signals}


def gate(title: str, match: Condition, text: str = "") -> Score:
    return score(make_article(title, text=text), match=match, sides=())


def terms(*texts: str, **facts: Any) -> Term:
    return Term(aliases=tuple(Alias(text=text) for text in texts), **facts)


# --- the gate ---


def test_a_side_that_is_missing_closes_the_gate_by_name() -> None:
    result = relation("Putin tiba di Beijing")
    assert (result.is_gated, result.is_match, result.points) == (True, False, 0)
    assert result.gate_reason == "north_korea is named nowhere"
    assert [(signal.name, signal.points) for signal in result.signals] == [("found:russia", 0)]


def test_an_article_with_none_of_the_spellings_has_the_same_reasons() -> None:
    assert relation("Harga beras naik").gate_reason == "russia is named nowhere; north_korea is named nowhere"


@pytest.mark.parametrize(
    ("match", "reason"),
    [
        (Mention(entity="russia", min_count=3), "russia is named 2 times, not 3"),
        (Mention(entity="russia", fields=(Field.LEAD,)), "russia is not named in the lead"),
        (terms("gandum"), "“gandum” is named nowhere"),
        (
            AnyOf(children=(terms("gandum"), terms("jagung"))),
            "none of these holds: “gandum” is named nowhere; “jagung” is named nowhere",
        ),
        (
            AnyOf(children=(AllOf(children=(terms("gandum"), terms("jagung"))), terms("padi"))),
            "none of these holds: (“gandum” is named nowhere; “jagung” is named nowhere); “padi” is named nowhere",
        ),
        (
            AnyOf(children=(AllOf(children=(terms("gandum"), terms("Rusia"))), terms("padi"))),
            "none of these holds: “gandum” is named nowhere; “padi” is named nowhere",
        ),
        (
            AllOf(children=(AnyOf(children=(terms("gandum"), terms("jagung"))), terms("padi"))),
            "(none of these holds: “gandum” is named nowhere; “jagung” is named nowhere); “padi” is named nowhere",
        ),
        (
            AllOf(children=(AnyOf(children=(terms("gandum"),)), terms("padi"))),
            "“gandum” is named nowhere; “padi” is named nowhere",
        ),
        (NoneOf(children=(terms("kembali"),)), "excluded by “kembali” (“kembali” in the title)"),
        (
            Near(children=(terms("Rusia"), terms("kembali")), words=1),
            "“Rusia” and “kembali” never stand within 1 word",
        ),
        (
            Near(children=(terms("kembali"), terms("Rusia")), words=9, is_ordered=True),
            "“kembali” and “Rusia” never stand within 9 words in that order",
        ),
        (Near(children=(terms("Rusia"), terms("jagung"))), "“jagung” is named nowhere"),
    ],
)
def test_the_clause_that_failed_is_named(match: Condition, reason: str) -> None:
    assert gate("Rusia Putin akan segera kembali", match).gate_reason == reason


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        (Near(children=(terms("satu"), terms("tiga")), words=1), True),
        (Near(children=(terms("tiga"), terms("satu")), words=1), True),
        (Near(children=(terms("tiga"), terms("satu")), words=1, is_ordered=True), False),
        (Near(children=(terms("satu"), terms("dua"), terms("lima")), words=3, is_ordered=True), True),
        (Near(children=(terms("satu"), terms("lima")), words=2), False),
        (Near(children=(terms("satu"), terms("lima"))), True),
        (Near(children=(terms("satu"), terms("enam"))), False),
        (AllOf(children=(terms("satu"), NoneOf(children=(terms("nol"),)))), True),
        (AnyOf(children=(terms("nol"), terms("enam", fields=(Field.BODY,)))), True),
        (terms("enam", fields=(Field.TITLE,)), False),
        (terms("satu", min_count=2), False),
    ],
)
def test_conditions_hold_as_they_say(match: Condition, holds: bool) -> None:
    assert gate("Judul", match, "Satu dua tiga empat lima. Enam tujuh.").is_gated is not holds


def test_ordered_nearness_finds_the_chain_that_begins_late() -> None:
    match = Near(children=(terms("a"), terms("b"), terms("c")), words=2, is_ordered=True)
    assert not gate("Judul", match, "a x x x a b a c").is_gated
    assert gate("Judul", match, "a x x x b c a").is_gated


def test_the_address_counts_only_where_it_is_asked_for() -> None:
    article = make_article("Judul", text="Isi.", url="https://example.org/putin-pyongyang")
    assert score(article).is_gated
    match = AllOf(children=tuple(Mention(entity=side, fields=(Field.URL,)) for side in ("russia", "north_korea")))
    assert not score(article, match=match, sides=()).is_gated


# --- structure ---


def test_the_same_words_earn_more_in_the_title_than_below() -> None:
    filler = " ".join(["Kalimat lain tentang cuaca di kota."] * 12)
    sentence = "Putin bertemu Kim Jong Un di Pyongyang."
    title = relation("Putin bertemu Kim Jong Un di Pyongyang", filler).points
    lead = relation("Judul", f"{sentence} {filler}").points
    body = relation("Judul", f"{filler} {sentence}").points
    assert title > lead > body
    assert points(relation("Judul", f"{filler} {sentence}")) == {
        "named": w.NAMED,
        "near_in_body": w.NEAR_BODY,
        "passing:russia": w.PASSING,
    }


def test_the_summary_is_a_lead() -> None:
    result = relation("Judul", "", summary="Rusia mengundang Kim Jong Un.")
    assert points(result)["all_in_lead"] == w.ALL_IN_LEAD
    assert result.signals[-1].hits[0].field is Field.SUMMARY
    assert result.quote == "Rusia mengundang Kim Jong Un."


@pytest.mark.parametrize(
    "title",
    [
        "China, Rusia, Iran, dan Korea Utara disebut ancaman",
        "Китай, Россия, Иран и КНДР названы угрозами",
        "India, North Korea and Russia",
    ],
)
def test_an_enumeration_with_third_parties_is_no_relation(title: str) -> None:
    assert points(relation(title))["listed"] == -18
    assert "near" not in points(relation(title))


def test_a_pair_named_before_a_third_party_is_a_relation() -> None:
    result = points(relation("Rusia dan Korea Utara bahas China"))
    assert result["near"] == w.NEAR_OPENING
    assert "listed" not in result


@pytest.mark.parametrize(
    "title",
    [
        "Internet Rusia seperti Korea Utara",
        "Rusia menutup diri ala Korea Utara",
        "Russia is like North Korea",
        "Россия живёт как в КНДР",
        "러시아, 북한처럼 통제",
        "Rusia berubah jadi Korea Utara",
        "Russia is turning into another North Korea",
        "Россия превращается в КНДР",
    ],
)
def test_a_comparison_is_no_relation(title: str) -> None:
    assert points(relation(title))["simile:north_korea"] == -25


def test_as_well_as_is_no_comparison() -> None:
    assert "near" in points(relation("Как в КНДР, так и в России ждут визита"))


def test_a_sentence_that_opens_with_how_compares_nothing() -> None:
    assert "near" in points(relation("Как КНДР помогает России"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Korea Utara menutup perbatasan, lapor kantor berita Rusia TASS.", "source:russia"),
        ("КНДР готова к диалогу, сказал он радиостанции «Голос России».", "source:russia"),
        ("Pyongyang shut its border, Russia's state media said.", "source:russia"),
        ("The Chinese ambassador to Russia spoke of North Korea.", "posted:russia"),
        ("China and Russia both spoke of restraint. North Korea did not.", "grouped:russia"),
        ("Korea Utara uji rudal. Iran dan Rusia diam.", "grouped:russia"),
    ],
)
def test_a_medium_a_post_and_a_place_beside_a_third_party_tell_of_no_relation(text: str, reason: str) -> None:
    entities = {**OTHERS, "third": make_entity("third", "China", "Chinese", "Iran")}
    article = make_article("Judul", text=text)
    assert reason in points(score(article, entities=entities, others="third"))


@pytest.mark.parametrize(
    "text",
    [
        "The Russian ambassador to North Korea spoke of China.",
        "Russian media delegation tours Pyongyang.",
        "Kim Jong Un met envoys of Russia, not of China.",
    ],
)
def test_envoys_of_one_side_to_the_other_and_visiting_reporters_are_a_relation(text: str) -> None:
    entities = {**OTHERS, "russia": make_entity("russia", "Russia", "Russian")}
    assert "near" in points(score(make_article("Judul", text=text), entities=entities, others="third"))


def test_a_sentence_that_looks_back_is_no_lead() -> None:
    told = points(relation("Korea Utara tutup sekolah", "Sekolah ditutup. Sebelumnya Rusia menutup sekolah."))
    assert "all_in_lead" not in told
    assert told["passing:russia"] == w.PASSING


def test_here_in_a_dateline_is_where_the_teller_stands() -> None:
    at_home = "Pyongyang, May 9 (KCNA) -- A delegation from Russia left here by air."
    assert "near" in points(relation("Delegation from Russia leaves", at_home))


@pytest.mark.parametrize(
    "text",
    [
        "Pyongyang, May 9 (KCNA) -- The president of Russia spoke of the harvest.",
        "Pyongyang, May 9 (KCNA) -- A delegation from Russia met that of Iran here.",
    ],
)
def test_a_dateline_alone_or_with_a_third_party_is_no_relation(text: str) -> None:
    entities = {**OTHERS, "north_korea": make_entity("north_korea", "Pyongyang", "KCNA")}
    result = points(score(make_article("Delegation from Russia", text=text), entities=entities, others="third"))
    assert result["marginal:north_korea"] == w.MARGINAL


def test_a_third_party_in_the_title_in_place_of_a_side_costs_points() -> None:
    assert points(relation("China kunjungi Korea Utara", "Rusia ikut."))["foreign"] == w.FOREIGN
    assert "foreign" not in points(relation("China tahu Rusia bantu Korea Utara"))


def test_another_headline_stuck_into_a_scraped_line_is_a_link() -> None:
    scraped = "Ракета упала в море. ... ..Путин едет в КНДРСообщается, что пуск прошёл утром."
    assert points(relation("КНДР испытала ракету", scraped))["marginal:russia"] == w.MARGINAL


def test_a_side_in_captions_and_links_only_costs_points() -> None:
    result = points(relation("Korea Utara uji rudal", "Rudal jatuh di laut.\nBaca juga: Putin ke Pyongyang"))
    assert result["marginal:russia"] == -25
    assert "near" not in result


def test_many_third_parties_at_the_top_cost_points_each() -> None:
    text = "Rusia menjual gas. Pembelinya Prancis, lalu India. China ikut. Iran juga. Korea Utara tidak."
    assert points(relation("Judul", text))["crowd"] == 2 * w.CROWD


def test_a_topic_is_scored_without_a_second_side() -> None:
    facts: dict[str, Any] = {"match": Mention(entity="russia"), "sides": ("russia",)}
    title = score(make_article("Putin di Jakarta", text="Isi."), **facts)
    passing = score(make_article("Judul", text="Kata. " * 80 + "Putin."), **facts)
    assert title.is_match
    assert points(passing) == {"named": 15}


# --- rules ---


def rule(name: str, points: float, *words: str) -> Rule:
    return Rule(name=name, when=terms(*words, fields=(Field.TITLE, Field.LEAD)), points=points)


def test_rules_add_and_take_points_up_to_the_cap_on_boosts() -> None:
    rules = (rule("arms", 6, "amunisi"), rule("troops", 6, "tentara"), rule("sport", -20, "sepak bola"))
    title = "Putin minta amunisi dan tentara untuk sepak bola di Pyongyang"
    result = relation(title, rules=rules, boost_cap=10.0)
    assert {name: value for name, value in points(result).items() if name in {"arms", "troops", "sport"}} == {
        "arms": 6,
        "troops": 4,
        "sport": -20,
    }
    assert "cut from 6 by the cap" in next(signal.evidence for signal in result.signals if signal.name == "troops")
    assert result.points == relation(title).points - 10


def test_the_profile_adds_a_small_share() -> None:
    title = "Putin bahas kosmodrom di Pyongyang"
    plain, profiled = relation(title), relation(title, profile={"kosmodrom": 2.0, "resolusi": 3.0, "amunisi": 5.0})
    assert profiled.points - plain.points == pytest.approx(5.25)
    assert points(profiled)["profile"] == 5.25


# --- filters ---


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"ignored_outlets": ("Antara",)}, "outlet Antara is ignored"),
        ({"outlets": ("Kompas",)}, "outlet Antara is not among Kompas"),
        ({"languages": ("en", "ko")}, "language id is not among en, ko"),
        ({"languages": ("id",)}, ""),
        ({"outlets": ("Antara",)}, ""),
    ],
)
def test_filters_keep_out_by_name(facts: dict[str, Any], reason: str) -> None:
    result = score(make_article("Putin di Pyongyang"), **facts)
    assert (result.gate_reason, result.is_gated, result.is_match) == (reason, bool(reason), not reason)


def test_an_unknown_language_passes_every_filter() -> None:
    assert score(make_article("Putin di Pyongyang", language=None), languages=("en",)).is_match


# --- evidence and quote ---


def test_every_signal_shows_what_it_saw() -> None:
    result = relation("Putin tiba di Pyongyang", "Kim Jong Un menyambut Putin di bandara.")
    near = next(signal for signal in result.signals if signal.name == "near")
    assert near.evidence == "Kim Jong Un · Putin, 1 word apart"
    assert all(signal.evidence and set(signal.label) == {"en", "id"} for signal in result.signals)


def test_the_quote_is_the_sentence_with_both_sides() -> None:
    text = "Cuaca cerah di Moskow. Menurut Putin, Korea Utara akan mengirim pekerja. Pyongyang diam."
    assert relation("Judul", text).quote == "Menurut Putin, Korea Utara akan mengirim pekerja."


def test_a_title_without_a_body_is_its_own_quote() -> None:
    assert relation("Putin tiba di Pyongyang").quote == "Putin tiba di Pyongyang"


def test_a_sentence_without_end_is_cut_around_its_evidence() -> None:
    text = "kata " * 300 + "Putin bertemu Kim Jong Un " + "kata " * 300
    quote = relation("Judul", text).quote
    assert len(quote) <= 400
    assert "Putin bertemu Kim Jong Un" in quote
    assert quote in text


# --- examples ---


def test_examples_that_fail_are_told_with_expected_actual_and_trace() -> None:
    watchlist = make_watchlist(
        examples=(
            Example(title="Putin tiba di Pyongyang"),
            Example(title="Putin tiba di Pyongyang", must_match=False, place="w.yaml:9:7"),
            Example(title="Harga beras naik", place="w.yaml:10:7"),
            Example(title="Harga beras naik", must_match=False),
        )
    )
    first, second = run_examples(watchlist, compile_watchlists([watchlist]))
    assert str(first).startswith(
        "w.yaml:9:7: “Putin tiba di Pyongyang” must not match, but it scores 69 ≥ 50. named +12 (Putin · Pyongyang); "
    )
    assert str(second) == (
        "w.yaml:10:7: “Harga beras naik” must match, but the gate kept it out: "
        "russia is named nowhere; north_korea is named nowhere."
    )


def test_a_file_example_is_cleaned_like_a_seed() -> None:
    page = "Korea Utara uji rudal\n\nPutin dan Kim Jong Un di Moskow (AP Photo/A. Person)\n\nRudal jatuh di laut."
    watchlist = make_watchlist(examples=(Example(title="", text=page, file="page.txt", must_match=False),))
    assert run_examples(watchlist, compile_watchlists([watchlist])) == []


def test_examples_of_a_watchlist_that_was_not_compiled_are_an_error() -> None:
    watchlist: Watchlist = make_watchlist(examples=(Example(title="x"),))
    with pytest.raises(ValueError, match="russia-north-korea"):
        run_examples(watchlist, compile_watchlists([]))


def test_a_stored_article_is_tried_as_it_stands_and_what_is_not_stored_is_told() -> None:
    article = make_article("Putin tiba di Pyongyang", text="", outlet="Kompas")
    urls = ("https://example.org/a", "https://example.org/b")
    watchlist = make_watchlist(
        examples=tuple(Example(title="", url=url, must_match=False, place="w.yaml:9:7") for url in urls)
    )
    stored = {urls[0]: article}
    (failure,) = run_examples(watchlist, compile_watchlists([watchlist]), stored)
    assert failure.message.startswith("“Putin tiba di Pyongyang” (https://example.org/a) must not match, but it scores")
    (problem,) = failed_examples([watchlist], stored)
    assert (problem.file, problem.line, problem.column) == ("w.yaml", 9, 7)
    (untried,) = untried_examples([watchlist], stored, reason="is not stored")
    assert untried.message == "this test was skipped: https://example.org/b is not stored."
    ignoring = make_watchlist(examples=watchlist.examples, ignored_outlets=("kompas",))
    assert run_examples(ignoring, compile_watchlists([ignoring]), stored) == [], "its outlet is known, and counts"


def test_filters_do_not_apply_to_examples() -> None:
    watchlist = make_watchlist(
        outlets=("Kompas",), languages=("en",), examples=(Example(title="Putin tiba di Pyongyang"),)
    )
    assert run_examples(watchlist, compile_watchlists([watchlist])) == []
