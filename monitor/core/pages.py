"""Whole pages of articles that match: which are asked for, how often, what robots.txt says, what their text is worth.

The feed's text decides whether an article matches; its page may only raise how much, and gives the sentence that is
quoted. So a page never makes a match (lists of "read also" would), never takes one away (the page mentions more), and
never changes what the article is to other articles: its keys, its verdict and its story stand on the feed's text.

Refuses: wrapper links (news.google.com and its kind lead to no text), pages that reserve their text, pages that say of
themselves that they are not free, and texts that are not the article's (consent walls, home pages, apologies).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import dropwhile
from urllib.parse import urlsplit

from monitor.core.articles import MAX_TEXT_CHARS, is_aggregator
from monitor.core.identity import comparable
from monitor.core.similarity import containment, shingles
from monitor.core.text import clean_line
from monitor.core.tokens import words_of
from monitor.core.urls import host_of, is_site_root
from monitor.model.articles import Article, Decision
from monitor.model.feeds import Feed, Fetched, FetchFailed
from monitor.model.pages import ClaimedPage, Page, PageState, PageText, PageWish, Redirected, Unweighed, Weighing
from monitor.model.watchlists import Match, Score

USER_AGENT = "monitor"
"""The product token by which robots.txt addresses us (RFC 9309 §2.2.1)."""
VERSION = "pages-1"
_HTML = ("text/html", "application/xhtml")
_MAX_REASON = 300
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
"""Kana, Han and Thai: their words stand without spaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """What bounds the reading of pages; seconds unless named otherwise.

    A page is tried at most `attempts` times, with the pauses `retries_s` between (spread by `spread`), and given up
    `patience_s` after it was wanted; so long an article may be back for its page to be wanted. An article that its feed
    changes is read again after `reread_s`, `reads` times in all. robots.txt: kept for `robots_s` (RFC 9309 §2.4: a
    day), one that cannot be reached is asked for again after `robots_retry_s`, and counts as it was before for
    `robots_stale_s` (§2.3.1.4: 30 days); at least 500 KiB of it are read (§2.5), five redirects followed (§2.3.1.2).
    A crawl-delay, which is in no standard, is granted up to `crawl_delay_cap_s`. A text shorter than `min_chars` (two
    sentences; Korean and Chinese say more with fewer) is no article. One is the article's when it holds `title_share`
    of the title's words or `text_share` of the feed's text.
    """

    attempts: int = 4
    retries_s: tuple[float, ...] = (600.0, 3_600.0, 21_600.0)
    spread: float = 0.2
    patience_s: float = 2 * 86_400.0
    reads: int = 3
    reread_s: float = 3_600.0
    robots_s: float = 86_400.0
    robots_retry_s: float = 600.0
    robots_stale_s: float = 30 * 86_400.0
    robots_bytes: int = 500 * 1024
    max_redirects: int = 5
    crawl_delay_cap_s: float = 60.0
    min_chars: int = 120
    title_share: float = 0.5
    text_share: float = 0.5


DEFAULTS = PageLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """What is known of a host's robots.txt: its rules, or why all is allowed ("" = nothing to say) or forbidden."""

    rules: bytes = b""
    forbids: str = ""


# -- which pages are asked for ----------------------------------------------------------------------------------------


def wanted(wish: PageWish, *, now: datetime, limits: PageLimits = DEFAULTS) -> Page:
    """The page as it is to be kept: wanted, or dropped for a reason, in either case for this state of the article."""
    article, known = wish.article, wish.page
    page = Page(
        article_id=article.id,
        feed_id=article.feed_id,
        url=article.url,
        body_digest=article.body_digest,
        wanted_at=now,
        next_attempt_at=now,
    )
    if known is not None:
        page = replace(page, reads=known.reads, read_at=known.read_at, text=known.text)
    if problem := _unaskable(article.url):
        return replace(page, state=PageState.DROPPED, reason=problem)
    if page.reads >= limits.reads:
        reason = f"its feed changes it again and again; it was read {page.reads} times"
        return replace(page, state=PageState.DROPPED, reason=reason)
    if page.read_at is not None:
        page = replace(page, next_attempt_at=max(now, page.read_at + timedelta(seconds=limits.reread_s)))
    return page


def not_needed(claimed: ClaimedPage, feed: Feed | None) -> str:
    """Why a page that is due need not be asked for, "" when it must."""
    if feed is None or not feed.wants_full_text:
        return "full text is switched off for its feed"
    if claimed.is_told:
        return "told before its page was read"
    return ""


def worn_out(page: Page, *, limits: PageLimits = DEFAULTS) -> str:
    """Why a page whose attempts never came to an end (the program died in them) is given up, "" while it is not."""
    begun = page.attempts - 1
    return f"begun {begun} times without an end" if begun >= 2 * limits.attempts else ""


def _unaskable(url: str) -> str:
    host = host_of(url)
    if not host:
        return "the feed gives no address"
    if is_aggregator(host):
        return f"{host} wraps the address of the article"
    if is_site_root(url):
        return "the address is a home page"
    return ""


