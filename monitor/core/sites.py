"""The user's rules of addresses, ready to be applied to keys: what a site's parameters, paths and hosts mean.

Owns: which rules hold for a host and in which order. Applied to the form that is compared only, never to the address
that is shown or asked for. Every rule takes time in proportion to the address: globs, no expressions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import unquote

from monitor.core.url_parts import bare_host, escape
from monitor.model.urls import PathRule, SiteRules, UrlRules


class Sites:
    """Compiled `UrlRules`. Compared by identity: one is made a configuration, and it is a key of caches."""

    def __init__(self, rules: UrlRules | None = None) -> None:
        rules = rules or UrlRules()
        self._drop = _Names(rules.drop)
        self._exact: dict[str, _Site] = {}
        self._below: dict[str, _Site] = {}
        for site in rules.sites:
            compiled = _Site.of(site)
            for host in (site.host, *site.aliases):
                place = self._below if host.startswith("*.") else self._exact
                place.setdefault(bare_host(host.removeprefix("*.").lower()), compiled)
        self.are_none = not (rules.drop or rules.sites)

    def outlets_host(self, host: str) -> str:
        """The host that stands for a bare one: itself, or the one it is an alias of; a port stays."""
        name, colon, port = host.partition(":")
        site = self._exact.get(name)
        return f"{site.host}{colon}{port}" if site is not None else host

    def compared(self, host: str, path: str, query: str) -> tuple[str, str, str]:
        """(host, path, query) as they are compared, of a bare host and a canonical path and query."""
        site = self._of(host)
        if query:
            query = "&".join(field for field in query.split("&") if self._identifies(field, site))
        if site is not None:
            for rule in site.paths:
                path = rule.applied(path)
        return self.outlets_host(host), path, query

    def _of(self, host: str) -> _Site | None:
        name = host.partition(":")[0]
        if name in self._exact:
            return self._exact[name]
        while self._below and "." in name:
            name = name.partition(".")[2]
            if name in self._below:
                return self._below[name]
        return None

    def _identifies(self, field: str, site: _Site | None) -> bool:
        name = unquote(field.partition("=")[0]).lower()
        if name in self._drop:
            return False
        if site is None:
            return True
        return name not in site.drop and (site.keeps_all or name in site.keep)


@dataclass(frozen=True, slots=True)
class _Site:
    host: str
    drop: _Names
    keep: _Names
    keeps_all: bool
    paths: tuple[_Path, ...]

    @classmethod
    def of(cls, site: SiteRules) -> _Site:
        return cls(
            host=bare_host(site.host.lower()),
            drop=_Names(site.drop),
            keep=_Names(site.keep),
            keeps_all=not site.keep,
            paths=tuple(map(_Path.of, site.paths)),
        )


class _Names:
    """Names of parameters; `ab*` stands for all that begin so. Case does not matter."""

    def __init__(self, names: Iterable[str]) -> None:
        lower = [name.lower() for name in names]
        self._exact = frozenset(name for name in lower if not name.endswith("*"))
        self._prefixes = tuple(name[:-1] for name in lower if name.endswith("*"))

    def __contains__(self, name: str) -> bool:
        return name in self._exact or name.startswith(self._prefixes)


_MANY = "**"


@dataclass(frozen=True, slots=True)
class _Path:
    """A path rule, its pattern cut at the segment that stands for many."""

    head: tuple[str, ...]
    tail: tuple[str, ...]
    has_many: bool
    becomes: tuple[str | int, ...]

    @classmethod
    def of(cls, rule: PathRule) -> _Path:
        segments = escape(rule.pattern).strip("/").split("/")
        has_many = _MANY in segments
        at = segments.index(_MANY) if has_many else len(segments)
        becomes = tuple(_pieces(escape(rule.becomes)))
        return cls(head=tuple(segments[:at]), tail=tuple(segments[at + 1 :]), has_many=has_many, becomes=becomes)

    def applied(self, path: str) -> str:
        """The path that counts for this one; itself where the pattern is another's."""
        found = self._stars(path.strip("/").split("/"))
        if found is None:
            return path
        made = "".join(piece if isinstance(piece, str) else found[piece - 1] for piece in self.becomes)
        return "/" + "/".join(filter(None, made.split("/")))

    def _stars(self, segments: list[str]) -> list[str] | None:
        end = len(segments) - len(self.tail)
        if end < len(self.head) or (not self.has_many and end > len(self.head)):
            return None
        found = []
        for pattern, segment in zip_longest(self.head, segments[: len(self.head)], fillvalue=""):
            found.append(_star(pattern, segment))
        if self.has_many:
            found.append("/".join(segments[len(self.head) : end]))
        for pattern, segment in zip(self.tail, segments[end:], strict=True):
            found.append(_star(pattern, segment))
        if any(one is None for one in found):
            return None
        stars = (
            *(p.count("*") for p in self.head),
            *([1] if self.has_many else []),
            *(p.count("*") for p in self.tail),
        )
        return [one for one, count in zip(found, stars, strict=True) if count and one is not None]


def _star(pattern: str, segment: str) -> str | None:
    """What the star of a segment's pattern stands for, "" where there is no star; None: another segment."""
    before, star, behind = pattern.partition("*")
    if not star:
        return "" if segment == pattern else None
    is_one = len(segment) >= len(before) + len(behind) and segment.startswith(before) and segment.endswith(behind)
    return segment[len(before) : len(segment) - len(behind)] if is_one else None


def _pieces(text: str) -> Iterable[str | int]:
    """Texts and the numbers of stars (`$1`) between them."""
    head, *rest = text.split("$")
    yield head
    for piece in rest:
        if piece[:1].isdigit() and piece[:1] != "0":
            yield int(piece[0])
            yield piece[1:]
        else:
            yield "$" + piece


NO_SITES = Sites()
