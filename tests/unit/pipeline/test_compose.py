from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.core.digests import MAX_HTML_BYTES, MAX_WIRE_BYTES, delivery_id
from monitor.errors import RenderError, StoreError
from monitor.model.articles import Article, Revision
from monitor.model.commits import Intake
from monitor.model.digests import DeliveryState, Digest, Heartbeat, Message, Recipient, Slot
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from monitor.model.preferences import Preference, PreferenceKind
from monitor.model.suspensions import Suspension
from monitor.pipeline.compose import ComposeReport, ComposeRules, compose, rehearse
from monitor.pipeline.surveying import Survey
from tests.factories import (
    NOW,
    make_article,
    make_feed_state,
    make_match,
    make_message,
    make_recipient,
    make_schedule,
    make_verdict,
)
from tests.fakes import MemoryStore

RULES = ComposeRules(
    titles={"russia-north-korea": {"en": "Russia–North Korea", "id": "Rusia–Korea Utara"}},
    look_back=timedelta(days=7),
    max_age=timedelta(hours=24),
)
FIRST = replace(RULES, is_first_due=True)
# The factories' schedule is seven in the morning in Jakarta, midnight UTC.
SEVEN = datetime.fromisoformat("2026-11-23T07:00:00+07:00")


class TitleRenderer:
    """Renders a digest as its titles, as large as told; fails for the recipients told."""

    def __init__(self, *, bytes_per_story: int = 100, failing: dict[str, Exception] | None = None) -> None:
        self.bytes_per_story = bytes_per_story
        self.failing = failing or {}
        self.rendered: list[Digest] = []

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        if (error := self.failing.get(digest.recipient.id)) is not None:
            raise error
        self.rendered.append(digest)
        size = sum(self.bytes_per_story // (3 if story.is_brief else 1) for story in digest.stories)
        titles = "\n".join(story.lead.article.title for story in digest.stories)
        return make_message(text=titles, html="x" * max(size, 1), message_id=f"<{delivery_id}@example.org>")


async def stored(*articles: Article, store: MemoryStore | None = None, **facts: Any) -> MemoryStore:
    store = store or MemoryStore()
    await store.commit_intake(
        Intake(
            articles=articles,
            verdicts=tuple(make_verdict(article) for article in articles),
            matches=tuple(make_match(article, **facts) for article in articles),
        )
    )
    return store


async def run(
    store: MemoryStore, *recipients: Recipient, now: datetime = NOW, rules: ComposeRules = RULES, renderer: Any = None
) -> ComposeReport:
    return await compose(
        recipients or (make_recipient(),),
        store=store,
        renderers={"maildir": renderer or TitleRenderer()},
        rules=rules,
        now=now,
    )


async def test_every_channel_of_a_recipient_gets_the_same_digest_as_a_delivery_of_its_own() -> None:
    store, (mails, calls) = await stored(make_article()), (TitleRenderer(), TitleRenderer())
    reader = make_recipient(channels=("smtp", "webhook:desk"))
    renderers = {"smtp": mails, "webhook:desk": calls}
    report = await compose([reader], store=store, renderers=renderers, rules=FIRST, now=NOW)
    assert mails.rendered == calls.rendered
    assert {one.id: one.channel for one in store.outbox.values()} == {
        delivery_id("analyst", "first", "smtp"): "smtp",
        delivery_id("analyst", "first", "webhook:desk"): "webhook:desk",
    }
    assert report.composed[0].deliveries == tuple(store.outbox.values())
    assert [one.message.message_id for one in store.outbox.values()] == [f"<{id}@example.org>" for id in store.outbox]


async def test_a_digest_is_as_large_as_the_narrowest_of_its_channels_carries() -> None:
    store = await stored(*(make_article(f"Kabar {n}", url=f"https://a.example/{n}") for n in range(60)))
    wide, narrow = TitleRenderer(bytes_per_story=10), TitleRenderer(bytes_per_story=4000)
    reader = make_recipient(channels=("wide", "narrow"), max_stories=100)
    report = await compose([reader], store=store, renderers={"wide": wide, "narrow": narrow}, rules=FIRST, now=NOW)
    assert wide.rendered[-1] == narrow.rendered[-1] == report.composed[0].digest
    assert narrow.rendered[-1].rest + sum(story.is_brief for story in narrow.rendered[-1].stories) > 0


async def test_what_is_no_mail_shortens_no_mail() -> None:
    class Calls(TitleRenderer):
        def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
            message = super().render(digest, delivery_id=delivery_id, composed_at=composed_at)
            return replace(message, html="", content=b"x" * 10 * MAX_WIRE_BYTES)

    store = await stored(*(make_article(f"Kabar {n}", url=f"https://a.example/{n}") for n in range(20)))
    reader = make_recipient(channels=("mail", "call"))
    renderers = {"mail": TitleRenderer(), "call": Calls()}
    report = await compose([reader], store=store, renderers=renderers, rules=FIRST, now=NOW)
    digest = report.composed[0].digest
    assert digest is not None
    assert (len(digest.stories), digest.rest, any(story.is_brief for story in digest.stories)) == (20, 0, False)


async def test_a_channel_that_nobody_renders_for_fails_the_recipient_and_tells_which() -> None:
    store = await stored(make_article())
    report = await run(store, make_recipient(channels=("maildir", "fax")), make_recipient("good"), rules=FIRST)
    ((who, why),) = report.failures
    assert who == "analyst"
    assert "'fax'" in why
    assert [one.recipient_id for one in store.outbox.values()] == ["good"]


async def test_a_new_recipient_waits_for_the_next_time_of_its_schedule() -> None:
    store = await stored(make_article())
    assert await run(store) == ComposeReport()
    assert store.slots["analyst"].slot == Slot(key="2026-11-23T07:00", at=SEVEN)
    assert store.outbox == {}


async def test_on_the_first_start_a_digest_is_due_at_once_whatever_the_age_of_the_seeds() -> None:
    seed = make_article(published_at=NOW - timedelta(days=800), feed_id="seeds")
    store = await stored(seed)
    report = await run(store, rules=FIRST)
    (delivery,) = store.outbox.values()
    assert [one.id for plan in report.composed for one in plan.deliveries] == [delivery.id]
    assert (delivery.slot_key, delivery.state, delivery.message.text) == ("first", DeliveryState.PENDING, seed.title)
    assert store.slots["analyst"].slot.key == "2026-11-23T07:00"
    assert set(store.told) == {("analyst", seed.id, "russia-north-korea")}


async def test_a_first_slot_waited_for_over_a_crash_is_still_the_first() -> None:
    store = await stored(make_article(published_at=NOW - timedelta(days=800), feed_id="seeds"))
    await store.set_digest_slot("analyst", Slot(key="first", at=NOW - timedelta(days=3)))
    report = await run(store)
    assert [plan.slot.key for plan in report.composed] == ["first"]


async def test_a_first_digest_waits_for_something_to_tell() -> None:
    store = MemoryStore()
    assert (await run(store, rules=FIRST)).composed == ()
    assert store.slots["analyst"].slot.key == "first"
    await stored(make_article(), store=store)
    report = await run(store, rules=FIRST, now=NOW + timedelta(minutes=1))
    assert [plan.slot.key for plan in report.composed] == ["first"]


async def test_a_first_digest_leaves_the_backlog_of_feeds_alone() -> None:
    store = await stored(make_article(published_at=NOW - timedelta(days=800)))
    assert (await run(store, rules=FIRST)).composed == ()


async def test_running_again_at_once_does_nothing() -> None:
    store = await stored(make_article())
    await run(store, rules=FIRST)
    before = store.commits
    assert await run(store, rules=FIRST) == ComposeReport()
    assert store.commits == before


async def test_what_came_after_one_digest_is_in_the_next_and_nothing_twice() -> None:
    store = await stored(make_article("Pertama"))
    await run(store, rules=FIRST)
    await stored(make_article("Kedua", first_seen_at=NOW + timedelta(hours=1)), store=store)
    await run(store, now=SEVEN)
    assert sorted(d.message.text for d in store.outbox.values()) == ["Kedua", "Pertama"]


async def test_nothing_to_say_is_no_mail_and_time_goes_on() -> None:
    store = MemoryStore()
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T07:00", at=NOW))
    report = await run(store)
    assert report.quiet == ("analyst",)
    assert store.outbox == {}
    assert store.slots["analyst"].slot.key == "2026-11-23T07:00"


async def quiet_reader(store: MemoryStore, days: float, reader: Recipient) -> ComposeReport:
    """The report of a slot that many days after NOW."""
    at = NOW + timedelta(days=days)
    await store.set_digest_slot(reader.id, Slot(key=f"slot-{days}", at=at))
    return await run(store, reader, now=at, rules=replace(RULES, survey=Survey(store, store)))


async def test_a_reader_who_wants_a_heartbeat_hears_after_a_week_that_there_was_nothing_and_that_feeds_are_polled() -> (
    None
):
    reader = make_recipient(heartbeat_after=timedelta(days=7))
    store = await stored(make_article(first_seen_at=NOW))
    bad = replace(make_feed_state("b").health, condition=Condition.FAILING)
    await store.sync_feeds([make_feed_state("a"), make_feed_state("b", health=bad)])
    await store.set_digest_slot(reader.id, Slot(key="told", at=NOW))
    assert len((await run(store, reader)).composed) == 1
    assert [len((await quiet_reader(store, day, reader)).composed) for day in (1, 3, 6)] == [0, 0, 0]
    (plan,) = (await quiet_reader(store, 7, reader)).composed
    assert plan.digest is not None
    assert plan.digest.heartbeat == Heartbeat(since=NOW, feeds=2, failing=1)
    assert plan.digest.stories == ()
    assert [len((await quiet_reader(store, day, reader)).composed) for day in (8, 13, 14)] == [0, 0, 1]


async def test_silence_is_kept_towards_whoever_did_not_ask_for_a_heartbeat_and_before_a_first_digest() -> None:
    store = MemoryStore()
    assert (await quiet_reader(store, 30, make_recipient())).composed == ()
    asking = make_recipient("other", heartbeat_after=timedelta(days=7))
    rules = replace(FIRST, survey=Survey(store, store))
    assert (await run(store, asking, rules=rules)).composed == ()


async def test_a_digest_holds_what_came_against_the_days_before() -> None:
    store = MemoryStore()
    for days in range(14):
        at = NOW - timedelta(days=days, hours=1)
        await stored(make_article(f"Kabar {days}", first_seen_at=at, published_at=at), store=store)
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T07:00", at=NOW))
    (plan,) = (await run(store, rules=replace(RULES, survey=Survey(store, store)))).composed
    assert plan.digest is not None
    assert plan.digest.volume is not None
    assert [day.stories for day in plan.digest.volume.days] == [None, *[1] * 13]
    assert (plan.digest.volume.stories, plan.digest.volume.usual) == (1, 1)


async def test_a_daemon_asleep_for_days_sends_one_digest_with_the_latest_slot() -> None:
    store = await stored(make_article(first_seen_at=NOW - timedelta(days=2)))
    await store.set_digest_slot("analyst", Slot(key="2026-11-19T07:00", at=NOW - timedelta(days=3)))
    report = await run(store)
    assert [plan.slot.key for plan in report.composed] == ["2026-11-22T07:00"]
    assert len(store.outbox) == 1


async def test_a_monthly_reader_gets_what_is_older_than_the_look_back() -> None:
    store = MemoryStore()
    monthly = make_recipient(schedule=make_schedule(monthdays=(22,)))
    await stored(make_article("Pertama", first_seen_at=NOW - timedelta(days=31), published_at=None), store=store)
    await run(store, monthly, now=NOW - timedelta(days=31), rules=FIRST)
    await stored(make_article(first_seen_at=NOW - timedelta(days=20), published_at=None), store=store)
    report = await run(store, monthly, now=NOW)
    assert len(report.composed) == 1


async def test_a_changed_schedule_moves_the_slot_that_was_planned() -> None:
    store = MemoryStore()
    await store.set_digest_slot("analyst", Slot(key="2026-11-30T07:00", at=NOW + timedelta(days=8)))
    await run(store)
    assert store.slots["analyst"].slot == Slot(key="2026-11-23T07:00", at=SEVEN)


async def test_a_wall_time_already_told_in_another_zone_is_passed_over_and_loses_nothing() -> None:
    store = await stored(make_article("Pertama"))
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T07:00", at=NOW - timedelta(hours=7)))
    await run(store)
    await stored(make_article("Kedua", first_seen_at=NOW), store=store)
    moved = make_recipient(schedule=make_schedule(zone="Europe/Berlin"))
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T07:00", at=NOW - timedelta(hours=1)))
    report = await run(store, moved)
    assert report.composed == ()
    assert store.slots["analyst"].slot.key == "2026-11-23T07:00"
    report = await run(store, moved, now=NOW + timedelta(days=1))
    assert [one.message.text for plan in report.composed for one in plan.deliveries] == ["Kedua"]


@pytest.mark.parametrize("error", [RenderError("no catalogue"), KeyError("bug"), StoreError("locked")])
async def test_a_recipient_that_fails_is_reported_and_the_others_get_their_digests(error: Exception) -> None:
    store = await stored(make_article())
    renderer = TitleRenderer(failing={"bad": error})
    report = await run(store, make_recipient("bad"), make_recipient("good"), rules=FIRST, renderer=renderer)
    assert [plan.recipient.id for plan in report.composed] == ["good"]
    ((failed, reason),) = report.failures
    assert failed == "bad"
    assert str(error) in reason
    assert "bad" not in store.slots
    recovered = await run(store, make_recipient("bad"), rules=FIRST)
    assert [plan.recipient.id for plan in recovered.composed] == ["bad"]


async def test_a_store_that_refuses_the_commit_leaves_everything_to_be_told() -> None:
    store = await stored(make_article())
    store.refusals = [StoreError("disk full")]
    report = await run(store, rules=FIRST)
    assert report.failures == (("analyst", "disk full"),)
    assert (store.outbox, store.told) == ({}, {})
    assert len((await run(store, rules=FIRST)).composed) == 1


async def test_a_rehearsal_says_what_would_be_sent_and_keeps_nothing() -> None:
    store = await stored(make_article())
    before = store.commits
    report = await rehearse(
        (make_recipient(),), store=store, renderers={"maildir": TitleRenderer()}, rules=FIRST, now=NOW
    )
    assert [one.message.text for plan in report.composed for one in plan.deliveries] == ["Putin tiba di Pyongyang"]
    assert (
        await rehearse((make_recipient(),), store=store, renderers={"maildir": TitleRenderer()}, rules=RULES, now=NOW)
        == ComposeReport()
    )
    assert (store.commits, store.outbox, store.slots) == (before, {}, {})


async def test_a_digest_too_large_for_one_mail_is_made_smaller_until_it_fits_and_the_rest_comes_next_time() -> None:
    articles = [make_article(f"Kabar {n}", first_seen_at=NOW) for n in range(300)]
    store = await stored(*articles)
    reader = make_recipient(max_stories=300)
    renderer = TitleRenderer(bytes_per_story=2000)
    report = await run(store, reader, rules=FIRST, renderer=renderer)
    (plan,) = report.composed
    assert plan.digest is not None
    (message,) = (delivery.message for delivery in plan.deliveries)
    assert len(message.html) <= MAX_HTML_BYTES
    told = {article_id for _, article_id, _ in store.told}
    assert len(told) == len(plan.digest.stories) == 300 - plan.digest.rest
    for day in range(1, 7):
        await run(store, reader, now=SEVEN + timedelta(days=day - 1), rules=RULES, renderer=renderer)
    assert {article_id for _, article_id, _ in store.told} == {article.id for article in articles}


async def test_the_real_renderer_keeps_two_hundred_stories_within_the_budget() -> None:
    store = await stored(*(make_article(f"Kabar tentang 북한 {n}" * 4, first_seen_at=NOW) for n in range(200)))
    renderer = EmailRenderer("monitor@example.org")
    report = await run(store, make_recipient(max_stories=200), rules=FIRST, renderer=renderer)
    (plan,) = report.composed
    (message,) = (delivery.message for delivery in plan.deliveries)
    assert len(message.html.encode()) <= MAX_HTML_BYTES
    assert len(message.content) <= MAX_WIRE_BYTES
    assert plan.digest is not None
    assert plan.digest.rest > 0
    assert str(plan.digest.rest) in message.text


# --- a reading budget -----------------------------------------------------------------------------------------------

TWICE = make_schedule(times=(7 * 60, 17 * 60))


async def in_full(store: MemoryStore, reader: Recipient, now: str, *articles: Article) -> list[int]:
    """How many of a digest's stories are told in full and how many as titles, at a time in Jakarta."""
    await stored(*articles, store=store)
    (plan,) = (await run(store, reader, now=datetime.fromisoformat(f"{now}+07:00"))).composed
    assert plan.digest is not None
    assert {of for _, of in plan.told} == {article.id for article in articles}
    return [sum(story.is_above_budget is above for story in plan.digest.stories) for above in (False, True)]


async def test_a_days_budget_holds_over_its_digests_and_comes_anew_at_midnight_in_the_readers_zone() -> None:
    store, reader = MemoryStore(), make_recipient(schedule=TWICE, stories_per_day=5)
    await store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))

    def seen(count: int, at: str) -> list[Article]:
        when = datetime.fromisoformat(f"{at}+07:00")
        return [make_article(f"Kabar {at} {n}", first_seen_at=when, published_at=when) for n in range(count)]

    assert await in_full(store, reader, "2026-11-23T07:00", *seen(3, "2026-11-23T06:00")) == [3, 0]
    assert await in_full(store, reader, "2026-11-23T17:00", *seen(4, "2026-11-23T16:00")) == [2, 2]
    # The evening's digest is late, past midnight: it is read on the next day.
    assert await in_full(store, reader, "2026-11-24T07:00", *seen(4, "2026-11-23T23:00")) == [4, 0]
    assert await in_full(store, reader, "2026-11-25T00:10", *seen(9, "2026-11-24T18:00")) == [5, 4]
    assert await in_full(store, reader, "2026-11-25T07:00", *seen(1, "2026-11-25T06:00")) == [0, 1]


