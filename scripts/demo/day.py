"""The day's content: `day.yaml` as values; copies and corrections worked out, times counted back from a start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

ROUNDS = ("morning", "noon", "evening")
FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One feed. `behaviour` is what its server does: "normal", "last-modified", "no-validators", "malformed",
    "html", "error-500" or "gone"; the last three carry no items."""

    id: str
    name: str
    language: str
    country: str
    kind: str
    behaviour: str = "normal"
    encoding: str = "utf-8"

    @property
    def is_readable(self) -> bool:
        """Whether a reader can get items out of it."""
        return self.behaviour not in {"html", "error-500", "gone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry as an outlet publishes it, with what must become of it.

    `of` is the item (or "seed:003") that it copies, repeats or corrects; `story` the event it tells, "" for noise.
    `family` names the one text that it shares with its copies. Which member of a family is the first and which are the
    copies depends on the order of arrival when they come in the same round, so the family is what is checked.
    """

    id: str
    outlet: Outlet
    round: int
    at: datetime
    title: str
    paragraphs: tuple[str, ...]
    link: str
    guid: str
    verdict: str = "new"
    is_match: bool = False
    story: str = ""
    of: str = ""
    family: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All outlets and items, in the order of the file; the titles of the seeds that the daemon starts with."""

    start: datetime
    outlets: tuple[Outlet, ...]
    items: tuple[Item, ...]
    seed_titles: tuple[str, ...]

    def entries(self, outlet_id: str, round_number: int) -> list[Item]:
        """What a feed holds in a round, newest first; a correction stands in the place of what it corrects."""
        held: dict[str, Item] = {}
        for item in self.items:
            if item.outlet.id == outlet_id and item.round <= round_number:
                held[item.guid] = item
        return sorted(held.values(), key=lambda item: item.at, reverse=True)

    def published(self, round_number: int) -> list[Item]:
        """What is new in a round."""
        return [item for item in self.items if item.round == round_number]

    @property
    def families(self) -> dict[str, list[Item]]:
        """All items by the text that they share."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.family, []).append(item)
        return found


def load_day(start: datetime | None = None, seeds: Path = REPOSITORY / "seeds") -> Day:
    """The day counted back from `start` (now when None).

    Raises:
        ValueError: An item names an outlet, an item, a seed or a passage that is not there.
    """
    start = (start or datetime.now(UTC)).replace(microsecond=0)
    raw = yaml.safe_load((FOLDER / "day.yaml").read_text("utf-8"))
    outlets = {facts["id"]: Outlet(**facts) for facts in raw["outlets"]}
    items: dict[str, Item] = {}
    for facts in raw["items"]:
        items[facts["id"]] = _item(facts, outlets[facts["outlet"]], items, start, seeds)
    manifest = yaml.safe_load((seeds / "manifest.yaml").read_text("utf-8"))
    return Day(
        start=start,
        outlets=tuple(outlets.values()),
        items=tuple(items.values()),
        seed_titles=tuple(seed["title"] for seed in manifest["seeds"]),
    )


def _item(facts: dict[str, Any], outlet: Outlet, known: dict[str, Item], start: datetime, seeds: Path) -> Item:
    at = start - timedelta(hours=facts["hours_ago"])
    host = f"https://{outlet.id}.example.org"
    item = Item(
        id=facts["id"],
        outlet=outlet,
        round=facts["round"],
        at=at,
        title=facts.get("title", ""),
        paragraphs=_paragraphs(facts.get("text", "")),
        link=f"{host}/{at:%Y/%m}/{facts['id']}.html",
        guid=f"tag:{outlet.id}.example.org,2024:{facts['id']}",
        verdict=facts.get("verdict", "new"),
        is_match=facts.get("match", False),
        story=facts.get("story", ""),
        family=facts["id"],
    )
    if "seed" in facts:
        name = f"seed:{facts['seed']}"
        item = replace(item, of=name, family=name, paragraphs=_paragraphs(_seed_text(seeds, facts["seed"])))
    elif parent := next((known[facts[key]] for key in ("copy_of", "revises") if key in facts), None):
        title = item.title or parent.title
        item = replace(item, of=parent.id, family=parent.family, paragraphs=parent.paragraphs, title=title)
        if "revises" in facts:
            item = replace(item, link=parent.link, guid=parent.guid, at=parent.at)
    if "link_of" in facts:
        item = replace(item, link=f"{known[facts['link_of']].link}?utm_source=rss&utm_medium={outlet.id}")
    return replace(item, paragraphs=_edited(item, facts))


def _edited(item: Item, facts: dict[str, Any]) -> tuple[str, ...]:
    paragraphs = item.paragraphs[: len(item.paragraphs) - facts.get("drop_last", 0)]
    for old, new in facts.get("replace", {}).items():
        if not any(old in paragraph for paragraph in paragraphs):
            raise ValueError(f"day.yaml: item {item.id}: nothing to replace: {old!r} is not in the text")
        paragraphs = tuple(paragraph.replace(old, new) for paragraph in paragraphs)
    paragraphs = (facts.get("before", "") + paragraphs[0], *paragraphs[1:])
    return (*paragraphs, facts["after"]) if "after" in facts else paragraphs


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _seed_text(seeds: Path, number: str) -> str:
    found = sorted(seeds.glob(f"{number}*.txt"))
    if not found:
        raise ValueError(f"day.yaml names seed {number}, but {seeds} holds no {number}*.txt")
    return found[0].read_text("utf-8")
