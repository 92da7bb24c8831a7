from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.core.digests import (
    MAX_CHANGED,
    MAX_HTML_BYTES,
    build,
    delivery_id,
    shrink,
    told_pairs,
    told_states,
)
from monitor.model.articles import Article, ChangeKind, Revision, VerdictKind
from monitor.model.digests import Digest, Had, MatchedArticle, StoryState
from monitor.model.stories import Story
from tests.factories import (
    NOW,
    make_article,
    make_digest,
    make_match,
    make_matched,
    make_recipient,
    make_slot,
    make_story,
    make_verdict,
)

TITLES = {"russia-north-korea": "Russia–North Korea", "missiles": "Missiles"}


def build_for(
    *matched: MatchedArticle,
    since: datetime | None = NOW - timedelta(days=1),
    max_age: timedelta | None = None,
    **facts: Any,
) -> Digest | None:
    recipient = make_recipient(watchlists=("russia-north-korea", "missiles"), **facts)
    return build(recipient, make_slot(), matched, since=since, until=NOW, titles=TITLES, max_age=max_age)


def row(article: Article, points: float = 60.0, of: Article | None = None, **facts: Any) -> MatchedArticle:
    verdict = (
        make_verdict(article) if of is None else make_verdict(article, VerdictKind.COPY, of=of.id, similarity=0.97)
    )
    return make_matched(article, verdict=verdict, match=make_match(article, points=points), **facts)


def test_nothing_matched_is_nothing_to_say() -> None:
    assert build_for() is None


def test_articles_of_one_story_are_told_together_and_an_article_without_story_alone() -> None:
    antara, tempo = make_article(outlet="Antara"), make_article(outlet="Tempo")
    alone = make_article("Kereta Moskow–Pyongyang kembali berjalan")
    story = make_story(antara, size=2)
    digest = build_for(row(antara, story=story), row(tempo, story=story), row(alone, story=None))
    assert digest is not None
    assert sorted(len(found.tellings) for found in digest.stories) == [1, 2]
    assert {found.story_id for found in digest.stories} == {antara.id, alone.id}


def test_a_story_merged_into_another_is_told_as_that_one() -> None:
    one, two = make_article("Satu"), make_article("Dua")
    digest = build_for(
        row(one, story=make_story(one)), row(two, story=make_story(two, merged_into=one.id)), row(make_article("Tiga"))
    )
    assert digest is not None
    assert len(digest.stories) == 2


def test_that_two_stories_of_a_recipient_turned_out_to_be_one_is_said_once() -> None:
    kept, gone, news = make_article("Satu"), make_article("Dua"), make_article("Tiga")
    root = make_story(kept)
    told_at, merged_at = NOW - timedelta(hours=9), NOW - timedelta(hours=3)
    placed = make_story(gone, merged_into=kept.id, merged_at=merged_at)
    had = (
        row(kept, story=root, was_told=True, told_at=told_at),
        row(gone, story=root, lineage=(placed, root), was_told=True, told_at=told_at),
    )
    first = build_for(*had, row(news, story=None))
    assert first is not None
    assert first.mergers == (("Dua", "Satu"),)
    later = row(news, story=None, was_told=True, told_at=NOW - timedelta(hours=1))
    second = build_for(*had, later, row(make_article("Empat"), story=None))
    assert second is not None
    assert second.mergers == ()


def test_a_merger_of_which_a_recipient_had_only_the_older_story_is_not_said() -> None:
    kept, gone = make_article("Satu"), make_article("Dua")
    placed = make_story(gone, merged_into=kept.id, merged_at=NOW)
    had = row(kept, story=make_story(kept), was_told=True, told_at=NOW - timedelta(hours=9))
    digest = build_for(had, row(gone, story=make_story(kept), lineage=(placed, make_story(kept))))
    assert digest is not None
    assert digest.mergers == ()


def test_the_lead_is_the_best_original_even_when_a_copy_scores_higher() -> None:
    original = make_article(outlet="Antara")
    copy = make_article(outlet="Tempo", published_at=NOW - timedelta(hours=5))
    story = make_story(original)
    digest = build_for(row(original, 60, story=story), row(copy, 75, of=original, story=story))
    assert digest is not None
    (told,) = digest.stories
    assert told.lead.article == original
    assert told.points == 75
    assert [origin.name for origin in told.origins] == ["Antara"]
    assert told.outlets == ("Antara", "Tempo")