# -- what becomes of an attempt ---------------------------------------------------------------------------------------

_PASSING = frozenset({"network", "dns", "connect", "timeout", "tls", "encoding", "crash"})
_WORDS = {
    "network": "our own network is down",
    "dns": "its host's name cannot be resolved",
    "connect": "no connection",
    "tls": "no secure connection",
    "timeout": "no complete answer in time",
    "redirect": "redirects in a circle, or too often",
    "too_large": "the page is too large",
    "encoding": "the body's compression is broken",
    "refused": "its address is not a public one",
    "type": "it is no web page",
    "empty": "the page is empty",
    "unknown": "it is no page that can be read",
    "crash": "its text could not be taken out",
}


def after_failure(
    page: Page, failure: FetchFailed, *, now: datetime, chance: float, limits: PageLimits = DEFAULTS
) -> Page:
    """The page after an attempt (already counted) that brought nothing: later again, or failed for good."""
    what = _what(failure)
    is_passing = failure.kind in _PASSING or failure.status == 429 or failure.status >= 500
    if not is_passing:
        return ended(page, PageState.FAILED, what)
    return again(page, what, wish_s=failure.retry_after_s or 0.0, now=now, chance=chance, limits=limits)


def _what(failure: FetchFailed) -> str:
    return f"answers {failure.status}" if failure.kind == "status" else _WORDS.get(failure.kind, failure.kind)


def again(
    page: Page, what: str, *, now: datetime, chance: float, wish_s: float = 0.0, limits: PageLimits = DEFAULTS
) -> Page:
    """The page after an attempt that may go better later, unless that would be one too many or too late."""
    if page.attempts >= limits.attempts:
        return ended(page, PageState.FAILED, f"{what} (tried {page.attempts} times)")
    pause_s = limits.retries_s[min(max(page.attempts, 1), len(limits.retries_s)) - 1]
    pause_s = max(pause_s * (1 + limits.spread * (2 * chance - 1)), wish_s)
    at = now + timedelta(seconds=pause_s)
    if at > page.wanted_at + timedelta(seconds=limits.patience_s):
        return ended(page, PageState.FAILED, f"{what}, for too long")
    return replace(page, next_attempt_at=at, reason=what)


def postponed(page: Page, what: str, *, now: datetime, wait_s: float, limits: PageLimits = DEFAULTS) -> Page:
    """The page whose host has no turn for us now: no attempt was made, so none is counted."""
    at = now + timedelta(seconds=wait_s)
    if at > page.wanted_at + timedelta(seconds=limits.patience_s):
        return ended(page, PageState.FAILED, f"{what}, for too long")
    return replace(page, attempts=max(page.attempts - 1, 0), next_attempt_at=at, reason=what)


def ended(page: Page, state: PageState, reason: str) -> Page:
    """The page with its end and the reason."""
    return replace(page, state=state, reason=" ".join(reason.split())[:_MAX_REASON])


def after_reading(page: Page, article: Article, found: PageText, *, now: datetime, limits: PageLimits) -> Page:
    """The page with its text, or why that is not taken."""
    if found.reservation:
        return ended(page, PageState.REFUSED, f"the page reserves its text ({found.reservation})")
    if found.is_paid:
        return ended(page, PageState.FAILED, "the page says that it is not free to read")
    text = _plain(found.text, {comparable(title) for title in (article.title, *found.titles)})
    if problem := _useless(article, text, found.titles, limits):
        return ended(page, PageState.FAILED, problem)
    return replace(page, state=PageState.READ, reason="", text=text, reads=page.reads + 1, read_at=now)


def _useless(article: Article, text: str, titles: tuple[str, ...], limits: PageLimits) -> str:
    """Why a page's text is of no use for an article, "" when it is."""
    given = article.text or article.summary
    if len(text) < limits.min_chars:
        return f"the page holds {len(text)} characters of text"
    if len(text) <= len(given):
        return f"the page's text ({len(text):,} characters) is no longer than the feed's ({len(given):,})"
    of_title = _share(article.title, "\n".join((*titles, text)))
    of_text = containment(shingles(given), shingles(text)) if given else 0.0
    if of_title < limits.title_share and of_text < limits.text_share:
        return f"the page speaks of something else ({of_title:.0%} of the title's words)"
    return ""


def _plain(found: str, titles: set[str]) -> str:
    """An extracted text as texts of articles are: printable, paragraphs parted by one newline, no title before it."""
    lines = (clean_line(line, max_chars=MAX_TEXT_CHARS)[0] for line in found[: 2 * MAX_TEXT_CHARS].split("\n"))
    body = dropwhile(lambda line: comparable(line) in titles, (line for line in lines if line))
    return "\n".join(body)[:MAX_TEXT_CHARS].rstrip()


def _share(title: str, text: str) -> float:
    """The share of a title's words that stand in a text, as beginnings of longer words too (endings, particles).

    Words of one or two letters begin too many others to say anything; they count only where there are no others.
    """
    words = set(words_of(title).split())
    words = {word for word in words if len(word) > 2 or not word.isascii()} or words
    found = words_of(text)
    held = (word in found if _UNSPACED.search(word) else f" {word}" in found for word in words)
    return sum(held) / len(words) if words else 0.0


