"""What each element of a feed does when it begins and ends: two functions a name, and the tables of them."""

from __future__ import annotations

from collections.abc import Callable

from monitor.sources.fast.names import Doubt
from monitor.sources.fast.state import State
from monitor.sources.fast.text import HTML_TYPES, absolute

Start = Callable[[State, dict[str, str]], None]
End = Callable[[State], None]

_RSS_VERSIONS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_ATOM_VERSIONS = {"0.1": "atom01", "0.2": "atom02", "0.3": "atom03"}


def _start_root(state: State, attributes: dict[str, str]) -> None:
    if state.stack:
        raise Doubt("a feed in a feed")
    state.push_quiet()


def _start_rss(state: State, attributes: dict[str, str]) -> None:
    given = attributes.get("version", "")
    if not state.version.startswith("rss"):
        state.version = _RSS_VERSIONS.get(given) or ("rss20" if given.startswith("2.") else "rss")
    _start_root(state, attributes)


def _start_feed(state: State, attributes: dict[str, str]) -> None:
    state.is_in_feed = True
    state.version = state.version or _ATOM_VERSIONS.get(attributes.get("version", ""), "atom")
    _start_root(state, attributes)


def _start_channel(state: State, attributes: dict[str, str]) -> None:
    if len(state.stack) != 1 or state.is_in_feed:
        raise Doubt("a channel in an odd place")
    _refuse_cdf(attributes)
    state.is_in_feed = True
    state.push_quiet()


def _end_feed(state: State) -> None:
    state.is_in_feed = False
    state.stack.pop()


def _start_item(state: State, attributes: dict[str, str]) -> None:
    if state.entry is not None or len(state.stack) > 2 or state.picture:
        raise Doubt("an item in an odd place")
    if len(state.entries) >= state.max_entries:
        raise Doubt("a flood of items")
    _refuse_cdf(attributes)
    if not state.version:
        state.is_entangled = True
    state.entry = {}
    state.entries.append(state.entry)
    state.set_at = {}
    state.is_guid_link = False
    state.title_depth = -1
    if about := attributes.get("rdf:about"):
        state.entry["id"] = about
    state.push_quiet()


def _refuse_cdf(attributes: dict[str, str]) -> None:
    if "lastmod" in attributes or "href" in attributes:
        raise Doubt("CDF")


def _end_item(state: State) -> None:
    state.entry = None
    state.has_content = False
    state.stack.pop()


def _start_picture(name: str) -> Start:
    def start(state: State, attributes: dict[str, str]) -> None:
        state.picture = name
        state.title_depth = -1
        state.stack.append((name, None))

    return start


def _end_picture(state: State) -> None:
    state.picture = ""
    state.stack.pop()


def _start_title(state: State, attributes: dict[str, str]) -> None:
    state.begin_content("title", attributes, "text/plain")


def _end_title(state: State) -> None:
    if state.end_content("title"):
        state.title_depth = state.depth


def _end_media_title(state: State) -> None:
    state.end_content("title")


def _start_full(default_type: str) -> Start:
    def start(state: State, attributes: dict[str, str]) -> None:
        state.has_content = True
        state.is_entangled = state.is_entangled or state.entry is None
        state.begin_content("content", attributes, default_type)

    return start


_start_content = _start_full("text/plain")


def _end_full(state: State) -> None:
    state.end_full_content()


def _start_description(state: State, attributes: dict[str, str]) -> None:
    if _is_second(state):
        state.summary_key = "content"
        _start_content(state, attributes)
    else:
        state.begin_content("description", attributes, "text/html")


def _start_abstract(state: State, attributes: dict[str, str]) -> None:
    state.begin_content("description", attributes, "text/plain")


def _start_summary(state: State, attributes: dict[str, str]) -> None:
    if _is_second(state):
        state.summary_key = "content"
        _start_content(state, attributes)
    else:
        state.summary_key = "summary"
        state.begin_content("summary", attributes, "text/plain")


def _is_second(state: State) -> bool:
    """A second summary without a content before it is taken for the content."""
    context = state.context()
    return context is not None and "summary" in context and not state.has_content


def _end_summary(state: State) -> None:
    if state.summary_key == "content":
        state.end_full_content()
    else:
        state.end_content(state.stack[-1][0])
    state.summary_key = ""


def _start_text(state: State, attributes: dict[str, str]) -> None:
    state.begin_content("", attributes, "text/plain")


def _end_text(state: State) -> None:
    state.end_content("")


def _start_link(state: State, attributes: dict[str, str]) -> None:
    entry = state.entry
    if entry is None:
        state.push_quiet()
        return
    link = dict(attributes)
    link.setdefault("rel", "alternate")
    kind = link.setdefault("type", "application/atom+xml" if link["rel"] == "self" else "text/html")
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    entry.setdefault("links", []).append(link)
    if not href and "href" not in attributes:
        state.push("link")
        return
    link["href"] = href = absolute(state.base, href or attributes["href"])
    if link["rel"] == "alternate" and _short(kind) in HTML_TYPES:
        entry["link"] = href
    state.push_quiet()


