"""Stories that belong together: one event in several languages, and what goes on over weeks.

Owns: whether a new story is linked to an earlier one, and the evidence for it. Refuses: merging (linked stories keep
their own articles and ids), and translation: between languages only what reads alike in all of them counts, which is
the watchlists' entities, quantities, and days.

- **Same event, another language**: within `event_days`, most entities in common, and something that stands in few
  stories: a quantity, a day that is not that of publication, two title names in the same script that the watchlist does
  not know, or two entities that are rare among the open stories beside two that are not. Of reports within
  `fresh_days`, also a small number that one title and the other's opening hold, or titles that name the same three
  entities, one of which few titles name.
- **Storyline**: within `storyline_days`, entities in common, and wording alike without conflict (in one language).

After the research report's level 3; with a watchlist about two countries both are in every story, so that shared
entities alone say nothing and each link must name more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Literal

from monitor.core.gists import unmentioned
from monitor.core.lead_dates import LeadDate
from monitor.core.open_stories import COMMON_MARK, OpenStories
from monitor.core.story_pairs import actors_of, covered, days_between, likeness
from monitor.model.articles import Decision
from monitor.model.stories import Gist, Story, StoryId

VERSION = "storylines-4"

_COUNTRIES = (
    "afgha afric afrik ameri arab argen asean asia asian austr bangl belan belar belgi brasi brazi brita briti "
    "bruss camer canad chile china chine cina colom cuba czech denma egypt emira engla eropa ethio europ filip "
    "finla franc gaza germa greec hamas hong hunga india indon inggr irak iran irani iraq irela islam israe itali "
    "italy japan jepan jerma jorda kambo kanad korea kuwai laos latvi leban libya lithu londo malay meksi mesir "
    "mexic moldo mongo moroc mosco moskw myanm nato neder nethe niger norwe pakis pales paris phili pilip polan "
    "portu pranc qatar roman rusia russi saudi serbi singa spain spany sudan surya swedi swiss syria taiwa thail "
    "tiong tokyo tunis turke turki ukrai unite vatik venez vietn washi yaman yemen zimba"
)
COUNTRIES = frozenset(_COUNTRIES.split())
"""Beginnings of the names of countries, their people and unions in Latin letters: half of all news names one in its
title, so that a shared one ties no two reports. Beside the names that the watchlists know, among them the shipped
table of countries where one takes it (55 of these): a list of its own, so that no edit of that file regroups news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLines:
    """The numbers of linking; `entities`, days and `likeness` are the research report's (§5, level 3)."""

    entities: int = 2
    event_days: float = 3.0
    overlap: float = 0.5
    """Share of the smaller set of entities that the larger holds, weighed by rarity."""
    rare_alone: int = 2
    """So many rare entities, beside `entities` that are not rare, tie two stories where nothing else does: one is a
    topic, such as labour or sport."""
    rare: float = 0.2
    """An entity in at most this share of the open stories tells something; of fewer than five stories none is rare."""
    names_alone: int = 2
    """So many shared names of titles tie two stories where nothing else does: one may be a minister's of every day."""
    fresh_days: float = 1.5
    """Reports of one event come within a day or so; evidence that is weaker holds for those only."""
    title_entities: int = 3
    """Two are the sides of any report on a relation; the third says what it is about."""
    rare_in_titles: float = 0.34
    storyline_days: float = 30.0
    likeness: float = 0.25


LINES = LinkLines()

