"""YAML files → plain data with a place for every value; pydantic's errors → problems at those places.

The only importer of PyYAML. Scalars follow the core schema of YAML 1.2 (`no`, `yes`, `on`, `off`, `07:00` and dates
are text; only `true` and `false` are booleans), duplicate keys, tags, merge keys and aliases that blow up are
refused, and each value keeps its line and column. It builds from parser events, not from PyYAML's nodes: composing
those recurses in C without a limit, and a file of brackets alone ends the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.config.model_keys import keys_at
from monitor.config.wording import cure_for, expected, is_wrong_kind, near_miss, one_of, shown
from monitor.errors import ConfigError, Problem

Loc = tuple[str | int, ...]
Place = tuple[int, int]

# Against a hostile or runaway file. A watchlist of 10,000 terms has about 60,000 values and 1 MB.
MAX_BYTES = 8_000_000
MAX_VALUES = 400_000
MAX_ALIASED_VALUES = 20_000
MAX_DEPTH = 60

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_BASED = re.compile(r"0o[0-7]{1,100}|0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_T = TypeVar("_T")
_M = TypeVar("_M", bound=BaseModel)

Many = Annotated[tuple[_T, ...], Field(strict=False)]
"""A YAML list as a tuple; a bare `tuple[X, ...]` in a `Strict` model would refuse the list."""


class Strict(BaseModel):
    """Base of the models of all configuration files.

    Unknown keys are errors, nothing is converted (`"5"` is no number, `no` is no boolean), instances are frozen.
    Lists are declared as `Many[X]` (tuples) or `list[X]`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file as plain data (dict with text keys, list, str, int, float, bool, None), with places.

    `path` is the file as shown to the user. `marks` gives (line, column), both from 1, of the value under each key
    path; `key_marks` the same of the key itself (mappings only).
    """

    path: str
    content: object
    marks: Mapping[Loc, Place]
    key_marks: Mapping[Loc, Place] = field(default_factory=dict)


def read_document(path: Path) -> Document:
    """Read one file.

    Raises:
        ConfigError: The file is missing, unreadable, not UTF-8, empty, no YAML, or uses what is refused here.
    """
    text = _read_text(path)
    try:
        events = _Events(str(path), yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise ConfigError((_syntax_problem(str(path), text, error),)) from None
    if not events.nodes:
        raise ConfigError((_whole(path, "is empty.", "`monitor init DIR` writes a commented example."),))
    builder = _Builder(str(path), events)
    content = builder.build(())
    if builder.problems:
        raise ConfigError(tuple(builder.problems))
    return Document(str(path), content, builder.marks, builder.key_marks)


def problem_at(document: Document, loc: Iterable[str | int], message: str, cure: str = "") -> Problem:
    """A problem with the value at a key path (or, where there is none, with its nearest parent)."""
    keys = tuple(loc)
    return _problem(document, keys, _nearest(document.marks, keys), message, cure)


def problem_at_key(document: Document, loc: Iterable[str | int], message: str, cure: str = "") -> Problem:
    """A problem with a key itself, such as an unknown or a badly named one."""
    keys = tuple(loc)
    return _problem(document, keys, document.key_marks.get(keys) or _nearest(document.marks, keys), message, cure)


def validate(document: Document, model: type[_M]) -> _M:
    """The document as a model.

    Raises:
        ConfigError: With every problem at once, in the order of the file.
    """
    try:
        return model.model_validate(document.content)
    except ValidationError as error:
        found = [(_place_in(document, item["loc"]), dict(item)) for item in error.errors(include_url=False)]
    problems = dict.fromkeys(_problems_of(document, model, found))
    raise ConfigError(tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))) from None


# --- reading -----------------------------------------------------------------------------------------------------


def _whole(path: Path | str, message: str, cure: str = "") -> Problem:
    return Problem(file=str(path), message=message, cure=cure)


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError((_whole(path, "is missing.", "`monitor init DIR` writes a commented example."),)) from None
    except IsADirectoryError:
        raise ConfigError((_whole(path, "is a folder, not a file."),)) from None
    except OSError as error:
        raise ConfigError((_whole(path, f"cannot be read ({error.strerror}).", "Check its permissions."),)) from None
    if len(raw) > MAX_BYTES:
        raise ConfigError((_whole(path, f"is larger than {MAX_BYTES // 1_000_000} MB."),))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message, cure = "is not UTF-8 text.", "Save the file as UTF-8."
        raise ConfigError((Problem(file=str(path), line=line, column=column, message=message, cure=cure),)) from None


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
        return Problem(file=self._path, line=line, column=column, key=_dotted(loc), message=message, cure=cure)

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


# --- places and messages -----------------------------------------------------------------------------------------


def _dotted(loc: Loc) -> str:
    return ".".join(str(part) for part in loc)


def _nearest(marks: Mapping[Loc, Place], loc: Loc) -> Place:
    return next((marks[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in marks), (0, 0))


def _problem(document: Document, loc: Loc, place: Place, message: str, cure: str) -> Problem:
    line, column = place
    return Problem(file=document.path, line=line, column=column, key=_dotted(loc), message=message, cure=cure)


def _place_in(document: Document, loc: Loc) -> Loc:
    """pydantic's path without what is not in the file: names of union branches and the mark of a bad key."""
    kept: Loc = ()
    for part in loc[:-1]:
        kept = (*kept, part) if (*kept, part) in document.marks else kept
    last = loc[-1:] if loc and loc[-1] != "[key]" else ()
    return kept + last


