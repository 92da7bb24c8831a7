"""Pages: what stands behind an article's link, read in full where a feed asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.articles import Article, ArticleId, Decision
from monitor.model.watchlists import Match


class PageState(StrEnum):
    """The life of a page: wanted → read | refused | failed | dropped.

    REFUSED: its site does not want it read by programs. FAILED: it cannot be had, or its text is of no use. DROPPED:
    nobody needs it any more (its article was told, the feed's full text was switched off). Only WANTED is asked for.
    """

    WANTED = "wanted"
    READ = "read"
    REFUSED = "refused"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The page of one article, as far as it was read.

    `body_digest` is that of the article when the page was wanted: an article that its feed changes is another wish.
    `attempts` counts tries begun for this wish, `reads` texts that were had over all wishes, the last at `read_at`.
    `reason` is one printable line for every state but WANTED and READ. `text` is empty until it was read once.
    """

    article_id: ArticleId
    feed_id: str
    url: str
    body_digest: int
    state: PageState = PageState.WANTED
    reason: str = ""
    attempts: int = 0
    reads: int = 0
    wanted_at: datetime
    next_attempt_at: datetime
    read_at: datetime | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """A matched article whose page was not yet asked for in this state, with what is known of its page."""

    article: Article
    page: Page | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedPage:
    """A page that is due, leased, with its article; `is_told`: some recipient has had the article."""

    page: Page
    article: Article
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unweighed:
    """An article whose page was read, with its matches that were scored on the feed's text only."""

    article: Article
    text: str = field(repr=False)
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What became of those matches: `matches` take the place of what was, all count as weighed.

    It holds for the article as it stood (`body_digest`) and for those (watchlist, version) pairs.
    """

    article_id: ArticleId
    body_digest: int
    weighed: tuple[tuple[str, str], ...]
    matches: tuple[Match, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """One GET that follows nothing.

    `kinds` are the beginnings of content types that are wanted (() = any); a body over `max_bytes` is a failure, or is
    cut there with `is_cut`. Of private hosts that may be polled only `own_host` is asked: a link in a feed must not
    lead to other services of ours.
    """

    url: str
    accept: str
    kinds: tuple[str, ...] = ()
    max_bytes: int
    is_cut: bool = False
    own_host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """An answer that points elsewhere; `target` is absolute."""

    url: str
    target: str
    is_permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What a page holds: its titles (of the document, of the heading, for sharing) and its main text, as plain text.

    `reservation` names the sign by which the page keeps programs from using its text ("" = none), `is_paid`: the page
    says of itself that it is not free, `address` is what it calls its own (rel=canonical, else og:url; "" = none).
    """

    titles: tuple[str, ...]
    text: str = field(repr=False)
    reservation: str = ""
    is_paid: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAddress:
    """A further address of an article, as a URL key, with the decision to take it; None: it was refused."""

    article_id: ArticleId
    url_key: int | None
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsAnswer:
    """What a robots.txt says of one address: whether we may, and the pause that it wants between two requests."""

    is_allowed: bool
    delay_s: float | None = None
