"""Digest → message: HTML, plain text and the bytes, in the recipient's language and time zone.

The templates are ours and trusted, everything they show is not: autoescaping is on, undefined names are errors, links
are http(s) only. Nothing is loaded from outside. The size is bounded by the pipeline, which measures the message and
renders a smaller digest when it must (`core.digests.shrink`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from css_inline import CSSInliner, InlineError
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from monitor.channels.email.actions import Offers
from monitor.channels.email.languages import Language, language
from monitor.channels.email.text import clean
from monitor.channels.email.view import DigestView, digest_view
from monitor.channels.email.wire import Letter, ascii_address, serialise
from monitor.errors import RenderError
from monitor.model.digests import Digest, Message, Recipient
from monitor.model.links import LinkAction, LinkClaim
from monitor.ports import Links

MAX_NAME = 60

Sign = Callable[[bytes, datetime], bytes]
"""A mail's bytes with a signature in front of them, as of a time; raises ValueError."""


class EmailRenderer:
    """Renders digests as mail from `sender` (an address), shown as `sender_name`.

    Args:
        unsubscribe_address: Where a mail ends the digests whose subject is signed by `links` (without these: holds the
            recipient's id); None offers nothing.
        links: Where the one-click address comes from, and those that the page shows.
        sign: Signs the bytes last of all; None leaves that to the relay.
    """

    def __init__(
        self,
        sender: str,
        sender_name: str = "",
        *,
        unsubscribe_address: str | None = None,
        links: Links | None = None,
        sign: Sign | None = None,
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
        self._environments: dict[str, Environment] = {}

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The message of a digest. Raises `RenderError`, naming the recipient."""
        recipient = digest.recipient
        try:
            words = language(recipient.language)
            address = ascii_address(recipient.address)
            unsubscribe = self._unsubscribe(recipient.id)
            offers = Offers(links=self._links, recipient_id=recipient.id, delivery_id=delivery_id)
            view = digest_view(digest, words, address=address, offers=offers, unsubscribe=unsubscribe)
            html = self._inliner.inline(self._fill("digest.html", view, words))
            text = self._fill("digest.txt", view, words)
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

    def _fill(self, name: str, view: DigestView, words: Language) -> str:
        if words.tag not in self._environments:
            self._environments[words.tag] = _environment(words)
        return self._environments[words.tag].get_template(name).render(d=view)

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


def _environment(words: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.channels.email"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _list_name(digest: Digest) -> str:
    """What mail clients show for the List-Id: the title of the one watchlist; of several, none speaks for all."""
    names = digest.recipient.watchlists
    return clean(digest.titles.get(names[0], names[0]), MAX_NAME) if len(names) == 1 else ""


def _label(watchlists: tuple[str, ...]) -> str:
    """The first label of the List-Id (RFC 2919): the watchlist's name, "digests" for several."""
    name = watchlists[0] if len(watchlists) == 1 else "digests"
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name).strip("-")[:40] or "digests"