async def test_a_budget_moved_to_another_zone_counts_the_day_of_that_zone() -> None:
    store = MemoryStore()
    await store.set_digest_slot("analyst", Slot(key="2026-11-23T07:00", at=SEVEN))
    first = make_article("Pagi", first_seen_at=NOW)
    assert await in_full(store, make_recipient(stories_per_day=1), "2026-11-23T07:00", first) == [1, 0]
    # Seven in Jakarta was the evening before in New York: there the day has its place still.
    moved = make_recipient(schedule=make_schedule(zone="America/New_York", times=(8 * 60,)), stories_per_day=1)
    later = datetime.fromisoformat("2026-11-23T20:00+07:00")
    await store.set_digest_slot("analyst", Slot(key="2026-11-23T08:00", at=later))
    second = make_article("Malam", first_seen_at=later, published_at=later)
    assert await in_full(store, moved, "2026-11-23T20:00", second) == [1, 0]


# --- what changed since it was told --------------------------------------------------------------------------------


def revision(article: Article, title: str, hours: int) -> Revision:
    seen_at = NOW + timedelta(hours=hours)
    return Revision(
        article_id=article.id,
        seen_at=seen_at,
        title=title,
        summary="",
        text=article.text,
        body_digest=hours,
        feed_id=article.feed_id,
    )


