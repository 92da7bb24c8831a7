"""Digest → message: HTML, plain text and the bytes, in the recipient's language and time zone.

The templates are trusted (ours, or those of who runs this), everything they show is not: autoescaping is on, undefined
names are errors, links are http(s) only. Nothing is loaded from outside. The size is bounded by the pipeline, which
measures the message and renders a smaller digest when it must (`core.digests.shrink`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from css_inline import CSSInliner, InlineError
from jinja2 import TemplateError

from monitor import __version__
from monitor.channels.email.actions import Offers
from monitor.channels.email.designs import Designs, TemplateFault
from monitor.channels.email.drafts import ADDRESS, DELIVERY, MAILTO, Draft, DraftLinks, Drafts, can_be_shared, fills
from monitor.channels.email.languages import Language, language, language_tags
from monitor.channels.email.specimen import specimens
from monitor.channels.email.stationery import AskedLinks, KeptLinks, KeptTemplates
from monitor.channels.email.text import clean
from monitor.channels.email.view import DigestView, digest_view
from monitor.channels.email.wire import Letter, ascii_address, serialise
from monitor.errors import RenderError
from monitor.model.digests import Digest, Message, Recipient
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.stationery import Stationery
from monitor.ports import Links

MAX_NAME = 60
MAX_FAULT = 300
MAX_URI = 70

Sign = Callable[[bytes, datetime], bytes]
"""A mail's bytes with a signature in front of them, as of a time; raises ValueError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bodies:
    """Both bodies of a mail, and what they were written with."""

    subject: str
    html: str
    text: str
    templates: Mapping[str, str]
    faults: tuple[str, ...]


