"""The judge between a store and the core: what it gathers, hands back, and takes back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.features import Gazetteer, gazetteer_of
from monitor.model.articles import Article, LedgerState, VerdictKind
from monitor.model.stories import Story
from monitor.model.watchlists import Score
from monitor.pipeline.judging import FEW, Judge, Judged, LookBack
from monitor.pipeline.memory import FREQUENCIES
from monitor.pipeline.scratch import ScratchStore
from tests.factories import NOW, make_article, make_watchlist
from tests.fakes import MemoryStore

HOUR = timedelta(hours=1)
VISIT = (
    "Kim Jong Un mengundang Presiden Vladimir Putin berkunjung ke Pyongyang setelah keduanya bertemu di Kosmodrom "
    "Vostochny pada Rabu malam. Juru bicara Kremlin membenarkan bahwa undangan itu diterima dengan senang hati, dan "
    "bahwa menteri luar negeri akan datang lebih dahulu pada bulan Oktober untuk menyiapkan kunjungan tersebut."
)
FLOOD = (
    "Banjir merendam ratusan rumah di Medan setelah hujan deras mengguyur sejak malam, dan petugas mengungsikan warga "
    "dengan perahu karet ke sekolah terdekat. Kepala badan penanggulangan bencana meminta penduduk di tepi sungai "
    "tetap waspada sebab hujan masih akan turun sampai akhir pekan menurut prakiraan cuaca setempat."
)

RETOLD = " ".join(reversed(VISIT.split()))
"""The same words, no shingle in common: another telling, not a copy."""


def about_putin(article: Article) -> tuple[Score, ...]:
    """A watchlist that matches what names Putin."""
    points = 60.0 if "Putin" in f"{article.title} {article.text}" else 10.0
    return (Score(watchlist="w", version="1", points=points, threshold=50.0, signals=(), is_gated=False),)


def page(title: str, text: str = VISIT, *, outlet: str = "Antara", hours: float = 0, **facts: object) -> Article:
    name = outlet.lower()
    return make_article(
        title,
        **{
            "text": text,
            "outlet": outlet,
            "feed_id": name,
            "host": f"{name}.example.org",
            "url": f"https://{name}.example.org/{title}/{hours}",
            "published_at": NOW + hours * HOUR,
            "first_seen_at": NOW + hours * HOUR,
            **facts,
        },
    )


class Bench:
    """A judge over a store, with the caller's part played."""

    def __init__(self, store: MemoryStore | ScratchStore | None = None, *, group: str = "matched") -> None:
        self.store = store or MemoryStore()
        self.group = group
        self.judge = self.new_judge()

    def new_judge(self) -> Judge:
        return Judge(self.store, self.store, score=about_putin, group=self.group)  # type: ignore[arg-type]

    async def keep(self, *articles: Article) -> Judged:
        judged = await self.judge.judge(articles, now=max(article.first_seen_at for article in articles))
        await self.store.commit_intake(judged.intake)
        self.judge.confirm()
        return judged

    async def restart(self, hours: float = 0) -> None:
        self.judge = self.new_judge()
        await self.judge.load(NOW + hours * HOUR)


def kinds(judged: Judged) -> list[VerdictKind]:
    return [outcome.verdict.kind for outcome in judged.outcomes]


async def test_a_copy_of_a_stored_article_is_found_and_joins_its_story() -> None:
    bench = Bench()
    first = page("Kim mengundang Putin")
    await bench.keep(first)
    judged = await bench.keep(page("Undangan bagi Putin", outlet="Kabar", hours=1))
    (copy,) = judged.intake.articles
    (verdict,) = judged.intake.verdicts
    assert (verdict.kind, verdict.of) == (VerdictKind.COPY, first.id)
    assert judged.story_ids == {copy.id: first.id}
    assert [story.size for story in judged.intake.stories] == [2]
    assert copy.id not in judged.intake.sketches
    assert {decision.stage for decision in judged.intake.decisions} == {"dedupe", "story"}


async def test_a_copy_follows_its_original_even_when_judged_before_it() -> None:
    bench = Bench()
    first, second = page("Kim mengundang Putin"), page("Undangan bagi Putin", outlet="Kabar", hours=1)
    judged = await bench.keep(second, first)
    assert kinds(judged) == [VerdictKind.COPY, VerdictKind.NEW]
    assert judged.story_ids == {first.id: first.id, second.id: first.id}
    assert len(judged.intake.stories) == 1
    assert judged.intake.stories[0].size == 2