async def test_a_correction_is_told_once_to_each_who_had_the_article_and_never_again() -> None:
    had = make_article("Kim menerima undangan")
    store = await stored(had)
    renderer = TitleRenderer()
    await run(store, rules=FIRST)
    await store.commit_intake(Intake(revisions=(revision(had, "Ralat: Kim menolak undangan", 2),)))
    await store.set_digest_slot("newcomer", Slot(key="2026-11-23T07:00", at=SEVEN))
    report = await run(store, make_recipient(), make_recipient("newcomer"), now=SEVEN, renderer=renderer)
    assert [(plan.recipient.id, plan.states) for plan in report.composed] == [
        ("analyst", {had.id: 1}),
        ("newcomer", {had.id: 1}),
    ]
    assert [[one.article.id for one in digest.changed] for digest in renderer.rendered] == [[had.id], []]
    assert [[story.lead.article.title for story in digest.stories] for digest in renderer.rendered] == [
        [],
        ["Ralat: Kim menolak undangan"],
    ]
    tomorrow = await run(store, make_recipient(), make_recipient("newcomer"), now=SEVEN + timedelta(days=1))
    assert tomorrow.quiet == ("analyst", "newcomer")


async def test_a_change_whose_digest_could_not_be_kept_is_told_by_the_next() -> None:
    had = make_article("Kim menerima undangan")
    store = await stored(had)
    await run(store, rules=FIRST)
    await store.commit_intake(Intake(revisions=(revision(had, "Ralat: Kim menolak undangan", 2),)))
    store.refusals = [StoreError("disk full")]
    assert (await run(store, now=SEVEN)).failures == (("analyst", "disk full"),)
    (plan,) = (await run(store, now=SEVEN)).composed
    assert plan.states == {had.id: 1}


