from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.digests import build
from monitor.core.preferences import Wanted, heard, less_often, seldom_due, seldom_period, standing, wanted
from monitor.core.schedules import next_slot
from monitor.model.articles import Article, VerdictKind
from monitor.model.digests import Digest, MatchedArticle, Schedule, StoryState
from monitor.model.preferences import Preference, PreferenceKind
from tests.factories import (
    NOW,
    make_article,
    make_match,
    make_matched,
    make_recipient,
    make_slot,
    make_story,
    make_verdict,
)

DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Jakarta")
READER = make_recipient(watchlists=("russia-north-korea", "asean"))


def asked(kind: str, target: str = "", **facts: Any) -> Preference:
    return Preference(**{"recipient_id": "analyst", "at": NOW, **facts}, kind=PreferenceKind(kind), target=target)


def row(article: Article, *, of: Article | None = None, **facts: Any) -> MatchedArticle:
    verdict = (
        make_verdict(article) if of is None else make_verdict(article, VerdictKind.COPY, of=of.id, similarity=0.97)
    )
    return make_matched(article, verdict=verdict, match=make_match(article), **facts)


def digest_of(*rows: MatchedArticle, wishes: Wanted) -> Digest | None:
    left = heard(rows, wishes, since=NOW - DAY)
    return build(
        wishes.recipient,
        make_slot(),
        left.rows,
        since=NOW - DAY,
        until=NOW,
        titles={},
        muted=left.muted,
        muted_outlets=wishes.muted_outlets,
    )


def test_of_many_words_the_last_one_of_each_kind_and_target_stands() -> None:
    words = [
        asked("unsubscribe", "asean", at=NOW + DAY, is_on=False),
        asked("unsubscribe", "asean"),
        asked("less-often", at=NOW + DAY),
        asked("less-often", recipient_id="desk", is_on=False),
    ]
    assert standing(words) == [words[2]]


def test_who_unsubscribed_from_one_watchlist_gets_the_others() -> None:
    assert wanted(READER, [asked("unsubscribe", "asean")]).recipient.watchlists == ("russia-north-korea",)


def test_who_unsubscribed_from_all_or_from_each_gets_nothing() -> None:
    each = [asked("unsubscribe", name) for name in READER.watchlists]
    assert wanted(READER, [asked("unsubscribe")]).is_nothing
    assert wanted(READER, each).is_nothing
    assert not wanted(READER, [asked("unsubscribe", recipient_id="desk")]).is_nothing
    assert not wanted(READER, [asked("unsubscribe", is_on=False)]).is_nothing


@pytest.mark.parametrize(
    ("usual", "thinned"),
    [
        ({"times": tuple(range(0, 1440, 60))}, {"times": (360,)}),
        ({"times": (60, 120)}, {"times": (60,)}),
        ({"times": (420,)}, {"times": (420,), "weekdays": (0,)}),
        ({"times": (420,), "weekdays": (1, 3)}, {"times": (420,), "weekdays": (1,)}),
        (
            {"times": (420,), "weekdays": (4,)},
            {"times": (420,), "weekdays": (4,), "monthdays": (1, 2, 3, 4, 5, 6, 7)},
        ),
        ({"times": (420,), "monthdays": (1, 15)}, {"times": (420,), "monthdays": (1,)}),
        ({"times": (420,), "monthdays": (15,)}, {"times": (420,), "monthdays": (15,)}),
    ],
)
def test_less_often_is_one_step_on_the_ladder(usual: Any, thinned: Any) -> None:
    assert less_often(Schedule(zone="Asia/Jakarta", **usual)) == Schedule(zone="Asia/Jakarta", **thinned)


schedules = st.builds(
    Schedule,
    zone=st.just("Asia/Jakarta"),
    times=st.sets(st.integers(0, 1439), min_size=1, max_size=4).map(lambda of: tuple(sorted(of))),
    weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda of: tuple(sorted(of))),
    monthdays=st.sets(st.integers(1, 28), max_size=10).map(lambda of: tuple(sorted(of))),
)