class EmailRenderer:
    """Renders digests as mail from `sender` (an address), shown as `sender_name`.

    Args:
        unsubscribe_address: Where a mail ends the digests whose subject is signed by `links` (without these: holds the
            recipient's id); None offers nothing.
        links: Where the one-click address comes from, and those that the page shows.
        sign: Signs the bytes last of all; None leaves that to the relay.
        templates: A folder where templates of the user's own may lie (`designs`); None: there are none.
        kept: What an earlier mail was written with, in place of all that.
    """

    def __init__(
        self,
        sender: str,
        sender_name: str = "",
        *,
        unsubscribe_address: str | None = None,
        links: Links | None = None,
        sign: Sign | None = None,
        templates: Path | None = None,
        kept: Stationery | None = None,
    ) -> None:
        try:
            self._sender = ascii_address(sender)
            self._unsubscribe_address = ascii_address(unsubscribe_address) if unsubscribe_address else None
        except ValueError as error:
            raise RenderError(f"mails cannot be sent from or answered at {sender!r}: {error}") from error
        self._sender_name = clean(sender_name, MAX_NAME)
        self._domain = self._sender.rpartition("@")[2]
        self._links = links
        self._sign = sign
        self._inliner = CSSInliner(load_remote_stylesheets=False, minify_css=True)
        self._designs = Designs(templates)
        self._kept = kept
        self._drafts = Drafts()

    @classmethod
    def again(cls, kept: Stationery) -> EmailRenderer:
        """Who writes a mail once more as it was written then: unsigned, for a signature is no part of what it says."""
        return cls(
            kept.sender,
            kept.sender_name,
            unsubscribe_address=kept.unsubscribe_address,
            links=KeptLinks(kept.links),
            kept=kept,
        )

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The message of a digest. Raises `RenderError`, naming the recipient."""
        recipient = digest.recipient
        try:
            words = self._words(recipient.language)
            links = AskedLinks(self._links)
            address = ascii_address(recipient.address)
            subject = links.subject(_unsubscribing(recipient))
            unsubscribe = self._mailto(subject)
            own = fills(address, delivery_id, unsubscribe)
            bodies = self._shared(digest, words, links, own) or self._written(digest, words, links, own)
            letter = self._letter(digest, words, bodies, links, own=own, composed_at=composed_at)
            content = serialise(letter)
            if self._sign is not None:
                content = self._sign(content, composed_at)
        except (TemplateError, InlineError, ValueError, LookupError) as error:
            raise RenderError(f"the digest for {recipient.id} cannot be rendered: {error}") from error
        return Message(
            message_id=letter.message_id,
            sender=self._sender,
            recipient=address,
            subject=bodies.subject,
            html=bodies.html,
            text=bodies.text,
            content=content,
            stationery=Stationery(
                sender=self._sender,
                sender_name=self._sender_name,
                unsubscribe_address=self._unsubscribe_address,
                templates=bodies.templates,
                links=links.asked,
                faults=bodies.faults,
                program=__version__,
            ),
        )

    def page(self, digest: Digest, *, delivery_id: str) -> str:
        """The digest as a web page, with what the mail had no room for. Raises `RenderError`."""
        recipient = digest.recipient
        try:
            words = self._words(recipient.language)
            offers = Offers(links=self._links, recipient_id=recipient.id, delivery_id=delivery_id)
            unsubscribe = self._mailto(self._links.subject(_unsubscribing(recipient))) if self._links else None
            view = digest_view(
                digest, words, address=recipient.address, offers=offers, unsubscribe=unsubscribe, is_whole=True
            )
            return self._bodies(view, words).html
        except (TemplateError, InlineError, ValueError, LookupError) as error:
            raise RenderError(f"the digest for {recipient.id} cannot be shown whole: {error}") from error

    def _letter(
        self,
        digest: Digest,
        words: Language,
        bodies: _Bodies,
        links: AskedLinks,
        *,
        own: Mapping[str, str],
        composed_at: datetime,
    ) -> Letter:
        recipient = digest.recipient
        unsubscribing = _unsubscribing(recipient)
        return Letter(
            message_id=f"<d.{own[DELIVERY].removeprefix('d')}@{self._domain}>",
            date=composed_at,
            sender=(self._sender_name, self._sender),
            recipient=(clean(recipient.name, MAX_NAME), own[ADDRESS]),
            subject=bodies.subject,
            text=bodies.text,
            html=bodies.html,
            language=words.tag,
            list_id=f"{_label(recipient.watchlists)}.{self._domain}",
            list_name=_list_name(digest),
            unsubscribe=self._short(own[MAILTO] or None, links.subject(unsubscribing)),
            one_click=links.one_click(unsubscribing),
            help=self._mailto("help"),
            references=self._references(digest),
        )

    def template_faults(self) -> list[TemplateFault]:
        """What is wrong with the user's own templates, each fault once: tried in every language on made-up digests."""
        found: dict[str, TemplateFault] = {}
        for tag in language_tags():
            words = language(tag)
            for digest in specimens(tag):
                offers = Offers(links=self._links, recipient_id=digest.recipient.id, delivery_id="d" + "0" * 20)
                address = digest.recipient.address
                for is_whole in (False, True):  # as a mail, and as a page
                    view = digest_view(
                        digest, words, address=address, offers=offers, unsubscribe=None, is_whole=is_whole
                    )
                    found |= {str(fault): fault for fault in self._own(view, words)[1]}
        return list(found.values())

    def _words(self, tag: str) -> Language:
        return language(tag) if self._kept is None else KeptTemplates(self._kept.templates).words(tag)

    def _written(self, digest: Digest, words: Language, links: AskedLinks, own: Mapping[str, str]) -> _Bodies:
        """The bodies, written for this reader alone."""
        offers = Offers(
            links=links if self._links else None, recipient_id=digest.recipient.id, delivery_id=own[DELIVERY]
        )
        view = digest_view(digest, words, address=own[ADDRESS], offers=offers, unsubscribe=own[MAILTO] or None)
        return self._bodies(view, words)

    def _shared(self, digest: Digest, words: Language, links: AskedLinks, own: Mapping[str, str]) -> _Bodies | None:
        """The bodies out of a draft; None where the templates are not ours, or one reader's digest is no other's."""
        if self._kept is not None or self._designs.has_any_own() or not can_be_shared(digest):
            return None
        reader = {"recipient_id": digest.recipient.id, "delivery_id": own[DELIVERY]}

        def write() -> Draft:
            marks = DraftLinks(links, **reader)
            offers = Offers(links=marks if self._links else None, recipient_id="", delivery_id=DELIVERY)
            mailto = MAILTO if own[MAILTO] else None
            view = digest_view(digest, words, address=ADDRESS, offers=offers, unsubscribe=mailto)
            made = self._bodies(view, words)
            return Draft(
                subject=made.subject,
                html=made.html,
                text=made.text,
                templates=made.templates,
                faults=made.faults,
                claims=marks.claims,
            )

        draft = self._drafts.of(digest, write)
        filled = draft.filled(links, own=own, **reader)
        if filled is None:
            return None
        html, text = filled
        return _Bodies(subject=draft.subject, html=html, text=text, templates=draft.templates, faults=draft.faults)

    def _bodies(self, view: DigestView, words: Language) -> _Bodies:
        """HTML and plain text. Where a template of the user's fails ours takes its place, and tells an operator so."""
        if self._kept is not None:
            return self._bodies_again(self._kept, view, words)
        filled, faults = self._own(view, words)
        for fault in faults:
            self._designs.tell(fault)
        told = [clean(str(fault), MAX_FAULT) for fault in faults] if view.is_for_operator else []
        if told:
            view = replace(view, faults=told)
        html = filled.get("digest.html") or self._inliner.inline(self._designs.fill("digest.html", view, words))
        return _Bodies(
            subject=view.subject,
            html=html,
            text=filled.get("digest.txt") or self._designs.fill("digest.txt", view, words),
            templates=self._designs.sources(words, filled),
            faults=tuple(told),
        )

    def _bodies_again(self, kept: Stationery, view: DigestView, words: Language) -> _Bodies:
        templates = KeptTemplates(kept.templates)
        if kept.faults:
            view = replace(view, faults=list(kept.faults))
        return _Bodies(
            subject=view.subject,
            html=self._inliner.inline(templates.fill("digest.html", view, words)),
            text=templates.fill("digest.txt", view, words),
            templates=kept.templates,
            faults=kept.faults,
        )

    def _own(self, view: DigestView, words: Language) -> tuple[dict[str, str], list[TemplateFault]]:
        """What the user's own templates make of a digest, and what is wrong with them."""
        filled: dict[str, str] = {}
        faults: list[TemplateFault] = []
        for name, finish in (("digest.html", self._inliner.inline), ("digest.txt", str)):
            if self._designs.has_own(name):
                made = self._designs.fill_own(name, view, words, finish=finish)
                if isinstance(made, TemplateFault):
                    faults.append(made)
                else:
                    filled[name] = made
        return filled, faults

    def _short(self, mailto: str | None, subject: str) -> str | None:
        """For a header, where programs that write it anew break what is long: without the words before the token."""
        return mailto if mailto is None or len(mailto) < MAX_URI else self._mailto(subject.rpartition(" ")[2])

    def _mailto(self, subject: str) -> str | None:
        if self._unsubscribe_address is None:
            return None
        return f"mailto:{self._unsubscribe_address}?subject={quote(subject)}"

    def _references(self, digest: Digest) -> tuple[str, ...]:
        """Of a reply in an alert's thread: the id that stands for the story, then the last mails. Digests have none."""
        if digest.alert is None or digest.alert.thread is None:
            return ()
        return (f"<{digest.alert.thread.root}@{self._domain}>", *digest.alert.replies_to)


def _unsubscribing(recipient: Recipient) -> LinkClaim:
    """Ends all digests of a recipient, as the mailto: does: a mail client says no more than "unsubscribe"."""
    return LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id=recipient.id)


def _list_name(digest: Digest) -> str:
    """What mail clients show for the List-Id: the title of the one watchlist; of several, none speaks for all."""
    names = digest.recipient.watchlists
    return clean(digest.titles.get(names[0], names[0]), MAX_NAME) if len(names) == 1 else ""


def _label(watchlists: tuple[str, ...]) -> str:
    """The first label of the List-Id (RFC 2919): the watchlist's name, "digests" for several."""
    name = watchlists[0] if len(watchlists) == 1 else "digests"
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name).strip("-")[:40] or "digests"