# --- notices about feeds ------------------------------------------------------------------------------------------

OUTLETS = replace(FIRST, outlets={"antara-dunia": "ANTARA", "tass-en": "TASS"})
OPERATOR = make_recipient(is_operator=True)
DAY = timedelta(days=1)


def outage(feed_id: str = "antara-dunia", at: datetime = NOW - timedelta(hours=2), **facts: Any) -> Notice:
    named = {"feed_id": feed_id, "kind": NoticeKind.OUTAGE, "at": at, "condition": Condition.GONE}
    return Notice(**{**named, **facts})


async def told_in(renderer: TitleRenderer) -> list[list[tuple[str, str]]]:
    return [[(notice.outlet, notice.kind.value) for notice in digest.notices] for digest in renderer.rendered]


async def test_an_operator_is_told_of_an_outage_once_and_of_its_end_once_with_the_news_of_the_day() -> None:
    store, renderer = await stored(make_article("Pertama")), TitleRenderer()
    await store.commit_intake(Intake(notices=(outage(),)))
    await run(store, OPERATOR, rules=OUTLETS, renderer=renderer)
    await stored(make_article("Kedua", first_seen_at=NOW + timedelta(hours=1)), store=store)
    await run(store, OPERATOR, rules=OUTLETS, renderer=renderer, now=SEVEN)
    ended = outage(kind=NoticeKind.RECOVERY, at=SEVEN + timedelta(hours=1), from_at=NOW - timedelta(hours=2))
    await stored(make_article("Ketiga", first_seen_at=SEVEN + timedelta(hours=1)), store=store)
    await store.commit_intake(Intake(notices=(ended,)))
    await run(store, OPERATOR, rules=OUTLETS, renderer=renderer, now=SEVEN + DAY)
    assert await told_in(renderer) == [[("ANTARA", "outage")], [], [("ANTARA", "recovery")]]


