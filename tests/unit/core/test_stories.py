"""Which story an article joins, and what keeps it out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.features import Frequencies, Gazetteer, features, shared_words, weighted
from monitor.core.open_stories import OpenStories
from monitor.core.stories import Assignment, Wording, assign, order_for_grouping
from monitor.core.story_lines import LINES
from monitor.model.articles import Article
from monitor.model.stories import Story
from tests.factories import NOW, make_article

DAY = timedelta(days=1)
NOBODY = Gazetteer({})

VISIT = (
    "Kim Jong Un mengundang Presiden Vladimir Putin berkunjung ke Pyongyang setelah pertemuan di Kosmodrom Vostochny. "
    * 2
)
VISIT_AGAIN = (
    "Undangan Kim Jong Un kepada Vladimir Putin untuk mengunjungi Pyongyang diterima di Kosmodrom Vostochny, Rusia. "
    * 2
)
FLOOD = (
    "Banjir merendam ratusan rumah warga di Medan setelah hujan deras mengguyur sejak malam, petugas mengungsikan. " * 2
)


class Desk:
    """Places articles one after the other, as the judge does."""

    def __init__(self, gazetteer: Gazetteer = NOBODY) -> None:
        self.gazetteer = gazetteer
        self.stories = OpenStories()
        self.frequencies = Frequencies()

    def place(self, article: Article, **facts: object) -> Assignment:
        read = features(article, self.gazetteer)
        placed = assign(article, read, stories=self.stories, frequencies=self.frequencies, now=NOW, **facts)  # type: ignore[arg-type]
        self.stories.keep(placed.story)
        if facts.get("copy_of") is None:
            self.frequencies.add(read.terms)
        return placed

    def restarted(self) -> Desk:
        """The same desk, rebuilt from what a store would hold."""
        again = Desk(self.gazetteer)
        again.stories = OpenStories([self.stories.get(story_id) for story_id in sorted(self.stories.ids())])
        again.frequencies = Frequencies.from_bytes(self.frequencies.to_bytes())
        return again


def visit(title: str = "Kim mengundang Putin", text: str = VISIT, **facts: object) -> Article:
    return make_article(title, **{"text": text, "url": f"https://example.org/{title}{facts}", **facts})


# Joining and opening


def test_the_first_article_opens_a_story_that_bears_its_id() -> None:
    first = visit()
    placed = Desk().place(first)
    assert placed.joining.is_first
    assert (placed.story.id, placed.story.lead_id, placed.story.title) == (first.id, first.id, first.title)
    assert (placed.story.first_at, placed.story.last_at, placed.story.mean_at) == (first.at,) * 3


def test_another_report_of_the_event_joins_and_says_why() -> None:
    desk, first = Desk(), visit()
    desk.place(first)
    placed = desk.place(visit("Putin diundang ke Pyongyang", VISIT_AGAIN, published_at=first.at + DAY / 2))
    assert placed.joining.story_id == first.id
    assert placed.story.size == 2
    assert placed.decision.outcome == "joined"
    assert placed.decision.other_id == first.id
    assert placed.decision.measure is not None
    assert placed.decision.measure >= LINES.join
    assert "decay 0.93" in placed.joining.reason
    assert {"vostochny", "pyongyang", "kosmodrom"} & set(str(placed.decision.features["shared"]).split(", "))


def test_another_event_opens_a_story_and_names_the_nearest() -> None:
    desk, first = Desk(), visit()
    desk.place(first)
    placed = desk.place(visit("Banjir di Medan", FLOOD))
    assert placed.joining.is_first
    assert placed.story.id != first.id


def test_time_parts_what_words_cannot() -> None:
    desk, first = Desk(), visit()
    desk.place(first)
    later = desk.place(visit("Putin diundang lagi", VISIT_AGAIN, published_at=first.at + 30 * DAY))
    assert later.joining.is_first
    assert "decay 0.01" in later.joining.reason


def test_the_times_of_a_story_follow_its_members_whatever_comes_first() -> None:
    desk, first = Desk(), visit()
    desk.place(first)
    placed = desk.place(visit("Putin diundang", VISIT_AGAIN, published_at=first.at - DAY))
    assert (placed.story.first_at, placed.story.last_at) == (first.at - DAY, first.at)
    assert placed.story.mean_at == first.at - DAY / 2
    assert placed.story.id == placed.story.lead_id == first.id


def test_a_copy_joins_its_original_at_once_and_adds_no_words() -> None:
    desk, first = Desk(), visit()
    opened = desk.place(first).story
    placed = desk.place(visit("Salinan", FLOOD, published_at=first.at + DAY), copy_of=first.id)
    assert placed.story.id == first.id
    assert placed.decision.level == "copy"
    assert placed.story.centroid == opened.centroid
    assert (placed.story.size, placed.story.last_at) == (2, first.at + DAY)


def test_a_copy_of_an_article_without_open_story_is_placed_by_its_own_words() -> None:
    assert Desk().place(visit(), copy_of=99).joining.is_first


def test_equal_stories_are_decided_for_the_older() -> None:
    desk = Desk()
    older, younger = visit("Satu", published_at=NOW - DAY), visit("Dua", published_at=NOW - DAY / 2)
    story = desk.place(older).story
    desk.stories.keep(replace(story, id=younger.id, lead_id=younger.id, first_at=younger.at, facts={}))
    placed = desk.place(visit("Tiga", published_at=NOW - DAY))
    assert placed.story.id == older.id


# Evidence besides words


def middling(desk: Desk, first: Article) -> tuple[Article, float]:
    """An article whose score with the first one's story lies between the wire line and the join line."""
    for days in range(1, 12):
        candidate = visit("Undangan ke Pyongyang", VISIT_AGAIN, published_at=first.at + days * DAY)
        tried = assign(
            candidate, features(candidate, NOBODY), stories=desk.stories, frequencies=desk.frequencies, now=NOW
        )
        score = tried.decision.measure
        if score is not None and LINES.join_wire <= score < LINES.join:
            return candidate, score
    raise AssertionError("no such day")