async def test_only_what_matches_is_grouped_unless_all_is() -> None:
    for group, count in (("matched", 1), ("all", 2)):
        judged = await Bench(group=group).keep(page("Kim mengundang Putin"), page("Banjir di Medan", FLOOD, outlet="B"))
        assert len(judged.intake.joinings) == count
        assert len(judged.intake.articles) == 2
        assert len(judged.scores) == 2


async def test_what_is_known_is_not_stored_again_but_leaves_its_alias() -> None:
    bench = Bench()
    first = page("Kim mengundang Putin")
    await bench.keep(first)
    again = page("Kim mengundang Putin", hours=2)
    judged = await bench.keep(again)
    assert [outcome.state for outcome in judged.outcomes] == [LedgerState.KNOWN]
    assert (judged.intake.articles, judged.intake.verdicts, judged.intake.joinings) == ((), (), ())
    assert judged.intake.aliases == {again.url_key: first.id}


async def test_an_article_that_comes_to_match_by_a_revision_is_placed_then() -> None:
    bench = Bench()
    quiet = page("Undangan ke Pyongyang", FLOOD)
    assert not (await bench.keep(quiet)).intake.joinings
    judged = await bench.keep(replace(quiet, text=FLOOD + " Putin menyampaikan duka.", body_digest=7))
    assert kinds(judged) == [VerdictKind.REVISION]
    assert judged.scores[quiet.id][0].is_match
    assert judged.story_ids == {quiet.id: quiet.id}
    again = await bench.keep(replace(quiet, text=FLOOD + " Putin dan Kim menyampaikan duka.", body_digest=8))
    assert again.story_ids == {}


async def test_stored_articles_that_match_a_changed_watchlist_are_placed_once() -> None:
    bench = Bench()
    flood = page("Banjir di Medan", FLOOD)
    await bench.keep(flood)
    intake = await bench.judge.place([flood], now=NOW)
    bench.judge.confirm()
    assert [joining.article_id for joining in intake.joinings] == [flood.id]
    assert (await bench.judge.place([flood], now=NOW)).joinings == ()


async def test_a_batch_that_was_not_kept_leaves_nothing_behind() -> None:
    bench = Bench()
    await bench.keep(page("Kim mengundang Putin"))
    batch = (
        page("Putin diundang Kim", VISIT.replace("malam", "siang") + " " + FLOOD, outlet="Kabar", hours=1),
        page("Putin meninjau banjir di Medan", FLOOD, outlet="Metro", hours=1),
    )
    failed = await bench.judge.judge(batch, now=NOW + HOUR)
    assert failed.intake.joinings
    bench.judge.discard()
    tried_again = await bench.judge.judge(batch, now=NOW + HOUR)
    assert tried_again == failed


async def test_a_batch_begun_before_the_last_was_settled_is_refused() -> None:
    bench = Bench()
    await bench.judge.judge([page("Kim mengundang Putin")], now=NOW)
    with pytest.raises(RuntimeError, match="neither confirmed nor discarded"):
        await bench.judge.judge([page("Lain")], now=NOW)


async def test_stories_are_found_again_after_a_restart() -> None:
    bench = Bench()
    first = page("Kim mengundang Putin")
    await bench.keep(first)
    await bench.restart(2)
    judged = await bench.keep(page("Putin terima undangan", VISIT.replace("malam", "siang"), outlet="Kabar", hours=2))
    assert set(judged.story_ids.values()) == {first.id}


async def test_frequencies_that_cannot_be_read_are_left_aside() -> None:
    bench = Bench()
    await bench.keep(page("Kim mengundang Putin"))
    bench.store.artifacts[FREQUENCIES] = b"another format"  # type: ignore[union-attr]
    await bench.restart()
    assert (await bench.keep(page("Putin di Medan", FLOOD, hours=1))).intake.joinings


async def test_frequencies_are_kept_as_they_grow() -> None:
    bench = Bench(ScratchStore(), group="all")
    kept = 0
    for number in range(60):
        text = " ".join(f"kata{chr(97 + number % 26)}{chr(97 + place)}{number // 26}" for place in range(20))
        kept += (
            FREQUENCIES
            in (await bench.keep(page(f"Judul {chr(97 + number % 26)}", text, hours=number))).intake.artifacts
        )
    assert 20 <= kept < 50


