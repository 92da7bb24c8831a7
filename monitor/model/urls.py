"""What a user knows of addresses: which parameters, paths and hosts make no other article."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRule:
    """Paths of one form count as those of another.

    In `pattern`, `*` stands for any characters of one segment (at most once in each), and `**` for any number of whole
    segments (at most once). `becomes` is the path that counts; `$1`, `$2` … are what the stars stood for, in order.
    """

    pattern: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """One outlet's addresses. `host` and `aliases` are hosts without www/m/amp; `*.example.org`: all below it.

    `drop`: parameters that identify nothing; `keep`: the only ones that do (() = all that are not dropped). A name may
    end in `*`. `paths` apply one after the other, each once.
    """

    host: str
    aliases: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    paths: tuple[PathRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlRules:
    """The user's rules: `drop` holds for every host, `sites` for their own."""

    drop: tuple[str, ...] = ()
    sites: tuple[SiteRules, ...] = ()
