"""SMTP servers on loopback for tests: a real one that receives, and a scripted one that misbehaves.

    async with receiving_server() as server: ... server.port, server.mails
    async with MisbehavingServer(dot="drop") as server: ... server.port, server.commands, server.connections

The scripted server behaves except at the steps it was given: "banner", "ehlo", "starttls", "auth", "mail", "rcpt",
"data" (the command) and "dot" (after the last byte). A step's answer is "hang", "drop", "" (behave) or a reply line
to send; "lose" at the dot drops the connection and the mail. A list of answers is used up one by one, then the server
behaves. "late 0.3 250 ok" answers after so many seconds; without words it then behaves.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

_LATE = re.compile(r"late ([0-9.]+) ?(.*)")
ANSWERS = {
    "banner": "220 test.example.org ESMTP",
    "starttls": "220 go ahead",
    "auth": "235 welcome",
    "mail": "250 sender ok",
    "rcpt": "250 recipient ok",
    "data": "354 go on",
    "dot": "250 2.0.0 queued as 4711",
}


@dataclass
class Received:
    """What a receiving server took: envelopes, and the bytes of each mail with CRLF line ends."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        self.mails.append(envelope.original_content or b"")
        self.envelopes.append((envelope.mail_from or "", tuple(envelope.rcpt_tos)))
        return "250 2.0.0 taken"


@asynccontextmanager
async def receiving_server(
    *, tls: ssl.SSLContext | None = None, is_implicit: bool = False, password: str | None = None, **options: Any
) -> AsyncIterator[Received]:
    """An aiosmtpd server in this event loop; with `tls` it offers STARTTLS, or speaks TLS at once."""
    received = Received()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        received.logins.append(mechanism)
        is_right = data.password == (password or "").encode()
        return AuthResult(success=is_right, handled=False)

    def protocol() -> SMTP:
        received.connections += 1
        return SMTP(
            received,
            hostname="test.example.org",
            tls_context=None if is_implicit else tls,
            authenticator=authenticate if password is not None else None,
            auth_require_tls=tls is not None and not is_implicit,
            **options,
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls if is_implicit else None)
    received.port = server.sockets[0].getsockname()[1]
    try:
        yield received
    finally:
        server.close()
        await server.wait_closed()


class MisbehavingServer:
    """Speaks just enough SMTP, except where told; remembers every command and every mail it was handed whole."""

    def __init__(self, *, extensions: tuple[str, ...] = (), **steps: str | list[str]) -> None:
        self.extensions = extensions
        self.steps = {
            step: [answer] * 99 if isinstance(answer, str) else list(answer) for step, answer in steps.items()
        }
        self.commands: list[str] = []
        self.on_step: Callable[[str], None] = lambda step: None
        """Told of every step that is reached, and as "answered …" when it was answered."""
        self.mails: list[bytes] = []
        self.connections = 0
        self.port = 0
        self._conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._conversations.values():
            writer.transport.abort()
        await asyncio.gather(*self._conversations)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._conversations[task] = writer
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._answer("banner", writer, reader):
            return
        while line := await reader.readline():
            command = line.decode("ascii", "replace").strip()
            self.commands.append(command)
            verb = command.split(" ")[0].upper()
            if verb == "QUIT":
                writer.write(b"221 bye\r\n")
                return
            if not await self._answer(verb.lower(), writer, reader):
                return
            if verb == "DATA" and not await self._take(reader, writer):
                return

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        body = await reader.readuntil(b"\r\n.\r\n")
        mail = body[: -len(b".\r\n")].replace(b"\r\n..", b"\r\n.")
        answer = self.steps["dot"][0] if self.steps.get("dot") else ""
        if answer != "lose" and not answer.startswith(("4", "5")):
            self.mails.append(mail)
        return await self._answer("dot", writer, reader)

    async def _answer(self, step: str, writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> bool:
        """Answer a step; False when the connection is over."""
        self.on_step(step)
        script = self.steps.get(step)
        answer = (script.pop(0) if script else "") or self._usual(step)
        if answer in ("drop", "lose"):
            return False
        if answer == "hang":
            await reader.read()  # until the client goes
            return False
        if (late := _LATE.match(answer)) is not None:
            await asyncio.sleep(float(late[1]))
            answer = late[2] or self._usual(step)
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        self.on_step(f"answered {step}")
        return True

    def _usual(self, step: str) -> str:
        if step != "ehlo":
            return ANSWERS.get(step, "502 no such command")
        lines = ["test.example.org", *self.extensions]
        return "\r\n".join(f"250{' ' if line is lines[-1] else '-'}{line}" for line in lines)


def make_certificate(folder: Path, host: str) -> Path:
    """A self-signed certificate with its key in one file, made by openssl; skips where that is missing."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    path = folder / f"{host}.pem"
    names = f"subjectAltName=DNS:{host},IP:127.0.0.1" if host == "localhost" else f"subjectAltName=DNS:{host}"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={host}",
         "-addext", names, "-keyout", str(path), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + (folder / "cert.pem").read_text())
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    """TLS for a server with this certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def client_context(certificate: Path) -> ssl.SSLContext:
    """TLS for a client that trusts this certificate only."""
    return ssl.create_default_context(cafile=str(certificate))