def test_copies_of_what_was_told_before_are_no_voice_and_one_outlets_reports_are_one() -> None:
    had = make_article(outlet="Antara", text="kalimat wartawan kami " * 30)
    first, second = (make_article(word, outlet="Suara", text=f"{word} " * 90) for word in ("pertama", "kedua"))
    story = make_story(had)
    reprints = [make_article(outlet=outlet, text=f"{outlet} memuat ulang " * 30) for outlet in ("Tempo", "Republika")]
    told = row(had, story=story, was_told=True)
    again = [row(reprint, of=had, story=story) for reprint in reprints]
    own = [row(first, story=story), row(second, story=story)]
    digest = build_for(told, *again, *own)
    assert digest is not None
    (found,) = digest.stories
    assert [(origin.name, len(origin.evidence)) for origin in found.origins] == [("Suara", 2)]
    assert (len(found.tellings), found.repeats) == (4, 2)


def test_the_lead_is_one_that_the_reader_can_read_where_it_comes_near_the_best() -> None:
    arabic, english, indonesian, weak = (
        make_article(f"Judul {language} {n}", language=language)
        for n, language in enumerate(("ar", "en-GB", "id", "id"))
    )
    story = make_story(arabic)
    rows = [row(arabic, 90, story=story), row(english, 80, story=story), row(weak, 60, story=story)]

    def lead(*rows: MatchedArticle, language: str) -> Article:
        digest = build_for(*rows, language=language)
        assert digest is not None
        return digest.stories[0].lead.article

    assert lead(*rows, language="id") == english
    assert lead(*rows, row(indonesian, 72, story=story), language="id") == indonesian
    assert lead(*rows, row(indonesian, 72, story=story), language="en") == english
    assert lead(rows[0], rows[2], language="id") == arabic


def test_a_developing_story_says_what_the_reader_had_last_in_the_words_of_then() -> None:
    first, second, news = make_article("Satu"), make_article("Dua, judul kini"), make_article("Tiga")
    story = make_story(first)
    then = Revision(
        article_id=second.id, seen_at=NOW, title="Dua, judul dulu", summary="", text="", body_digest=1, change=""
    )
    digest = build_for(
        row(first, 90, story=story, was_told=True, told_at=NOW - timedelta(days=3)),
        row(second, 60, story=story, was_told=True, told_at=NOW - timedelta(days=1), had=then, latest=then, state=1),
        row(news, story=story),
    )
    assert digest is not None
    assert digest.stories[0].had == Had(title="Dua, judul dulu", language="id", at=NOW - timedelta(days=1))
    fresh = build_for(row(news))
    assert fresh is not None
    assert fresh.stories[0].had is None


def test_an_outlet_that_told_the_story_twice_is_listed_once() -> None:
    first, second, other = make_article("A"), make_article("B"), make_article("C", outlet="Tempo")
    story = make_story(first)
    digest = build_for(row(first, 90, story=story), row(second, story=story), row(other, story=story))
    assert digest is not None
    assert digest.stories[0].outlets == ("Antara", "Tempo")
    assert len(digest.article_ids) == 3


def test_more_of_a_told_story_is_developing_and_says_how_much_was_told() -> None:
    told, more = make_article("Putin tiba"), make_article("Putin menandatangani perjanjian", outlet="Tempo")
    story = make_story(told)
    digest = build_for(row(told, story=story, was_told=True), row(more, story=story))
    assert digest is not None
    (found,) = digest.stories
    assert found.state is StoryState.DEVELOPING
    assert found.told_before == 1
    assert digest.article_ids == (more.id,)


def test_a_mere_reprint_of_a_told_story_makes_no_mail() -> None:
    told, reprint = make_article(), make_article(outlet="Tempo")
    story = make_story(told)
    assert build_for(row(told, story=story, was_told=True), row(reprint, of=told, story=story)) is None