@settings(deadline=None, max_examples=40)
@given(schedules)
def test_a_thinned_schedule_has_only_times_of_the_usual_one_and_never_more(usual: Schedule) -> None:
    def slots(schedule: Schedule) -> list[str]:
        found = [next_slot(schedule, after=NOW, tz=ZONE)]
        while found[-1].at < NOW + 70 * DAY:
            found.append(next_slot(schedule, after=found[-1].at, tz=ZONE))
        return [slot.key for slot in found[:-1]]

    assert set(slots(less_often(usual))) <= set(slots(usual))


@settings(deadline=None)
@given(schedules)
def test_thinning_ends(usual: Schedule) -> None:
    for _ in range(4):
        usual = less_often(usual)
    assert less_often(usual) == usual


def test_all_less_often_thins_the_schedule_and_one_watchlist_less_often_only_that_one() -> None:
    everything, one = wanted(READER, [asked("less-often")]), wanted(READER, [asked("less-often", "asean")])
    assert (everything.recipient.schedule.weekdays, everything.seldom) == ((0,), ())
    assert (one.recipient.schedule, one.seldom) == (READER.schedule, ("asean",))


def test_a_seldom_watchlist_is_told_in_the_first_digest_after_its_time_even_when_that_one_is_late() -> None:
    wishes = wanted(READER, [asked("less-often", "asean")])
    monday = datetime(2026, 11, 23, tzinfo=UTC)  # seven in Jakarta

    def is_due(told_until: datetime | None, now: datetime) -> bool:
        return seldom_due(wishes, told_until=told_until, now=now, tz=ZONE)

    assert is_due(None, NOW)
    assert not is_due(monday - 2 * DAY, monday - DAY)
    assert is_due(monday - DAY, monday)
    assert is_due(monday - DAY, monday + 2 * DAY)
    assert not is_due(monday, monday + DAY)
    assert seldom_period(wishes, now=monday, tz=ZONE) == 7 * DAY
    assert date(2026, 11, 23).weekday() == 0


def test_a_muted_story_brings_nothing_new_and_is_counted() -> None:
    one, two, other = make_article("Satu"), make_article("Dua"), make_article("Tiga")
    story = make_story(one)
    wishes = wanted(READER, [asked("mute-story", str(story.id))])
    found = digest_of(row(one, story=story, was_told=True), row(two, story=story), row(other), wishes=wishes)
    assert found is not None
    assert ([told.lead.article for told in found.stories], found.muted) == ([other], 1)


def test_a_digest_of_muted_stories_alone_is_none() -> None:
    one = make_article("Satu")
    story = make_story(one)
    assert digest_of(row(one, story=story), wishes=wanted(READER, [asked("mute-story", str(story.id))])) is None


def test_a_muted_story_stays_muted_when_it_goes_into_another() -> None:
    one, two = make_article("Satu"), make_article("Dua")
    into = make_story(two)
    gone = make_story(one, merged_into=into.id)
    wishes = wanted(READER, [asked("mute-story", str(gone.id))])
    rows = (row(one, story=into, lineage=(gone, into), was_told=True), row(two, story=into, lineage=(into, gone)))
    assert digest_of(*rows, wishes=wishes) is None


def test_an_article_without_a_story_is_muted_by_its_own_id() -> None:
    alone = make_article("Satu")
    assert digest_of(row(alone, story=None), wishes=wanted(READER, [asked("mute-story", str(alone.id))])) is None


def test_news_of_a_muted_story_is_counted_once() -> None:
    one = make_article("Satu", first_seen_at=NOW - 2 * DAY)
    wishes = wanted(READER, [asked("mute-story", str(one.id))])
    assert heard([row(one, story=None)], wishes, since=NOW - DAY).muted == 0
    assert heard([row(one, story=None)], wishes, since=NOW - 3 * DAY).muted == 1