async def test_whoever_is_no_operator_is_told_of_no_feed() -> None:
    store, renderer = await stored(make_article()), TitleRenderer()
    await store.commit_intake(Intake(notices=(outage(),)))
    await run(store, rules=OUTLETS, renderer=renderer)
    assert await told_in(renderer) == [[]]
    assert store.slots["analyst"].told_notice is None


async def test_notices_wait_for_news_a_day_and_then_go_on_their_own() -> None:
    store, renderer = MemoryStore(), TitleRenderer()
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T14:00", at=NOW))
    await store.commit_intake(Intake(notices=(outage(),)))
    report = await run(store, OPERATOR, rules=OUTLETS, renderer=renderer)
    assert (report.quiet, renderer.rendered) == (("analyst",), [])
    assert store.slots["analyst"].told_notice is None
    report = await run(store, OPERATOR, rules=OUTLETS, renderer=renderer, now=SEVEN)
    assert report.quiet == ("analyst",)
    report = await run(store, OPERATOR, rules=OUTLETS, renderer=renderer, now=SEVEN + DAY)
    assert [plan.slot.key for plan in report.composed] == ["2026-11-24T07:00"]
    assert await told_in(renderer) == [[("ANTARA", "outage")]]
    assert renderer.rendered[0].stories == ()
    report = await run(store, OPERATOR, rules=OUTLETS, renderer=renderer, now=SEVEN + 2 * DAY)
    assert (report.composed, report.quiet) == ((), ("analyst",))


