"""A text that no feed brought (a file, standard input), scored as if it had come now; nothing is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.app.adapters import make_page_workers
from monitor.config import Configuration
from monitor.core.absences import nearest_host
from monitor.core.articles import MAX_SUMMARY_CHARS, MAX_TEXT_CHARS
from monitor.core.documents import to_document
from monitor.core.margins import ends_sentence
from monitor.core.seeds import MAX_TITLE, clean_document
from monitor.core.sites import Sites
from monitor.core.urls import host_of
from monitor.errors import MonitorError, ParseError
from monitor.model.articles import Article
from monitor.model.feeds import Feed
from monitor.pipeline.replay import Document, LineError, read_line
from monitor.sources.charsets import as_utf8

_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|article)\b", re.IGNORECASE)
_LOOKED_AT = 4096
_MAX_BYTES = 10_000_000
_BLANK_DOCUMENT = {"id": "-", "url": "", "title": "", "text": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says of a text; None or "" = nothing."""

    name: str
    title: str | None = None
    language: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A text as an article; `form` says what it was taken for, `removed` what was taken out of it, by kind."""

    article: Article
    form: str
    removed: Sequence[tuple[str, str]] = ()
    feed: Feed | None = None
    """The feed of the same host, whose outlet and country were assumed."""


async def read_trial(configuration: Configuration, content: bytes, given: Given) -> Trial:
    """A text file (its first line the title), a line of JSON as `monitor replay` reads it, or a saved web page.

    Raises:
        MonitorError: It holds no text, is no text at all, or the line or page cannot be read.
    """
    if len(content) > _MAX_BYTES:
        raise MonitorError(f"{given.name} has {len(content):,} bytes; {_MAX_BYTES:,} are read at most.")
    if not content.strip():
        raise MonitorError(f"{given.name} is empty. Give a text whose first line is the title.")
    text = as_utf8(content, "text/plain").body.decode("utf-8", "replace").lstrip("\ufeff \n\r\t")
    if text.startswith("%PDF") or "\0" in text[:_LOOKED_AT]:
        raise MonitorError(f"{given.name} is no text. Save the article as text or as a web page.")
    if _HTML.search(text[:_LOOKED_AT]):
        trial = await _from_page(content, given)
    elif text.startswith("{"):
        trial = _from_line(text, given)
    else:
        trial = _from_text(text, given)
    document, form, removed = trial
    if not (document.title or document.text or document.summary).strip():
        raise MonitorError(f"{given.name} holds no text besides captions and links.")
    return _as_article(configuration, document, form, removed)


_Read = tuple[Document, str, Sequence[tuple[str, str]]]


def _from_text(text: str, given: Given) -> _Read:
    raw = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n ")
    title, text = given.title, raw
    if title is None:
        first, _, rest = raw.partition("\n")
        is_title = len(first.strip()) <= MAX_TITLE and (not rest.strip() or not ends_sentence(first))
        title, text = (first.strip(), rest) if is_title else ("", raw)
    clean = clean_document(text, title=title)
    return _document(given, clean.title, clean.text), "a text", clean.removed


def _from_line(text: str, given: Given) -> _Read:
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        values = json.loads("\n".join(lines))
    except ValueError:
        if len(lines) > 1:
            raise MonitorError(
                f"{given.name} holds {len(lines)} lines of JSON. This explains one; `monitor replay` scores all."
            ) from None
        values = None
    except RecursionError:
        raise MonitorError(f"{given.name}: this is nested too deep") from None
    line = json.dumps({**_BLANK_DOCUMENT, **values}) if isinstance(values, dict) else lines[0]
    try:
        document = read_line(line)
    except LineError as error:
        raise MonitorError(f"{given.name}: {error}") from error
    document = replace(
        document,
        title=document.title if given.title is None else given.title,
        language=given.language or document.language,
        url=given.url or document.url,
    )
    return document, "a line of JSON", ()


async def _from_page(content: bytes, given: Given) -> _Read:
    workers = make_page_workers()
    try:
        page = await workers.read(content, "text/html", given.url)
    except ParseError as error:
        raise MonitorError(f"{given.name} cannot be read as a web page: {error}") from error
    finally:
        await workers.close()
    title = given.title if given.title is not None else next(iter(page.titles), "")
    if not page.text.strip():
        raise MonitorError(
            f"{given.name} is a web page without a text that can be told from its menus. Copy the article's text into "
            "a file, its title on the first line."
        )
    document = _document(given, title, page.text)
    return replace(document, url=given.url or page.address), "a web page", ()


def _document(given: Given, title: str, text: str) -> Document:
    return Document(name=given.name, url=given.url, title=title, text=text, language=given.language)


def _as_article(
    configuration: Configuration, document: Document, form: str, removed: Sequence[tuple[str, str]]
) -> Trial:
    sites = Sites(configuration.urls)
    host = host_of(document.url)
    near = sorted(
        ((nearest_host(host, [host_of(feed.site or ""), host_of(feed.url)]), feed) for feed in configuration.feeds),
        key=lambda pair: -pair[0],
    )
    feed = near[0][1] if host and near and near[0][0] else None
    article = to_document(
        source="why",
        identity=str(document.name),
        title=document.title,
        text=document.text[:MAX_TEXT_CHARS].rstrip(),
        summary=document.summary[:MAX_SUMMARY_CHARS],
        url=document.url,
        outlet=document.outlet or (feed.outlet if feed else ""),
        language=document.language or (feed.language if feed else None),
        first_seen_at=datetime.now(UTC),
        flags=("truncated",) if len(document.text) > MAX_TEXT_CHARS else (),
        sites=sites,
    )
    # `to_document` calls an unknown outlet by its source, which no filter knows.
    outlet = article.outlet if document.outlet or feed or host else ""
    return Trial(
        article=replace(article, outlet=outlet, country=feed.country if feed else None),
        form=form,
        removed=removed,
        feed=feed,
    )
