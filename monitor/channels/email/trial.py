"""A small mail that asks for nothing: to see whether mail arrives, and what becomes of it on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from html import escape

from monitor.channels.email.languages import language
from monitor.channels.email.render import MAX_NAME, Sign
from monitor.channels.email.text import clean
from monitor.channels.email.wire import Letter, ascii_address, serialise
from monitor.errors import RenderError
from monitor.model.digests import Message

_PAGE = (
    '<!DOCTYPE html><html lang="{tag}"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body>{body}</body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialMail:
    """Who a test mail is from and to, in which language, and who signs it."""

    sender: str
    sender_name: str
    recipient: str
    recipient_name: str = ""
    language: str = "en"
    sign: Sign | None = None


def trial_message(mail: TrialMail, *, at: datetime) -> Message:
    """The message; another one whenever it is asked for. Raises `RenderError` for an address that is none."""
    try:
        words = language(mail.language)
        sender, recipient = ascii_address(mail.sender), ascii_address(mail.recipient)
        subject = words.gettext("Test of the media monitor's mail")
        lines = (
            words.gettext("This is a test. Whoever runs the media monitor sent it by hand; there is nothing to do."),
            words.gettext("If you find it among the spam, say so: the digests would land there as well."),
        )
        unique = blake2b(f"{at.isoformat()} {recipient}".encode(), digest_size=10).hexdigest()
        domain = sender.rpartition("@")[2]
        html = _PAGE.format(
            tag=words.tag, title=escape(subject), body="".join(f"<p>{escape(line)}</p>" for line in lines)
        )
        letter = Letter(
            message_id=f"<t.{unique}@{domain}>",
            date=at,
            sender=(clean(mail.sender_name, MAX_NAME), sender),
            recipient=(clean(mail.recipient_name, MAX_NAME), recipient),
            subject=subject,
            text="\n\n".join(lines) + "\n",
            html=html,
            language=words.tag,
            list_id=f"test.{domain}",
        )
        content = serialise(letter)
        if mail.sign is not None:
            content = mail.sign(content, at)
    except (ValueError, LookupError) as error:
        raise RenderError(f"no test mail can be made for {mail.recipient!r}: {error}") from error
    return Message(
        message_id=letter.message_id,
        sender=sender,
        recipient=recipient,
        subject=subject,
        html=html,
        text=letter.text,
        content=content,
    )
