"""What a pydantic model knows at a path of a file: its keys, for near misses, and its own words of cure."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


def keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> set[str]:
    """The keys that may stand at `loc` (of any branch, where there is a union)."""
    return {key for kind in _models_at(model, loc) for key in _fields(kind)}


def cure_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    """What a model says (in `cures`) to whom a value at `loc`, or an item of it, is of another kind than it wants."""
    keys = [place for place, part in enumerate(loc) if isinstance(part, str)]
    if not keys:
        return ""
    cures = (getattr(kind, "cures", {}) for kind in _models_at(model, loc[: keys[-1]]))
    return next((found for one in cures if (found := one.get(loc[keys[-1]]))), "")


def _models_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> Iterator[Any]:
    kinds = list(_alternatives(model))
    for part in loc:
        kinds = [found for kind in kinds for below in _below(kind, part) for found in _alternatives(below)]
    return filter(_is_model, kinds)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {known.alias or name: known.annotation for name, known in model.model_fields.items()}


def _alternatives(kind: Any) -> Iterator[Any]:
    """A type without `Annotated`, a union as its members."""
    if hasattr(kind, "__value__"):  # the alias of a `type` statement
        yield from _alternatives(kind.__value__)
    elif get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in {Union, types.UnionType}:
        for member in get_args(kind):
            yield from _alternatives(member)
    else:
        yield kind


def _below(kind: Any, part: str | int) -> Iterator[Any]:
    """The types under one step of a path."""
    args = get_args(kind)
    if _is_model(kind):
        fields = _fields(kind)
        if part in fields:
            yield fields[str(part)]
    elif args:  # a list's item, a mapping's value
        yield args[0] if isinstance(part, int) else args[-1]
