"""Digest → message: HTML, plain text and the bytes, in the recipient's language and time zone.

The templates are trusted (ours, or those of who runs this), everything they show is not: autoescaping is on, undefined
names are errors, links are http(s) only. Nothing is loaded from outside. The size is bounded by the pipeline, which
measures the message and renders a smaller digest when it must (`core.digests.shrink`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from css_inline import CSSInliner, InlineError
from jinja2 import TemplateError

from monitor.channels.email.actions import Offers
from monitor.channels.email.designs import Designs, TemplateFault
from monitor.channels.email.languages import Language, language, language_tags
from monitor.channels.email.specimen import specimens
from monitor.channels.email.text import clean
from monitor.channels.email.view import DigestView, digest_view
from monitor.channels.email.wire import Letter, ascii_address, serialise
from monitor.errors import RenderError
from monitor.model.digests import Digest, Message, Recipient
from monitor.model.links import LinkAction, LinkClaim
from monitor.ports import Links

MAX_NAME = 60
MAX_FAULT = 300

Sign = Callable[[bytes, datetime], bytes]
"""A mail's bytes with a signature in front of them, as of a time; raises ValueError."""


class EmailRenderer:
    """Renders digests as mail from `sender` (an address), shown as `sender_name`.

    Args:
        unsubscribe_address: Where a mail ends the digests whose subject is signed by `links` (without these: holds the
            recipient's id); None offers nothing.
        links: Where the one-click address comes from, and those that the page shows.
        sign: Signs the bytes last of all; None leaves that to the relay.
        templates: A folder where templates of the user's own may lie (`designs`); None: there are none.
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

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The message of a digest. Raises `RenderError`, naming the recipient."""
        recipient = digest.recipient
        try:
            words = language(recipient.language)
            address = ascii_address(recipient.address)
            unsubscribe = self._unsubscribe(recipient.id)
            offers = Offers(links=self._links, recipient_id=recipient.id, delivery_id=delivery_id)
            view = digest_view(digest, words, address=address, offers=offers, unsubscribe=unsubscribe)
            html, text = self._bodies(view, words)
            letter = Letter(
                message_id=f"<d.{delivery_id.removeprefix('d')}@{self._domain}>",
                date=composed_at,
                sender=(self._sender_name, self._sender),
                recipient=(clean(recipient.name, MAX_NAME), address),
                subject=view.subject,
                text=text,
                html=html,
                language=words.tag,
                list_id=f"{_label(recipient.watchlists)}.{self._domain}",
                list_name=_list_name(digest),
                unsubscribe=unsubscribe,
                one_click=self._one_click(recipient),
                help=self._mailto("help"),
                references=self._references(digest),
            )
            content = serialise(letter)
            if self._sign is not None:
                content = self._sign(content, composed_at)
        except (TemplateError, InlineError, ValueError, LookupError) as error:
            raise RenderError(f"the digest for {recipient.id} cannot be rendered: {error}") from error
        return Message(
            message_id=letter.message_id,
            sender=self._sender,
            recipient=address,
            subject=view.subject,
            html=html,
            text=text,
            content=content,
        )

    def template_faults(self) -> list[TemplateFault]:
        """What is wrong with the user's own templates, each fault once: tried in every language on made-up digests."""
        found: dict[str, TemplateFault] = {}
        for tag in language_tags():
            words = language(tag)
            for digest in specimens(tag):
                offers = Offers(links=self._links, recipient_id=digest.recipient.id, delivery_id="d" + "0" * 20)
                view = digest_view(digest, words, address=digest.recipient.address, offers=offers, unsubscribe=None)
                found |= {str(fault): fault for fault in self._own(view, words)[1]}
        return list(found.values())

    def _bodies(self, view: DigestView, words: Language) -> tuple[str, str]:
        """HTML and plain text. Where a template of the user's fails ours takes its place, and tells an operator so."""
        filled, faults = self._own(view, words)
        for fault in faults:
            self._designs.tell(fault)
        if faults and view.is_for_operator:
            view = replace(view, faults=[clean(str(fault), MAX_FAULT) for fault in faults])
        html = filled.get("digest.html") or self._inliner.inline(self._designs.fill("digest.html", view, words))
        return html, filled.get("digest.txt") or self._designs.fill("digest.txt", view, words)

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

    def _unsubscribe(self, recipient_id: str) -> str | None:
        if self._links is None:
            return self._mailto(f"unsubscribe {recipient_id}")
        return self._mailto(self._links.subject(LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id=recipient_id)))

    def _mailto(self, subject: str) -> str | None:
        if self._unsubscribe_address is None:
            return None
        return f"mailto:{self._unsubscribe_address}?subject={quote(subject)}"

    def _references(self, digest: Digest) -> tuple[str, ...]:
        """Of a reply in an alert's thread: the id that stands for the story, then the last mails. Digests have none."""
        if digest.alert is None or digest.alert.thread is None:
            return ()
        return (f"<{digest.alert.thread.root}@{self._domain}>", *digest.alert.replies_to)

    def _one_click(self, recipient: Recipient) -> str | None:
        """Ends all digests of a recipient, as the mailto: does: a mail client says no more than "unsubscribe"."""
        if self._links is None:
            return None
        return self._links.one_click(LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id=recipient.id))


def _list_name(digest: Digest) -> str:
    """What mail clients show for the List-Id: the title of the one watchlist; of several, none speaks for all."""
    names = digest.recipient.watchlists
    return clean(digest.titles.get(names[0], names[0]), MAX_NAME) if len(names) == 1 else ""


def _label(watchlists: tuple[str, ...]) -> str:
    """The first label of the List-Id (RFC 2919): the watchlist's name, "digests" for several."""
    name = watchlists[0] if len(watchlists) == 1 else "digests"
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name).strip("-")[:40] or "digests"