def test_shared_wire_text_lowers_the_line() -> None:
    desk, first = Desk(), visit()
    desk.place(first)
    candidate, score = middling(desk, first)
    read = features(candidate, NOBODY)
    plain = assign(candidate, read, stories=desk.stories, frequencies=desk.frequencies, now=NOW)
    little = assign(
        candidate,
        read,
        stories=desk.stories,
        frequencies=desk.frequencies,
        now=NOW,
        wordings=[Wording(article_id=first.id, containment=0.2)],
    )
    wired = desk.place(candidate, wordings=[Wording(article_id=first.id, containment=0.45)])
    assert plain.joining.is_first
    assert little.joining.is_first
    assert wired.story.id == first.id
    assert wired.decision.level == "wire"
    assert wired.joining.similarity == pytest.approx(score)
    assert "shared wire text 0.45" in wired.joining.reason


def test_a_bare_title_needs_more_than_a_text_does() -> None:
    desk, first = Desk(), visit()
    desk.place(first)
    placed = desk.place(visit("Kim mengundang Putin ke Pyongyang", ""))
    assert placed.decision.level in {"title", "none"}
    assert f"line {LINES.join_title_only:.2f}" in placed.joining.reason


def test_dates_in_the_leads_more_than_ten_days_apart_veto() -> None:
    desk = Desk()
    first = visit("Kim mengundang", f"Kamis (14 September). {VISIT}", published_at=None, first_seen_at=NOW)
    other = visit("Kim mengundang lagi", f"Rabu (19 Juni). {VISIT}", published_at=None, first_seen_at=NOW)
    near = visit("Kim tetap mengundang", f"Jumat (15 September). {VISIT}", published_at=None, first_seen_at=NOW)
    desk.place(first)
    assert desk.place(other).joining.is_first
    assert desk.place(near).story.id == first.id


def test_a_date_in_the_lead_within_the_decay_still_vetoes_a_dated_article() -> None:
    desk, at = Desk(), datetime(2024, 6, 20, tzinfo=UTC)
    desk.place(visit("Kim mengundang", f"Rabu (19 Juni). {VISIT}", published_at=at))
    vetoed = desk.place(visit("Kim mengundang lagi", f"Pada 5 Juli nanti. {VISIT}", published_at=at))
    assert vetoed.joining.is_first
    assert vetoed.decision.level == "veto"
    assert "16 days" in vetoed.joining.reason


@pytest.mark.parametrize(("one", "other"), [("Perang hari ke-2", "Perang hari ke-21"), ("Cuaca 8 Nov", "Cuaca 16 Nov")])
def test_titles_that_differ_in_digits_only_veto(one: str, other: str) -> None:
    desk = Desk()
    first = visit(one)
    desk.place(first)
    vetoed = desk.place(visit(other))
    assert vetoed.joining.is_first
    assert "with other numbers" in vetoed.joining.reason
    assert desk.place(visit(one, VISIT_AGAIN)).story.id == first.id


