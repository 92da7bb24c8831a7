"""seeds/manifest.yaml and the texts beside it → seed entries."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.config.texts import Language, Line, WebUrl
from monitor.config.wording import near_miss, shown
from monitor.config.yaml_nodes import Document, Many, Strict, problem_at, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.seeds import SeedEntry

_MAX_BYTES = 2_000_000
_NOON = "T12:00:00+00:00"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def check_file_name(text: str) -> str:
    """The name of a text file in the manifest's own folder."""
    if not re.fullmatch(r"[^/\\\x00-\x1f.][^/\\\x00-\x1f]*\.txt", text):
        raise ValueError(f"{shown(text)} must be the name of a .txt file in the manifest's folder.")
    return text


def check_published(text: str) -> str:
    """A date, or a date and time with its offset from UTC."""
    published_at(text)
    return text


def published_at(text: str) -> datetime:
    """The instant in UTC; a date alone is taken as noon UTC, which is that day from Hawaii to Sakhalin."""
    try:
        moment = datetime.fromisoformat(text + _NOON if _DAY.fullmatch(text) else text)
    except ValueError:
        raise ValueError(f"{shown(text)} is no date. Write 2023-09-13 or 2023-09-13T10:30:00+07:00.") from None
    if moment.tzinfo is None:
        raise ValueError(f"{shown(text)} has no offset from UTC. Write it like {text}+07:00.")
    return moment.astimezone(UTC)


class SeedSection(Strict):
    """One seed document."""

    file: Annotated[str, AfterValidator(check_file_name)] = Field(description="Name of the .txt file beside this one.")
    title: Line = Field(description="The headline.")
    outlet: Line = Field(description="The news brand, as readers know it.")
    language: Language
    url: WebUrl | None = None
    published: Annotated[str, AfterValidator(check_published)] | None = Field(
        default=None, description="Date, or date and time with offset."
    )


class ManifestFile(Strict):
    """manifest.yaml."""

    seeds: Many[SeedSection] = Field(min_length=1, description="The documents that show what is wanted.")


def load_seed_manifest(path: Path) -> tuple[SeedEntry, ...]:
    """The seeds of a manifest with their texts, in its order.

    Raises:
        ConfigError: With every problem: of the manifest, missing and unreadable texts, files listed twice.
    """
    document = read_document(path)
    sections = validate(document, ManifestFile).seeds
    problems: list[Problem] = []
    entries: list[SeedEntry] = []
    first: dict[str, int] = {}
    for index, section in enumerate(sections):
        if first.setdefault(section.file, index) != index:
            line = document.marks["seeds", first[section.file], "file"][0]
            problems.append(problem_at(document, ("seeds", index, "file"), f"is listed already (line {line})."))
            continue
        try:
            raw_text = _read_text(document, index, path.parent / section.file)
        except ConfigError as error:
            problems.extend(error.problems)
            continue
        entries.append(
            SeedEntry(
                file=section.file,
                title=section.title,
                outlet=section.outlet,
                language=section.language,
                url=section.url,
                published_at=published_at(section.published) if section.published else None,
                is_day_only=_DAY.fullmatch(section.published or "") is not None,
                raw_text=raw_text,
            )
        )
    if problems:
        raise ConfigError(tuple(problems))
    return tuple(entries)


def unlisted_texts(manifest: Path, entries: tuple[SeedEntry, ...]) -> tuple[Problem, ...]:
    """A warning for each .txt file beside the manifest that it does not list."""
    listed = {entry.file for entry in entries}
    return tuple(
        Problem(file=str(path), message=f"is not listed in {manifest.name}.", cure="Until then it is not read.")
        for path in sorted(manifest.parent.glob("*.txt"))
        if path.name not in listed
    )


def _read_text(document: Document, index: int, path: Path) -> str:
    loc = ("seeds", index, "file")
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
        text = raw.decode("utf-8-sig")
    except FileNotFoundError:
        names = [other.name for other in path.parent.glob("*.txt")]
        cure = near_miss(path.name, names)
        raise ConfigError((problem_at(document, loc, f"{path} is missing.", cure),)) from None
    except OSError as error:
        raise ConfigError((problem_at(document, loc, f"{path} cannot be read ({error.strerror})."),)) from None
    except UnicodeDecodeError:
        cure = "Save the file as UTF-8."
        raise ConfigError((problem_at(document, loc, f"{path} is not UTF-8 text.", cure),)) from None
    if len(raw) > _MAX_BYTES:
        raise ConfigError((problem_at(document, loc, f"{path} is larger than {_MAX_BYTES // 1_000_000} MB."),))
    if not text.strip():
        raise ConfigError((problem_at(document, loc, f"{path} is empty."),))
    return text
