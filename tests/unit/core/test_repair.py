"""Open stories that turn out to be one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.features import Frequencies, Gazetteer, features
from monitor.core.open_stories import OpenStories, members_of
from monitor.core.repair import Merger, merge_by_hand, mergers
from monitor.core.stories import assign
from monitor.model.articles import Article
from monitor.model.stories import Story
from tests.factories import NOW, make_article

NOBODY = Gazetteer({})
VISIT = (
    "Presiden Rusia Vladimir Putin tiba di bandara Pyongyang pada Rabu dini hari dan disambut oleh Kim Jong Un. "
    "Kedua pemimpin menandatangani perjanjian kemitraan strategis, membahas pasokan amunisi, gandum dan pariwisata. "
    "Kremlin menyebut lawatan itu sebagai yang pertama dalam dua puluh empat tahun."
)
TROOPS = (
    "Badan intelijen Korea Selatan melaporkan ribuan prajurit dikirim ke wilayah Kursk untuk berlatih bersama brigade "
    "lintas udara. Parlemen di Seoul meminta penjelasan menteri pertahanan mengenai bukti foto satelit."
)


def story_of(article: Article) -> Story:
    read = features(article, NOBODY)
    placed = assign(article, read, stories=OpenStories(), frequencies=Frequencies(), now=NOW)
    return placed.story


def told(title: str, text: str, hours: float = 0.0, number: int = 0) -> Story:
    at = NOW + timedelta(hours=hours)
    url = f"https://example.org/{title}/{number}"
    return story_of(make_article(title, text=text, url=url, published_at=at, first_seen_at=at))


def found_in(*stories: Story) -> list[Merger]:
    return mergers(OpenStories(stories), now=NOW)


def test_two_stories_of_one_event_become_the_older_one_with_a_redirect_and_a_reason() -> None:
    older, younger = told("Putin tiba di Pyongyang", VISIT), told("Putin mendarat di Pyongyang", VISIT, hours=5)
    (merger,) = found_in(younger, older)
    assert merger.kept.id == older.id
    assert merger.kept.title == older.title
    assert merger.kept.size == 2
    assert set(members_of(merger.kept)) == {older.lead_id, younger.lead_id}
    assert (merger.kept.first_at, merger.kept.last_at) == (older.first_at, younger.last_at)
    assert merger.kept.first_at < merger.kept.mean_at < merger.kept.last_at
    assert merger.gone == replace(younger, merged_into=older.id, merged_at=NOW)
    assert merger.decision.other_id == older.id
    assert "each is the other's nearest" in str(merger.decision.features["reason"])


def test_two_events_stay_two() -> None:
    assert found_in(told("Putin tiba di Pyongyang", VISIT), told("Prajurit di Kursk", TROOPS)) == []


def test_days_in_the_texts_that_are_apart_keep_stories_apart() -> None:
    one = told("Putin tiba di Pyongyang", f"Pada 3 Juni 2026. {VISIT}")
    other = told("Putin mendarat di Pyongyang", f"Pada 9 Juni 2026. {VISIT}", hours=1)
    assert found_in(one, other) == []


def test_titles_that_differ_in_a_number_keep_stories_apart() -> None:
    one, other = told("Perang hari ke-2", VISIT), told("Perang hari ke-21", VISIT, hours=1)
    assert found_in(one, other) == []


def test_titles_that_name_others_keep_stories_apart() -> None:
    one = told("Kunjungan resmi di Bogor", VISIT.replace("Pyongyang", "Bogor"))
    other = told("Kunjungan resmi di Depok", VISIT.replace("Pyongyang", "Depok"), hours=1)
    assert found_in(one, other) == []


def test_a_week_apart_alike_stories_stay_apart() -> None:
    assert found_in(told("Putin tiba", VISIT), told("Putin mendarat", VISIT, hours=8 * 24)) == []


def test_of_three_alike_the_nearest_two_are_merged_first_and_the_third_by_the_next_call() -> None:
    stories = [
        told(f"Putin {word} di Pyongyang", VISIT, hours=at, number=at)
        for at, word in enumerate(("tiba", "mendarat", "hadir"))
    ]
    open_stories = OpenStories(stories)
    for left in (2, 1):
        for merger in mergers(open_stories, now=NOW):
            open_stories.drop(merger.gone.id)
            open_stories.keep(merger.kept)
        assert len(open_stories) == left
    assert mergers(open_stories, now=NOW) == []


def test_a_person_may_join_what_nothing_else_would() -> None:
    one, other = told("Putin tiba di Pyongyang", VISIT), told("Prajurit di Kursk", TROOPS, hours=1)
    merger = merge_by_hand(other, one, now=NOW)
    assert merger.kept.id == one.id
    assert merger.decision.level == "hand"
    assert "by hand" in str(merger.decision.features["reason"])


@settings(max_examples=20)
@given(st.permutations(range(4)))
def test_the_order_of_the_stories_changes_nothing(order: list[int]) -> None:
    stories = [
        told("Putin tiba di Pyongyang", VISIT),
        told("Putin mendarat di Pyongyang", VISIT, hours=1),
        told("Prajurit di Kursk", TROOPS),
        told("Prajurit terlihat di Kursk", TROOPS, hours=2),
    ]
    assert found_in(*(stories[at] for at in order)) == found_in(*stories)