def test_disjoint_actors_veto_when_both_sides_have_two() -> None:
    frame = (
        "Presiden {} bertemu {} untuk membahas kerja sama militer, perdagangan dan pertukaran pelajar antarnegara. " * 2
    )
    gazetteer = Gazetteer({"Putin": "russia", "Kim Jong Un": "north_korea", "Prabowo": "indonesia", "Macron": "france"})
    desk = Desk(gazetteer)
    first = visit("Pertemuan puncak digelar", frame.format("Putin", "Kim Jong Un", "Putin", "Kim Jong Un"))
    desk.place(first)
    others = desk.place(visit("Pertemuan puncak lain", frame.format("Prabowo", "Macron", "Prabowo", "Macron")))
    one_known = desk.place(visit("Pertemuan puncak", frame.format("Putin", "tamunya", "Putin", "tamunya")))
    assert others.joining.is_first
    assert "actors" in others.joining.reason
    assert one_known.story.id == first.id


# The gazetteer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Presiden Putin tiba", {"russia"}),
        ("Computing", set()),
        ("pemimpin KIM JONG-UN", {"north_korea"}),
        ("в Северной Кореей", {"north_korea"}),
        ("북한이 발사했다", {"north_korea"}),
        ("朝鮮中央通信", {"kcna"}),
    ],
)
def test_actors_are_found_as_whole_words_or_inside_dense_scripts(text: str, found: set[str]) -> None:
    gazetteer = Gazetteer(
        {
            "Putin": "russia",
            "Kim Jong Un": "north_korea",
            "Северной Коре*": "north_korea",
            "북한": "north_korea",
            "朝鮮中央通信": "kcna",
            " ": "nothing",
        }
    )
    assert gazetteer.actors(text) == found


# Frequencies


def test_common_words_weigh_nothing_before_anything_was_seen() -> None:
    read = features(make_article("yang dan untuk vostochny", text=""), NOBODY)
    weights = weighted(read, Frequencies())
    assert float(weights @ weights) == pytest.approx(1.0)
    assert shared_words(read, weights * weights, limit=1) == ("vostochny",)


def test_what_stands_everywhere_comes_to_weigh_less() -> None:
    frequencies = Frequencies()
    read = features(make_article("vostochny", text=""), NOBODY)
    before = frequencies.weights(read.terms)
    for _ in range(3):
        frequencies.add(read.terms)
    assert (frequencies.weights(read.terms) < before).all()
    for _ in range(3):
        frequencies.remove(read.terms)
    assert (frequencies.weights(read.terms) == before).all()


def test_frequencies_survive_as_bytes() -> None:
    frequencies = Frequencies()
    for text in (VISIT, FLOOD):
        frequencies.add(features(visit(text=text), NOBODY).terms)
    again = Frequencies.from_bytes(frequencies.to_bytes())
    terms = features(visit(text=VISIT + FLOOD), NOBODY).terms
    assert again.documents == 2
    assert (again.weights(terms) == frequencies.weights(terms)).all()
    assert again.to_bytes() == frequencies.to_bytes()


@pytest.mark.parametrize("stored", [b"", b"df0", b"df1" + b"\0" * 8 + b"no zlib"])
def test_foreign_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="frequencies"):
        Frequencies.from_bytes(stored)


# Open stories


def test_a_kept_story_comes_back_as_it_was() -> None:
    desk = Desk()
    desk.place(visit())
    story = desk.place(visit("Putin diundang", VISIT_AGAIN)).story
    assert desk.stories.get(story.id) == story
    assert OpenStories([story]).get(story.id) == story


def test_old_stories_close_and_their_members_are_forgotten() -> None:
    desk, old = Desk(), visit(published_at=NOW - 9 * DAY)
    young = visit("Banjir di Medan", FLOOD, published_at=NOW)
    desk.place(old)
    desk.place(young)
    desk.stories.close(NOW - 7 * DAY)
    assert len(desk.stories) == 1
    assert desk.stories.story_of(old.id) is None
    assert desk.stories.story_of(young.id) == young.id
    assert desk.place(visit("Kim mengundang lagi", published_at=NOW - 9 * DAY)).joining.is_first


def test_a_story_that_drifted_and_closed_is_found_by_none_of_its_words() -> None:
    stories = OpenStories()
    story = Story(
        id=1, title="A", lead_id=1, first_at=NOW, last_at=NOW, mean_at=NOW, size=1, centroid={1: 0.6, 2: 0.6, 3: 0.5}
    )
    stories.keep(story)
    stories.keep(replace(story, centroid={7: 0.6, 8: 0.6, 9: 0.5}))
    terms, weights = np.array([1, 2, 3, 7, 8, 9]), np.full(6, 0.4)
    assert [near.story.id for near in stories.near(terms, weights)] == [1]
    assert stories.near(terms[:3], weights[:3]) == []
    stories.drop(1)
    assert stories.near(terms, weights) == []


