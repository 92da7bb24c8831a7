"""An IMAP server on loopback for tests: one mailbox, enough of RFC 3501 for a look, and it remembers all it was told.

async with MailboxServer(mails, password="…") as server: ... server.port, server.seen, server.commands
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Sequence
from typing import Self


class MailboxServer:
    """Serves `mails` as INBOX, numbered from 1; `seen` are the numbers marked as read."""

    def __init__(
        self,
        mails: Sequence[bytes] = (),
        *,
        password: str = "right",
        tls: ssl.SSLContext | None = None,
        capabilities: str = "IMAP4rev1 AUTH=PLAIN",
    ) -> None:
        self.mails = list(mails)
        self.password = password
        self.tls = tls
        self.capabilities = capabilities
        self.seen: set[int] = set()
        self.commands: list[str] = []
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            writer.write(b"* OK ready\r\n")
            while line := (await reader.readline()).decode().strip():
                tag, _, command = line.partition(" ")
                self.commands.append(command)
                if command.upper().startswith("AUTHENTICATE"):
                    writer.write(b"+ \r\n")
                    secret = base64.b64decode(await reader.readline()).decode().split("\0")
                    done = "OK in" if secret[2] == self.password else "NO [AUTHENTICATIONFAILED] no"
                else:
                    done = self._answer(command, writer)
                writer.write(f"{tag} {done}\r\n".encode())
                await writer.drain()
                if command.upper() == "LOGOUT":
                    return
        except ConnectionError:
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    def _answer(self, command: str, writer: asyncio.StreamWriter) -> str:
        words = command.upper().split()
        if words[0] == "CAPABILITY":
            writer.write(f"* CAPABILITY {self.capabilities}\r\n".encode())
        elif words[0] == "LOGIN":
            return "OK in" if f'"{self.password}"' in command else "NO no"
        elif words[0] in ("SELECT", "EXAMINE"):
            if '"INBOX"' not in command:
                return "NO there is no such folder"
            writer.write(f"* {len(self.mails)} EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\n".encode())
        elif words[:2] == ["UID", "SEARCH"]:
            found = [str(uid) for uid in range(1, len(self.mails) + 1) if uid not in self.seen]
            writer.write(f"* SEARCH {' '.join(found)}\r\n".encode())
        elif words[:2] == ["UID", "FETCH"]:
            uid = int(words[2])
            most = int(re.search(r"<0\.(\d+)>", command)[1])  # type: ignore[index]
            body = self.mails[uid - 1][:most]
            writer.write(f"* {uid} FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n")
        elif words[:2] == ["UID", "STORE"]:
            self.seen |= {int(uid) for uid in words[2].split(",")}
        elif words[0] != "LOGOUT":
            return "BAD what?"
        return "OK done"
