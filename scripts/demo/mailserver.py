"""A loopback SMTP server (aiosmtpd) that keeps what it took, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One accepted message: when its last byte came and when we said 250, in seconds of the monotonic clock."""

    received_at: float
    at: float
    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def message_id(self) -> str:
        """Its Message-ID header."""
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.message["Subject"])

    def body(self, kind: str) -> str:
        """The "plain" or "html" part as text."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


class MailServer:
    """Takes mail on 127.0.0.1. `delay_s` is how long it thinks before it says 250.

    An async context manager; `on_event` hears "mail", "rcpt", "data" (the last byte is here) and "accepted".
    """

    def __init__(self, *, delay_s: float = 0.0, on_event: Callable[[str], None] | None = None) -> None:
        self.delay_s = delay_s
        self.on_event = on_event
        self.mails: list[Mail] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def session() -> SMTP:
            smtp = SMTP(self, loop=loop, enable_SMTPUTF8=True, hostname="mail.example.org")
            self._sessions.append(smtp)
            return smtp

        self._server = await loop.create_server(session, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
        for smtp in self._sessions:
            if smtp.transport:
                smtp.transport.close()
        await asyncio.sleep(0)

    def _tell(self, event: str) -> None:
        if self.on_event:
            self.on_event(event)

    # The names that aiosmtpd looks for.
    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM."""
        self._tell("mail")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO."""
        self._tell("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The message with its final dot."""
        received_at = time.monotonic()
        self._tell("data")
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        content: Any = envelope.original_content or b""
        self.mails.append(
            Mail(
                received_at=received_at,
                at=time.monotonic(),
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=content,
            )
        )
        self._tell("accepted")
        return f"250 OK queued as {len(self.mails)}"