def _problems_of(
    document: Document, model: type[BaseModel], errors: list[tuple[Loc, dict[str, Any]]]
) -> Iterator[Problem]:
    """One problem an error; of a union's branches only the one that got furthest is told."""
    at_place: dict[Loc, list[dict[str, Any]]] = {}
    for loc, item in errors:
        exists = item["type"] == "missing" or loc in document.marks
        at_place.setdefault(loc if exists else loc[:-1], []).append(item)
    for loc, items in at_place.items():
        has_deeper = any(other[: len(loc)] == loc and len(other) > len(loc) for other in at_place)
        wrong_kind = [item for item in items if is_wrong_kind(item["type"], item["input"])]
        for item in items:
            is_echo = has_deeper and item["type"] == "too_short"  # pydantic does not count the items that failed
            if item not in wrong_kind and not is_echo:
                yield _explain(document, model, loc, item)
        if wrong_kind and len(wrong_kind) == len(items) and not has_deeper:
            yield _explain_kind(document, loc, wrong_kind)


def _explain_kind(document: Document, loc: Loc, items: list[dict[str, Any]]) -> Problem:
    wanted = " or ".join(dict.fromkeys(expected(item["type"], item.get("ctx", {})) for item in items))
    cures = [cure_for(item["type"], item["input"], {}) for item in items]
    found = shown(items[0]["input"], _dotted(loc))
    return problem_at(document, loc, f"expected {wanted}, found {found}.", next(filter(None, cures), ""))


def _explain(document: Document, model: type[BaseModel], loc: Loc, item: dict[str, Any]) -> Problem:
    error_type, context = str(item["type"]), dict(item.get("ctx", {}))
    if error_type == "missing":
        return problem_at(document, loc, "is missing.")
    if error_type == "extra_forbidden":
        names = keys_at(model, loc[:-1])
        cure = near_miss(str(loc[-1]), names) or f"Known here: {one_of(names)}."
        return problem_at_key(document, loc, "is an unknown key.", cure)
    if error_type in {"value_error", "assertion_error"}:
        return problem_at(document, loc, str(context.get("error", item["msg"])))
    wanted = expected(error_type, context)
    if not wanted:
        return problem_at(document, loc, f"{str(item['msg']).replace('Input should', 'should')}.")
    found = shown(item["input"], _dotted(loc))
    cure = cure_for(error_type, item["input"], context)
    return problem_at(document, loc, f"expected {wanted}, found {found}.", cure)