def test_a_reprint_of_a_told_story_rides_as_a_line_after_the_news() -> None:
    told, reprint, news = make_article(), make_article(outlet="Tempo"), make_article("Kabar lain", outlet="Kompas")
    story = make_story(told)
    digest = build_for(row(told, story=story, was_told=True), row(reprint, 99, of=told, story=story), row(news, 51))
    assert digest is not None
    assert [(found.state, found.lead.article.outlet) for found in digest.stories] == [
        (StoryState.NEW, "Kompas"),
        (StoryState.CARRIED, "Tempo"),
    ]


def test_a_copy_of_a_copy_of_a_told_article_is_a_reprint_as_well() -> None:
    told, second, third = make_article(), make_article(outlet="Tempo"), make_article(outlet="Kompas")
    story = make_story(told)
    rows = (
        row(told, story=story, was_told=True),
        row(second, of=told, story=story),
        row(third, of=second, story=story),
    )
    assert build_for(*rows) is None


def test_two_copies_that_name_each_other_do_not_hang() -> None:
    one, two = make_article(outlet="Antara"), make_article(outlet="Tempo")
    story = make_story(one)
    digest = build_for(row(one, of=two, story=story), row(two, of=one, story=story))
    assert digest is not None
    assert len(digest.article_ids) == 2


def test_an_article_of_two_watchlists_is_told_once_and_counts_for_both() -> None:
    article = make_article()
    rows = (
        make_matched(article, match=make_match(article, points=60, threshold=50)),
        make_matched(article, match=make_match(article, watchlist="missiles", points=62, threshold=30)),
    )
    digest = build_for(*rows)
    assert digest is not None
    assert digest.article_ids == (article.id,)
    assert digest.stories[0].watchlist == "missiles"  # the larger margin over its threshold
    assert told_pairs(digest, rows) == (("missiles", article.id), ("russia-north-korea", article.id))
    assert build_for(rows[0], replace(rows[1], was_told=True)) is None


def test_stories_are_read_by_points_then_newest_first() -> None:
    old = make_article("Lama", published_at=NOW - timedelta(hours=9))
    new = make_article("Baru", published_at=NOW - timedelta(hours=1))
    best = make_article("Terbaik", published_at=NOW - timedelta(hours=20))
    digest = build_for(row(old, 60), row(new, 60), row(best, 80))
    assert digest is not None
    assert [found.lead.article.title for found in digest.stories] == ["Terbaik", "Baru", "Lama"]


def test_what_does_not_fit_is_counted_and_comes_next_time() -> None:
    rows = [row(make_article(f"Kabar {n}"), 50 + n) for n in range(5)]
    first = build_for(*rows, max_stories=3)
    assert first is not None
    assert first.rest == 2
    second = build_for(*told(rows, first), max_stories=3)
    assert second is not None
    assert [found.lead.article.title for found in second.stories] == ["Kabar 1", "Kabar 0"]


def test_what_was_old_at_first_sight_is_a_feeds_backlog_counted_but_not_told() -> None:
    backlog = make_article("Lama sekali", published_at=NOW - timedelta(days=9))
    news = make_article("Baru")
    digest = build_for(row(backlog, 99), row(news), max_age=timedelta(hours=24))
    assert digest is not None
    assert digest.article_ids == (news.id,)
    assert digest.held_back == 1
    assert build_for(row(backlog), max_age=timedelta(hours=24)) is None
    assert build_for(row(backlog), max_age=None) is not None


def test_after_an_outage_of_ours_older_news_is_told_all_the_same() -> None:
    missed = make_article("Terlewat", published_at=NOW - timedelta(days=2))
    digest = build_for(row(missed), since=NOW - timedelta(days=3), max_age=timedelta(hours=24))
    assert digest is not None
    assert digest.article_ids == (missed.id,)


def test_an_old_report_inside_a_story_with_news_is_told_with_it() -> None:
    old, new = make_article("Lama", published_at=NOW - timedelta(days=9)), make_article("Baru", outlet="Tempo")
    story = make_story(old)
    digest = build_for(row(old, story=story), row(new, story=story), max_age=timedelta(hours=24))
    assert digest is not None
    assert set(digest.article_ids) == {old.id, new.id}


def test_a_delivery_id_is_short_and_its_parts_cannot_be_confused() -> None:
    assert delivery_id("analyst", "2026-11-22T07:00", "smtp") == delivery_id("analyst", "2026-11-22T07:00", "smtp")
    ids = {delivery_id(r, s, c) for r in ("a", "ab") for s in ("first", "b") for c in ("smtp", "maildir")}
    assert len(ids) == 8
    assert all(len(found) == 21 and found.isalnum() for found in ids)


