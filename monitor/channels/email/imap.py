"""The mailbox for refusals, by IMAP: what is unread there, and marking as read what was ours.

Nothing is deleted or moved, and mail that is none of ours stays as unread as it was: it is a person's mailbox too.
imaplib blocks, so it works in a thread, and each look is a connection of its own. A password goes over TLS only, but
to this machine.
"""

from __future__ import annotations

import asyncio
import imaplib
import ipaddress
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from monitor.channels.email.returns import returned_mail
from monitor.errors import ConfigError, MailboxError, Problem
from monitor.model.returns import ReturnedMail

# A notification says what it has to at its beginning; a mail that somebody sent there may be of any size.
_MAX_BYTES = 200_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer:
    """Where the mailbox is. `tls_context` None means the system's trust."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"]
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    timeout_s: float = 30.0
    tls_context: ssl.SSLContext | None = None


class ImapBox:
    """Looks into the mailbox. Mail that was none of ours is not fetched again by the same `ImapBox`."""

    def __init__(self, server: ImapServer) -> None:
        if server.tls == "none" and not _is_loopback(server.host):
            message = f"with tls: none the password would go to {server.host} in clear."
            problem = Problem(file="monitor.yaml", key="mail.bounces.tls", message=message, cure="Use tls or starttls.")
            raise ConfigError((problem,))
        self._server = server
        self._looked_at: set[tuple[str, int]] = set()

    async def unread(self, *, since: datetime, limit: int) -> list[ReturnedMail]:
        """Up to `limit` unread mails that arrived since (by days), oldest first. Raises `MailboxError`."""
        return await asyncio.to_thread(self._unread, since, limit)

    async def mark_read(self, uids: Sequence[int]) -> None:
        """Mark mails as read. Raises `MailboxError`."""
        if uids:
            await asyncio.to_thread(self._mark_read, uids)

    def _unread(self, since: datetime, limit: int) -> list[ReturnedMail]:
        with self._session(is_readonly=True) as (client, validity):
            day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
            found = _said(client.uid("SEARCH", "UNSEEN", "SINCE", day))
            uids = [int(uid) for uid in b" ".join(part for part in found if isinstance(part, bytes)).split()]
            fresh = [uid for uid in sorted(uids) if (validity, uid) not in self._looked_at][:limit]
            mails = [returned_mail(uid, self._content(client, uid)) for uid in fresh]
            # Kept to what is unread still: a mailbox lives for years.
            known = {(validity, uid) for uid in uids} & self._looked_at
            self._looked_at = known | {(validity, uid) for uid in fresh}
            return mails

    @staticmethod
    def _content(client: imaplib.IMAP4, uid: int) -> bytes:
        """A mail, or its beginning, without marking it as read; empty where it is gone meanwhile."""
        answer = _said(client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_MAX_BYTES}>)"))
        return next((part[1] for part in answer if isinstance(part, tuple)), b"")

    def _mark_read(self, uids: Sequence[int]) -> None:
        with self._session(is_readonly=False) as (client, _):
            _said(client.uid("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)"))

    def forget(self, uids: Sequence[int]) -> None:
        """Look at mails again next time: what they ask for could not be done yet."""
        self._looked_at = {key for key in self._looked_at if key[1] not in uids}

    @contextmanager
    def _session(self, *, is_readonly: bool) -> Iterator[tuple[imaplib.IMAP4, str]]:
        """A connection with the folder open, and what its numbers are valid for."""
        server, client = self._server, None
        where = f"{server.host}:{server.port}"
        try:
            client = self._connected()
            self._log_in(client)
            folder = '"' + server.folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
            _said(client.select(folder, readonly=is_readonly))
            validity = b"".join(part for part in client.response("UIDVALIDITY")[1] if isinstance(part, bytes))
            yield client, validity.decode("ascii", "replace")
        except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError) as error:  # ssl.SSLError is an OSError
            said = " ".join(str(error).split())[:300] or type(error).__name__
            raise MailboxError(
                f"the mailbox {server.folder} of {server.username} at {where} cannot be read: {said}. "
                "Check mail.bounces and MONITOR_BOUNCES_PASSWORD."
            ) from error
        finally:
            if client is not None:
                with suppress(imaplib.IMAP4.error, OSError):  # nothing depends on the goodbye
                    client.logout()

    def _connected(self) -> imaplib.IMAP4:
        server = self._server
        context = server.tls_context or ssl.create_default_context()
        if server.tls == "tls":
            return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=server.timeout_s)
        client = imaplib.IMAP4(server.host, server.port, timeout=server.timeout_s)
        if server.tls == "starttls":
            try:
                client.starttls(ssl_context=context)  # refuses where it is not offered
            except BaseException:
                client.shutdown()
                raise
        return client

    def _log_in(self, client: imaplib.IMAP4) -> None:
        """One mechanism, one try; PLAIN, because LOGIN's quoted strings hold ASCII only."""
        server = self._server
        if "AUTH=PLAIN" in client.capabilities:
            secret = f"\0{server.username}\0{server.password}".encode()
            client.authenticate("PLAIN", lambda _: secret)
        else:
            client.login(server.username, server.password)


def _said(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    """The data of an answer. Raises `imaplib.IMAP4.error` for a no."""
    kind, found = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(
            " ".join(part.decode("utf-8", "replace") for part in found if isinstance(part, bytes))
        )
    return found


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
