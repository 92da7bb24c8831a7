"""The web that the hostile harness polls: neighbours that are well, and feeds whose every answer is hostile.

    python -m tests.acceptance.hostile_server --seed 1

Runs as a process of its own, so that the harness can measure the memory of what it tests. Prints its port. `/good/K`
is a neighbour: each request moves its window on by some items; `/bad/K` answers each time with another hostile body;
`/-/counts` tells how often each was asked. What is answered depends on the seed, the feed and the count alone:
`answer_of(seed, bases, feed, count)` gives it again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import random
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.acceptance import hostile_bodies

NEW_ITEMS, WINDOW = 3, 9
WIRE_SHARE = 0.06
"""Of the answers that are hostile as HTTP, the others as documents."""
RETOLD_SHARE = 0.25
"""Of the documents that are like the one before, so that known items meet damage, too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes to write piece by piece with pauses; then the connection is closed, or held until the other side goes."""

    pieces: tuple[bytes, ...]
    pause_s: float = 0.0
    is_held: bool = False


def answer_of(seed: int, bases: Sequence[bytes], feed: str, count: int) -> Answer:
    """The answer to the `count`-th request for a hostile feed."""
    rng = random.Random(f"{seed}:{feed}:{count}")
    if rng.random() < WIRE_SHARE:
        return wire(rng, bases)
    body, kind = hostile_bodies.body(rng, bases)
    if rng.random() < RETOLD_SHARE:
        before = hostile_bodies.body(random.Random(f"{seed}:{feed}:{count // 4}:retold"), bases)[0]
        body, kind = (before if rng.random() < 0.2 else hostile_bodies.damaged(rng, [before])[0]), "text/xml"
    return Answer((head(rng, {"Content-Type": kind, "Content-Length": str(len(body))}) + body,))


def head(rng: random.Random, lines: dict[str, str], status: str = "200 OK") -> bytes:
    """A response's head."""
    lines = {name: value for name, value in lines.items() if value}
    lines |= {name: value for name, value in _LINES if rng.random() < 0.05}
    told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\nConnection: close\r\n{told}\r\n".encode("utf-8", "surrogatepass")


_LINES = (
    ("ETag", 'W/"1"'),
    ("ETag", "\udcff\ud800" + "e" * 3000),
    ("Last-Modified", "never"),
    ("Cache-Control", "max-age=99999999999999999999, " * 20),
    ("Cache-Control", 'max-age="' + "\\" * 500),
    ("Expires", "Thu, 99 Foo 99999 99:99:99 +9999"),
    ("Date", "Fri, 31 Dec 9999 23:59:59 -1200"),
    ("Expires", "Mon, 01 Jan 0001 00:00:00 +1400"),
    ("Age", "9" * 400),
    ("Set-Cookie", "a=" + "b" * 4000),
    ("Link", '<http://example.org/>; rel="hub"'),
    ("Content-Disposition", "attachment; filename*=utf-8''%ff%00"),
)


