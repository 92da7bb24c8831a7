"""Small edits of feeds.yaml as text: what a person wrote there, comments and all, stays as it is.

Owns: adding entries at the end of the list, and switching one on or off. Every edit is read again before it is
written: a file that would not mean exactly what was asked stays untouched. Refuses: to rewrite the file, and to edit
a list in a style that it does not know ([…] on one line), which it says.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.config.feeds import FeedSection, FeedsFile, read_sections
from monitor.config.texts import check_language
from monitor.config.wording import near_miss
from monitor.config.yaml_nodes import Document, read_document, validate
from monitor.errors import ConfigError, Problem

_KEYS = (
    "id",
    "url",
    "outlet",
    "language",
    "country",
    "zone",
    "min_interval_s",
    "source",
    "full_text",
    "site",
    "folder",
    "heeds_wishes",
    "enabled",
)
_PLAIN = re.compile(r"[A-Za-z0-9_/.][A-Za-z0-9_/.+ -]*")
_TRICKY = re.compile(r"~|null|true|false|[-+.]?[0-9][0-9a-fxo_.eE+-]*|\.(?:inf|nan)|.*\s", re.IGNORECASE)
_ID_CHARS = 64


def add_feeds(path: Path, sections: Sequence[FeedSection]) -> None:
    """Append entries to the list of the file.

    Raises:
        ConfigError: The file cannot be read or written, or would not be valid with them.
    """
    if not sections:
        return
    before = read_sections(path)

    def edited(text: str, document: Document) -> str:
        dash, key = _style(text, document)
        if dash is None:
            raise _cannot(path, "its list of feeds is not written with one '- ' an entry")
        newline = "\r\n" if "\r\n" in text else "\n"
        entries = newline.join(_entry(section, dash, key, newline) for section in sections)
        return text.rstrip() + 2 * newline + entries

    _edit(path, edited, (*before, *sections))


def set_enabled(path: Path, feed_ids: Iterable[str], is_enabled: bool) -> list[str]:
    """Switch feeds on or off; the ids that were changed, in the order of the file.

    Raises:
        ConfigError: An id is not in the file; the file cannot be read, edited or written.
    """
    wanted = set(feed_ids)
    before = read_sections(path)
    if strangers := sorted(wanted - {section.id for section in before}):
        problem = Problem(
            file=str(path),
            message=f"has no feed {', '.join(map(repr, strangers))}.",
            cure=near_miss(strangers[0], [section.id for section in before]) or "`monitor feeds list` shows them.",
        )
        raise ConfigError((problem,))
    places = [n for n, section in enumerate(before) if section.id in wanted and section.enabled != is_enabled]
    changed = set(places)
    after = [
        section.model_copy(update={"enabled": is_enabled}) if n in changed else section
        for n, section in enumerate(before)
    ]

    def edited(text: str, document: Document) -> str:
        lines = text.splitlines(keepends=True)
        for n in reversed(places):  # from the end, so that earlier lines keep their numbers
            _switch(lines, document, n, is_enabled)
        return "".join(lines)

    if places:
        _edit(path, edited, after)
    return [before[n].id for n in places]


def new_section(path: Path, facts: Mapping[str, object]) -> FeedSection:
    """An entry of these facts; None among them counts as not given.

    Raises:
        ConfigError: With every fact that cannot be used, by its key.
    """
    given = {name: value for name, value in facts.items() if value is not None}
    place = {("feeds",): (0, 0), ("feeds", 0): (0, 0)} | {("feeds", 0, name): (0, 0) for name in given}
    try:
        return validate(Document(str(path), {"feeds": [given]}, place), FeedsFile).feeds[0]
    except ConfigError as error:
        problems = (replace(problem, key=problem.key.removeprefix("feeds.0.")) for problem in error.problems)
        raise ConfigError(tuple(problems)) from None


def usable_language(said: str | None) -> str | None:
    """What a feed says of its language as the file wants it ("en_us" → "en-US"); None where it makes no sense."""
    base, _, region = (said or "").strip().replace("_", "-").partition("-")
    tag = base.lower() + (f"-{region.upper() if len(region) == 2 else region.title()}" if region else "")
    for candidate in (tag, base.lower()):
        try:
            return check_language(candidate)
        except ValueError:
            continue
    return None


def unused_id(wish: str, taken: Collection[str]) -> str:
    """A valid id as close to the wish as can be, not among those taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", wish.casefold()).strip("-")[:_ID_CHARS].rstrip("-") or "feed"
    if stem not in taken:
        return stem
    base = stem[: _ID_CHARS - 8].rstrip("-")
    # Thousands of a list may share a name: not from 2 on each time, but by doubling, and halving back.
    below, number = 1, 2
    while f"{base}-{number}" in taken:
        below, number = number, 2 * number
    while number - below > 1:
        middle = (below + number) // 2
        below, number = (middle, number) if f"{base}-{middle}" in taken else (below, middle)
    return f"{base}-{number}"


