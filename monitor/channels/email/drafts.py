"""Bodies that many readers share, written once: what is a reader's own stands in them as a mark and is filled in.

A morning's digests of one watchlist differ in the address, the delivery's id and the links. Choosing words, filling
templates and inlining styles cost several times as much as all the rest; so of digests that are equal but for these the
first makes a draft. What comes out of a draft is byte for byte what writing it for the reader gives (a test compares).

A mark is a pair of private-use characters around a number: no text of a feed can bring one (`text.clean` removes them),
and a digest with one in an address is written the long way.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.channels.email.stationery import AskedLinks
from monitor.model.digests import Digest
from monitor.model.links import LinkClaim

OPEN, CLOSE = "\ue000", "\ue001"
ADDRESS, DELIVERY, MAILTO = (f"{OPEN}{name}{CLOSE}" for name in ("address", "delivery", "mailto"))
MAX_DRAFTS = 8
_MARK = re.compile(f"{OPEN}[a-z0-9]+{CLOSE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Both bodies with marks, their subject, what they were written with, and the claim behind each link's mark."""

    subject: str
    html: str
    text: str
    templates: Mapping[str, str]
    faults: tuple[str, ...]
    claims: Mapping[str, LinkClaim]

    def filled(
        self, links: AskedLinks, *, recipient_id: str, own: Mapping[str, str], delivery_id: str
    ) -> tuple[str, str] | None:
        """HTML and text for one reader; None where a link is given here that was not there, or the other way round."""
        values = dict(own)
        for mark, claim in self.claims.items():
            given = links.url(_for_reader(claim, recipient_id, delivery_id))
            if given is None:
                return None
            values[mark] = given
        # As the inliner writes text and attributes; of what HTML escapes, addresses may only hold this.
        escaped = {mark: value.replace("&", "&amp;") for mark, value in values.items()}
        return _fill(self.html, escaped), _fill(self.text, values)


class DraftLinks:
    """Marks in place of the addresses that a reader's links would have; keeps which claim is behind which."""

    def __init__(self, links: AskedLinks, *, recipient_id: str, delivery_id: str) -> None:
        self._links = links
        self._recipient_id = recipient_id
        self._delivery_id = delivery_id
        self.claims: dict[str, LinkClaim] = {}
        self._marks: dict[LinkClaim, str | None] = {}

    def url(self, claim: LinkClaim) -> str | None:
        """See `Links`: a mark where this reader gets an address."""
        if claim not in self._marks:
            given = self._links.url(_for_reader(claim, self._recipient_id, self._delivery_id))
            mark = f"{OPEN}{len(self.claims)}{CLOSE}" if given is not None else None
            self._marks[claim] = mark
            if mark is not None:
                self.claims[mark] = claim
        return self._marks[claim]

    def one_click(self, claim: LinkClaim) -> str | None:
        """See `Links`; no body shows it."""
        return None

    def subject(self, claim: LinkClaim) -> str:
        """See `Links`; no body shows it."""
        return ""


class Drafts:
    """The last drafts, by the digest that they tell."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Digest, Draft]] = OrderedDict()
        self._count = 0

    def of(self, digest: Digest, write: Callable[[], Draft]) -> Draft:
        """The draft of a digest that is equal to this one but for the reader's own, or one written now."""
        shared = replace(digest, recipient=replace(digest.recipient, id="", address="", name=""))
        for key, (told, draft) in self._kept.items():
            if told == shared:
                self._kept.move_to_end(key)
                return draft
        draft = write()
        self._count += 1
        self._kept[self._count] = (shared, draft)
        if len(self._kept) > MAX_DRAFTS:
            self._kept.popitem(last=False)
        return draft


def can_be_shared(digest: Digest) -> bool:
    """Whether a draft may stand for this digest: no alert (threads are a reader's own), no mark in any address."""
    return digest.alert is None and not any(OPEN in url for url in _addresses(digest))


def fills(address: str, delivery_id: str, mailto: str | None) -> dict[str, str]:
    """What is the reader's own beside the links, by mark."""
    return {ADDRESS: address, DELIVERY: delivery_id, MAILTO: mailto or ""}


def _addresses(digest: Digest) -> Iterator[str]:
    for story in digest.stories:
        yield from (telling.article.url for telling in story.tellings)
    yield from (one.article.url for one in digest.changed)
    yield from (one.article.url for one in digest.alerted)
    yield from (notice.address for notice in digest.notices)


def _for_reader(claim: LinkClaim, recipient_id: str, delivery_id: str) -> LinkClaim:
    target = delivery_id if claim.target == DELIVERY else claim.target
    return replace(claim, recipient_id=recipient_id, target=target)


def _fill(body: str, values: Mapping[str, str]) -> str:
    return _MARK.sub(lambda found: values[found[0]], body)