async def test_stories_close_after_the_look_back() -> None:
    bench = Bench()
    await bench.keep(page("Kim mengundang Putin"))
    facts = {"text": RETOLD, "outlet": "Kabar", "hours": 0.5}
    soon = page("Putin diundang Kim", first_seen_at=NOW + HOUR, **facts)
    late = page("Putin diundang Kim lagi", first_seen_at=NOW + 800 * HOUR, **facts)
    assert not (await bench.judge.judge([soon], now=NOW + HOUR)).intake.joinings[0].is_first
    bench.judge.discard()
    assert (await bench.keep(late)).intake.joinings[0].is_first


async def test_a_late_copy_joins_its_originals_story_though_it_is_closed() -> None:
    bench = Bench()
    first = page("Kim mengundang Putin")
    await bench.keep(first)
    await bench.keep(page("Putin meninjau banjir", FLOOD, outlet="Metro", hours=1000))
    await bench.restart(1000)
    copy = page("Undangan bagi Putin", outlet="Kabar", hours=1001)
    judged = await bench.judge.judge([copy], now=copy.first_seen_at)
    assert judged.story_ids == {copy.id: first.id}
    assert judged.intake.stories[0].size == 2
    bench.judge.discard()
    assert await bench.judge.judge([copy], now=copy.first_seen_at) == judged


class Counting(MemoryStore):
    """Says how often all open stories were read."""

    def __init__(self) -> None:
        super().__init__()
        self.times_read = 0

    async def open_stories(self, *, since: datetime) -> list[Story]:
        self.times_read += 1
        return await super().open_stories(since=since)


async def test_a_late_copy_brings_back_one_story_and_reads_no_other() -> None:
    """Hostile feeds copy old articles all the time; all stories since then were most of the memory that was taken."""
    store = Counting()
    desk = Bench(store, group="all")
    original = page("Kim undang Putin", VISIT)
    await desk.keep(original, page("Banjir merendam Medan", FLOOD))
    await desk.restart()
    await desk.keep(page("Gempa mengguncang Palu", "Gempa bumi mengguncang Palu pada dini hari.", hours=24 * 40))
    before = store.times_read
    judged = await desk.keep(page("Kim undang Putin", VISIT, outlet="Kompas", hours=24 * 41))
    assert {joining.story_id for joining in judged.intake.joinings} == {original.id}
    assert store.times_read == before


async def test_an_article_of_a_closed_story_stays_there_when_it_changes() -> None:
    bench = Bench()
    first = page("Kim mengundang Putin")
    await bench.keep(first)
    await bench.keep(page("Undangan bagi Putin", outlet="Kabar", hours=1))
    await bench.keep(page("Putin meninjau banjir", FLOOD, outlet="Metro", hours=1000))
    await bench.restart(1000)
    changed = replace(first, text=VISIT + " Putin menyampaikan salam.", body_digest=9)
    judged = await bench.judge.judge([changed], now=NOW + 1001 * HOUR)
    assert kinds(judged) == [VerdictKind.REVISION]
    assert (judged.story_ids, judged.intake.stories) == ({}, ())
    bench.judge.discard()
    placing = await bench.judge.place([first], now=NOW + 1001 * HOUR)
    assert placing.stories == ()


async def test_a_replay_never_closes_a_story() -> None:
    store = ScratchStore()
    judge = Judge(store, store, score=about_putin, group="all", look_back=LookBack(stories=None))
    await judge.load(NOW)
    for article in (page("Kim mengundang Putin"), page("Banjir di Medan", FLOOD, hours=900)):
        await store.commit_intake((await judge.judge([article], now=article.first_seen_at)).intake)
        judge.confirm()
    back = page("Putin diundang Kim", VISIT.replace("malam", "siang"), outlet="Kabar", hours=1)
    assert not (await judge.judge([back], now=NOW)).intake.joinings[0].is_first


async def test_entries_of_one_page_in_one_batch_are_judged_each() -> None:
    bench = Bench()
    first = page("Kim mengundang Putin")
    twin = replace(first, title="Banjir di Medan", text=FLOOD, title_key=5, body_digest=6)
    judged = await bench.keep(first, twin)
    assert kinds(judged) == [VerdictKind.NEW, VerdictKind.NEW]
    assert len({article.id for article in judged.intake.articles}) == 2
    assert len(bench.store.articles) == 2


