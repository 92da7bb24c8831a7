"""Further addresses of an article: where its link led to, and what its page calls its own address (rel=canonical).

Pages err: templates name the home page, the section or the first article ever as canonical. So an address is believed
only if something ties it to the article: the same number, the same words at the end of the path, or the title's words.
And it must neither be a front page nor bear another number, and rel=canonical only speaks for its own host (or one that
the user's rules call the same outlet's). Refuses: to merge. An address that is taken leads later arrivals to the
article, where their texts decide; an address that leads to another article stays that one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from monitor.core.articles import is_aggregator
from monitor.core.sites import NO_SITES, Sites
from monitor.core.tokens import words_of
from monitor.core.urls import canonicalize, host_of, is_site_root, url_key
from monitor.model.articles import Article, Decision
from monitor.model.pages import OtherAddress

VERSION = "addresses-1"
MIN_DIGITS = 4
"""Shorter numbers stand in too many addresses to tie two of them together."""
MIN_NUMBER = 5
"""A link that says nothing (a short one) may lead to an address with a number as long as articles have."""
MIN_WORDS = 3
"""Fewer words at the end of a path name a template (`article-view`) or a section."""
TITLE_SHARE = 0.5

_NOTHING = "nothing in it ties it to the article"
_NUMBER = re.compile(r"\d+")
_SUFFIX = re.compile(r"\.[a-z]{2,5}\Z")
_DATE = re.compile(r"(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:[0-3]\d)?)?")
_CODE = re.compile(r"(?=[^-_]*\d)(?=[^-_]*[A-Za-z])[A-Za-z0-9]{6,}")


def other_addresses(
    article: Article, *, found_at: str, declared: str, now: datetime, sites: Sites = NO_SITES
) -> tuple[OtherAddress, ...]:
    """What the page of an article says of its addresses, each with the decision on it.

    Args:
        article: Whose text the page was found to hold.
        found_at: The address that answered, after redirects.
        declared: The page's own word, absolute; "" where it gives none.
    """
    if article.url_key is None:
        return ()  # its link identifies nothing; what it leads to does so no better
    made: dict[int | str, OtherAddress] = {}
    base = article.url
    for level, url in (("redirect", found_at), ("canonical", declared)):
        key = url_key(url, sites) if url else None
        if not url or key == article.url_key or (key or url) in made:
            continue
        reason = "it is no address" if key is None else _problem(article, _Claim(level, url, base), sites)
        made[key or url] = OtherAddress(
            article_id=article.id,
            url_key=None if reason else key,
            decision=_decision(article, level, url, reason, now),
        )
        if level == "redirect" and not reason:
            base = url
    return tuple(made.values())


@dataclass(frozen=True, slots=True)
class _Claim:
    """An address, what gives it ("redirect", "canonical"), and the one that it is given at."""

    level: str
    url: str
    base: str


def _problem(article: Article, claim: _Claim, sites: Sites) -> str:
    """Why an address is not taken for the article's, "" when it is."""
    host, own = sites.outlets_host(host_of(claim.url)), sites.outlets_host(host_of(claim.base))
    if claim.level == "canonical" and host != own:
        return f"it is at another host than the page ({own})"
    if is_aggregator(host):
        return f"{host} wraps the addresses of others"
    if is_site_root(claim.url):
        return "it is a home page"
    given, named = _Marks.of(claim.base), _Marks.of(claim.url)
    if host == own:
        return _difference(given, named, article.title)
    has_number = any(len(mark) >= MIN_NUMBER for mark in named.distinctive if mark.isdigit())
    return "" if has_number or _speaks_of(named, article.title) else _NOTHING


def _difference(given: _Marks, named: _Marks, title: str) -> str:
    """Why an address may be another article's than the one given at the same host, "" where something ties them."""
    if other := named.contradicts(given):
        return other
    if given.required and given.required <= named.distinctive:
        return ""
    if left_out := (given.required - named.distinctive) | (given.counted - named.numbers):
        return f"it leaves out {min(left_out)}"
    is_tied = (named.words and named.words == given.words) or _speaks_of(named, title)
    return "" if is_tied else _NOTHING


@dataclass(frozen=True, slots=True)
class _Marks:
    """What an address holds that may identify: its parameters, all numbers, what is distinctive, its last words.

    `required` are the distinctive marks of the path, or of the parameters where the path has none: together they tie.
    `counted` are the numbers of which none may be missing where only words tie: a series has one address without.
    """

    parameters: dict[str, str]
    numbers: frozenset[str]
    counted: frozenset[str]
    distinctive: frozenset[str]
    required: frozenset[str]
    words: tuple[str, ...]

    @classmethod
    def of(cls, url: str) -> _Marks:
        address = (canonicalize(url) or url).partition("://")[2].partition("#")[0]
        path, _, query = address.partition("?")
        segments = [unquote(segment) for segment in path.split("/")[1:] if segment]
        pairs = (field.partition("=") for field in query.split("&") if field)
        parameters = {name: unquote(value) for name, _, value in pairs}
        pieces = [*segments, *parameters.values()]
        return cls(
            parameters=parameters,
            numbers=_numbers(pieces),
            counted=_numbers([*segments, *(value for value in parameters.values() if value.isdecimal())]),
            distinctive=frozenset(_distinctive(pieces)),
            required=frozenset(_distinctive(segments)) or frozenset(_distinctive(parameters.values())),
            words=_last_words(segments),
        )

    def contradicts(self, given: _Marks) -> str:
        """How this address names another thing than the one given, "" where it does not."""
        for name, value in self.parameters.items():
            if given.parameters.get(name, value) != value:
                return f"it has {name}={value} instead of {given.parameters[name]}"
        if (more := self.numbers - given.numbers) and (less := given.numbers - self.numbers):
            return f"it has the number {min(more)} instead of {min(less)}"
        return ""


def _speaks_of(named: _Marks, title: str) -> bool:
    """Whether the words at the end of a path are a title's."""
    told = set(words_of(title).split())
    hits = sum(word in told for word in named.words)
    return hits >= MIN_WORDS and hits >= TITLE_SHARE * len(named.words)


def _numbers(pieces: Iterable[str]) -> frozenset[str]:
    return frozenset(number.lstrip("0") for piece in pieces for number in _NUMBER.findall(piece))


def _distinctive(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        stem = _SUFFIX.sub("", piece)
        if _CODE.fullmatch(stem):
            yield stem
        yield from (n for n in _NUMBER.findall(piece) if len(n) >= MIN_DIGITS and not _DATE.fullmatch(n))


def _last_words(segments: list[str]) -> tuple[str, ...]:
    """The words at the end of a path, () where there are too few to name an article."""
    last = _SUFFIX.sub("", segments[-1]) if segments else ""
    words = tuple(word for word in words_of(last.replace("_", " ")).split() if not word.isdigit())
    return words if len(words) >= MIN_WORDS else ()


def _decision(article: Article, level: str, url: str, reason: str, now: datetime) -> Decision:
    said = "its link leads there" if level == "redirect" else "its page calls this its address"
    return Decision(
        article_id=article.id,
        stage="address",
        outcome="refused" if reason else "accepted",
        level=level,
        features={"address": url[:500], "reason": f"{said}, but {reason}" if reason else said},
        version=VERSION,
        at=now,
    )
