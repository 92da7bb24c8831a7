"""Entry → article: what a feed gave becomes text, address, time, language and keys, or is dropped for a named reason.

Refuses: to drop an entry for missing a link, a date or a body (each is a flag), and to invent any of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.core.dates import DateReading, parse_date, zone_of_language
from monitor.core.identity import (
    body_digest,
    comparable,
    entry_keys,
    link_of,
    make_article_id,
    shared_links,
    title_key,
)
from monitor.core.language import guess_language
from monitor.core.sites import NO_SITES, Sites
from monitor.core.text import clean_line, html_to_text, sentences, title_text
from monitor.core.urls import host_of, is_site_root, readable, url_key
from monitor.model.articles import Article
from monitor.model.feeds import Entry, Feed

MAX_SUMMARY_CHARS = 1000
MAX_TEXT_CHARS = 100_000
MAX_UNTITLED_CHARS = 120
"""A title made of the text's first sentence is kept shorter than a given one."""

_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
# WordPress appends this to every item; it would put the outlet's own name into every text.
_APPEARED = ("appeared first on", "появились сначала на")
_APPEARED_FIRST = re.compile(
    rf"(?:The post|Сообщение|Artikel|Pos) [^\n]{{1,400}}(?:{'|'.join(_APPEARED)}) [^\n]{{1,120}}\Z"
)
_LAST_CHARS = 800
_ON_PORTAL = re.compile(r" (?:on|via) MSN(?:\.com)?\Z")
"""Bing names outlets so whose articles Microsoft's portal carries."""
_OLD_TAGS = {"in": "id", "iw": "he", "kr": "ko", "jp": "ja", "cn": "zh", "ua": "uk", "ji": "yi"}
"""Withdrawn codes, and country codes that feeds write in place of languages."""
_NO_LANGUAGE = {"mul", "und", "zxx", "mis"}
"""ISO 639 codes for several languages, an unknown one, none, and one without a code: the text tells more."""
_AGGREGATORS = ("news.google.com", "bing.com", "news.yahoo.com", "news.yandex.ru", "msn.com", "gdeltproject.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """An entry that can be no article, with the reason as a printable phrase."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One entry of a fetch with its keys for the ledger and what became of it."""

    entry_key: int
    entry_digest: int
    result: Article | Dropped


def read_entries(
    entries: Sequence[Entry], feed: Feed, *, now: datetime, zone: tzinfo | None, sites: Sites = NO_SITES
) -> list[Reading]:
    """Every entry of one fetch, in order; links that several entries share identify none of them."""
    shared = shared_links(entries, sites)
    return [
        Reading(
            entry_key=key,
            entry_digest=digest,
            result=to_article(entry, feed, now=now, zone=zone, entry_key=key, shared=shared, sites=sites),
        )
        for entry, (key, digest) in zip(entries, entry_keys(entries, feed.id), strict=True)
    ]


def to_article(
    entry: Entry,
    feed: Feed,
    *,
    now: datetime,
    zone: tzinfo | None,
    entry_key: int | None = None,
    shared: frozenset[int] = frozenset(),
    sites: Sites = NO_SITES,
) -> Article | Dropped:
    """The article that an entry is, first seen `now`; `zone` is for dates that name none (None: the language's).

    `entry_key` identifies it in its feed where no link does; `shared` are URL keys that identify nothing in this fetch,
    `sites` the user's rules of addresses.
    """
    text, was_cut = _body(entry)
    title, outlet, is_title_cut = _title(entry, feed)
    if _is_mere_title(text, title, outlet):
        text = ""
    if not title and not text:
        return Dropped(reason="no title and no text")
    flags = [] if title else ["untitled"]
    title = title or _first_sentence(text)
    flags += ["truncated"] if was_cut or is_title_cut else []
    key, url = _address(entry, shared, flags, sites)
    date = _published(entry, zone or zone_of_language(entry.language or feed.language), now)
    summary = _summary(entry, text)
    own_key = entry_keys([entry], feed.id)[0][0] if entry_key is None else entry_key
    identity = f"url\x1f{key}" if key is not None else f"{feed.id}\x1f{own_key}"
    return Article(
        id=make_article_id(identity, now),
        feed_id=feed.id,
        outlet=outlet,
        url=url,
        url_key=key,
        host=sites.outlets_host(host_of(url)),
        title=title,
        title_key=title_key(outlet, title),
        summary=summary,
        text=text,
        language=_language(entry, feed, f"{title} {text or summary}"),
        country=feed.country,
        published_at=date.at,
        first_seen_at=now,
        body_digest=body_digest(title, summary, text),
        flags=(*flags, *date.flags),
    )


def _is_mere_title(text: str, title: str, outlet: str) -> bool:
    """As in Google News' searches: a link and the outlet's name."""
    bare = comparable(f"{title} {outlet}")
    # Not even marks that are composed with their letters make a longer text that short.
    return len(text) <= 8 * len(bare) and comparable(text) == bare


def _title(entry: Entry, feed: Feed) -> tuple[str, str, bool]:
    """(title, outlet, whether the title was cut)."""
    title, was_cut = clean_line(title_text(entry.title))
    named = _ON_PORTAL.sub("", clean_line(title_text(entry.outlet or ""))[0])
    if named and _is_aggregated(feed, title, named):
        return _without_tail(title, named), named, was_cut
    return title, feed.outlet, was_cut


def _body(entry: Entry) -> tuple[str, bool]:
    """The longer of content and summary as text: some feeds put a mere teaser into `content`."""
    content = html_to_text(entry.content) if entry.content else ""
    if not content or (len(entry.summary) > len(entry.content)):
        other = html_to_text(entry.summary) if entry.summary else ""
        content = other if len(other) > len(content) else content
    content = _without_wordpress_tail(content)
    return content[:MAX_TEXT_CHARS].rstrip(), len(content) > MAX_TEXT_CHARS


def _without_wordpress_tail(text: str) -> str:
    start = max(0, len(text) - _LAST_CHARS)
    if not any(text.find(phrase, start) >= 0 for phrase in _APPEARED):
        return text
    found = _APPEARED_FIRST.search(text, start)
    return text[: found.start()].rstrip() if found else text


def _summary(entry: Entry, text: str) -> str:
    if not entry.summary or entry.summary == entry.content or not entry.content:
        return ""
    summary = clean_line(_without_wordpress_tail(html_to_text(entry.summary)), max_chars=MAX_SUMMARY_CHARS)[0]
    start = summary.rstrip("…. [&]")
    if text.startswith(start) and text[len(start) : len(start) + 1].isascii():
        return ""  # what follows is composed with nothing before it, so their comparable forms begin alike too
    start = comparable(start)
    return "" if comparable(text[: len(summary) + 200]).startswith(start) else summary


def _is_aggregated(feed: Feed, title: str, named: str) -> bool:
    """Whether <source> names another brand than the feed's own: in aggregators, or where the title repeats it."""
    return is_aggregator(host_of(feed.url)) or _without_tail(title, named) != title


def is_aggregator(host: str) -> bool:
    """Whether a host carries other outlets' articles, under addresses of its own."""
    return any(host == known or host.endswith("." + known) for known in _AGGREGATORS)


def _without_tail(title: str, outlet: str) -> str:
    for dash in (" - ", " – ", " — ", " | "):
        head, found, tail = title.rpartition(dash)
        if found and head and comparable(tail) == comparable(outlet):
            return head.rstrip()
    return title


def _first_sentence(text: str) -> str:
    start, end = sentences(text)[0]
    return clean_line(text[start:end], max_chars=MAX_UNTITLED_CHARS)[0]


def _address(entry: Entry, shared: frozenset[int], flags: list[str], sites: Sites) -> tuple[int | None, str]:
    """(key or None, address for reading); what is no http(s) address is not kept as one."""
    for candidate in (link_of(entry), entry.guid if entry.is_permalink else None):
        key = url_key(candidate, sites) if candidate else None
        if candidate is None or key is None:
            continue
        url = readable(candidate)
        if key in shared or is_site_root(url):
            flags.append("shared-link")
            return None, url
        return key, url
    flags.append("bad-link" if entry.link else "no-link")
    return None, ""


def _published(entry: Entry, zone: tzinfo | None, now: datetime) -> DateReading:
    published = parse_date(entry.published_raw, zone=zone, now=now)
    if published.at is not None or entry.updated_raw is None:
        return published
    updated = parse_date(entry.updated_raw, zone=zone, now=now)
    return updated if updated.at is not None else published


def _language(entry: Entry, feed: Feed, text: str) -> str | None:
    """The primary language tag: the entry's own word, else the feed's, else a guess."""
    for declared in (entry.language, feed.language):
        tag = (declared or "").strip().lower().replace("_", "-")
        if _LANGUAGE_TAG.fullmatch(tag):
            primary = tag.partition("-")[0]
            if primary in _NO_LANGUAGE:
                continue
            return _OLD_TAGS.get(primary, primary)
    return guess_language(text)
