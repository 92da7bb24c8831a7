"""Feeds of watchlists in a folder: Atom (RFC 4287) and JSON Feed 1.1, `<watchlist>.atom` and `<watchlist>.json`.

For who wants a feed reader instead of mail, or other programs: nobody's address is needed, and nothing is told twice,
since an entry keeps its id (a tag URI, RFC 4151) for as long as its story lives. The same publication gives the same
bytes; a file is replaced whole, and only by other bytes, so that servers and readers see no change where there is none.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from monitor.channels.durable import file_name, put
from monitor.channels.email.languages import Language, in_language, language
from monitor.channels.email.phrases import MAX_TITLE, Phrase, outlet_of, title_of
from monitor.channels.email.text import clean, marked, window
from monitor.errors import DeliveryError, RenderError
from monitor.model.digests import DigestStory
from monitor.model.publications import Publication, PublishedStory

# Of the tag URIs: a day on which their authority was the user's (any of the past will do; it must never change).
TAG_DATE = "2026"
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_QUOTE = 600
_REASONS = 5
_OTHERS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    id: str
    title: str
    link: str | None
    outlet: str
    language: str
    dir: str
    published: str
    updated: str
    quote: list[tuple[str, bool]]
    reasons: list[str]
    score: str
    others: list[Phrase]
    more: str
    html: str = ""


class FeedFolder:
    """Publishes into `folder`.

    Args:
        authority: Who names the entries in their ids: a domain of the user's.
        base_url: Where readers reach the folder, "" where they do not; without a closing slash.
    """

    def __init__(self, folder: Path, *, authority: str, base_url: str = "") -> None:
        self._folder = folder
        self._authority = authority
        self._base_url = base_url
        self._environments: dict[str, Environment] = {}

    async def put(self, publication: Publication) -> bool:
        """Write what differs from what is there; whether anything did. Raises `RenderError`, `DeliveryError`."""
        name = file_name(publication.watchlist)
        files = self.render(publication)
        try:
            return await asyncio.to_thread(self._replace, {f"{name}.{kind}": body for kind, body in files.items()})
        except OSError as error:
            raise DeliveryError(
                f"cannot write the feed into {self._folder}: {error.strerror or error}. "
                "Make room there, or make the folder writable for the account that runs the monitor.",
                permanent=False,
                blame="channel",
            ) from error

    def render(self, publication: Publication) -> Mapping[str, bytes]:
        """Ending of a file → its bytes. Raises `RenderError`."""
        words = language(publication.language)
        name = file_name(publication.watchlist)
        try:
            entries = [self._entry(one, words) for one in publication.stories]
            feed = {
                "id": self._tag(f"watchlist/{name}"),
                "watchlist": name,
                "title": clean(publication.title, MAX_TITLE),
                "language": words.tag,
                "updated": _time(max((one.updated_at for one in publication.stories), default=_EVER)),
                "atom_url": self._base_url and f"{self._base_url}/{name}.atom",
                "json_url": self._base_url and f"{self._base_url}/{name}.json",
                "entries": entries,
            }
            atom = self._environment(words).get_template("feed.atom.xml").render(f=feed)
        except (TemplateError, ValueError, LookupError) as error:
            raise RenderError(f"the feed of {publication.watchlist} cannot be rendered: {error}") from error
        return {"atom": atom.encode("utf-8", "replace"), "json": _json_feed(feed, entries)}

    def _entry(self, one: PublishedStory, words: Language) -> _Entry:
        story, article, match = one.story, one.story.lead.article, one.story.lead.match
        title, outlet = title_of(article, words), outlet_of(article, words)
        terms = {hit.text for signal in match.signals for hit in signal.hits}
        more = len(story.others) - _OTHERS
        facts: dict[str, Any] = {
            "id": self._tag(f"story/{story.story_id}"),
            "title": title.text,
            "link": title.href,
            "outlet": outlet.text or words.gettext("unknown outlet"),
            "language": title.lang if title.lang != "und" else "",
            "dir": title.dir,
            "published": _time(one.published_at),
            "updated": _time(one.updated_at),
            "quote": marked(window(match.quote, terms, _MAX_QUOTE), terms),
            "reasons": _reasons(story, words),
            "score": _score(story, words),
            "others": [outlet_of(telling.article, words) for telling in story.others[:_OTHERS]],
            "more": words.gettext("and %(count)s more") % {"count": words.number(more)} if more > 0 else "",
        }
        html = self._environment(words).get_template("entry.html").render(e=_Entry(**facts))
        return _Entry(**facts, html=html.strip())

    def _tag(self, specific: str) -> str:
        return f"tag:{self._authority},{TAG_DATE}:{specific}"

    def _environment(self, words: Language) -> Environment:
        if words.tag not in self._environments:
            environment = Environment(
                loader=PackageLoader("monitor.channels.feeds"),
                autoescape=select_autoescape(("html", "xml")),
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
                keep_trailing_newline=True,
                extensions=["jinja2.ext.i18n"],
            )
            environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
            self._environments[words.tag] = environment
        return self._environments[words.tag]

    def _replace(self, files: Mapping[str, bytes]) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True)
        changed = {name: body for name, body in files.items() if _read(self._folder / name) != body}
        for name, body in changed.items():
            put(body, self._folder / name)
        return bool(changed)


def _json_feed(feed: Mapping[str, Any], entries: list[_Entry]) -> bytes:
    items = [
        {
            "id": entry.id,
            **({"url": entry.link} if entry.link else {}),
            "title": entry.title,
            "content_html": entry.html,
            "date_published": entry.published,
            "date_modified": entry.updated,
            "authors": [{"name": entry.outlet}],
            "tags": [feed["watchlist"]],
            **({"language": entry.language} if entry.language else {}),
        }
        for entry in entries
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        "language": feed["language"],
        **({"feed_url": feed["json_url"]} if feed["json_url"] else {}),
        "items": items,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _score(story: DigestStory, words: Language) -> str:
    score, threshold = words.number(story.points), words.number(story.threshold)
    points = words.gettext("{score} points, {threshold} needed").format(score=score, threshold=threshold)
    relevance = words.gettext("relevance %(relevance)s") % {"relevance": words.share(story.relevance)}
    return f"{points} · {relevance}"


def _reasons(story: DigestStory, words: Language) -> list[str]:
    """The weightiest reasons with their points, and the sum of the others: together they are the score."""
    signals = sorted(story.lead.match.signals, key=lambda signal: -abs(signal.points))
    shown, rest = signals[:_REASONS], signals[_REASONS:]
    named = [(clean(in_language(one.label, words.tag, one.name), MAX_TITLE), one.points) for one in shown]
    if rest:
        count = words.ngettext("%(num)s smaller reason", "%(num)s smaller reasons", len(rest)) % {"num": len(rest)}
        named.append((count, sum(signal.points for signal in rest)))
    return [f"{name} {words.signed(points)}" for name, points in named]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _time(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
