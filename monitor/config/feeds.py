"""feeds.yaml → the model's feeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field

from monitor.config.texts import Country, Language, Line, Slug, WebUrl, Zone
from monitor.config.wording import shown
from monitor.config.yaml_nodes import Document, Many, Strict, problem_at, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.feeds import Feed

GDELT_INTERVAL_S = 900
"""Its index is renewed every fifteen minutes: asking more often brings nothing but refusals."""
_PORTS = {"http": 80, "https": 443}


class FeedSection(Strict):
    """One polled address."""

    id: Slug = Field(description="Short name; what is known of the feed is kept under it, so do not change it.")
    url: WebUrl = Field(description="Address of the feed itself.")
    outlet: Line = Field(description="The news brand, as readers know it.")
    language: Language | None = Field(default=None, description="What it publishes in: id, en, ko, …; mul for several.")
    country: Country | None = Field(default=None, description="ISO 3166 code of the outlet: ID, KR, RU, …")
    zone: Zone | None = Field(default=None, description="Time zone of dates that name none, like Asia/Jakarta.")
    min_interval_s: int | None = Field(
        default=None, ge=60, le=7 * 86_400, description="Poll this feed no more often than that."
    )
    source: Literal["feed", "sitemap", "gdelt"] = Field(
        default="feed",
        description="Kind of origin: feed (RSS, Atom, JSON Feed), sitemap (a news sitemap or an index of such), gdelt.",
    )
    full_text: bool = Field(
        default=False,
        description="true: read the web pages of articles that match a watchlist (once each, as robots.txt allows).",
    )
    site: WebUrl | None = Field(
        default=None,
        description="The page that the feed belongs to: for OPML, and to look for the feed when its address is gone.",
    )
    folder: Line | None = Field(default=None, description="Where OPML files put it; / between levels: Asia/Korea.")
    heeds_wishes: bool = Field(
        default=True,
        description="Obey what the server and the document ask of pollers: max-age, ttl, skipHours. false: for a feed "
        "whose wishes are wrong; Retry-After is obeyed all the same.",
    )
    enabled: bool = Field(default=True, description="false: keep the entry, do not poll it.")

    def feed(self) -> Feed:
        """The model's form."""
        facts = self.model_dump(exclude={"enabled", "folder", "full_text"})
        if self.source == "gdelt":
            facts["min_interval_s"] = max(self.min_interval_s or 0, GDELT_INTERVAL_S)
        return Feed(**facts, is_enabled=self.enabled, wants_full_text=self.full_text)


class FeedsFile(Strict):
    """feeds.yaml."""

    cures: ClassVar[Mapping[str, str]] = {
        "feeds": "Write one: {id: …, url: …, outlet: …}; `monitor feeds discover PAGE` finds those of a web page."
    }

    feeds: Many[FeedSection] = Field(min_length=1, description="What is polled.")


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """All feeds of the file, those switched off included (`is_enabled`), in its order.

    Raises:
        ConfigError: With every problem of the file.
    """
    return tuple(section.feed() for section in read_sections(path))


def read_sections(path: Path) -> tuple[FeedSection, ...]:
    """The entries of the file as they stand there, in its order; raises `ConfigError` like `load_feeds`."""
    document = read_document(path)
    sections = validate(document, FeedsFile).feeds
    problems = tuple(_doubles(document, sections))
    if problems:
        raise ConfigError(problems)
    return sections


def _doubles(document: Document, sections: tuple[FeedSection, ...]) -> Iterator[Problem]:
    ids: dict[str, int] = {}
    urls: dict[str, int] = {}
    for index, section in enumerate(sections):
        first = ids.setdefault(section.id, index)
        if first != index:
            line = document.marks["feeds", first, "id"][0]
            message = f"the id {shown(section.id)} is taken (line {line})."
            yield problem_at(document, ("feeds", index, "id"), message, "Give each feed an id of its own.")
        first = urls.setdefault(url_key(section.url), index)
        if first != index:
            line = document.marks["feeds", first, "url"][0]
            message = f"this address is already feed {shown(sections[first].id)} (line {line})."
            yield problem_at(document, ("feeds", index, "url"), message, "Remove one of them.")


def url_key(url: str) -> str:
    """A URL without what cannot make it another feed: case of the host, usual port, fragment, http or https."""
    parts = urlsplit(url)
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.hostname}{port}{parts.path or '/'}?{parts.query}"