# --- text -------------------------------------------------------------------------------------------------------


def _entry(section: FeedSection, dash: str, key: str, newline: str) -> str:
    """One entry in block style; what has its default value is not written."""
    facts = section.model_dump(exclude_defaults=True)
    lines = [f"{name}: {_scalar(facts[name])}" for name in _KEYS if name in facts]
    return "".join(f"{dash if n == 0 else key}{line}{newline}" for n, line in enumerate(lines))


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    is_plain = re.fullmatch(r"https?://[^\s#'\"]+", text) and ": " not in text and not text.endswith(":")
    is_plain = is_plain or (_PLAIN.fullmatch(text) and not _TRICKY.fullmatch(text))
    return text if is_plain else "'" + text.replace("'", "''") + "'"


def _style(text: str, document: Document) -> tuple[str | None, str]:
    """What stands before the first key of an entry and before its others; None for a list in brackets."""
    line, dash_at = document.marks[("feeds",)]
    if text.splitlines()[line - 1][dash_at - 1] == "[":
        return None, ""
    indent = " " * (dash_at - 1)
    width = 2 if _is_flow(document, 0) else document.marks["feeds", 0][1] - dash_at
    return indent + "-".ljust(width), indent + " " * width


def _is_flow(document: Document, n: int) -> bool:
    """Whether an entry is written in braces: then its first key does not stand where the entry begins."""
    keys = [place for loc, place in document.key_marks.items() if loc[:2] == ("feeds", n) and len(loc) == 3]
    return min(keys) != document.marks["feeds", n]


def _switch(lines: list[str], document: Document, n: int, is_enabled: bool) -> None:
    """Change one entry's `enabled`, or write it behind its last key (in braces: before its first)."""
    word = "true" if is_enabled else "false"
    mark = document.marks.get(("feeds", n, "enabled"))
    if mark is not None:
        line, column = mark[0] - 1, mark[1] - 1
        lines[line] = lines[line][:column] + re.sub(r"\A[\w'\"]+", word, lines[line][column:])
        return
    keys = sorted(place for loc, place in document.key_marks.items() if loc[:2] == ("feeds", n) and len(loc) == 3)
    if _is_flow(document, n):
        line, column = keys[0][0] - 1, keys[0][1] - 1
        lines[line] = f"{lines[line][:column]}enabled: {word}, {lines[line][column:]}"
        return
    at, indent = keys[-1][0], " " * (keys[-1][1] - 1)
    following = next((line for line in lines[at:] if line.strip() and not line.lstrip().startswith("#")), "")
    if following.startswith(indent + " "):  # the last value runs on: the line goes before it
        at -= 1
    newline = "\r\n" if lines[at - 1].endswith("\r\n") else "\n"
    if not lines[at - 1].endswith("\n"):
        lines[at - 1] += newline
    lines.insert(at, f"{indent}enabled: {word}{newline}")


# --- files ------------------------------------------------------------------------------------------------------


def _edit(path: Path, edited: Callable[[str, Document], str], wanted: Sequence[FeedSection]) -> None:
    """Write the edited text, if it means what is wanted; the file is whole at every moment."""
    real = path.resolve()
    try:
        raw = real.read_bytes()
        text = raw.decode("utf-8-sig")
        new = edited(text, read_document(path))
        mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=".feeds-", suffix=".yaml")
        fresh = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(mark + new.encode())
                file.flush()
                os.fsync(file.fileno())
            _check(path, fresh, wanted)
            fresh.chmod(real.stat().st_mode & 0o7777)
            fresh.replace(real)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        problem = Problem(
            file=str(path), message=f"cannot be written ({error.strerror}).", cure="Check its permissions."
        )
        raise ConfigError((problem,)) from error


def _check(path: Path, fresh: Path, wanted: Sequence[FeedSection]) -> None:
    try:
        found = read_sections(fresh)
    except ConfigError as error:
        problems = tuple(
            Problem(file=str(path), key=one.key, message=f"would not be valid: {one.message}", cure=one.cure)
            for one in error.problems
        )
        raise ConfigError(problems) from None
    if tuple(found) != tuple(wanted):
        raise _cannot(path, "it is written in a way that this program does not edit")


def _cannot(path: Path, why: str) -> ConfigError:
    problem = Problem(file=str(path), message=f"was left as it is: {why}.", cure="Edit it by hand.")
    return ConfigError((problem,))