async def test_a_digest_that_was_not_kept_has_told_nothing() -> None:
    store, renderer = await stored(make_article()), TitleRenderer()
    await store.commit_intake(Intake(notices=(outage(),)))
    store.refusals.append(StoreError("disk full"))
    assert (await run(store, OPERATOR, rules=OUTLETS, renderer=renderer)).failures
    assert (await rehearse([OPERATOR], store=store, renderers={"maildir": renderer}, rules=OUTLETS, now=NOW)).composed
    await run(store, OPERATOR, rules=OUTLETS, renderer=renderer)
    assert await told_in(renderer) == [[("ANTARA", "outage")]] * 3
    assert store.slots["analyst"].told_notice == 1


async def test_of_very_many_notices_the_first_are_listed_and_the_rest_counted() -> None:
    store, renderer = await stored(make_article()), TitleRenderer()
    names = {f"f{n:02}": f"Outlet {n}" for n in range(50)}
    await store.commit_intake(Intake(notices=tuple(outage(name) for name in names)))
    await run(store, OPERATOR, rules=replace(OUTLETS, outlets=names), renderer=renderer)
    (digest,) = renderer.rendered
    assert (len(digest.notices), digest.more_notices) == (20, 30)
    assert store.slots["analyst"].told_notice == 50


async def test_notices_that_are_too_large_for_a_mail_are_counted_and_the_mail_still_fits() -> None:
    store = await stored(make_article())
    long = "https://example.org/" + "北" * 280
    await store.commit_intake(
        Intake(notices=tuple(outage(f"f{n}", detail="한" * 400, address=long) for n in range(60)))
    )
    outlets = {f"f{n}": "통신" * 40 for n in range(60)}
    report = await run(
        store,
        OPERATOR,
        rules=replace(OUTLETS, outlets=outlets),
        renderer=EmailRenderer("monitor@example.org"),
    )
    (plan,) = report.composed
    assert plan.digest is not None
    (message,) = (delivery.message for delivery in plan.deliveries)
    assert len(message.content) <= MAX_WIRE_BYTES
    assert (len(plan.digest.stories), len(plan.digest.notices) + plan.digest.more_notices) == (1, 60)
    assert f"+{plan.digest.more_notices} more notices" in message.text