def changed_row(
    old_title: str = "Kim menerima undangan", title: str = "Kim menolak undangan", **facts: Any
) -> MatchedArticle:
    """An article told nine hours ago that has another title since three."""
    article = make_article(title, url=f"https://example.org/{old_title}", text="")
    states = [
        Revision(article_id=article.id, seen_at=NOW - timedelta(hours=at), title=of, summary="", text="", body_digest=n)
        for n, (at, of) in enumerate(((9, old_title), (facts.pop("hours", 3), title)))
    ]
    told = {"was_told": True, "told_at": NOW - timedelta(hours=8), "state": 4, "had": states[0], "latest": states[1]}
    return row(article, facts.pop("points", 60.0), **{**told, **facts})


def test_what_changed_since_it_was_told_rides_with_the_next_news() -> None:
    changed, news = changed_row(), row(make_article("Baru"))
    digest = build_for(changed, news)
    assert digest is not None
    (found,) = digest.changed
    assert [(one.kind, one.before, one.after) for one in found.changes] == [
        (ChangeKind.TITLE, "Kim menerima undangan", "Kim menolak undangan")
    ]
    assert (found.at, found.article) == (NOW - timedelta(hours=3), changed.article)
    assert digest.article_ids == (news.article.id,)
    assert told_states(digest, (changed, news)) == {changed.article.id: 4}


def test_a_change_alone_waits_a_day_before_it_makes_a_mail_and_a_correction_does_not_wait() -> None:
    assert build_for(changed_row(hours=23)) is None
    assert build_for(changed_row(hours=24)) is not None
    digest = build_for(changed_row(title="Ralat: Kim menolak undangan", hours=0))
    assert digest is not None
    assert digest.stories == ()
    assert [one.kind for one in digest.changed[0].changes] == [ChangeKind.CORRECTION, ChangeKind.TITLE]


def test_a_small_edit_is_not_told_and_its_state_not_noted() -> None:
    edited, news = changed_row("Kim menerima undangan", "Kim Menerima Undangan!"), row(make_article("Baru"))
    digest = build_for(edited, news)
    assert digest is not None
    assert digest.changed == ()
    assert told_states(digest, (edited, news)) == {}


def test_an_article_changed_before_it_is_told_is_told_as_it_is_now() -> None:
    late = row(make_article("Baru"), state=2)
    digest = build_for(late)
    assert digest is not None
    assert digest.changed == ()
    assert told_states(digest, (late,)) == {late.article.id: 2}


def test_corrections_come_first_and_changes_without_room_stay_untold_and_are_counted() -> None:
    rows = [changed_row(f"Kim menerima undangan {n}", points=50.0 + n) for n in range(MAX_CHANGED + 2)]
    ralat = changed_row("Lain", "Ralat: Lain", points=1.0)
    digest = build_for(*rows, ralat, row(make_article("Baru")))
    assert digest is not None
    assert digest.changed[0].article == ralat.article
    assert [one.article for one in digest.changed[1:3]] == [rows[-1].article, rows[-2].article]
    assert (len(digest.changed), digest.more_changed) == (MAX_CHANGED, 3)
    assert rows[0].article.id not in told_states(digest, rows)


def test_a_developing_story_whose_told_article_was_corrected_says_so_and_one_that_was_edited_does_not() -> None:
    for title, is_corrected in (("Ralat: Kim menerima undangan", True), ("Kim menolak undangan", False)):
        changed = changed_row(title=title)
        story = make_story(changed.article)
        digest = build_for(replace(changed, story=story), row(make_article("Baru"), story=story))
        assert digest is not None
        assert [found.is_corrected for found in digest.stories] == [is_corrected]


def test_an_article_of_two_watchlists_that_changed_is_said_once() -> None:
    changed = changed_row(hours=30)
    other = replace(changed, match=make_match(changed.article, watchlist="missiles"))
    digest = build_for(changed, other)
    assert digest is not None
    assert len(digest.changed) == 1