def test_a_muted_outlet_makes_no_story_alone_and_leads_none_in_whatever_case_it_is_written() -> None:
    loud = make_article("Satu", outlet="Antara")
    early, late = make_article("Dua", outlet="Antara"), make_article("Tiga", outlet="Tempo")
    story = make_story(early)
    wishes = wanted(READER, [asked("mute-outlet", "ANTARA")])
    found = digest_of(row(loud, story=None), row(early, story=story), row(late, story=story), wishes=wishes)
    assert found is not None
    (told,) = found.stories
    assert (told.lead.article, told.outlets, found.muted) == (late, ("Tempo", "Antara"), 1)


def test_what_only_a_muted_outlet_adds_makes_a_story_no_news() -> None:
    had, copy, more = make_article("Satu"), make_article("Satu", outlet="Tempo"), make_article("Dua", outlet="Kompas")
    story = make_story(had)
    other = make_article("Lain")
    rows = (row(had, story=story, was_told=True), row(copy, of=had, story=story), row(more, story=story), row(other))
    found = digest_of(*rows, wishes=wanted(READER, [asked("mute-outlet", "Kompas")]))
    assert found is not None
    states = {told.story_id: told.state for told in found.stories}
    assert states[story.id] is StoryState.CARRIED


def test_a_story_with_a_muted_outlet_is_as_it_was_for_other_readers() -> None:
    one = make_article("Satu", outlet="Antara")
    desk = make_recipient(id="desk", watchlists=READER.watchlists)
    assert digest_of(row(one), wishes=wanted(desk, [asked("mute-outlet", "Antara")])) is not None


def test_what_is_wanted_less_often_alerts_of_nothing() -> None:
    assert wanted(READER, []).alerting == READER.watchlists
    assert wanted(READER, [asked("less-often", "asean")]).alerting == ("russia-north-korea",)
    assert wanted(READER, [asked("less-often")]).alerting == ()
    assert wanted(READER, [asked("unsubscribe", "asean")]).alerting == ("russia-north-korea",)


OUTLETS = ("Antara", "Tempo", "Kompas")
ARTICLES = [make_article(f"Berita {n}", outlet=OUTLETS[n % 3]) for n in range(9)]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2), st.booleans()), unique_by=lambda one: one[0]),
    st.sets(st.integers(0, 2)),
    st.sets(st.sampled_from(OUTLETS)),
)
def test_whatever_is_muted_what_was_told_stays_and_nothing_new_of_it_is_heard(
    placed: list[tuple[int, int, bool]], muted: set[int], outlets: set[str]
) -> None:
    stories = [make_story(ARTICLES[n], id=100 + n) for n in range(3)]
    rows = [row(ARTICLES[of], story=stories[at], was_told=was_told) for of, at, was_told in placed]
    words = [asked("mute-story", str(100 + n)) for n in muted] + [asked("mute-outlet", name) for name in outlets]
    wishes = wanted(READER, words)
    found = heard(rows, wishes, since=None)
    assert [one for one in found.rows if one.was_told] == [one for one in rows if one.was_told]
    news = [one for one in found.rows if not one.was_told]
    assert all(one.story is not None and one.story.id - 100 not in muted for one in news)
    for story in stories:
        told_by = {one.article.outlet for one in news if one.story is story}
        assert not told_by or told_by - outlets, "a story that only muted outlets tell"
    left_out = {one.story.id for one in rows if not one.was_told and one not in found.rows and one.story is not None}
    assert found.muted == len(left_out)
    assert heard(found.rows, wishes, since=None).rows == found.rows
    digest = digest_of(*rows, wishes=wishes)
    told = digest.stories if digest is not None else ()
    assert all(one.lead.article.outlet not in outlets for one in told)
    assert {of.article.id for one in told for of in one.tellings} == {one.article.id for one in news}