def asked(kind: str, target: str = "", **facts: Any) -> Preference:
    return Preference(**{"recipient_id": "analyst", "at": NOW, **facts}, kind=PreferenceKind(kind), target=target)


async def test_who_unsubscribed_gets_nothing_and_nothing_counts_as_told_until_the_word_is_taken_back() -> None:
    store = await stored(make_article("Satu"))
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T07:00", at=NOW - timedelta(hours=1)))
    await store.keep_preference(asked("unsubscribe"))
    report = await run(store)
    assert (report.quiet, store.outbox, store.told) == (("analyst",), {}, {})
    assert store.slots["analyst"].slot.key == "2026-11-23T07:00"
    await store.keep_preference(asked("unsubscribe", is_on=False, at=NOW + timedelta(hours=1)))
    assert [plan.slot.key for plan in (await run(store, now=SEVEN)).composed] == ["2026-11-23T07:00"]
    assert [delivery.message.text for delivery in store.outbox.values()] == ["Satu"]


async def test_a_first_digest_is_kept_for_who_unsubscribed_before_it() -> None:
    store = await stored(make_article("Satu"))
    await store.keep_preference(asked("unsubscribe"))
    assert (await run(store, rules=FIRST)).composed == ()
    assert store.slots["analyst"].slot.key == "first"


