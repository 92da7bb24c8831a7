"""Well-formed feeds → what feedparser would say of them, many times faster; at any doubt it says so and stops.

Owns: one pass of expat over RSS 0.9x–2.0, RDF and Atom, keeping of each item only what an `Entry` needs. feedparser is
the judge: every rule here (which of two titles counts, what a nested one is, when a guid is a link) says what its
strict reader does, and the tests compare the two on every document they can find or make. The same expat decides in
both what is well-formed. Refuses, by raising `Doubt`: DTDs, markup inside fields that declared none, foreign elements
where they could mean something, deep nesting, and whatever else it was not made for.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from monitor.sources.fast.fields import FIELDS, End, Start
from monitor.sources.fast.names import (
    ACTIVE_PREFIXES,
    AMBIGUOUS,
    AMBIGUOUS_PREFIXES,
    BY_PREFIX,
    FOREIGN,
    NAMESPACES,
    Doubt,
    NoFeedRoot,
)
from monitor.sources.fast.state import State
from monitor.sources.fast.text import escaped, inline_tag, joined_base

__all__ = ["Doubt", "NoFeedRoot", "NotWellFormed", "read_strictly"]

NotWellFormed = expat.ExpatError

MAX_DEPTH = 100
"""Feeds nest up to about fifteen deep (XHTML content); a bomb nests thousands."""
MAX_ATTRIBUTES = 60
MAX_ELEMENTS = 1_000_000
"""For whoever can be stopped from outside: the bytes are the limit."""

_ATOM = "http://www.w3.org/2005/atom"
_RSS1 = "http://purl.org/rss/1.0/"
_RSS090 = "http://my.netscape.com/rdf/simple/0.9/"
_ROOTS = frozenset({"rss", "feed", "rdf:rdf"})
_LEAVES = frozenset({"id", "published", "updated", "created", "link", "language", "source", "name", "email", "href"})
_AUTHOR_PARTS = frozenset({"name", "email", "url", "uri", "homepage", "itunes:name", "itunes:email"})
_PARTS = {
    "image": frozenset({"title", "link", "url", "width", "height", "description"}),
    "textinput": frozenset({"title", "link", "description", "name"}),
}
"""What may stand in pictures and text inputs: at anything else the judge thinks that they have ended."""
_NO_ATTRIBUTES: dict[str, str] = {}

_Known = tuple[str, Start | None, End | None]


def read_strictly(
    document: bytes, *, max_elements: int = MAX_ELEMENTS, max_entries: int = MAX_ELEMENTS
) -> dict[str, Any]:
    """What a UTF-8 document without an XML declaration says, in feedparser's shape.

    "version", "feed" and "entries" as there; "bozo" and "bozo_exception" when the end of the document is missing, and
    what was open there has been closed; "is_entangled" when how an item is read may depend on its siblings.

    Args:
        document: The bytes.
        max_elements: More, namespaces counted in, are a flood, and doubted. One costs about 8 µs, up to its entry.
        max_entries: More are doubted.

    Raises:
        Doubt: The judge is needed.
        NotWellFormed: The document is not well-formed, in its midst.
    """
    reader = _Reader(max_elements, max_entries)
    missing = ""
    try:
        reader.parser.Parse(document, False)
        try:
            reader.parser.Parse(b"", True)
        except NotWellFormed as error:
            missing = str(error)
            reader.close_all()
    finally:
        reader.let_go()
    state = reader.state
    return {
        "version": state.version,
        "feed": state.feed,
        "entries": state.entries,
        "bozo": bool(missing),
        "bozo_exception": missing,
        "is_entangled": state.is_entangled,
    }


class _Reader:
    """What expat calls."""

    def __init__(self, budget: int, max_entries: int) -> None:
        self.state = State(max_entries)
        self.budget = budget
        self.open: list[str] = []
        self.prefixes: dict[str, str] = {}
        self.misleading: set[str] = set()
        """Prefixes that the judge, who looks at prefixes where he does not know the namespace, may take for others."""
        self.names: dict[str, _Known] = {}
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.on_doctype
        parser.StartNamespaceDeclHandler = self.on_namespace
        parser.StartElementHandler = self.on_start
        parser.EndElementHandler = self.on_end
        parser.CharacterDataHandler = self.on_text
        self.parser = parser

    def on_doctype(self, *_: object) -> None:
        raise Doubt("a DTD")

    def on_namespace(self, prefix: str | None, uri: str | None) -> None:
        if not uri:
            return
        self.budget -= 1
        lower, state = uri.lower(), self.state
        if not state.version:
            if lower == _ATOM:
                state.version = "atom10"
            elif lower == _RSS1:
                state.version = "rss10"
            elif lower == _RSS090 and prefix is None:
                state.version = "rss090"
        meaning = _meaning(lower)
        if self.budget < 0 or len(uri.split()) != 1 or ("xlink" in lower and state.content is not None):
            raise Doubt("an odd namespace")
        if prefix is None:
            return
        if self.prefixes.setdefault(prefix, lower) != lower or (prefix in ACTIVE_PREFIXES and meaning != prefix):
            self.misleading.add(prefix)
            self.names.clear()
            state.is_entangled = state.is_entangled or bool(state.stack)

    def on_start(self, name: str, given: dict[str, str]) -> None:
        state = self.state
        self.budget -= 1
        if self.budget < 0 or len(given) > MAX_ATTRIBUTES:
            raise Doubt("a flood of elements or attributes")
        tag, start, _ = self.names.get(name) or self.resolve(name)
        attributes = _attributes(given) if given else _NO_ATTRIBUTES
        scopes = state.scopes
        if attributes:
            _enter(state, tag, attributes)
        scopes.append((state.base, state.language))
        self.open.append(name)
        if state.content is not None:
            _start_inline(state, tag, attributes)
            return
        if len(scopes) > MAX_DEPTH:
            raise Doubt("deep nesting")
        if state.stack:
            parent = state.stack[-1][0]
            if (parent or state.picture) and _is_foreign_inside(state, parent, tag, attributes):
                return
        elif tag not in _ROOTS:
            raise NoFeedRoot("something else stands where the feed should begin")
        if attributes and tag in BY_PREFIX:
            raise Doubt(f"<{tag}> with attributes")
        if start is None:
            state.stack.append(("", None))
        else:
            start(state, attributes)

    def on_end(self, name: str) -> None:
        state = self.state
        tag, _, end = self.names.get(name) or self.resolve(name)
        if state.stack[-1][0] == "<":
            pieces = state.stack.pop()[1]
            assert pieces is not None
            pieces.append(f"</{tag.partition(':')[2]}>")
        elif end is None:
            state.stack.pop()
        else:
            end(state)
        self.open.pop()
        scopes = state.scopes
        scopes.pop()
        if scopes:
            state.base, state.language = scopes[-1]

    def let_go(self) -> None:
        """Part from the parser, which knows our methods: a circle would keep the document until somebody looks."""
        parser = self.parser
        parser.StartDoctypeDeclHandler = parser.StartNamespaceDeclHandler = parser.StartElementHandler = None
        parser.EndElementHandler = parser.CharacterDataHandler = None

    def close_all(self) -> None:
        """End what a cut-off document left open."""
        if not self.open:
            raise NoFeedRoot("something else stands where the feed should begin")
        while self.open:
            self.on_end(self.open[-1])

    def on_text(self, text: str) -> None:
        state = self.state
        if state.stack:
            pieces = state.stack[-1][1]
            if pieces is not None:
                pieces.append(escaped(text) if state.is_xhtml else text)

    def resolve(self, name: str) -> _Known:
        """What an element name of expat ("namespace local prefix") means; remembered for the document."""
        parts = name.split(" ")
        space, local = (parts[0], parts[1].lower()) if len(parts) > 1 else ("", parts[0].lower())
        meaning = _meaning(space.lower())
        tag = f"{meaning}:{local}" if meaning else local
        if meaning == FOREIGN and len(parts) < 3 and local in FIELDS:
            raise Doubt("elements of an odd namespace")
        if self.misleading and (meaning in self.misleading or (meaning == FOREIGN and parts[-1] in self.misleading)):
            raise Doubt("a prefix with two meanings")
        if (local if meaning == FOREIGN and len(parts) < 3 else tag) in AMBIGUOUS or meaning in AMBIGUOUS_PREFIXES:
            raise Doubt(f"<{tag}>")
        if meaning == FOREIGN and len(parts) > 2:
            tag = BY_PREFIX.get(f"{parts[2]}:{local}".lower(), tag)
        start, end = FIELDS.get(tag, (None, None))
        self.names[name] = known = (tag, start, end)
        return known


def _meaning(space: str) -> str:
    if not space:
        return ""
    known = NAMESPACES.get(space)
    if known is None:
        return "" if "backend.userland.com/rss" in space else FOREIGN
    return known


def _attributes(given: dict[str, str]) -> dict[str, str]:
    """Attributes by the names the judge knows them under: lower case, namespaced ones under two."""
    found: dict[str, str] = {}
    doubled: dict[str, str] = {}
    for name, value in given.items():
        parts = name.split(" ")
        if len(parts) == 1:
            key = name.lower()
        else:
            meaning = _meaning(parts[0].lower())
            local = parts[1].lower()
            key = f"{meaning}:{local}" if meaning and meaning != FOREIGN else local
            if len(parts) > 2:
                doubled[f"{parts[2]}:{parts[1]}".lower()] = value
        if key in found:
            raise Doubt("an attribute given twice")
        found[key] = value.lower() if key in {"rel", "type"} else value
    return {**found, **doubled} if doubled else found


def _enter(state: State, tag: str, attributes: dict[str, str]) -> None:
    """Take up xml:base and xml:lang."""
    base = attributes.get("xml:base", attributes.get("base"))
    if base:
        if state.scopes and not state.scopes[0][0]:
            raise Doubt("a base below the root")
        state.base = joined_base(state.base, base)
    language = attributes.get("xml:lang", attributes.get("lang"))
    if language is not None:
        state.language = language or None
    if state.language and tag in {"feed", "rss"}:
        state.feed["language"] = state.language.replace("_", "-")


def _start_inline(state: State, tag: str, attributes: dict[str, str]) -> None:
    prefix, _, local = tag.partition(":")
    if not state.is_xhtml or prefix != "xhtml" or len(state.scopes) > MAX_DEPTH:
        raise Doubt("markup inside a text")
    pieces = state.stack[-1][1]
    assert pieces is not None
    pieces.append(inline_tag(local, attributes.items()))
    state.stack.append(("<", pieces))


def _is_foreign_inside(state: State, parent: str, tag: str, attributes: dict[str, str]) -> bool:
    """Begins a foreign element in an author; doubts other elements in what should hold none, or only certain ones."""
    if parent == "author" and tag not in _AUTHOR_PARTS:
        if not tag.startswith(FOREIGN):
            raise Doubt(f"<{tag}> in <{parent}>")
        # One with attributes has no frame of its own at the judge's: its text counts as its parent's.
        state.stack.append(("", state.stack[-1][1] if attributes else None))
        return True
    if parent in _LEAVES:
        raise Doubt(f"<{tag}> in <{parent}>")
    if state.picture and (state.entry is not None or tag not in _PARTS[state.picture]):
        raise Doubt(f"<{tag}> in <{state.picture}>")
    return False
