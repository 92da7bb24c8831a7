"""PyYAML's events → plain data: quickly and without places, or with the line and column of every value.

The only importer of PyYAML. Scalars follow the core schema of YAML 1.2 (`no`, `yes`, `on`, `off`, `07:00` and dates
are text; only `true` and `false` are booleans), duplicate keys, tags, merge keys and aliases that blow up are
refused. It builds from parser events, not from PyYAML's nodes: composing those recurses in C without a limit, and a
file of brackets alone ends the process.

Places are asked for when something is wrong, and cost five times what the content does: a file in which nothing is
unusual is read without them (`plain_content`), and read again should they be wanted.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from monitor.errors import ConfigError, Problem

Loc = tuple[str | int, ...]
Place = tuple[int, int]

# Against a runaway file. A watchlist of 10,000 terms has about 60,000 values and 1 MB, a list of 100,000 feeds a
# million values and 15 to 30 MB.
MAX_BYTES = 64_000_000
MAX_VALUES = 4_000_000
MAX_ALIASED_VALUES = 20_000
MAX_DEPTH = 60

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_BASED = re.compile(r"0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DOUBTFUL = object()
"""What `plain_content` says of a document that is not plain."""


def plain_content(text: str) -> object:
    """What `built` makes of a document without anchors, tags, odd or double keys; `DOUBTFUL` for any other.

    A list of 100,000 feeds takes a quarter of the time and a sixth of the memory this way.
    """
    builder = _PlainBuilder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.takes(event):
                return DOUBTFUL
    except yaml.YAMLError:
        return DOUBTFUL
    return builder.content


class _PlainBuilder:
    """Builds without recursion; `takes` says False of what it leaves to `Builder`."""

    def __init__(self) -> None:
        self.content: object = DOUBTFUL
        self._open: list[Any] = []
        self._keys: list[str | None] = []
        self._values = 0

    def takes(self, event: Any) -> bool:
        """Whether all is plain so far."""
        if isinstance(event, yaml.ScalarEvent):
            return self._takes_scalar(event)
        if isinstance(event, yaml.CollectionStartEvent):
            made: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            if event.anchor or event.tag or len(self._open) >= MAX_DEPTH or not self._put(made):
                return False
            self._open.append(made)
            self._keys.append(None)
            return True
        if isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
            return True
        return not isinstance(event, yaml.AliasEvent)

    def _takes_scalar(self, event: Any) -> bool:
        if event.anchor or event.tag:
            return False
        text = str(event.value)
        if self._open and self._keys[-1] is None and isinstance(self._open[-1], dict):
            self._keys[-1] = sys.intern(text)
            return bool(text.strip()) and text not in self._open[-1] and text != "<<"
        return self._put(_scalar(text, is_plain=not event.style))

    def _put(self, value: object) -> bool:
        self._values += 1
        if not self._open:
            if self.content is not DOUBTFUL or value is None:  # a second document, or nothing at all
                return False
            self.content = value
            return True
        inner = self._open[-1]
        if isinstance(inner, list):
            inner.append(value)
        elif (key := self._keys[-1]) is None:
            return False
        else:
            inner[key] = value
            self._keys[-1] = None
        return self._values <= MAX_VALUES // 2


class Built:
    """A document's content, its places and what is wrong with it. Raises `ConfigError` for what cannot be read at all.

    `is_empty`: it holds nothing, and has no content.
    """

    def __init__(self, path: str, text: str) -> None:
        try:
            events = _Events(path, yaml.parse(text, Loader=_LOADER))
        except yaml.YAMLError as error:
            raise ConfigError((_syntax_problem(path, text, error),)) from None
        builder = _Builder(path, events)
        self.is_empty = not events.nodes
        self.content = None if self.is_empty else builder.build(())
        self.problems: list[Problem] = builder.problems
        self.marks: dict[Loc, Place] = builder.marks
        self.key_marks: dict[Loc, Place] = builder.key_marks


def _syntax_problem(path: str, text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:  # the C loader and the Python one count the place of a control character differently
        found = _CONTROL.search(text)
        offset = found.start() if found else 0
        line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        return Problem(file=path, line=line, column=column, message="holds a control character.", cure="Remove it.")
    line, column = mark.line + 1, mark.column + 1
    what = str(getattr(error, "problem", "") or "cannot be read")
    context = getattr(error, "context", None)
    message, cure = f"is not valid YAML: {what}{f' {context}' if context else ''}.", ""
    lines = text.splitlines()
    here = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())]:
        message, cure = "is indented with a tab.", "YAML wants spaces."
    elif "mapping values are not allowed" in what:
        cure = "Put text that holds ': ' in quotes, and check the indentation."
    elif "unknown escape character" in what:
        cure = "In double quotes a backslash begins an escape of YAML: put the text in single quotes, as '\\d+'."
    return Problem(file=path, line=line, column=column, message=message, cure=cure)


class _Events:
    """The events of one document that make nodes, and where each alias among them points to (by index)."""

    def __init__(self, path: str, stream: Iterable[yaml.Event]) -> None:
        self.nodes: list[yaml.Event] = []
        self.targets: dict[int, int] = {}
        self._path = path
        self._anchors: dict[str, int] = {}
        self._open: list[int] = []
        documents = 0
        for event in stream:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error(event, "holds a second document.", "Remove the line with ---.")
            elif isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
                self._add(event)
        if len(self.nodes) == 1 and _is_nothing(self.nodes[0]):
            self.nodes.clear()

    def _add(self, event: yaml.Event) -> None:
        index = len(self.nodes)
        self.nodes.append(event)
        if index > MAX_VALUES:
            raise self._error(event, f"holds more than {MAX_VALUES} values.")
        if isinstance(event, yaml.AliasEvent):
            target = self._anchors.get(str(event.anchor))
            if target is None:
                raise self._error(event, f"*{event.anchor} stands for nothing.", f"Write &{event.anchor} before it.")
            if target in self._open:
                raise self._error(event, f"*{event.anchor} stands inside itself.", "Remove it.")
            self.targets[index] = target
            return
        if getattr(event, "anchor", None):
            self._anchors[str(getattr(event, "anchor", ""))] = index
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append(index)
            if len(self._open) > MAX_DEPTH:
                raise self._error(event, f"is nested deeper than {MAX_DEPTH} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _error(self, event: yaml.Event, message: str, cure: str = "") -> ConfigError:
        line, column = _place(event)
        return ConfigError((Problem(file=self._path, line=line, column=column, message=message, cure=cure),))


class _Builder:
    """Events → plain data and marks; gathers problems instead of raising (but for a flood of aliases)."""

    def __init__(self, path: str, events: _Events) -> None:
        self.problems: list[Problem] = []
        self.marks: dict[Loc, Place] = {}
        self.key_marks: dict[Loc, Place] = {}
        self._path = path
        self._nodes = events.nodes
        self._targets = events.targets
        self._next = 0
        self._aliased = 0
        self._alias_depth = 0

    def build(self, loc: Loc) -> object:
        """Plain data of the next node; None where something is wrong (and a problem is noted)."""
        index = self._next
        event = self._nodes[index]
        self._next += 1
        self.marks[loc] = _place(event)
        self._count(event, loc)
        if index in self._targets:
            return self._expand(index, loc)
        if getattr(event, "tag", None):
            self._note(event, loc, f"has the tag {getattr(event, 'tag', '')!r}.", "Tags (!…) are not read; remove it.")
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(loc)
            case yaml.SequenceStartEvent():
                return self._sequence(loc)
            case yaml.ScalarEvent():
                return _scalar(str(event.value), is_plain=not event.style)
        return None

    def _expand(self, index: int, loc: Loc) -> object:
        """What an alias stands for; the values inside keep the places where they were written."""
        after, self._next = self._next, self._targets[index]
        self._alias_depth += 1
        content = self.build(loc)
        self._alias_depth -= 1
        self._next = after
        return content

    def _sequence(self, loc: Loc) -> list[object]:
        content: list[object] = []
        while not isinstance(self._nodes[self._next], yaml.SequenceEndEvent):
            content.append(self.build((*loc, len(content))))
        self._next += 1
        return content

    def _mapping(self, loc: Loc) -> dict[str, object]:
        content: dict[str, object] = {}
        while not isinstance(self._nodes[self._next], yaml.MappingEndEvent):
            event = self._nodes[self._next]
            if not isinstance(event, yaml.ScalarEvent) or event.tag:
                self._note(event, loc, "has a key that is not plain text.", "Put the key in quotes.")
                key = ""
                self.build((*loc, key))
            else:
                self._next += 1
                key = self._key(event, loc, content)
            value = self.build((*loc, key))
            content.setdefault(key, value)
        self._next += 1
        return content

    def _key(self, event: yaml.ScalarEvent, loc: Loc, siblings: Mapping[str, object]) -> str:
        key = str(event.value)
        here = (*loc, key)
        if key == "<<" and not event.style:
            self._note(event, here, "merge keys (<<) are not read.", "Write the keys out.")
        elif not key.strip():
            self._note(event, loc, "has an empty key.", "Name it or remove it.")
        elif key in siblings:
            first, line = self.key_marks[here][0], _place(event)[0]
            self._note(event, here, f"is given twice (lines {first} and {line}).", "Keep one of them.")
        else:
            self.key_marks[here] = _place(event)
        return key

    def _count(self, event: yaml.Event, loc: Loc) -> None:
        self._aliased += bool(self._alias_depth)
        if self._aliased > MAX_ALIASED_VALUES:
            message = f"aliases (*name) repeat more than {MAX_ALIASED_VALUES} values."
            raise ConfigError((self._problem(event, loc, message, "Use fewer of them."),))

    def _problem(self, event: yaml.Event, loc: Loc, message: str, cure: str = "") -> Problem:
        line, column = _place(event)
        return Problem(file=self._path, line=line, column=column, key=dotted(loc), message=message, cure=cure)

    def _note(self, event: yaml.Event, loc: Loc, message: str, cure: str = "") -> None:
        self.problems.append(self._problem(event, loc, message, cure))


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _is_nothing(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.style and _scalar(str(event.value), is_plain=True) is None


def _scalar(text: str, *, is_plain: bool) -> object:
    """A scalar by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#1032-tag-resolution)."""
    value: object = text
    if not is_plain:
        return value
    if text in _NULL:
        value = None
    elif text in _BOOLEANS:
        value = _BOOLEANS[text]
    elif _INTEGER.fullmatch(text):
        value = int(text)
    elif _BASED.fullmatch(text):
        value = int(text, 0)
    elif _FLOAT.fullmatch(text):
        value = float(re.sub(r"\.(?=[a-zA-Z])", "", text))
    return value


def dotted(loc: Loc) -> str:
    """A key path as it is told."""
    return ".".join(str(part) for part in loc)