async def test_who_asked_for_all_less_often_waits_for_the_thinned_time() -> None:
    store = await stored(make_article("Satu"))
    await store.set_digest_slot("analyst", Slot(key="2026-11-24T07:00", at=SEVEN + timedelta(days=1)))
    await store.keep_preference(asked("less-often"))
    assert (await run(store, now=SEVEN + timedelta(hours=1))).composed == ()
    assert store.slots["analyst"].slot.key == "2026-11-30T07:00"


async def test_a_watchlist_less_often_is_left_out_of_six_digests_and_loses_nothing() -> None:
    reader = make_recipient(watchlists=("russia-north-korea", "asean"))
    store = await stored(make_article("Lama", first_seen_at=NOW - timedelta(days=9)), watchlist="asean")
    for name in ("russia-north-korea", "asean"):
        early = NOW - timedelta(days=5)
        await stored(make_article(name, published_at=early, first_seen_at=early), store=store, watchlist=name)
    sunday, week_before = SEVEN - timedelta(days=1), SEVEN - timedelta(days=13)
    await store.keep_preference(asked("less-often", "asean"))
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T07:00", at=sunday))
    store.slots["analyst"] = replace(store.slots["analyst"], told_until=week_before + timedelta(days=7))
    rules = replace(RULES, max_age=None)
    await run(store, reader, now=sunday, rules=rules)
    assert [told.message.text for told in store.outbox.values()] == ["russia-north-korea"]
    await run(store, reader, now=SEVEN, rules=rules)
    assert [told.message.text for told in store.outbox.values()][1:] == ["Lama\nasean"]


async def test_a_dry_run_obeys_the_readers_words_as_well() -> None:
    store = await stored(make_article("Satu"))
    await store.keep_preference(asked("unsubscribe"))
    report = await rehearse(
        [make_recipient()], store=store, renderers={"maildir": TitleRenderer()}, rules=FIRST, now=NOW
    )
    assert (report.composed, report.quiet) == ((), ("analyst",))


async def test_for_whom_no_mail_reaches_nothing_is_composed_until_somebody_lifts_it_and_nothing_is_lost() -> None:
    store = await stored(make_article("one"))
    suspension = Suspension(
        recipient_id="analyst", channel="maildir", address="analyst@example.org", at=NOW, reason="550 no such user"
    )
    store.suspended["analyst", "maildir"] = suspension
    assert await run(store, rules=FIRST) == ComposeReport()
    moved = make_recipient(address="analyst.two@example.org")
    assert len((await run(await stored(make_article("two")), moved, rules=FIRST)).composed) == 1
    await store.lift_suspensions("analyst", at=NOW)
    (plan,) = (await run(store, rules=FIRST)).composed
    assert [story.lead.article.title for story in plan.digest.stories] == ["one"]


async def test_an_operator_is_told_of_a_suspension_whatever_feeds_there_are() -> None:
    store = await stored(make_article("one"))
    notice = Notice(
        feed_id="editor", kind=NoticeKind.SUSPENSION, at=NOW, address="editor@example.org", detail="550 5.1.1"
    )
    store._keep_notices([notice])
    (plan,) = (await run(store, make_recipient(is_operator=True), rules=FIRST)).composed
    assert [told.feed_id for told in plan.digest.notices] == ["editor"]


async def test_a_suspension_goes_out_with_the_next_digest_though_there_is_no_news() -> None:
    store, operator = await stored(), make_recipient(is_operator=True)
    await store.set_digest_slot("analyst", Slot(key="2026-11-22T14:00", at=NOW))
    store._keep_notices([Notice(feed_id="editor", kind=NoticeKind.SUSPENSION, at=NOW, address="editor@example.org")])
    (plan,) = (await run(store, operator)).composed
    assert (len(plan.digest.stories), len(plan.digest.notices)) == (0, 1)
