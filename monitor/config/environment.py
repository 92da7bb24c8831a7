"""Environment variables → overrides of monitor.yaml.

MONITOR_STORE__URL stands for the key `url` in `store`: two underscores step into a section. Every scalar and every
list of words can be given so (lists separated by commas); an empty variable counts as absent. A MONITOR_ name that
fits nothing is an error: silently ignored, a misspelt override would run the wrong configuration.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from monitor.config.channels import is_channel_variable
from monitor.config.secrets import ENVIRONMENT, NAMES, PREFIX, variables_of
from monitor.config.wording import near_miss, shown
from monitor.errors import Problem

Path = tuple[str, ...]

# MONITOR_TEST_* belongs to the test suite. The others are set by Kubernetes in every pod beside a service of that name.
_NOT_OURS = re.compile(r"MONITOR_(TEST_.*|SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_(TCP|UDP).*)?)")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def variable_names(model: type[BaseModel]) -> dict[str, Path]:
    """Every variable that overrides a key of the model → the path of that key."""
    return {PREFIX + "__".join(path).upper(): path for path, _ in _leaves(model)}


def overrides(model: type[BaseModel], env: Mapping[str, str]) -> tuple[dict[Path, object], tuple[Problem, ...]]:
    """The values that the environment gives for keys of the model, typed; and what is wrong with its names and values.

    Values are only read here; whether they make sense is validated with the file's.
    """
    leaves = dict(_leaves(model))
    by_name = {PREFIX + "__".join(path).upper(): path for path in leaves}
    secrets = {variable for name in NAMES for variable in variables_of(name)}
    values: dict[Path, object] = {}
    problems: list[Problem] = []
    for name in sorted(name for name in env if name.startswith(PREFIX)):
        if name in secrets or not env[name] or _NOT_OURS.fullmatch(name) or is_channel_variable(name):
            continue
        if name not in by_name:
            problems.append(_stranger(name, by_name, secrets))
            continue
        path = by_name[name]
        try:
            values[path] = _typed(env[name], leaves[path])
        except ValueError as error:
            problems.append(Problem(file=ENVIRONMENT, key=name, message=str(error)))
    return values, tuple(problems)


def _stranger(name: str, known: Iterable[str], secrets: Iterable[str]) -> Problem:
    cure = ""
    if "PASS" in name:  # wherever it was thought to belong
        cure = near_miss(name, secrets, cutoff=0.4)
    cure = cure or near_miss(name, known) or "Remove it, or see monitor.yaml for the keys there are."
    return Problem(file=ENVIRONMENT, key=name, message="is no setting of this program.", cure=cure)


def merged(content: object, values: Mapping[Path, object]) -> object:
    """A file's content with overrides laid over it; the content itself stays as it is."""
    for path, value in values.items():
        content = _laid(content, path, value)
    return content


def _laid(content: object, path: Path, value: object) -> object:
    if not path:
        return value
    below = content if isinstance(content, dict) else {}
    return {**below, path[0]: _laid(below.get(path[0]), path[1:], value)}


def _leaves(model: type[BaseModel], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    for name, field in model.model_fields.items():
        path = (*above, name)
        section = next((kind for kind in _kinds(field.annotation) if _is_model(kind)), None)
        if section is not None:
            yield from _leaves(section, path)
        elif dict not in _kinds(field.annotation):  # names of the user's own are no part of a variable
            yield path, field.annotation


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and get_origin(kind) is None and issubclass(kind, BaseModel)


def _kinds(annotation: Any) -> Iterator[Any]:
    """The plain types that an annotation stands for: without `Annotated`, unions opened, literals as their words."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin in {Union, types.UnionType}:
        for member in get_args(annotation):
            yield from _kinds(member)
    elif origin is Literal:
        yield str
    else:
        yield origin or annotation


def _typed(text: str, annotation: Any) -> object:
    kinds = set(_kinds(annotation))
    if bool in kinds:
        if text not in {"true", "false"}:
            raise ValueError(f"expected true or false, found {shown(text)}.")
        return text == "true"
    if kinds & {int, float}:
        if not _NUMBER.fullmatch(text):
            raise ValueError(f"expected a number, found {shown(text)}.")
        return int(text) if re.fullmatch(r"[-+]?\d{1,300}", text) else float(text)
    if tuple in kinds:
        return [word.strip() for word in text.split(",") if word.strip()]
    return text
