"""What is known between two tags of a feed, and where a finished field goes.

A frame of the stack is (name, text): the key of a field that collects text, "" for an element that means nothing here,
"<" for markup inside a field; text is None where it is not kept. Depths count elements from the root, as which of two
equal names counts depends on them: within an item a field at the same or a lesser depth replaces an earlier one.
"""

from __future__ import annotations

from typing import Any

from monitor.sources.fast.names import Doubt
from monitor.sources.fast.text import (
    HTML_TYPES,
    absolute,
    content_type,
    link_text,
    stored,
    without_wrapper,
)

XHTML = "application/xhtml+xml"


class State:
    """One document half read. `version`, `feed` and `entries` are the result."""

    def __init__(self, max_entries: int) -> None:
        self.max_entries = max_entries
        self.version = ""
        self.feed: dict[str, Any] = {}
        self.entries: list[dict[str, Any]] = []
        self.is_in_feed = False
        self.entry: dict[str, Any] | None = None
        self.is_in_author = False
        self.is_in_contributor = False
        self.is_in_owner = False
        self.picture = ""
        """ "image" or "textinput" while inside one: their titles and links are not the feed's."""
        self.content: dict[str, Any] | None = None
        """The detail of the text construct under way."""
        self.is_xhtml = False
        self.has_content = False
        self.summary_key = ""
        self.is_guid_link = False
        self.title_depth = -1
        self.is_entangled = False
        """Whether the judge would carry something over from one item to the next."""
        self.stack: list[tuple[str, list[str] | None]] = []
        self.set_at: dict[str, int] = {}
        self.base = ""
        self.language: str | None = None
        self.scopes: list[tuple[str, str | None]] = []

    @property
    def depth(self) -> int:
        """Of the element under way; the root has 1."""
        return len(self.scopes)

    @property
    def is_kept(self) -> bool:
        """Whether the judge keeps text here at all: not between items of RDF."""
        return self.is_in_feed or self.entry is not None

    def context(self) -> dict[str, Any] | None:
        """Where fields go: the entry, the feed, or nowhere (a picture)."""
        if self.entry is not None:
            return self.entry
        return None if self.picture else self.feed

    def push(self, key: str) -> None:
        """Begin a field that collects text."""
        self.stack.append((key, []))

    def push_quiet(self) -> None:
        """Begin an element whose text nobody reads."""
        self.stack.append(("", None))

    def pop_raw(self) -> str:
        """End a field; its text, trimmed."""
        pieces = self.stack.pop()[1]
        assert pieces is not None
        if self.is_xhtml and self.version == "atom10":
            pieces = without_wrapper(pieces)
        return (pieces[0] if len(pieces) == 1 else "".join(pieces)).strip()

    def pop(self, key: str) -> str:
        """End a field and keep it under `key` where the judge would."""
        text = self.pop_raw()
        if not self.is_kept:
            return text
        if key == "link" or (key in {"id", "href"} and text and (key == "href" or self.is_guid_link)):
            text = absolute(self.base, text) if text else text
        text = stored(text)
        if key == "title" and -1 < self.title_depth <= self.depth:
            return text
        if self.entry is not None:
            self._keep_in_entry(self.entry, key, text)
        elif not self.picture:
            self.feed["subtitle" if key == "description" else key] = text
        return text

    def _keep_in_entry(self, entry: dict[str, Any], key: str, text: str) -> None:
        if key == "content":
            assert self.content is not None
            entry.setdefault("content", []).append({**self.content, "value": text})
            return
        if key == "link":
            text = link_text(text)
            entry["link"] = text
            if text:
                entry["links"][-1]["href"] = text
            return
        if key == "description":
            key = "summary"
        depth = self.depth
        if depth <= self.set_at.get(key, depth):
            self.set_at[key] = depth
            entry[key] = text
        if self.content is not None:
            entry[f"{key}_detail"] = {**self.content, "value": text}

    def begin_content(self, key: str, attributes: dict[str, str], default_type: str) -> None:
        """Begin a text construct, whose type says what its characters are."""
        kind = content_type(attributes.get("type", default_type))
        if attributes.get("mode") == "base64":
            raise Doubt("base64")
        language = self.language
        self.content = {"type": kind, "language": language.replace("_", "-") if language else language}
        self.is_xhtml = kind == XHTML
        self.push(key)

    def end_content(self, key: str) -> str:
        """End a text construct."""
        text = self.pop(key)
        self.content = None
        self.is_xhtml = False
        return text

    def end_full_content(self) -> None:
        """End the full text; readable text stands in for a missing summary."""
        assert self.content is not None
        kind = self.content["type"]
        text = self.end_content("content")
        context = self.context()
        if context is not None and (kind == "text/plain" or kind in HTML_TYPES):
            context.setdefault("summary", text)

    def sync_author(self, entry: dict[str, Any]) -> None:
        """The byline: the name and address of the last author's parts, else its text."""
        authors = entry.get("authors")
        detail = authors[-1] if authors else {}
        if detail:
            if "?" in detail:
                raise Doubt("bylines with addresses")
            name, email = detail.get("name"), detail.get("email")
            if name and email:
                entry["author"] = f"{name} ({email})"
            elif name or email:
                entry["author"] = name or email
        elif before := entry.get("author"):
            # The judge takes an earlier byline apart here, and so lends its name and address to this author's parts.
            detail["?" if "@" in before else "name"] = before