def test_the_gazetteer_knows_the_watchlists_spellings() -> None:
    gazetteer = gazetteer_of([make_watchlist()])
    assert gazetteer.actors("Putin tiba di Pyongyang") == {"russia", "north_korea"}


async def test_other_watchlists_hold_from_the_next_batch_on() -> None:
    bench = Bench()
    bench.judge.configure(lambda article: (), Gazetteer({}))
    assert not (await bench.keep(page("Kim mengundang Putin"))).intake.joinings


# Laws

TEXTS = (VISIT, VISIT.replace("malam", "siang"), FLOOD, VISIT + " " + FLOOD, FLOOD.replace("Medan", "Padang"))
streams = st.lists(st.tuples(st.sampled_from(TEXTS), st.integers(0, 3), st.booleans()), min_size=1, max_size=8).map(
    lambda drawn: [
        page(
            f"Putin dan kabar {chr(97 + at) * 5}",
            text,
            outlet=f"Outlet{at}",
            hours=at * gap * 6,
            url_key=None if lonely else at + 1,
        )
        for at, (text, gap, lonely) in enumerate(drawn)
    ]
)


async def outcomes_of(bench: Bench, articles: Sequence[Article], *, restarting: bool = False) -> list[object]:
    found: list[object] = []
    for article in articles:
        if restarting:
            await bench.restart()
        judged = await bench.keep(article)
        found += [(one.verdict.kind, one.verdict.of, one.target_id) for one in judged.outcomes]
        found += sorted(judged.story_ids.items())
    return found


@settings(max_examples=25, deadline=None)
@given(streams)
async def test_a_restart_before_every_batch_changes_nothing(articles: list[Article]) -> None:
    assert await outcomes_of(Bench(), articles, restarting=True) == await outcomes_of(Bench(), articles)


@settings(max_examples=25, deadline=None)
@given(streams)
async def test_the_scratch_store_judges_as_a_full_store_does(articles: list[Article]) -> None:
    assert await outcomes_of(Bench(ScratchStore()), articles) == await outcomes_of(Bench(MemoryStore()), articles)


@settings(max_examples=25, deadline=None)
@given(streams)
async def test_judging_a_stream_twice_stores_nothing_more(articles: list[Article]) -> None:
    bench = Bench(ScratchStore())
    await outcomes_of(bench, articles)
    count = len(bench.store.articles)
    stories: dict[int, Story] = dict(bench.store.stories)
    for article in articles:
        (outcome,) = (await bench.keep(article)).outcomes
        assert outcome.state in {LedgerState.KNOWN, LedgerState.REVISION} or article.url_key is None
    if all(article.url_key is not None for article in articles):
        assert len(bench.store.articles) == count
        assert bench.store.stories == stories


@pytest.mark.parametrize(
    ("count", "chars", "is_on_loop"), [(1, 300, True), (FEW, 300, True), (FEW + 1, 300, False), (1, 100_000, False)]
)
async def test_many_articles_or_long_ones_are_thought_over_beside_the_loop(
    count: int, chars: int, is_on_loop: bool
) -> None:
    bench, threads = Bench(), set[int]()

    def seen(article: Article) -> tuple[Score, ...]:
        threads.add(threading.get_ident())
        return about_putin(article)

    bench.judge.configure(seen, Gazetteer({}))
    text = (f"{VISIT} " * (chars // len(VISIT) + 1))[:chars]
    await bench.keep(*(page(f"Kim mengundang Putin {chr(97 + at) * 9}", text) for at in range(count)))
    assert (threads == {threading.get_ident()}) == is_on_loop


async def test_a_batch_cancelled_while_it_is_thought_over_leaves_nothing_behind() -> None:
    bench = Bench()
    begun, may_end = threading.Event(), threading.Event()

    def slow(article: Article) -> tuple[Score, ...]:
        begun.set()
        may_end.wait(10)
        return about_putin(article)

    batch = [page(f"Kim mengundang Putin {chr(97 + at) * 9}", outlet=f"Outlet{at}") for at in range(FEW + 1)]
    bench.judge.configure(slow, Gazetteer({}))
    task = asyncio.create_task(bench.judge.judge(batch, now=NOW))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.judge.configure(about_putin, Gazetteer({}))
    assert (await bench.keep(page("Kim mengundang Putin"))).intake.joinings[0].is_first
