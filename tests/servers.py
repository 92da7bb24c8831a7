"""A loopback HTTP server for tests, which answers as told and misbehaves on request.

    async with LoopbackServer() as server:
        server["/rss"] = Reply(b"<rss/>", etag='"1"')
        server["/hang"] = hang
        ... server.url("/rss") ... server.requests ...

A route is a `Reply`, a function from `Request` to `Reply`, or an async function (request, writer) that writes what it
likes. Conditional requests are answered with 304 by `Reply` itself when its validators are asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import inspect
import socket
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Berita</title><link>http://example.org/</link><description/>
<item><title>Putin tiba di Pyongyang</title><link>http://example.org/berita/1</link><guid>berita-1</guid>
<pubDate>Wed, 19 Jun 2024 03:00:00 +0700</pubDate><description>Kim Jong Un menyambutnya di bandara.</description></item>
</channel></rss>"""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent: header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """An ordinary answer; `headers` win over what is made from the other fields."""

    body: bytes = b""
    status: int = 200
    content_type: str | None = "application/rss+xml"
    etag: str | None = None
    last_modified: str | None = None
    location: str | None = None
    is_gzip: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self, request: Request) -> bytes:
        is_known = self.status == 200 and (
            (self.etag is not None and request.headers.get("if-none-match") == self.etag)
            or (self.last_modified is not None and request.headers.get("if-modified-since") == self.last_modified)
        )
        body = b"" if is_known else gzip.compress(self.body) if self.is_gzip else self.body
        lines = {
            "Content-Type": self.content_type,
            "ETag": self.etag,
            "Last-Modified": self.last_modified,
            "Location": self.location,
            "Content-Encoding": "gzip" if self.is_gzip and not is_known else None,
            "Content-Length": None if is_known else str(len(body)),
            **self.headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        return f"HTTP/1.1 {304 if is_known else self.status} X\r\n{head}\r\n".encode("utf-8", "surrogateescape") + body


Writing = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
Route = Reply | Callable[[Request], Reply] | Writing


class LoopbackServer:
    """Serves routes on 127.0.0.1 at a free port; unknown paths are 404. `peak` is the most requests in flight."""

    def __init__(self) -> None:
        self._routes: dict[str, Route] = {}
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._in_flight = 0
        self.peak = 0
        self.requests: list[Request] = []

    def __setitem__(self, path: str, route: Route) -> None:
        self._routes[path] = route

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.target for request in self.requests]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**20)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for talk in list(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._serve_one(reader, writer):
                    pass
        finally:
            self._talks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(method, target, headers, body)
        self.requests.append(request)
        self._in_flight += 1
        self.peak = max(self.peak, self._in_flight)
        try:
            return await self._answer(request, writer)
        finally:
            self._in_flight -= 1

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        route = self._routes.get(request.path, Reply(b"nothing here", status=404))
        if inspect.iscoroutinefunction(route):
            await route(request, writer)
            return False
        reply = route if isinstance(route, Reply) else route(request)  # type: ignore[operator, call-arg]
        assert isinstance(reply, Reply)
        writer.write(reply.encode(request))
        await writer.drain()
        return True


# --- misbehaviour -----------------------------------------------------------------------------------------------


async def hang(request: Request, writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.Event().wait()


async def hang_in_headers(request: Request, writer: asyncio.StreamWriter) -> None:
    """Begin an answer and never finish its head."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nX-Slow:")
    await writer.drain()
    await asyncio.Event().wait()


async def drip(request: Request, writer: asyncio.StreamWriter) -> None:
    """One byte every 20 ms, for ever: each read is quick, the whole never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
    """Hang up hard (RST) instead of answering."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def break_off(request: Request, writer: asyncio.StreamWriter) -> None:
    """Promise 1,000 bytes, send five, hang up."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 1000\r\n\r\n<rss>")
    await writer.drain()


async def speak_gibberish(request: Request, writer: asyncio.StreamWriter) -> None:
    """Answer in no known protocol."""
    writer.write(b"220 mail.example.org ESMTP\r\n")
    await writer.drain()


async def lie_about_gzip(request: Request, writer: asyncio.StreamWriter) -> None:
    """Say gzip, send text."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 24\r\n\r\nthis is not compressed.\n")
    await writer.drain()


def gzip_bomb(size: int) -> Writing:
    """`size` zero bytes as a small gzip stream, packed beforehand."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join([*(packer.compress(bytes(2**20)) for _ in range(size // 2**20)), packer.flush()])

    async def send(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\n\r\n" + packed)
        await writer.drain()

    return send


def endless(size: int) -> Writing:
    """`size` plain bytes without a Content-Length."""

    async def send(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")
        for _ in range(size // 2**16):
            writer.write(b"x" * 2**16)
            await writer.drain()

    return send


@contextlib.asynccontextmanager
async def refusing_port() -> AsyncIterator[int]:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]