LinkKind = Literal["event", "storyline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What ties a story to an earlier one, with printable evidence."""

    kind: LinkKind
    to: Story
    strength: float
    evidence: tuple[str, ...]

    @property
    def reason(self) -> str:
        """One printable line."""
        what = "the same event in another language as" if self.kind == "event" else "continues"
        return f"{what} story “{self.to.title}”: {'; '.join(self.evidence)}"


def links(
    story: Story,
    stories: OpenStories,
    *,
    cosines: Mapping[StoryId, float],
    known_names: frozenset[str] = frozenset(),
    lines: LinkLines = LINES,
) -> list[Link]:
    """The strongest link of each kind between a story and earlier ones, the event's first.

    Looked at are stories that share a mark (a quantity, a day, a title name, an entity that few stories name) and
    those in like wording: what can be linked at all, at a cost that does not grow with the number of stories.

    Args:
        stories: The open stories, this one among them.
        cosines: Story → its cosine with `story`, for those in like wording; others have none.
        known_names: Stems of the names that the watchlists know: shared by nearly all stories, they tell nothing.
    """
    spread = _Spread(stories)
    began = (story.first_at, story.id)
    near = {of: stories.head(of) for of in cosines if of != story.id}
    found: dict[LinkKind, Link] = {}
    for other in {one.id: one for one in (*near.values(), *stories.sharing(story))}.values():
        if (other.first_at, other.id) >= began:
            continue
        link = _event(story, other, spread, known_names, lines) or _storyline(story, other, cosines, lines)
        if link is None:
            continue
        best = found.get(link.kind)
        if best is None or (link.strength, -link.to.id) > (best.strength, -best.to.id):
            found[link.kind] = link
    return sorted(found.values(), key=lambda link: link.kind)


def with_links(story: Story, found: Sequence[Link]) -> Story:
    """The story in the storyline and the event of those that it is linked to."""
    for link in found:
        if link.kind == "event":
            story = replace(story, event_id=link.to.event_id or link.to.id)
        # What tells the same event goes on with the same storyline; a link of its own wording is the nearer one.
        if link.kind == "storyline" or story.storyline_id is None:
            story = replace(story, storyline_id=link.to.storyline_id or link.to.id)
    return story


def decision_of(story: Story, link: Link, now: datetime) -> Decision:
    """Why a story is linked, for the record."""
    return Decision(
        article_id=story.lead_id,
        stage="story",
        outcome="linked",
        level=link.kind,
        other_id=link.to.id,
        measure=min(link.strength, 1.0),
        features={"reason": link.reason},
        version=VERSION,
        at=now,
    )


class _Spread:
    """In how many of the stories each entity stands."""

    def __init__(self, stories: OpenStories) -> None:
        self._stories = stories

    def weight(self, entities: Iterable[str]) -> float:
        return sum(math.log(1 + len(self._stories) / self._stories.naming(entity)) for entity in entities)

    def is_rare_in_titles(self, entity: str, lines: LinkLines) -> bool:
        count = len(self._stories)
        return count >= 5 and self._stories.titled(entity) <= min(lines.rare_in_titles * count, COMMON_MARK)

    def is_rare(self, entity: str, lines: LinkLines) -> bool:
        count = len(self._stories)
        return count >= 5 and self._stories.naming(entity) <= min(lines.rare * count, COMMON_MARK)


def _event(story: Story, other: Story, spread: _Spread, known_names: frozenset[str], lines: LinkLines) -> Link | None:
    days = days_between(story.mean_at, other.mean_at)
    if days > lines.event_days or not _is_in_other_language(story, other):
        return None
    ours, theirs = actors_of(story), actors_of(other)
    shared = ours & theirs
    if len(shared) < lines.entities:
        return None
    overlap = spread.weight(shared) / min(spread.weight(ours), spread.weight(theirs))
    pairs = list(product(story.gists, other.gists))
    telling = [evidence for a, b in pairs for evidence in _numbers(a, b)]
    telling += [f"both name {LeadDate.from_key(day).shown}" for day in _days_in_common(story, other)]
    if days <= lines.fresh_days:
        telling += [evidence for a, b in pairs for evidence in _fresh(a, b, spread, lines)]
    names = max((_names(a, b, known_names) for a, b in pairs), key=len, default=[])
    if names and (telling or len(names) >= lines.names_alone):
        telling.append(f"both name {', '.join(names)}")
    rare = sorted(entity for entity in shared if spread.is_rare(entity, lines))
    # Alone only between the same sides: two reports on sport and trade are no event, two on one relation may be.
    is_relation = len(shared) - len(rare) >= lines.entities
    if rare and (telling or (is_relation and len(rare) >= lines.rare_alone)):
        telling += [f"both name {', '.join(rare)}, which few stories do"]
    distinct = tuple(dict.fromkeys(telling))
    if overlap < lines.overlap or not distinct:
        return None
    evidence = (*distinct, f"in common: {', '.join(sorted(shared))}")
    return Link(kind="event", to=other, strength=overlap + len(distinct), evidence=evidence)


def _is_in_other_language(story: Story, other: Story) -> bool:
    ours, theirs = ({gist.language.split("-")[0] for gist in side.gists} for side in (story, other))
    return not ours & theirs


def _numbers(one: Gist, other: Gist) -> Iterable[str]:
    if numbers := sorted(set(one.numbers) & set(other.numbers)):
        yield f"both say {', '.join(f'{number:,}' for number in numbers)}"


def _names(one: Gist, other: Gist, known_names: frozenset[str]) -> list[str]:
    """The names of one's title that the other's text holds, but for countries and what the watchlists know."""
    own = (name for name in one.title_names if len(name) > 3 and name.isalpha())
    dull = known_names | COUNTRIES
    return [name for name in own if name not in dull and f" {name} " in other.mentions]


def _fresh(one: Gist, other: Gist, spread: _Spread, lines: LinkLines) -> Iterable[str]:
    """What ties two reports of a day."""
    ours = set(one.title_numbers).intersection(other.lead_numbers)
    if numbers := sorted(ours.union(set(other.title_numbers).intersection(one.lead_numbers))):
        yield f"both say {', '.join(map(str, numbers))}"
    titled = one.title_actors
    is_one_subject = len(titled) >= lines.title_entities and titled == other.title_actors
    if is_one_subject and any(spread.is_rare_in_titles(entity, lines) for entity in titled):
        yield f"both titles name {', '.join(titled)}"


def _days_in_common(story: Story, other: Story) -> list[str]:
    """Days that both name; not those of publication, which any two reports of a day share."""
    ours, theirs = ({key for gist in side.gists for key in gist.dates} for side in (story, other))
    published = [LeadDate(at.month, at.day) for at in (story.mean_at, other.mean_at)]
    return sorted(key for key in ours & theirs if min(LeadDate.from_key(key).days_from(at) for at in published) > 1)


def _has_names(missing: Sequence[str]) -> bool:
    """Numbers change from day to day in one storyline; names do not both."""
    return any(name.isalpha() for name in missing)


def _storyline(story: Story, other: Story, cosines: Mapping[StoryId, float], lines: LinkLines) -> Link | None:
    cosine = cosines.get(other.id)
    if cosine is None or days_between(story.mean_at, other.mean_at) > lines.storyline_days:
        return None
    shared = actors_of(story) & actors_of(other)
    if len(shared) < lines.entities:
        return None
    if any(all(map(_has_names, unmentioned(a, b))) for a, b in product(story.gists, other.gists)):
        return None
    opening = covered(story.gists, other.gists)
    both = cosine if opening is None else opening
    alike = likeness(cosine, both)
    if alike < lines.likeness:
        return None
    measured = f"(cosine {cosine:.2f} + coverage {both:.2f}) / 2 = {alike:.2f} (line {lines.likeness:.2f})"
    evidence = (measured, f"in common: {', '.join(sorted(shared))}")
    return Link(kind="storyline", to=other, strength=alike, evidence=evidence)
