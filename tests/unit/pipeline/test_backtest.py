"""A backtest over a store: what an edit changes, the same every time, and the mail that the daemon would send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from monitor.core.scoring import compile_watchlists
from monitor.model.articles import Article, Verdict, VerdictKind
from monitor.model.backtests import Backtest, Mail, Reach
from monitor.model.commits import Intake
from monitor.model.digests import Digest, Message, Recipient, StoryState
from monitor.model.stories import Joining
from monitor.model.watchlists import Alias, AllOf, Mention, Rule, Term, Watchlist
from monitor.pipeline.backtest import Trial, backtest
from monitor.pipeline.budget import budget
from monitor.pipeline.compose import ComposeRules, compose
from monitor.pipeline.matches import as_match
from monitor.pipeline.trial_mail import TrialRules
from tests.factories import (
    NOW,
    make_article,
    make_entity,
    make_message,
    make_recipient,
    make_schedule,
    make_story,
    make_verdict,
    make_watchlist,
)
from tests.fakes import MemoryStore

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LIVE = make_watchlist()
RULES = ComposeRules(titles={}, look_back=7 * DAY, max_age=DAY)


class SmallRenderer:
    """Renders a digest as a tiny message, and counts them."""

    def __init__(self) -> None:
        self.rendered = 0

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        self.rendered += 1
        return make_message(message_id=f"<{delivery_id}@example.org>")


def news(title: str, hours_ago: float, **facts: Any) -> Article:
    at = NOW - hours_ago * HOUR
    return make_article(title, **{"first_seen_at": at, "published_at": at - HOUR, **facts})


async def stored(*articles: Article, stories: Sequence[Sequence[Article]] = (), **verdicts: Verdict) -> MemoryStore:
    store = MemoryStore()
    given = {verdict.article_id: verdict for verdict in verdicts.values()}
    await store.commit_intake(
        Intake(
            articles=articles,
            verdicts=tuple(given.get(article.id) or make_verdict(article) for article in articles),
            stories=tuple(make_story(members[0]) for members in stories),
            joinings=tuple(
                Joining(article_id=article.id, story_id=members[0].id, is_first=article is members[0])
                for members in stories
                for article in members
            ),
        )
    )
    return store


async def tried(store: MemoryStore, after: Watchlist, before: Watchlist | None = LIVE, **facts: Any) -> Backtest:
    page = facts.pop("page", 500)
    trial = Trial(
        **{"before": before, "after": after, "since": NOW - 30 * DAY, "until": NOW, "first_at": NOW - 60 * DAY, **facts}
    )
    return await backtest(
        trial, past=store, rules=TrialRules(compose=RULES, renderers={"maildir": SmallRenderer()}), page=page
    )


def with_names(watchlist: Watchlist, entity: str, *spellings: str) -> Watchlist:
    """The watchlist with these spellings for an entity."""
    return replace(
        watchlist, version="changed", entities={**watchlist.entities, entity: make_entity(entity, *spellings)}
    )


BOTH = news("Putin tiba di Pyongyang", 10)
KORUT = news("Rusia kirim gandum ke Korut", 9, text="Kapal Rusia tiba di pelabuhan Korut.")
BODY = news("Kapal tiba", 8, text="Kapal tiba. Rusia dan Korea Utara tidak berkomentar.")
OTHER = news("Harga beras naik", 7, text="Harga beras naik di Jakarta.")


async def test_an_unchanged_watchlist_changes_nothing() -> None:
    found = await tried(await stored(BOTH, KORUT, BODY, OTHER), LIVE)
    assert (found.shifts, found.stories_gained, found.stories_lost) == ((), 0, 0)
    assert found.before == found.after
    assert found.articles == 4


async def test_an_edit_gains_and_loses_exactly_what_it_should_with_the_reason() -> None:
    edited = with_names(LIVE, "north_korea", "Korut")
    found = await tried(await stored(BOTH, KORUT, BODY, OTHER), edited)
    assert [shift.title for shift in found.gained] == [KORUT.title]
    assert [shift.title for shift in found.lost] == [BOTH.title, BODY.title]
    assert found.gained[0].before is None
    assert found.gained[0].reasons[0].startswith("gate: ")
    assert found.gained[0].reasons[0].endswith("→ open")
    assert found.lost[0].after is None
    assert found.lost[0].reasons[0].startswith("gate: open → ")


async def test_points_are_those_of_the_scorer_before_and_after() -> None:
    edited = replace(LIVE, version="changed", profile={"tiba": 1.0})
    (before,) = compile_watchlists([LIVE]).score(BOTH)
    (after,) = compile_watchlists([edited]).score(BOTH)
    assert after.points >= before.points + 5
    (shift,) = (await tried(await stored(BOTH), edited)).moved
    assert (shift.before, shift.after) == (before.points, after.points)
    assert shift.reasons[0].startswith("profile 0 → +")


async def test_a_lower_threshold_says_that_it_was_the_threshold() -> None:
    (score,) = compile_watchlists([LIVE]).score(BODY)
    assert not score.is_gated
    found = await tried(
        await stored(BODY), replace(LIVE, threshold=score.points), replace(LIVE, threshold=score.points + 1)
    )
    (shift,) = found.gained
    assert shift.reasons == (f"threshold {score.points + 1:g} → {score.points:g}",)
    assert (shift.before, shift.after) == (score.points, score.points)


@pytest.mark.parametrize(("was", "now"), [(20.0, 60.0), (60.0, 20.0), (50.0, 50.0)])
async def test_scoring_once_for_two_thresholds_is_as_good_as_scoring_twice(was: float, now: float) -> None:
    """A rule that never fires makes two watchlists out of one whose points are the same."""
    before, after = (replace(LIVE, threshold=line, alert_threshold=70.0) for line in (was, now))
    store = await stored(BOTH, KORUT, BODY, OTHER, stories=[(BOTH, BODY)])
    never = Rule(name="never", when=Term(aliases=(Alias(text="zzzz"),)), points=1.0)
    readers = (make_recipient(),)
    once = await tried(store, after, before, readers=readers)
    assert once == await tried(store, replace(after, rules=(never,)), before, readers=readers)
    assert bool(once.shifts) == (was != now)


async def test_a_new_watchlist_stands_beside_nothing() -> None:
    found = await tried(await stored(BOTH, OTHER), LIVE, None)
    assert (found.before, found.after) == (None, Reach(articles=1, stories=1, alone=1))
    assert [shift.title for shift in found.gained] == [BOTH.title]


async def test_stories_are_counted_as_they_are_stored_and_what_is_in_none_counts_alone() -> None:
    again = news("Putin dan Kim Jong Un bertemu", 6)
    lone = news("Putin memuji Kim Jong Un", 5)
    store = await stored(BOTH, again, KORUT, lone, stories=[(BOTH, again, KORUT)])
    found = await tried(store, with_names(LIVE, "north_korea", "Korut", "Pyongyang", "Kim Jong Un"))
    assert found.before == Reach(articles=3, stories=2, alone=1)
    assert found.after == Reach(articles=4, stories=2, alone=1)
    assert (len(found.gained), found.stories_gained) == (1, 0)


async def test_only_what_was_first_seen_in_the_period_counts() -> None:
    early = news("Putin tiba di Pyongyang lagi", 24 * 31)
    found = await tried(await stored(BOTH, early, KORUT), LIVE, until=NOW - 9.5 * HOUR)
    assert (found.articles, found.after.articles) == (1, 1)


async def test_it_is_the_same_again_and_in_pages_of_any_size() -> None:
    articles = [news(f"Putin bicara soal Korut nomor {n}", n % 7, text="Rusia.") for n in range(23)]
    store = await stored(*articles, stories=[articles[:3], articles[5:9]])
    edited = replace(with_names(LIVE, "north_korea", "Korut"), threshold=0.0)
    readers = (make_recipient(), make_recipient("other", schedule=make_schedule(times=(60, 700))))
    whole = await tried(store, edited, readers=readers)
    assert whole.shifts
    for page in (1, 2, 7, 500):
        assert await tried(store, edited, readers=readers, page=page) == whole


def daily(count: int, *, per_day: int) -> list[Article]:
    """News of the topic, so many a day; the last of them at the end."""
    return [
        news(f"Putin dan Kim Jong Un, berita {n}", (count - n - 1) * 24 / per_day, id=n + 1, outlet=f"Outlet {n % 4}")
        for n in range(count)
    ]


def copies_within(stories: Sequence[Sequence[Article]]) -> dict[str, Verdict]:
    """Of each story every third article copies the one before."""
    return {
        f"of_{two.id}": make_verdict(two, VerdictKind.COPY, of=one.id, similarity=1.0)
        for members in stories
        for one, two in list(pairwise(members))[::3]
    }


async def mail_of_the_daemon(store: MemoryStore, reader: Recipient, *, since: datetime, until: datetime) -> Mail:
    """The digests of the live stage itself: matches stored as they are seen, composing at every hour."""
    scorer, seen = compile_watchlists([LIVE]), sorted(store.articles.values(), key=lambda one: one.first_seen_at)
    digests: list[Digest] = []
    now = since
    await compose([reader], store=store, renderers={"maildir": SmallRenderer()}, rules=RULES, now=now)
    assert store.slots[reader.id].told_until is None
    store.slots[reader.id] = replace(store.slots[reader.id], told_until=since)
    while now < until:
        now = min(now + HOUR, until)
        while seen and seen[0].first_seen_at <= now:
            article = seen.pop(0)
            matches = tuple(as_match(article.id, score, now=now) for score in scorer.matches(article))
            await store.commit_intake(Intake(matches=matches))
        report = await compose([reader], store=store, renderers={"maildir": SmallRenderer()}, rules=RULES, now=now)
        assert not report.failures
        digests += [plan.digest for plan in report.composed if plan.digest]
    return Mail(digests=len(digests), stories=sum(map(told, digests)))


def told(digest: Digest) -> int:
    return sum(story.state is not StoryState.CARRIED for story in digest.stories)


@pytest.mark.parametrize("times", [(7 * 60,), (7 * 60, 17 * 60), (0, 480, 960)])
@pytest.mark.parametrize(("room", "budget"), [(2, None), (35, None), (2, 1)])
async def test_mail_is_what_the_daemon_itself_would_have_sent(
    times: tuple[int, ...], room: int, budget: int | None
) -> None:
    """Stories that grow for days, copies of what was told, a backlog, and more than fits into one digest."""
    articles = daily(40, per_day=4)
    stories = [articles[0:12], articles[12:14], articles[20:39:2]]
    copies = copies_within(stories)
    backlog = news("Putin dan Kim Jong Un, berita lama", 30, published_at=NOW - 90 * DAY)
    reader = make_recipient(schedule=make_schedule(times=times), max_stories=room, stories_per_day=budget)
    since = NOW - 11 * DAY
    daemon = await mail_of_the_daemon(
        await stored(*articles, backlog, stories=stories, **copies), reader, since=since, until=NOW
    )
    found = await tried(
        await stored(*articles, backlog, stories=stories, **copies), LIVE, readers=(reader,), since=since
    )
    assert daemon.digests > 5
    assert [(one.recipient_id, one.before, one.after) for one in found.mail] == [(reader.id, daemon, daemon)]


async def test_a_reader_of_another_watchlist_gets_no_more_mails_for_one_more() -> None:
    """The other watchlist makes a mail every day anyway: only its stories are more."""
    entities = {"rice": make_entity("rice", "beras")}
    rice = make_watchlist(
        "rice", entities=entities, match=AllOf(children=(Mention(entity="rice"),)), sides=(), threshold=0.0
    )
    articles = [news(f"Harga beras hari {n}", n * 24 + 1, text="beras") for n in range(4)]
    store = await stored(BOTH, *articles)
    reader = make_recipient(watchlists=("rice",))
    taught = replace(reader, watchlists=("rice", LIVE.name))
    found = await tried(store, LIVE, None, readers=(taught,), beside=(rice,), is_supposed=True, since=NOW - 5 * DAY)
    (mail,) = found.mail
    assert (mail.before.digests, mail.before.stories) == (3, 3)
    assert (mail.after.digests, mail.after.stories) == (3, 4)


async def test_recipients_who_differ_in_nothing_get_the_same_mail_and_each_a_line() -> None:
    readers = (make_recipient("a"), make_recipient("b"), make_recipient("c", schedule=make_schedule(times=(60,))))
    found = await tried(await stored(*daily(6, per_day=2)), LIVE, readers=readers)
    assert [one.recipient_id for one in found.mail] == ["a", "b", "c"]
    assert found.mail[0].after == found.mail[1].after != Mail()


async def test_digests_that_an_edit_leaves_as_they_were_are_rendered_once() -> None:
    store, renderer = await stored(*daily(6, per_day=1)), SmallRenderer()
    trial = Trial(
        before=LIVE, after=replace(LIVE, version="changed", title={}), since=NOW - 9 * DAY, until=NOW,
        first_at=NOW - 9 * DAY, readers=(make_recipient(),),
    )  # fmt: skip
    found = await backtest(trial, past=store, rules=TrialRules(compose=RULES, renderers={"maildir": renderer}))
    assert found.mail[0].before == found.mail[0].after
    assert found.mail[0].before.digests == renderer.rendered > 3


async def test_what_was_told_long_ago_still_makes_a_copy_no_news() -> None:
    """The copy comes a fortnight after its original: on its own it makes no mail."""
    first = news("Putin tiba di Pyongyang", 24 * 15)
    copy = news("Putin tiba di Pyongyang", 1, outlet="Other")
    verdict = make_verdict(copy, VerdictKind.COPY, of=first.id, similarity=1.0)
    store = await stored(first, copy, stories=[(first, copy)], copy=verdict)
    found = await tried(store, LIVE, readers=(make_recipient(schedule=make_schedule(times=(0, 360, 720, 1080))),))
    assert found.mail[0].after == Mail(digests=1, stories=1)


async def test_copies_of_what_stands_in_no_story_are_told_with_it() -> None:
    """A new watchlist matches what was never grouped: the copy of a copy is no second story."""
    first, second, third = (
        news("Putin tiba di Pyongyang", hours, outlet=f"{hours}", id=hours) for hours in (30, 20, 2)
    )
    copies = {
        "second": make_verdict(second, VerdictKind.COPY, of=first.id),
        "third": make_verdict(third, VerdictKind.COPY, of=second.id),
    }
    found = await tried(await stored(first, second, third, **copies), LIVE, None, readers=(make_recipient(),))
    assert found.after == Reach(articles=3, stories=1, alone=1)
    assert found.mail[0].after == Mail(digests=1, stories=1)


async def test_a_budget_is_what_a_reader_at_the_end_of_each_day_is_told() -> None:
    """The budget's own account of a day against digests composed at its end."""
    articles = daily(60, per_day=6)
    stories = [articles[0:20], articles[21:24], articles[30:50:4]]
    copies = copies_within(stories)
    store = await stored(*articles, stories=stories, **copies)
    found = await budget(
        LIVE, stories_per_day=2.0, past=store, first_at=articles[0].first_seen_at, until=NOW, days=8, max_age=DAY
    )
    assert found.days == 8
    assert found.chosen.mean <= 2.0 < found.present.mean
    local = NOW.astimezone(RULES.zones("Asia/Jakarta"))
    reader = make_recipient(schedule=make_schedule(times=(local.hour * 60 + local.minute,)), max_stories=100)
    for threshold, volume in ((LIVE.threshold, found.present), (found.chosen.threshold, found.chosen)):
        at = replace(LIVE, threshold=threshold)
        mail = (await tried(store, at, None, readers=(reader,), since=NOW - 8 * DAY)).mail[0].after
        assert mail.stories == pytest.approx(volume.mean * 8)