def test_a_thousand_stories_find_the_right_one() -> None:
    stories = OpenStories()
    frequencies = Frequencies()
    made = []
    for number in range(1000):
        text = " ".join(
            f"{chr(97 + number // 40 % 26)}{chr(97 + number % 26)}kata{number}x{place}" for place in range(40)
        )
        article = make_article(f"Judul {number}", text=text)
        placed = assign(article, features(article, NOBODY), stories=stories, frequencies=frequencies, now=NOW)
        stories.keep(placed.story)
        made.append((article, placed.story.id))
    for article, story_id in made[::97]:
        read = features(article, NOBODY)
        assert stories.near(read.terms, weighted(read, frequencies))[0].story.id == story_id


# Laws

TOPICS = (
    VISIT,
    VISIT_AGAIN,
    FLOOD,
    FLOOD.replace("Medan", "Padang"),
    "Harga beras naik di pasar kota menurut pedagang. " * 4,
)
arrivals = st.lists(st.tuples(st.sampled_from(TOPICS), st.integers(0, 240), st.booleans()), min_size=1, max_size=9).map(
    lambda drawn: [
        visit(f"Kabar {chr(97 + at) * 4}", text, published_at=NOW + timedelta(hours=hours) if dated else None)
        for at, (text, hours, dated) in enumerate(drawn)
    ]
)


@settings(max_examples=30, deadline=None)
@given(arrivals, st.integers(0, 9))
def test_a_restart_changes_nothing(articles: list[Article], after: int) -> None:
    through, stopped = Desk(), Desk()
    for at, article in enumerate(articles):
        if at == after:
            stopped = stopped.restarted()
        assert stopped.place(article) == through.place(article)


@settings(max_examples=30, deadline=None)
@given(arrivals)
def test_every_story_accounts_for_its_members(articles: list[Article]) -> None:
    desk = Desk()
    placed = [desk.place(article) for article in articles]
    latest: dict[int, Story] = {one.story.id: one.story for one in placed}
    for story in latest.values():
        members = [one.joining.article_id for one in placed if one.joining.story_id == story.id]
        times = [article.at for article in articles if article.id in members]
        assert story.size == len(members)
        assert story.id in members
        assert (story.first_at, story.last_at) == (min(times), max(times))
        assert sum(weight * weight for weight in story.centroid.values()) == pytest.approx(1.0, abs=1e-3)
        assert list(story.centroid) == sorted(story.centroid)


# The seeds

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
SEED_TIMES = (
    datetime(2023, 9, 14, tzinfo=UTC),
    datetime(2024, 6, 15, tzinfo=UTC),
    datetime(2024, 6, 19, tzinfo=UTC),
    datetime(2023, 9, 14, 12, tzinfo=UTC),
    datetime(2023, 9, 14, tzinfo=UTC),
)
EVENTS = [{0, 3, 4}, {1}, {2}]


def seed_articles(is_dated: bool) -> list[Article]:
    found = []
    for at, path in enumerate(SEEDS):
        title, _, text = path.read_text("utf-8").strip().partition("\n")
        facts = {"published_at": SEED_TIMES[at] if is_dated else None, "first_seen_at": NOW}
        found.append(make_article(title, text=text.strip(), url=f"https://example.org/{at}", **facts))
    return found


def grouped(articles: Sequence[Article], order: Iterable[int]) -> list[set[int]]:
    desk, groups = Desk(), {}
    for at in order:
        groups.setdefault(desk.place(articles[at]).story.id, set()).add(at)
    return sorted(groups.values(), key=min)


@pytest.mark.skipif(len(SEEDS) != 5, reason="the five seeds are not beside the tests")
@pytest.mark.parametrize("is_dated", [True, False])
def test_the_seeds_group_by_event_in_all_120_orders(is_dated: bool) -> None:
    articles = seed_articles(is_dated)
    wrong = [order for order in itertools.permutations(range(5)) if grouped(articles, order) != EVENTS]
    assert wrong == []


def test_articles_with_a_known_time_are_placed_before_those_without() -> None:
    dateless = visit("Tanpa tanggal", published_at=None, first_seen_at=NOW - DAY)
    by_text = visit("Tanggal di teks", f"Rabu (19 Juni). {VISIT}", published_at=None, first_seen_at=NOW)
    dated = visit("Bertanggal", published_at=NOW - DAY / 2)
    ordered = sorted([dateless, by_text, dated], key=lambda one: order_for_grouping(one, features(one, NOBODY)))
    assert ordered == [dated, by_text, dateless]
