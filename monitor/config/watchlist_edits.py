"""Small edits of a watchlist's file as text: what a person wrote there, comments and all, stays as it is.

Every edit is read again: a text that would not mean exactly the wanted watchlist is refused. Owns no file: what is
given back is a text, and the file stays as it is.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.config.watchlists import load_watchlist
from monitor.config.yaml_events import Loc, Place
from monitor.config.yaml_nodes import Document, read_document
from monitor.errors import ConfigError, Problem
from monitor.model.proposals import AddException, AddRule, Edit, IgnoreOutlet, SetPoints, SetThreshold
from monitor.model.watchlists import Watchlist

_RULES = ("boost", "penalty")
_SCALAR = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^\s,\[\]{}#]+(?:[ ]+[^\s,\[\]{}#]+)*""")
_PLAIN = re.compile(r"[^\W\d_](?:[\w -]*\w)?")
_TRICKY = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def edited(text: str, edit: Edit, wanted: Watchlist, *, path: Path, config_dir: Path) -> str:
    """The text of a watchlist's file with one edit made, so that it means `wanted` (but for its version).

    `path` is the file that the text is of, for messages.

    Raises:
        ConfigError: The file is written in a way that is not edited here, or would mean something else.
    """
    try:
        changed = _changed(text, _document(text, path), edit)
        read = read_text(changed, path=path, config_dir=config_dir)
    except _UneditableError as error:
        raise _cannot(path, str(error)) from None
    except ConfigError as error:
        raise _cannot(path, f"it would not be valid: {error.problems[0].message}") from None
    if _meaning(read) != _meaning(wanted):
        raise _cannot(path, "it is written in a way that this program does not edit")
    return changed


def read_text(text: str, *, path: Path, config_dir: Path) -> Watchlist:
    """The watchlist that a text would be as the file `path`. Raises `ConfigError`."""
    with tempfile.TemporaryDirectory() as folder:
        return load_watchlist(_in_folder(text, path, folder), config_dir=config_dir)


def own_aliases(path: Path) -> frozenset[tuple[str, str]]:
    """The (entity, alias) pairs that are written in a watchlist's own file."""
    document = read_document(path)
    return frozenset((entity, alias) for entity, alias, _ in _aliases(document))


class _UneditableError(Exception):
    """The file is written in a way that is not edited here."""


def _cannot(path: Path, why: str) -> ConfigError:
    return ConfigError((Problem(file=str(path), message=f"cannot be edited: {why}.", cure="Edit it by hand."),))


def _in_folder(text: str, path: Path, folder: str) -> Path:
    copy = Path(folder) / path.name
    copy.write_text(text, encoding="utf-8", newline="")
    return copy


def _document(text: str, path: Path) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        return read_document(_in_folder(text, path, folder))


def _meaning(watchlist: Watchlist) -> Watchlist:
    examples = tuple(replace(example, place="") for example in watchlist.examples)
    return replace(watchlist, version="", examples=examples, places={})


# --- text -------------------------------------------------------------------------------------------------------


def _changed(text: str, document: Document, edit: Edit) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    match edit:
        case SetThreshold():
            _set_threshold(lines, document, edit)
        case AddRule():
            _append(lines, document, "boost" if edit.points > 0 else "penalty", _rule_lines(edit))
        case SetPoints():
            _put(lines, document.marks[(*_rule_loc(document, edit.name), "points")], _number(abs(edit.points)))
        case IgnoreOutlet():
            _append(lines, document, "ignored_outlets", [_scalar(edit.outlet)])
        case AddException():
            _add_exception(lines, document, edit)
    return newline.join(lines)


def _set_threshold(lines: list[str], document: Document, edit: SetThreshold) -> None:
    if ("threshold",) in document.marks:
        _put(lines, document.marks[("threshold",)], _number(edit.threshold))
    else:
        _insert_key(lines, document, [f"threshold: {_number(edit.threshold)}"])


def _rule_lines(edit: AddRule) -> list[str]:
    return [
        f"name: {edit.name}",
        f"when: {{terms: [{_scalar(edit.term)}], in: [title, lead]}}",
        f"points: {_number(abs(edit.points))}",
    ]


def _rule_loc(document: Document, name: str) -> Loc:
    content = document.content if isinstance(document.content, dict) else {}
    for key in _RULES:
        for index, rule in enumerate(content.get(key) or ()):
            if rule["name"] == name:
                return (key, index)
    raise _UneditableError(f"the rule {name} is inherited, not written here")