def _short(kind: str) -> str:
    return {"html": "text/html", "xhtml": "application/xhtml+xml"}.get(kind, kind)


def _end_link(state: State) -> None:
    if state.stack[-1][0] == "link":
        state.pop("link")
    else:
        state.stack.pop()


def _start_guid(state: State, attributes: dict[str, str]) -> None:
    state.is_guid_link = attributes.get("ispermalink", "true") == "true"
    state.push("id")


def _end_guid(state: State) -> None:
    text = state.pop("id")
    entry = state.entry
    if entry is not None:
        entry.setdefault("guidislink", state.is_guid_link and "link" not in entry)
        if state.is_guid_link:
            entry.setdefault("link", text)


def _field(key: str) -> tuple[Start, End]:
    def start(state: State, attributes: dict[str, str]) -> None:
        state.push(key)

    def end(state: State) -> None:
        state.pop(key)

    return start, end


def _start_author(state: State, attributes: dict[str, str]) -> None:
    state.is_in_author = True
    state.push("author")
    if state.entry is not None:
        state.entry.setdefault("authors", []).append({})


def _end_author(state: State) -> None:
    state.pop("author")
    state.is_in_author = False
    if state.entry is not None:
        state.sync_author(state.entry)


def _part(key: str) -> tuple[Start, End]:
    """A part of an author: its name, address or page."""

    def start(state: State, attributes: dict[str, str]) -> None:
        state.push(key)

    def end(state: State) -> None:
        text = state.pop(key) if key == "href" else state.pop_raw()
        if state.is_in_author and state.entry is not None and not state.is_in_owner:
            state.sync_author(state.entry)
            state.entry["authors"][-1][key] = text

    return start, end


def _start_owner(state: State, attributes: dict[str, str]) -> None:
    if state.entry is not None:
        raise Doubt("an owner of an item")
    state.is_in_owner = True
    state.push_quiet()


def _end_owner(state: State) -> None:
    state.is_in_owner = False
    state.stack.pop()


def _start_source(state: State, attributes: dict[str, str]) -> None:
    state.title_depth = -1
    state.push("source")


def _end_source(state: State) -> None:
    text = state.pop("source")
    if state.entry is not None:
        state.entry["source"] = {"title": text} if text else {}


_guid = (_start_guid, _end_guid)
_author = (_start_author, _end_author)
_title = (_start_title, _end_title)
_description = (_start_description, _end_summary)
_summary = (_start_summary, _end_summary)
_encoded = (_start_full("text/html"), _end_full)
_text = (_start_text, _end_text)
_item = (_start_item, _end_item)
_news_source = _field("news_source")
_published, _updated, _created = _field("published"), _field("updated"), _field("created")
_language = _field("language")

FIELDS: dict[str, tuple[Start, End]] = {
    "rss": (_start_rss, lambda state: None),
    "feed": (_start_feed, _end_feed),
    "rdf:rdf": (_start_root, lambda state: None),
    "channel": (_start_channel, _end_feed),
    "item": _item,
    "entry": _item,
    "image": (_start_picture("image"), _end_picture),
    "textinput": (_start_picture("textinput"), _end_picture),
    "title": _title,
    "dc:title": _title,
    "media:title": (_start_title, _end_media_title),
    "description": _description,
    "dc:description": _description,
    "media:description": _description,
    "abstract": (_start_abstract, _end_summary),
    "summary": _summary,
    "itunes:summary": _summary,
    "content": (_start_content, _end_full),
    "content:encoded": _encoded,
    "fullitem": _encoded,
    **dict.fromkeys(("subtitle", "tagline", "itunes:subtitle", "rights", "copyright", "dc:rights", "info"), _text),
    "feedburner:browserfriendly": _text,
    "link": (_start_link, _end_link),
    "guid": _guid,
    "id": _guid,
    **dict.fromkeys(("published", "issued", "pubdate", "dcterms:issued"), _published),
    **dict.fromkeys(("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"), _updated),
    **dict.fromkeys(("created", "dcterms:created"), _created),
    **dict.fromkeys(("author", "managingeditor", "dc:author", "dc:creator", "itunes:author"), _author),
    "language": _language,
    "dc:language": _language,
    "source": (_start_source, _end_source),
    "news:source": _news_source,
    "yandex:full-text": _field("yandex_full-text"),
    "feedburner:origlink": _field("feedburner_origlink"),
    **dict.fromkeys(("name", "itunes:name"), _part("name")),
    **dict.fromkeys(("email", "itunes:email"), _part("email")),
    **dict.fromkeys(("url", "uri", "homepage"), _part("href")),
    "itunes:owner": (_start_owner, _end_owner),
}
"""Name → what it does at its start and end. The root stays on the stack: nothing may come after it."""