# -- robots.txt (RFC 9309) --------------------------------------------------------------------------------------------


def robots_of(outcome: Fetched | Redirected | FetchFailed, *, limits: PageLimits = DEFAULTS) -> Robots:
    """What an answer to the request for robots.txt means.

    4xx: no rules, all is allowed (§2.3.1.3), but for 429, which asks for quiet; a redirect is one too many. What else
    goes wrong forbids all for now (§2.3.1.4). An address that is not ours to ask says nothing: the page's own request
    meets the same refusal.
    """
    if isinstance(outcome, Fetched):
        was_cut = len(outcome.body) >= limits.robots_bytes
        # A rule cut in half would forbid more than it says.
        return Robots(rules=outcome.body.rpartition(b"\n")[0] if was_cut else outcome.body)
    if isinstance(outcome, Redirected) or outcome.kind == "refused":
        return Robots()
    if 400 <= outcome.status < 500 and outcome.status != 429:
        return Robots()
    return Robots(forbids=f"robots.txt cannot be had: {_what(outcome)}")


def robots_url(url: str) -> str:
    """Where the robots.txt stands that speaks of an address; also a name for its host, scheme and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}/robots.txt"


def literal_host(url: str) -> str:
    """The host as it stands in an address, lower-case; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def reservation_of(headers_robots: str, headers_tdm: str) -> str:
    """The sign in an answer's headers by which its text is kept from programs, "" for none.

    `noai` and `nosnippet` of X-Robots-Tag, and the reservation of text and data mining (W3C TDMRep, for Art. 4 of the
    EU's DSM directive). A tag for another agent by name ("otherbot: noai") does not speak to us.
    """
    for tag in headers_robots.lower().split(","):
        agent, found, directive = tag.rpartition(":")
        if directive.strip() in {"noai", "nosnippet"} and (not found or agent.strip() in {"*", USER_AGENT}):
            return f"X-Robots-Tag: {directive.strip()}"
    return "tdm-reservation: 1" if headers_tdm.strip() == "1" else ""


def is_page(content_type: str) -> bool:
    """Whether a content type promises a web page; none promises nothing else."""
    return not content_type.strip() or content_type.strip().lower().startswith(_HTML)


# -- what a text does -------------------------------------------------------------------------------------------------


def in_full(article: Article, text: str) -> Article:
    """The article with its page's text; a summary that the text begins with would be counted twice."""
    summary = article.summary
    start = comparable(summary.rstrip("…. [&]"))
    if start and comparable(text[: len(summary) + 200]).startswith(start):
        summary = ""
    return replace(article, text=text, summary=summary)


def weigh(unweighed: Unweighed, of_feed: tuple[Score, ...], of_page: tuple[Score, ...], *, now: datetime) -> Weighing:
    """What becomes of an article's matches, given the scores of the feed's text and of the page's.

    The better score of the two is kept, the page's when they are equal (its sentences say more). A match whose
    watchlist has changed since waits until it is matched again.
    """
    feed_scores = {(score.watchlist, score.version): score for score in of_feed}
    page_scores = {(score.watchlist, score.version): score for score in of_page}
    matches: list[Match] = []
    decisions: list[Decision] = []
    for match in unweighed.matches:
        mark = (match.watchlist, match.version)
        given, read = feed_scores.get(mark), page_scores.get(mark)
        if given is None or read is None:
            continue
        best, is_of_page = (read, True) if _is_better(read, given) else (given, False)
        if best.is_match:
            matches.append(_match(match, best, is_of_page=is_of_page))
        decisions.append(_decision(unweighed, given, read, is_of_page=is_of_page and read.is_match, now=now))
    return Weighing(
        article_id=unweighed.article.id,
        body_digest=unweighed.article.body_digest,
        weighed=tuple((match.watchlist, match.version) for match in unweighed.matches),
        matches=tuple(matches),
        decisions=tuple(decisions),
    )


def _is_better(read: Score, given: Score) -> bool:
    return read.is_match and (not given.is_match or read.points >= given.points)


def _match(match: Match, score: Score, *, is_of_page: bool) -> Match:
    return replace(
        match,
        points=score.points,
        threshold=score.threshold,
        signals=score.signals,
        quote=score.quote,
        is_of_page=is_of_page,
    )


def _decision(unweighed: Unweighed, given: Score, read: Score, *, is_of_page: bool, now: datetime) -> Decision:
    features: dict[str, str | float | int] = {
        "watchlist": given.watchlist,
        "feed_points": given.points,
        "page_points": read.points,
        "page_characters": len(unweighed.text),
    }
    if read.is_gated:
        features["page_gate"] = read.gate_reason
    return Decision(
        article_id=unweighed.article.id,
        stage="score",
        outcome="page" if is_of_page else "feed",
        level="full-text",
        features=features,
        version=VERSION,
        at=now,
    )
