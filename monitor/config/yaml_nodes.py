"""YAML files → plain data with a place for every value; pydantic's errors → problems at those places.

What YAML is read and what is refused: `yaml_events`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.config.model_keys import cure_at, keys_at
from monitor.config.wording import cure_for, expected, foreign_key, is_wrong_kind, near_miss, one_of, shown
from monitor.config.yaml_events import DOUBTFUL, MAX_BYTES, Built, Loc, Place, dotted, plain_content
from monitor.errors import ConfigError, Problem

_T = TypeVar("_T")
_M = TypeVar("_M", bound=BaseModel)

Many = Annotated[tuple[_T, ...], Field(strict=False)]
"""A YAML list as a tuple; a bare `tuple[X, ...]` in a `Strict` model would refuse the list."""


class Strict(BaseModel):
    """Base of the models of all configuration files.

    Unknown keys are errors, nothing is converted (`"5"` is no number, `no` is no boolean), instances are frozen.
    Lists are declared as `Many[X]` (tuples) or `list[X]`. `cures` says, by key, what to write where a value of another
    kind was given, or too few.
    """

    cures: ClassVar[Mapping[str, str]] = {}

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
    content = plain_content(text)
    if content is not DOUBTFUL:
        places = _Places(str(path), text)
        return Document(str(path), content, _Marks(places), _KeyMarks(places))
    built = Built(str(path), text)
    if built.is_empty:
        raise ConfigError((_whole(path, "is empty.", "`monitor init DIR` writes a commented example."),))
    if built.problems:
        raise ConfigError(tuple(built.problems))
    return Document(str(path), built.content, built.marks, built.key_marks)


@dataclass(frozen=True)
class _Places:
    """The places of a text, found when one of them is asked for."""

    path: str
    text: str

    @cached_property
    def built(self) -> Built:
        return Built(self.path, self.text)


class _Marks(Mapping[Loc, Place]):
    def __init__(self, places: _Places) -> None:
        self._places = places

    def _all(self) -> Mapping[Loc, Place]:
        return self._places.built.marks

    def __getitem__(self, loc: Loc) -> Place:
        return self._all()[loc]

    def __iter__(self) -> Iterator[Loc]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class _KeyMarks(_Marks):
    def _all(self) -> Mapping[Loc, Place]:
        return self._places.built.key_marks


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
            # The buffer is as large as what is asked for, whatever the file holds.
            size = os.fstat(file.fileno()).st_size
            raw = file.read(min(size, MAX_BYTES) + 1) if size else file.read(MAX_BYTES + 1)
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


# --- places and messages -----------------------------------------------------------------------------------------


def _nearest(marks: Mapping[Loc, Place], loc: Loc) -> Place:
    return next((marks[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in marks), (0, 0))


def _problem(document: Document, loc: Loc, place: Place, message: str, cure: str) -> Problem:
    line, column = place
    return Problem(file=document.path, line=line, column=column, key=dotted(loc), message=message, cure=cure)


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
            yield _explain_kind(document, model, loc, wrong_kind)


def _explain_kind(document: Document, model: type[BaseModel], loc: Loc, items: list[dict[str, Any]]) -> Problem:
    wanted = " or ".join(dict.fromkeys(expected(item["type"], item.get("ctx", {})) for item in items))
    cures = [cure_at(model, loc), *(cure_for(item["type"], item["input"], {}) for item in items)]
    found = shown(items[0]["input"], dotted(loc))
    return problem_at(document, loc, f"expected {wanted}, found {found}.", next(filter(None, cures), ""))


def _explain(document: Document, model: type[BaseModel], loc: Loc, item: dict[str, Any]) -> Problem:
    error_type, context = str(item["type"]), dict(item.get("ctx", {}))
    if error_type == "missing":
        return problem_at(document, loc, "is missing.")
    if error_type == "extra_forbidden":
        names = keys_at(model, loc[:-1])
        key = str(loc[-1])
        cure = foreign_key(key, names) or near_miss(key, names) or f"Known here: {one_of(names)}."
        return problem_at_key(document, loc, "is an unknown key.", cure)
    if error_type in {"value_error", "assertion_error"}:
        return problem_at(document, loc, str(context.get("error", item["msg"])))
    wanted = expected(error_type, context)
    if not wanted:
        return problem_at(document, loc, f"{str(item['msg']).replace('Input should', 'should')}.")
    if error_type == "too_short" and (count := context.get("actual_length")) is not None:
        found = str(count or "none")
        cure = cure_at(model, loc)
    else:
        found = shown(item["input"], dotted(loc))
        cure = cure_for(error_type, item["input"], context)
    return problem_at(document, loc, f"expected {wanted}, found {found}.", cure)
