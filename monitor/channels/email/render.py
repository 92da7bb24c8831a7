"""Digest → message: HTML, plain text and the bytes, in the recipient's language and time zone.

The templates are ours and trusted, everything they show is not: autoescaping is on, undefined names are errors, links
are http(s) only. Nothing is loaded from outside. The size is bounded by the pipeline, which measures the message and
renders a smaller digest when it must (`core.digests.shrink`).
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from css_inline import CSSInliner, InlineError
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateError, select_autoescape

from monitor.channels.email.languages import Language, language
from monitor.channels.email.text import clean
from monitor.channels.email.view import DigestView, digest_view
from monitor.channels.email.wire import Letter, ascii_address, serialise
from monitor.errors import RenderError
from monitor.model.digests import Digest, Message

MAX_NAME = 60


class EmailRenderer:
    """Renders digests as mail from `sender` (an address), shown as `sender_name`.

    `unsubscribe_address`: where a mail with the recipient's id as its subject ends the digests; None offers nothing.
    """

    def __init__(self, sender: str, sender_name: str = "", *, unsubscribe_address: str | None = None) -> None:
        try:
            self._sender = ascii_address(sender)
            self._unsubscribe_address = ascii_address(unsubscribe_address) if unsubscribe_address else None
        except ValueError as error:
            raise RenderError(f"mails cannot be sent from or answered at {sender!r}: {error}") from error
        self._sender_name = clean(sender_name, MAX_NAME)
        self._domain = self._sender.rpartition("@")[2]
        self._inliner = CSSInliner(load_remote_stylesheets=False, minify_css=True)
        self._environments: dict[str, Environment] = {}

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The message of a digest. Raises `RenderError`, naming the recipient."""
        recipient = digest.recipient
        try:
            words = language(recipient.language)
            address = ascii_address(recipient.address)
            unsubscribe = self._unsubscribe(recipient.id)
            view = digest_view(digest, words, delivery_id=delivery_id, address=address, unsubscribe=unsubscribe)
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
                unsubscribe=unsubscribe,
            )
            content = serialise(letter)
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
        if self._unsubscribe_address is None:
            return None
        return f"mailto:{self._unsubscribe_address}?subject={quote('unsubscribe ' + recipient_id)}"


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


def _label(watchlists: tuple[str, ...]) -> str:
    """The first label of the List-Id (RFC 2919): the watchlist's name, "digests" for several."""
    name = watchlists[0] if len(watchlists) == 1 else "digests"
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in name).strip("-")[:40] or "digests"