def wire(rng: random.Random, bases: Sequence[bytes]) -> Answer:
    """An answer that is hostile as HTTP."""
    body, kind = hostile_bodies.body(rng, bases)
    plain = head(rng, {"Content-Type": kind, "Content-Length": str(len(body))}) + body
    packed = gzip.compress(body, 1, mtime=0)
    draw = rng.random()
    if draw < 0.04:  # these cost the whole of a timeout
        return rng.choice((
            Answer((b"",), is_held=True), Answer((b"HTTP/1.1 200 OK\r\nX-Slow:",), is_held=True),
            Answer((plain[:60],), is_held=True), Answer(tuple(bytes([byte]) for byte in plain[:400]), pause_s=0.01),
            Answer((head(rng, {"Transfer-Encoding": "chunked"}), *[b"1\r\nx\r\n"] * 500), pause_s=0.01),
        ))  # fmt: skip
    if draw < 0.08:  # and these bandwidth
        many = rng.choice((2_000, 10_000))
        bomb = _bomb(rng)
        return rng.choice((
            Answer((head(rng, {"Content-Encoding": "gzip", "Content-Length": str(len(bomb))}) + bomb,)),
            Answer((b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(many)) + b"\r\n" + body,)),
            Answer((b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n" + body,)),
            Answer((head(rng, {"Transfer-Encoding": "chunked"}), *[b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 80)),
            Answer((b"x" * 1_000_000,)),
        ))  # fmt: skip
    return rng.choice((
        lambda: Answer((_coded(rng, "gzip", packed),)),
        lambda: Answer((_coded(rng, "gzip", packed[: rng.randrange(len(packed) + 1)]),)),
        lambda: Answer((_coded(rng, "gzip", gzip.compress(packed, 1, mtime=0)),)),
        lambda: Answer((_coded(rng, "gzip, gzip", gzip.compress(packed, 1, mtime=0)),)),
        lambda: Answer((_coded(rng, "deflate", zlib.compress(body, 1)[: rng.randrange(len(packed) + 9)]),)),
        lambda: Answer((_coded(rng, rng.choice(("br", "zstd", "deflate", "gzip", "x-rot13", "identity")), body),)),
        lambda: Answer((plain[: rng.randrange(len(plain))],)),
        lambda: Answer((head(rng, {"Content-Length": rng.choice(("5", "-1", "99999999999", "x", "1, 2"))}) + body,)),
        lambda: Answer((head(rng, {"Transfer-Encoding": "chunked"}) + rng.choice((b"zz\r\n", b"-5\r\n", b"5\r\nab")),)),
        lambda: Answer((head(rng, {"Transfer-Encoding": "chunked",
        "Content-Length": "3"}) + b"3\r\nabc\r\n0\r\n\r\n",)),
        lambda: Answer((rng.choice(_STATUS_LINES) + b"\r\nContent-Length: 0\r\n\r\n",)),
        lambda: Answer((head(rng, {"Retry-After": rng.choice(_RETRIES), "Content-Type": "text/html"}, _status(rng)),)),
        lambda: Answer((head(rng, {"Location": rng.choice(_LOCATIONS), "Content-Length": "0"}, _redirect(rng)),)),
        lambda: Answer((head(rng, {}) + b"\r\n\r\n" + plain,)),
        lambda: Answer((b"HTTP/1.1 100 Continue\r\n\r\n" * rng.choice((1, 50)) + plain,)),
        lambda: Answer((b"HTTP/1.1 200 OK\r\n: empty\r\nno colon\r\n folded\r\n\x00: x\r\n\r\n" + body,)),
        lambda: Answer((b"",)),
    ))()  # fmt: skip


def _coded(rng: random.Random, coding: str, packed: bytes) -> bytes:
    return head(rng, {"Content-Encoding": coding, "Content-Length": str(len(packed))}) + packed


_BOMBS: dict[int, bytes] = {}


def _bomb(rng: random.Random) -> bytes:
    size = rng.choice((3, 50))
    if size not in _BOMBS:
        _BOMBS[size] = gzip.compress(b"<rss>" + bytes(size * 2**20), 9, mtime=0)
    return _BOMBS[size]


def _status(rng: random.Random) -> str:
    return f"{rng.choice((201, 204, 206, 300, 304, 400, 401, 403, 404, 410, 418, 429, 451, 500, 503, 520, 999))} X"


def _redirect(rng: random.Random) -> str:
    return f"{rng.choice((301, 302, 303, 307, 308))} X"


_STATUS_LINES = (
    b"HTTP/1.1 200", b"HTTP/1.1 0 X", b"HTTP/1.1 99999 X", b"HTTP/9.9 200 OK", b"HTTP/1.1 -1 X", b"ICY 200 OK",
    b"200 OK",
    b"HTTP/1.1 2 0 0", b"\x00\x01\x02", b"HTTP/1.1 200 " + b"x" * 9000, b"HTTP/1.1 101 Switching", b"HTTP/0.9 200 OK",
)  # fmt: skip
_RETRIES = (
    "120",
    "-1",
    "9" * 400,
    "soon",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "1e9",
    "\u0663",
    "Mon, 01 Jan 0001 00:00:00 GMT",
)
_LOCATIONS = (
    "file:///etc/passwd", "ftp://127.0.0.1/", "data:text/xml,<rss/>", "javascript:1", "http://10.0.0.1/",
    "http://[::1]:1/",
    "http://[::1", "http://", "//", "?", "/bad/loop", "", " ", "http://user:pass@127.0.0.1:1/", "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/", "http://0/", "http://169.254.169.254/latest", "http://2130706433/", "/" + "x" * 9000,
    "http://a" + ".b" * 200 + "/", "http://\u202e.example/", "http://ex%2eample/", "\udcff\udcfe",
    "http://127.0.0.1:1/#x",
)  # fmt: skip


class Web:
    """Answers by path and count."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.counts: Counter[str] = Counter()
        self._bases = hostile_bodies.corpus(random.Random(seed))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer, an end."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = await reader.readuntil(b"\r\n\r\n")
            answer = self._answer(request.split(b" ", 2)[1].decode("latin-1"))
            for piece in answer.pieces:
                writer.write(piece)
                await writer.drain()
                if answer.pause_s:
                    await asyncio.sleep(answer.pause_s)
            if answer.is_held:
                await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    def _answer(self, path: str) -> Answer:
        rng = random.Random(0)
        if path == "/-/counts":
            body = json.dumps(self.counts).encode()
        elif path == "/bad/loop":
            return Answer((b"HTTP/1.1 302 X\r\nLocation: /bad/loop\r\nConnection: close\r\n\r\n",))
        elif path.startswith("/good/"):
            self.counts[path] += 1
            body = neighbour(self.seed, path, self.counts[path]).encode()
        else:
            self.counts[path] += 1
            return answer_of(self.seed, self._bases, path, self.counts[path])
        return Answer((head(rng, {"Content-Type": "application/rss+xml", "Content-Length": str(len(body))}) + body,))


def neighbour(seed: int, path: str, count: int) -> str:
    """A neighbour's window at its `count`-th request; every other neighbour has a DTD, which takes a parse worker."""
    last = count * NEW_ITEMS
    told = "".join(_item(seed, path, number) for number in range(last, max(last - WINDOW, 0), -1))
    doctype = "<!DOCTYPE rss SYSTEM 'rss.dtd'>" if path.endswith(("1", "3", "5", "7", "9")) else ""
    return f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><title>{path}</title>{told}</channel></rss>'


def _item(seed: int, path: str, number: int) -> str:
    """An item in words that no other item has: no copy of anything."""
    rng = random.Random(f"{seed}:{path}:{number}")
    words = " ".join("".join(rng.choices("abdegiklmnoprstu", k=7)) for _ in range(25))
    name = f"{path.strip('/').replace('/', '-')}-{number}"
    return (
        f"<item><title>{words[:60]} {name}</title><link>http://example.org/{name}</link><guid>{name}</guid>"
        f"<description>{words}</description></item>"
    )


async def main() -> None:
    """Serve until standard input ends: whoever started this has gone then."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    web = Web(parser.parse_args().seed)
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(main())
