"""Our bytes → an SMTP server, one recipient per transaction, over a connection that is reused while it behaves.

aiosmtplib's low-level calls are used, because its `send_message` serialises anew and its `sendmail` hides the phase in
which something failed. What decides everything is the last byte: before it a failure is certain, after it only the
server's own words are. Facts that shaped this (aiosmtplib 5.1.3, found in its source and against a scripted server):

- `start_tls=None` is opportunistic and sends a password in clear where STARTTLS was stripped: the mode is explicit.
- A bad certificate raises `ssl.SSLError`, not an SMTP exception.
- `login()` tries three mechanisms, three failures per wrong password: one mechanism is chosen here.
- A hanging RSET masks the refusal before it, and after a cancelled command the late reply is paired with the next
  one: after anything but success the connection is dropped, never reset.
- `data()` hides whether the last byte had been handed over when a timeout struck: DATA and its payload are two steps.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from monitor.errors import ConfigError, DeliveryError, Problem
from monitor.model.digests import Delivery
from monitor.ports import PhaseMark

# What no retry cures before somebody acts (credentials, certificate, sender): one connection an hour.
_OPERATOR_S = 3600.0
_QUIT_S = 5.0
# What may stand between the angle brackets of MAIL and RCPT; aiosmtplib reads leniently and would drop the rest.
_ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9.-]+")
_UNSAFE_IN_ADDRESS = re.compile(r"[<>\"(),:;\[\]\\]")
# The enhanced status code that a reply may begin with (RFC 2034).
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
_BARE_BREAK = re.compile(rb"(?<!\r)\n|\r(?!\n)")
Watch = Callable[[str, str], None]
"""Told of each step of a conversation, by its name and what the server said."""


def _unwatched(step: str, said: str) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """Where mail is handed in, and how patiently. `helo`: what we call ourselves, a host name.

    `timeout_s` bounds one reply, `data_timeout_s` the one after the last byte (RFC 5321 §4.5.3.2.6: ten minutes),
    `deadline_s` one whole delivery. `tls_context` None means the system's trust. `key` names its section of the
    configuration and `password_variable` where its password comes from, for messages.
    """

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    helo: str | None = None
    timeout_s: float = 60.0
    data_timeout_s: float = 600.0
    deadline_s: float = 840.0
    max_per_connection: int = 50
    max_connection_s: float = 300.0
    tls_context: ssl.SSLContext | None = None
    key: str = "mail.smtp"
    password_variable: str = "MONITOR_SMTP_PASSWORD"  # noqa: S105 - the name of a place, no password

    @property
    def cure_tls(self) -> str:
        """What to do where TLS does not come about."""
        ports = "tls on port 465, starttls on 587"
        return f"Set {self.key}.tls to what the server speaks ({ports}), or trust its certificate."

    @property
    def cure_login(self) -> str:
        """What to do where a login is refused."""
        return f"Check {self.key}.username and the password in {self.password_variable}."


class SmtpChannel:
    """Delivers over SMTP. Deliveries are sent one after the other; `close` says goodbye.

    `watch` is told of every step as it happens, never of what we say in a login.
    """

    def __init__(self, server: SmtpServer, *, watch: Watch = _unwatched) -> None:
        if server.username is not None and server.tls == "none" and not _is_loopback(server.host):
            raise ConfigError(
                (
                    Problem(
                        file="monitor.yaml",
                        key=f"{server.key}.tls",
                        message=f"with tls: none the password would go to {server.host} in clear.",
                        cure="Use tls or starttls, or remove the username.",
                    ),
                )
            )
        self._server = server
        self._watch = watch
        self._client: aiosmtplib.SMTP | None = None
        self._sent = 0
        self._connected_at = 0.0
        self._lock = asyncio.Lock()

    async def send(self, delivery: Delivery, mark: PhaseMark) -> str:
        """Hand in the delivery's bytes; returns the server's reply. Raises `DeliveryError`."""
        _check(delivery)
        async with self._lock:
            attempt = _Attempt()
            is_clean = False
            try:
                async with asyncio.timeout(self._server.deadline_s):
                    reply = await self._transact(delivery, mark, attempt)
                is_clean = True
            except (
                aiosmtplib.SMTPException,
                OSError,
                ValueError,
            ) as error:  # ssl.SSLError and TimeoutError are OSErrors
                raise _translated(error, self._server, attempt) from error
            finally:
                if not is_clean:
                    self._drop()
        return reply

    async def close(self) -> None:
        """Quit politely if the server answers soon, and let go of the connection."""
        async with self._lock:
            client = self._client
            if client is not None and client.is_connected:
                with suppress(aiosmtplib.SMTPException, OSError):  # nothing depends on the goodbye
                    await client.quit(timeout=_QUIT_S)
            self._drop()

    async def _transact(self, delivery: Delivery, mark: PhaseMark, attempt: _Attempt) -> str:
        message = delivery.message
        client, is_reused = await self._connection(attempt)
        attempt.step = "MAIL"
        options = self._mail_options(client, delivery)
        try:
            self._see("MAIL", await client.mail(message.sender, options=options))
        except aiosmtplib.SMTPServerDisconnected:
            if not is_reused:
                raise
            self._drop()  # the server had tired of an idle connection: nothing was handed in, a new one may do
            client, _ = await self._connection(attempt)
            attempt.step = "MAIL"
            self._see("MAIL", await client.mail(message.sender, options=options))
        attempt.step = "RCPT"
        self._see("RCPT", await client.rcpt(message.recipient))
        attempt.step = "DATA"
        start = await client.execute_command(b"DATA")
        self._see("DATA", start)
        if start.code != 354:
            raise aiosmtplib.SMTPDataError(start.code, start.message)
        await mark()
        protocol = client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        attempt.step = "payload"
        attempt.is_handed_over = True
        protocol.write(_payload(message.content))
        reply = await protocol.read_response(timeout=self._server.data_timeout_s)
        if not 200 <= reply.code < 300:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        self._sent += 1
        self._see("payload", reply)
        return f"{reply.code} {_line(reply.message)}"

    async def _connection(self, attempt: _Attempt) -> tuple[aiosmtplib.SMTP, bool]:
        now = asyncio.get_running_loop().time()
        client = self._client
        if client is not None and client.is_connected:
            is_young = now - self._connected_at < self._server.max_connection_s
            if is_young and self._sent < self._server.max_per_connection:
                return client, True
        self._drop()
        self._client = client = self._new_client()
        self._sent, self._connected_at = 0, now
        attempt.step = "connect"
        self._see("connect", await client.connect())
        if self._server.tls == "tls":
            self._watch("TLS", _tls_facts(client))
        attempt.step = "EHLO"
        self._see("EHLO", await client.ehlo())
        if self._server.tls == "starttls":
            attempt.step = "STARTTLS"
            self._see("STARTTLS", await client.starttls())
            self._watch("TLS", _tls_facts(client))
            attempt.step = "EHLO"
            self._see("EHLO", await client.ehlo())
        if self._server.username is not None:
            attempt.step = "AUTH"
            self._see("AUTH", await self._log_in(client, self._server.username, self._server.password or ""))
        return client, False

    def _see(self, step: str, reply: aiosmtplib.SMTPResponse) -> None:
        self._watch(step, f"{reply.code} {_line(reply.message)}")

    def _new_client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "tls",
            start_tls=False,  # we do it ourselves, after EHLO; None would mean "if offered"
            timeout=server.timeout_s,
            local_hostname=server.helo,
            tls_context=server.tls_context,
        )

    @staticmethod
    async def _log_in(client: aiosmtplib.SMTP, username: str, password: str) -> aiosmtplib.SMTPResponse:
        offered = client.server_auth_methods
        if "plain" in offered:
            return await client.auth_plain(username, password)
        if "login" in offered:
            return await client.auth_login(username, password)
        raise aiosmtplib.SMTPNotSupported(f"the server offers no AUTH PLAIN or LOGIN, only {offered or 'none'}")

    @staticmethod
    def _mail_options(client: aiosmtplib.SMTP, delivery: Delivery) -> list[str]:
        size = len(delivery.message.content)
        options = []
        if client.supports_extension("size"):
            limit = client.esmtp_extensions["size"].strip()
            if limit.isdigit() and 0 < int(limit) < size:
                raise DeliveryError(
                    f"the mail has {size} bytes, the server takes {limit}: lower max_stories of "
                    f"{delivery.recipient_id}",
                    permanent=True,
                    code=552,
                )
            options.append(f"SIZE={size}")
        if client.supports_extension("dsn"):
            options += ["RET=HDRS", f"ENVID={delivery.id}"]
        return options

    def _drop(self) -> None:
        """Let go at once; what is still in our buffers is not sent."""
        client, self._client = self._client, None
        if client is None:
            return
        if isinstance(client.transport, asyncio.WriteTransport):
            client.transport.abort()
        client.close()


@dataclass(slots=True)
class _Attempt:
    """How far a delivery has come."""

    step: str = "connect"
    is_handed_over: bool = False


def _translated(error: Exception, server: SmtpServer, attempt: _Attempt) -> DeliveryError:
    """What went wrong, by how far the delivery had come and by who is to blame."""
    code = max(error.code, 0) if isinstance(error, aiosmtplib.SMTPResponseException) else 0  # −1: no SMTP at all
    said = _line(error.message if isinstance(error, aiosmtplib.SMTPException) else str(error) or type(error).__name__)
    where = f"{server.host}:{server.port}"
    if attempt.is_handed_over and not 400 <= code < 600:
        return DeliveryError(
            f"{where} gave no clear answer after the last byte ({said}): the mail may have arrived",
            permanent=False,
            uncertain=True,
            code=code,
            blame="channel",
        )
    if (broken := _broken_way(error, code, said, server, attempt.step)) is not None:
        return broken
    is_final = code >= 500 or isinstance(error, ValueError)  # our own refusal: an address no command line can hold
    text = f"{where} refused at {attempt.step}: {_coded(code, said)}"
    status = found[0] if (found := _STATUS.match(said)) else ""
    return DeliveryError(text, permanent=is_final, code=code, blame="recipient", step=attempt.step, status=status)


def _broken_way(error: Exception, code: int, said: str, server: SmtpServer, step: str) -> DeliveryError | None:
    """The error when other deliveries would fail alike, None when only this mail is refused."""
    where = f"{server.host}:{server.port}"
    is_network = isinstance(error, OSError)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return _broken(f"no trusted TLS with {where}: {said}. {server.cure_tls}", code, retry_after_s=_OPERATOR_S)
    if step == "STARTTLS" and code == 0 and not is_network:
        return _broken(
            f"{where} offers no STARTTLS, so nothing was sent. {server.cure_tls}", code, retry_after_s=_OPERATOR_S
        )
    if step == "AUTH" and not 400 <= code < 500 and not is_network:
        return _broken(
            f"{where} refused the login: {_coded(code, said)}. {server.cure_login}", code, retry_after_s=_OPERATOR_S
        )
    is_nonsense = code == 0 and not isinstance(error, ValueError)
    if code in (421, 530) or is_network or is_nonsense or step in ("connect", "EHLO", "STARTTLS", "AUTH"):
        return _broken(f"{where} failed at {step}: {_coded(code, said)}", code)
    if step == "MAIL" and code not in (0, 552):
        wait = _OPERATOR_S if code >= 500 else None
        return _broken(f"{where} refused the sender: {_coded(code, said)}", code, retry_after_s=wait)
    return None


def _broken(text: str, code: int, *, retry_after_s: float | None = None) -> DeliveryError:
    return DeliveryError(text, permanent=False, code=code, blame="channel", retry_after_s=retry_after_s)


def _coded(code: int, said: str) -> str:
    return f"{code} {said}" if code > 0 else said


def _line(text: str) -> str:
    printable = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in printable).split())[:300]


def _check(delivery: Delivery) -> None:
    """Refuse what a server could read as two mails or two commands, and what is not 7bit."""
    content = delivery.message.content
    if not content.isascii() or _BARE_BREAK.search(content) or not content.endswith(b"\r\n"):
        raise DeliveryError(
            f"the stored bytes of {delivery.id} are no 7bit mail with CRLF line ends: compose it again",
            permanent=True,
        )
    for address in (delivery.message.sender, delivery.message.recipient):
        if not _ADDRESS.fullmatch(address) or _UNSAFE_IN_ADDRESS.search(address):
            raise DeliveryError(f"{address!r} is no address that a mail can be handed in for", permanent=True)


def _tls_facts(client: aiosmtplib.SMTP) -> str:
    """Version, cipher and whose certificate it is."""
    transport = client.transport
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    if tls is None:
        return "none"
    shown = tls.getpeercert() or {}
    named = {name: value for part in shown.get("subject", ()) for name, value in part}
    by = {name: value for part in shown.get("issuer", ()) for name, value in part}
    issuer = by.get("organizationName") or by.get("commonName", "unknown")
    return _line(
        f"{tls.version()}, {(tls.cipher() or ('unknown',))[0]}; certificate of {named.get('commonName', 'unknown')} "
        f"by {issuer}, valid until {shown.get('notAfter', 'unknown')}"
    )


def _payload(content: bytes) -> bytes:
    """The bytes as DATA carries them: leading dots doubled, the final dot added (RFC 5321 §4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