def _append(lines: list[str], document: Document, key: str, item: Sequence[str]) -> None:
    """One more item at the end of a top-level list, or the list with it."""
    place = document.marks.get((key,))
    if place is None:
        _insert_key(lines, document, [f"{key}:", *_item("  ", item)])
    elif _at(lines, place).startswith("["):
        _insert_in_brackets(lines, document, (key,), item[0] if len(item) == 1 else "{" + ", ".join(item) + "}")
    else:
        at = _end_of(lines, document, key)
        lines[at:at] = _item(" " * (place[1] - 1), item)


def _item(indent: str, item: Sequence[str]) -> list[str]:
    return [f"{indent}{'- ' if n == 0 else '  '}{line}" for n, line in enumerate(item)]


def _end_of(lines: list[str], document: Document, key: str) -> int:
    """Index of the line behind a top-level key's value; blank lines and comments belong to what follows."""
    begin = document.key_marks[(key,)][0]
    following = [place[0] for loc, place in document.key_marks.items() if len(loc) == 1 and place[0] > begin]
    at = min(following) - 1 if following else len(lines)
    while at > begin and _is_idle(lines[at - 1]):
        at -= 1
    return at


def _insert_key(lines: list[str], document: Document, block: list[str]) -> None:
    """A new top-level key: before the tests, which come last, or at the end."""
    mark = document.key_marks.get(("tests",))
    if mark is None:
        at = len(lines)
        while at and not lines[at - 1].strip():
            at -= 1
        lines[at:] = ["", *block, ""]
        return
    at = mark[0] - 1
    while at and lines[at - 1].startswith("#"):
        at -= 1
    lines[at:at] = [*block, ""]


def _add_exception(lines: list[str], document: Document, edit: AddException) -> None:
    places = [loc for entity, alias, loc in _aliases(document) if (entity, alias) == (edit.entity, edit.alias)]
    if not places:
        raise _UneditableError(f"{edit.alias} is not written here as a spelling of {edit.entity}")
    phrase = _scalar(edit.phrase)
    for loc in sorted(places, key=lambda loc: document.marks[loc], reverse=True):
        place, term = document.marks[loc], document.marks.get((*loc, "term"))
        if term is None:
            _put(lines, place, f"{{term: {_scalar(edit.alias)}, not: [{phrase}]}}")
        elif (*loc, "not") in document.marks:
            listed = document.marks[(*loc, "not")]
            if not _at(lines, listed).startswith("["):
                raise _UneditableError(f"the `not` of {edit.alias} is not written in brackets")
            _insert_in_brackets(lines, document, (*loc, "not"), phrase)
        elif _at(lines, place).startswith("{"):
            _put(lines, term, f"{_scalar(edit.alias)}, not: [{phrase}]")
        else:
            line, column = document.key_marks[(*loc, "term")]
            lines.insert(line, f"{' ' * (column - 1)}not: [{phrase}]")


def _aliases(document: Document) -> Iterator[tuple[str, str, Loc]]:
    """Entity, alias and where it is written; names of included entities are no aliases."""
    content = document.content if isinstance(document.content, dict) else {}
    for entity, value in (content.get("entities") or {}).items():
        for key, terms in value.items() if isinstance(value, dict) else [(None, value)]:
            if key == "include":
                continue
            for index, term in enumerate(terms or ()):
                loc: Loc = ("entities", entity, *(() if key is None else (key,)), index)
                yield entity, term["term"] if isinstance(term, dict) else term, loc


def _at(lines: list[str], place: Place) -> str:
    return lines[place[0] - 1][place[1] - 1 :]


def _put(lines: list[str], place: Place, value: str) -> None:
    """Another scalar in place of the one that stands there."""
    line, column = place[0] - 1, place[1] - 1
    found = _SCALAR.match(lines[line], column)
    if found is None:
        raise _UneditableError(f"line {place[0]} is not written as one plain or quoted value")
    lines[line] = lines[line][:column] + value + lines[line][found.end() :]


def _insert_in_brackets(lines: list[str], document: Document, loc: Loc, value: str) -> None:
    """One more item at the end of a list of scalars in brackets."""
    last = -1
    while (*loc, last + 1) in document.marks:
        last += 1
    place = document.marks[loc if last < 0 else (*loc, last)]
    line = place[0] - 1
    if last < 0:
        end = place[1]
    elif (found := _SCALAR.match(lines[line], place[1] - 1)) is not None:
        end, value = found.end(), f", {value}"
    else:
        raise _UneditableError(f"the list in line {document.marks[loc][0]} stands in brackets")
    lines[line] = lines[line][:end] + value + lines[line][end:]


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _number(value: float) -> str:
    return f"{value:g}"


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.casefold() not in _TRICKY
    return text if is_plain else "'" + text.replace("'", "''") + "'"