def test_shrinking_lets_changes_wait_when_nothing_else_is_left_to_go() -> None:
    digest = build_for(*(changed_row(f"Kim menerima undangan {n}", hours=30) for n in range(9)))
    assert digest is not None
    smaller = shrink(digest, html_bytes=MAX_HTML_BYTES * 2, wire_bytes=1)
    assert smaller is not None
    assert (len(smaller.changed), smaller.more_changed) == (4, 5)
    smallest = shrink(smaller, html_bytes=MAX_HTML_BYTES * 2, wire_bytes=1)
    assert smallest is not None
    assert (len(smallest.changed), smallest.more_changed) == (2, 7)


def told(rows: Sequence[MatchedArticle], digest: Digest) -> list[MatchedArticle]:
    """The rows as the store gives them after the digest was kept."""
    pairs = set(told_pairs(digest, rows))
    return [replace(r, was_told=r.was_told or (r.match.watchlist, r.article.id) in pairs) for r in rows]


@st.composite
def gathered(draw: st.DrawFn) -> list[MatchedArticle]:
    articles = [make_article(f"Kabar {n}", outlet=draw(st.sampled_from("ABC"))) for n in range(draw(st.integers(1, 9)))]
    stories: list[Story | None] = [None, *(make_story(article) for article in articles[:3])]
    rows = []
    for article in articles:
        of = draw(st.none() | st.sampled_from(articles))
        story = draw(st.sampled_from(stories))
        for watchlist in draw(st.sampled_from((("russia-north-korea",), ("russia-north-korea", "missiles")))):
            points = float(draw(st.integers(50, 60)))
            found = row(article, points, of=of, story=story, was_told=False)
            rows.append(replace(found, match=make_match(article, watchlist=watchlist, points=points)))
    return rows


@settings(max_examples=150, deadline=None)
@given(gathered(), st.integers(1, 4), st.integers(0, 9))
def test_no_article_is_told_twice_and_telling_goes_on_until_nothing_is_new(
    rows: list[MatchedArticle], max_stories: int, later: int
) -> None:
    seen: list[int] = []
    arrived, waiting = rows[: len(rows) - later], rows[len(rows) - later :]
    for _ in range(30):
        digest = build_for(*arrived, max_stories=max_stories)
        if digest is None and not waiting:
            break
        if digest is not None:
            seen.extend(digest.article_ids)
            assert len(digest.stories) <= max_stories
            arrived = told(arrived, digest)
        elif waiting:
            arrived, waiting = [*arrived, *waiting], []
    assert len(seen) == len(set(seen))
    assert build_for(*arrived, max_stories=max_stories) is None
    # Whatever was never told has the text of something told.
    originals = {r.verdict.of for r in arrived}
    for left in (r for r in arrived if r.article.id not in seen):
        assert left.verdict.kind is VerdictKind.COPY or left.article.id in originals


@settings(max_examples=150, deadline=None)
@example(179, 458, 457, 0)
@example(179, 458, 458, 0)
@given(st.integers(1, 200), st.integers(200, 9000), st.integers(50, 3000), st.integers(0, 20_000))
def test_shrinking_ends_and_loses_no_story_from_the_count(count: int, full: int, brief: int, frame: int) -> None:
    digest = make_digest(*(make_article(f"Kabar {n}") for n in range(count)))

    def html_bytes(d: Digest) -> int:
        return frame + sum(min(brief, full) if story.is_brief else full for story in d.stories)

    for _ in range(40):
        smaller = shrink(digest, html_bytes=html_bytes(digest), wire_bytes=html_bytes(digest))
        if smaller is None:
            break
        digest = smaller
        assert len(digest.stories) + digest.rest == count
        assert digest.stories
    assert smaller is None
    assert html_bytes(digest) <= MAX_HTML_BYTES or len(digest.stories) == 1


def test_a_digest_of_two_hundred_stories_keeps_a_dozen_in_full_before_titles_are_cut() -> None:
    digest = make_digest(*(make_article(f"Kabar {n}") for n in range(200)))
    smaller = shrink(digest, html_bytes=200 * 2000, wire_bytes=200 * 2400)
    assert smaller is not None
    assert sum(not story.is_brief for story in smaller.stories) == 12
    assert smaller.rest == 200 - len(smaller.stories) > 0
