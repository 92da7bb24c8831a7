"""urls.yaml → the model's rules of addresses. The file may be missing: then only the built-in rules hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.config.texts import check_host
from monitor.config.wording import shown
from monitor.config.yaml_events import Loc
from monitor.config.yaml_nodes import Document, Many, Strict, problem_at, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.urls import PathRule, SiteRules, UrlRules

_COVERED = ("www.", "m.", "mobile.", "amp.", "wap.")
_PARAMETER = re.compile(r"[^\s&=#?*]{1,99}\*?|\*")
_MAX_PATH = 300


def check_bare_host(text: str) -> str:
    """A host without the prefixes that count as the same host anyway, in the letters of the net (xn--…)."""
    try:
        host = check_host(text.encode("idna").decode("ascii"))
    except UnicodeError:
        raise ValueError(f"{shown(text)} is no host name. Write only the name, without scheme or port.") from None
    for prefix in _COVERED:
        bare = host.removeprefix(prefix)
        if bare != host and "." in bare:
            raise ValueError(f"{shown(text)} begins with {prefix}, which makes no other host. Write {shown(bare)}.")
    return host


def check_site_host(text: str) -> str:
    """A bare host, or `*.` and one: every host below it."""
    return "*." + check_bare_host(text[2:]) if text.startswith("*.") else check_bare_host(text)


def check_parameter(text: str) -> str:
    """A parameter's name, or the beginning of names with a star behind it."""
    if not _PARAMETER.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is no name of a parameter. Write it like ref_id, or ref_* for all that begin so."
        )
    return text


def check_common_parameter(text: str) -> str:
    """A parameter that identifies nothing at any site."""
    if text == "*":
        raise ValueError("'*' would make all articles of many sites one. Drop it for single sites.")
    return check_parameter(text)


def check_path(text: str) -> str:
    """A path from the root, without query."""
    if not text.startswith("/") or len(text) > _MAX_PATH or re.search(r"[\s?#]", text):
        raise ValueError(f"{shown(text)} is no path. Write it like /print/**, from the first slash on, without query.")
    return text


def check_pattern(text: str) -> str:
    """A path with stars: at most one in a segment, at most one segment that is `**`."""
    segments = check_path(text).strip("/").split("/")
    if segments.count("**") > 1:
        raise ValueError(f"{shown(text)} holds ** twice, so that what each stands for is unclear.")
    if any(segment != "**" and segment.count("*") > 1 for segment in segments):
        raise ValueError(f"{shown(text)} holds two stars between two slashes. One * is enough; ** must stand alone.")
    if segments == ["**"]:
        raise ValueError(f"{shown(text)} is every path there is. Name at least one part of it.")
    return text


Parameter = Annotated[str, AfterValidator(check_parameter)]
CommonParameter = Annotated[str, AfterValidator(check_common_parameter)]
SiteHost = Annotated[str, AfterValidator(check_site_host)]
BareHost = Annotated[str, AfterValidator(check_bare_host)]


class PathSection(Strict):
    """Paths of one form count as those of another."""

    pattern: Annotated[str, AfterValidator(check_pattern)] = Field(
        description="The form: * stands for a part between two slashes, or a piece of one, ** for any number of parts."
    )
    becomes: Annotated[str, AfterValidator(check_path)] = Field(
        description="The path that counts; $1, $2, … are what the stars stand for, in order."
    )

    @model_validator(mode="after")
    def _stars_fit(self) -> Self:
        stars = len(re.findall(r"\*\*?", self.pattern))
        used = [int(number) for number in re.findall(r"\$([0-9])", self.becomes)]
        if unknown := [number for number in used if not 0 < number <= stars]:
            raise ValueError(f"becomes names ${unknown[0]}, but the pattern has {stars} of them, counted from $1.")
        if stars and not used:
            raise ValueError("would make all paths of this pattern one article. Keep what identifies with $1, $2, …")
        return self


class SiteSection(Strict):
    """What is known of one outlet's addresses."""

    host: SiteHost = Field(description="Its host without www. or m.; *.example.org: all hosts below example.org.")
    aliases: Many[BareHost] = Field(default=(), description="Other hosts that serve the same paths.")
    drop: Many[Parameter] = Field(default=(), description="Parameters that identify nothing; ref_*: all that begin so.")
    keep: Many[Parameter] = Field(default=(), description="The only parameters that identify; all others are left out.")
    paths: Many[PathSection] = Field(default=(), description="Forms of paths that lead to the same article.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.aliases or self.drop or self.keep or self.paths):
            raise ValueError("says nothing. Give it aliases, drop, keep or paths.")
        if self.host.startswith("*.") and self.aliases:
            raise ValueError(f"aliases cannot stand for every host of {shown(self.host)}. Give a site to each.")
        return self


class UrlsFile(Strict):
    """urls.yaml."""

    drop: Many[CommonParameter] = Field(
        default=(),
        description="Parameters that identify nothing anywhere, beside the built-in ones (utm_*, fbclid, …).",
    )
    sites: Many[SiteSection] = Field(
        default=(), max_length=5000, description="Outlets with addresses of their own kind."
    )


def load_urls(path: Path) -> UrlRules:
    """The rules of the file; none where it is missing.

    Raises:
        ConfigError: With every problem of the file.
    """
    if not path.exists():
        return UrlRules()
    document = read_document(path)
    file = validate(document, UrlsFile)
    problems = tuple(_doubles(document, file))
    if problems:
        raise ConfigError(problems)
    return UrlRules(drop=file.drop, sites=tuple(_site(section) for section in file.sites))


def _site(section: SiteSection) -> SiteRules:
    return SiteRules(
        host=section.host,
        aliases=section.aliases,
        drop=section.drop,
        keep=section.keep,
        paths=tuple(PathRule(pattern=path.pattern, becomes=path.becomes) for path in section.paths),
    )


def _doubles(document: Document, file: UrlsFile) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, section in enumerate(file.sites):
        places: dict[Loc, str] = {("sites", index, "host"): section.host}
        places |= {("sites", index, "aliases", n): host for n, host in enumerate(section.aliases)}
        for place, host in places.items():
            if host in first:
                message = f"{shown(host)} stands here already (line {first[host]})."
                yield problem_at(document, place, message, "Put all that is known of a host into one entry.")
            else:
                first[host] = document.marks[place][0]
