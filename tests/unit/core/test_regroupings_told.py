"""What a digest says of the grouping is held against what the recipient knows, never against a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.digests import build
from monitor.core.regroupings import Regroupings, kinship_of, places_now
from monitor.model.articles import ArticleId
from monitor.model.digests import Digest, MatchedArticle
from monitor.model.stories import Place, Story
from tests.factories import NOW, make_article, make_matched, make_recipient, make_slot, make_story

HOUR = timedelta(hours=1)
ONE, TWO, THREE = (make_article(title, id=id) for id, title in enumerate(("Satu", "Dua", "Tiga"), start=1))


def digest_of(*rows: MatchedArticle) -> Digest:
    """With news that have nothing to do with it, so that there is a mail to say it in."""
    news = make_matched(make_article("Kabar lain", id=999), story=None)
    digest = build(
        make_recipient(), make_slot(), [*rows, news], since=NOW, until=NOW, titles={"russia-north-korea": "R"}
    )
    assert digest is not None
    return digest


def at(story_id: int, event_id: int | None = None) -> Place:
    return Place(story_id=story_id, event_id=event_id or story_id)


def had(row_of: int, place: Place, *lineage: Story) -> MatchedArticle:
    article = (ONE, TWO, THREE)[row_of - 1]
    return make_matched(article, story=lineage[0], lineage=lineage, was_told=True, told_at=NOW, had_in=place)


def test_a_merger_older_than_the_digest_that_could_not_know_it_is_said_by_the_next() -> None:
    kept = make_story(ONE)
    went = make_story(TWO, merged_into=ONE.id, merged_at=NOW - 9 * HOUR)
    assert digest_of(had(1, at(1), kept), had(2, at(2), went, kept)).mergers == (("Dua", "Satu"),)
    assert digest_of(had(1, at(1), kept), had(2, at(1), went, kept)).mergers == ()


def test_a_parting_older_than_the_digest_that_could_not_know_it_is_said_by_the_next() -> None:
    left = make_story(ONE)
    parted = make_story(TWO, parted_from=ONE.id, parted_at=NOW - 9 * HOUR)
    assert digest_of(had(1, at(1), left), had(2, at(1), parted, left)).partings == (("Dua", "Satu"),)
    assert digest_of(had(1, at(1), left), had(2, at(2), parted, left)).partings == ()


def test_what_went_into_a_story_of_which_nothing_was_told_is_said_by_its_title() -> None:
    whole = make_story(ONE, title="tidak diberitakan")
    went = make_story(TWO, merged_into=ONE.id, merged_at=NOW - 9 * HOUR)
    assert digest_of(had(2, at(2), went, whole)).mergers == (("Dua", "tidak diberitakan"),)


def test_a_story_whose_event_another_story_now_stands_for_is_the_same_story() -> None:
    event, kept = make_story(ONE, merged_into=THREE.id, merged_at=NOW), make_story(THREE)
    own = make_story(TWO, event_id=ONE.id)
    digest = digest_of(had(2, at(2, 1), own, event, kept))
    assert (digest.mergers, digest.partings) == ((), ())


def test_what_no_longer_tells_the_same_event_is_said_to_be_parted() -> None:
    """The tie was taken away and left no time behind."""
    event, own = make_story(ONE), make_story(TWO)
    assert digest_of(had(1, at(1), event), had(2, at(2, 1), own, event)).partings == (("Dua", "Satu"),)


def test_what_was_parted_and_took_the_whole_in_again_is_no_change() -> None:
    first = make_story(ONE, parted_from=TWO.id, parted_at=NOW)
    left = make_story(TWO, merged_into=ONE.id, merged_at=NOW + HOUR)
    digest = digest_of(had(1, at(2), first, left), had(2, at(2), left, first))
    assert (digest.mergers, digest.partings) == ((), ())


@dataclass
class Newsroom:
    """Articles of which each is told at once, and stories that are merged and parted at any time or none."""

    stories: dict[int, Story]
    placed: dict[ArticleId, int]
    known: dict[ArticleId, Place]

    def root(self, of: int) -> int:
        while (into := self.stories[of].merged_into) is not None:
            of = into
        return of

    def together(self) -> set[tuple[ArticleId, ArticleId]]:
        return {(a, b) for a, b in combinations(sorted(self.placed), 2) if self._of(a) == self._of(b)}

    def _of(self, article_id: ArticleId) -> int:
        return self.root(self.placed[article_id])

    def merge(self, one: ArticleId, other: ArticleId, when: datetime) -> None:
        kept, gone = self._of(one), self._of(other)
        if kept != gone:
            self.stories[gone] = replace(self.stories[gone], merged_into=kept, merged_at=when)

    def part(self, one: ArticleId, when: datetime) -> None:
        of = self._of(one)
        if sum(self._of(other) == of for other in self.placed) > 1:
            new = replace(
                make_story(make_article(f"Berita {one}", id=one)),
                id=100 + len(self.stories),
                parted_from=of,
                parted_at=when,
            )
            self.stories[new.id] = new
            self.placed[one] = new.id

    def tell(self, when: datetime) -> Regroupings:
        rows = [
            make_matched(
                make_article(f"Berita {of}", id=of),
                story=self.stories[self._of(of)],
                lineage=(self.stories[placed], *(story for story in self.stories.values() if story.id != placed)),
                was_told=True,
                told_at=when,
                had_in=self.known[of],
            )
            for of, placed in self.placed.items()
        ]
        kinship = kinship_of(rows)
        self.known = places_now(rows, kinship)
        return Regroupings(rows, kinship)


TIMES = st.integers(min_value=-50, max_value=50).map(lambda hours: NOW + hours * HOUR)
IDS = st.integers(min_value=1, max_value=5)
Step = tuple[str, int, int, datetime]
STEPS = st.lists(st.tuples(st.sampled_from(["merge", "part"]), IDS, IDS, TIMES), max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(STEPS, TIMES), min_size=1, max_size=4))
def test_every_regrouping_is_said_once_whatever_its_time(days: list[tuple[list[Step], datetime]]) -> None:
    first = {of: make_story(make_article(f"Berita {of}", id=of)) for of in range(1, 6)}
    room = Newsroom(first, {of: of for of in first}, {of: at(of) for of in first})
    for steps, told_at in days:
        before = room.together()
        for step, one, other, when in steps:
            if step == "merge":
                room.merge(one, other, when)
            else:
                room.part(one, when)
        said, kinds = room.tell(told_at), {step for step, *_ in steps}
        met, lost = room.together() - before, before - room.together()
        assert said.mergers or not met
        assert said.partings or not lost
        if kinds != {"merge", "part"}:  # who goes to and fro in one period may end under another name
            assert (bool(said.mergers), bool(said.partings)) == (bool(met), bool(lost))
        again = room.tell(told_at)
        assert (again.mergers, again.partings) == ((), ())
