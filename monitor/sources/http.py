"""The only HTTP client: one polite conditional GET, whatever the other side does.

Owns: redirects (by hand, so that validators go only to the URL that gave them), the byte cap on the decompressed
stream, timeouts that start when it is our turn, two requests at a time per host, the address guard at connect time.
Refuses: cookies, Referer, rewriting of addresses, retries (the next check is the retry), and raising for what the
world does: every failure comes back as `FetchFailed` with a message that names the address and the cure.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor import __version__
from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified, Validators
from monitor.sources.addresses import printable, shown
from monitor.sources.guard import AddressGuard

MAX_REDIRECTS = 5
MAX_VALIDATOR_CHARS = 2000
_CHUNK = 65_536
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_REFUSED_ADDRESS = "is not a public address"
_STATUS_CURES = {
    401: "the feed wants a login; look for an address of the feed that needs no login, or remove it",
    403: "the server refuses us; the feed may be closed to programs: ask its publisher, or use another feed",
    404: "nothing is there; look for the feed's new address on the outlet's site",
    410: "the publisher says that the feed is gone for good; remove it or look for its successor",
    429: "we ask too often; raise min_interval_s of this feed",
}
_asked_host: ContextVar[str] = ContextVar("asked_host", default="")


@dataclass(frozen=True, slots=True)
class _Redirect:
    target: str
    is_permanent: bool


class _AddressRefusedError(OSError):
    """Raised into aiohttp's connector, which wraps it."""


class _Resolver(AbstractResolver):
    """getaddrinfo in threads of its own: with a dead line it blocks for long, and must not block anything else."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        ask = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
        answers = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=found, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for found, _, proto, _, address in answers
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class HttpSource:
    """Fetches; one instance for all feeds. Connections are made lazily; `close` lets go of them.

    Args:
        contact: An address or page for site owners, told in the User-Agent.
        max_bytes: Cap on a decompressed body.
        total_s, connect_s, read_s: Time for the whole of one fetch (redirects included, waiting for our turn not),
            for one connection, between two chunks.
        limit, limit_per_host: Fetches in flight, over all and to one host.
        allowed: Private addresses that may be polled all the same; see `AddressGuard`.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        max_bytes: int = 10_000_000,
        total_s: float = 30.0,
        connect_s: float = 10.0,
        read_s: float = 20.0,
        limit: int = 100,
        limit_per_host: int = 2,
        allowed: Iterable[str] = (),
    ) -> None:
        told = "".join(c for c in contact if " " <= c <= "~")
        self._user_agent = f"monitor/{__version__}" + (f" (+{told})" if told else "")
        self._max_bytes = max_bytes
        self._total_s = total_s
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=read_s)
        self._limit = limit
        self._limit_per_host = limit_per_host
        self._turns = asyncio.Semaphore(limit)
        self._host_turns: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._guard = AddressGuard(allowed)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of all connections; the source may be used again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One conditional GET with at most five redirects; never raises for what the world does."""
        url, moved_to = request.url, None
        seen: set[str] = set()
        spent_s = 0.0
        is_permanent = True
        while True:
            problem = _url_problem(url)
            if problem:
                kind = "redirect" if seen else "refused"
                return FetchFailed(url=url, kind=kind, message=f"{shown(url)}: {problem}", elapsed_s=spent_s)
            seen.add(url)
            async with self._turn(url):
                started = time.monotonic()
                answer = await self._ask(url, request.validators, self._total_s - spent_s)
                spent_s += time.monotonic() - started
            if isinstance(answer, FetchFailed):
                return replace(answer, elapsed_s=spent_s)
            if not isinstance(answer, _Redirect):
                return replace(answer, elapsed_s=spent_s, moved_to=moved_to)
            if answer.target in seen or len(seen) > MAX_REDIRECTS:
                way = "in a circle" if answer.target in seen else f"more than {MAX_REDIRECTS} times"
                message = f"{shown(request.url)}: redirects {way}; look for the feed's address on the outlet's site"
                return FetchFailed(url=url, kind="redirect", message=message, elapsed_s=spent_s)
            url = answer.target
            is_permanent = is_permanent and answer.is_permanent
            moved_to = url if is_permanent else moved_to

    async def _ask(self, url: str, validators: Validators | None, time_left_s: float) -> FetchOutcome | _Redirect:
        """One request and its answer, without following anything."""
        sent = validators if validators is not None and validators.url == url else None
        headers = {"User-Agent": self._user_agent, "Accept": _ACCEPT, **_conditions(sent)}
        _asked_host.set((urlsplit(url).hostname or "").lower())
        try:
            async with (
                asyncio.timeout(max(time_left_s, 0.001)),
                self._open().get(_as_url(url), headers=headers, allow_redirects=False) as response,
            ):
                return await self._read(url, sent, response)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return _failure(url, error)

    async def _read(
        self, url: str, sent: Validators | None, response: aiohttp.ClientResponse
    ) -> FetchOutcome | _Redirect:
        status = response.status
        headers = {name.lower(): printable(value) for name, value in response.headers.items()}
        if status in _REDIRECTS:
            target = response.headers.get("Location", "").strip()
            if not target:
                message = f"{shown(url)}: answers {status} without saying where to; {_STATUS_CURES[404]}"
                return FetchFailed(url=url, kind="redirect", message=message, status=status)
            return _Redirect(_joined(url, target), status in _PERMANENT)
        if status == 304 and sent is not None:
            return NotModified(url=url, headers=headers, validators=_validators(url, response, sent))
        if status not in {200, 203}:
            return _status_failure(url, status, headers)
        body = await self._body(response)
        if body is None:
            message = f"{shown(url)}: the body is over {self._max_bytes:,} bytes; raise the cap, or remove the feed"
            return FetchFailed(url=url, kind="too_large", message=message, status=status)
        return Fetched(url=url, status=status, body=body, headers=headers, validators=_validators(url, response, None))

    async def _body(self, response: aiohttp.ClientResponse) -> bytes | None:
        """The decompressed body, None once it is over the cap; what is beyond is never read."""
        if (response.content_length or 0) > self._max_bytes:
            return None
        chunks = []
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > self._max_bytes:
                response.close()
                return None
            chunks.append(chunk)
        return b"".join(chunks)

    @asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[None]:
        """Wait for the host's turn, then for ours; the clock of a fetch does not run meanwhile."""
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
        semaphore, users = self._host_turns.get(host) or (asyncio.Semaphore(self._limit_per_host), 0)
        self._host_turns[host] = (semaphore, users + 1)
        try:
            async with semaphore, self._turns:
                yield
        finally:
            users = self._host_turns[host][1] - 1
            if users:
                self._host_turns[host] = (semaphore, users)
            else:
                del self._host_turns[host]

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._limit,
                limit_per_host=self._limit_per_host,
                socket_factory=self._socket,
                resolver=_Resolver(min(32, self._limit)),
                ttl_dns_cache=300,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                trust_env=False,
                # News hosts send hundreds of headers, and long ones (content security policies).
                max_headers=1000,
                max_field_size=65_536,
                max_line_size=65_536,
            )
        return self._session

    def _socket(self, addr_info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, proto, _, address = addr_info
        host, port = str(address[0]), int(address[1])
        if not self._guard.permits(host, port, _asked_host.get()):
            raise _AddressRefusedError(f"{host} {_REFUSED_ADDRESS}")
        return socket.socket(family, kind, proto)


def _url_problem(url: str) -> str:
    """Why an address is not even asked, "" if it may be."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is no valid address; correct url in feeds.yaml"
    if parts.scheme.lower() not in {"http", "https"}:
        return f"only http and https are polled, not {parts.scheme or 'an address without a scheme'!r}"
    if not host or "\\" in parts.netloc or any(ord(c) < 33 for c in parts.netloc):
        return "this address names no host; correct url in feeds.yaml"
    return ""


def _as_url(url: str) -> URL:
    """Verbatim where it can be sent as it is: yarl would rewrite escapes and brackets."""
    is_plain = url.isascii() and not any(c <= " " or c == "\x7f" for c in url)
    return URL(url, encoded=is_plain)


def _joined(url: str, target: str) -> str:
    """The absolute target of a redirect; raw bytes in it (seen: UTF-8, EUC-KR) are escaped, its fragment dropped."""
    raw = target.encode("utf-8", "surrogateescape")
    escaped = "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)
    try:
        return urljoin(url, escaped).partition("#")[0]
    except ValueError:
        return escaped


def _conditions(validators: Validators | None) -> dict[str, str]:
    if validators is None:
        return {}
    wanted = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in wanted.items() if value}


def _validators(url: str, response: aiohttp.ClientResponse, sent: Validators | None) -> Validators | None:
    """What this answer gave, verbatim, each on its own; a 304 that is silent leaves what was sent."""
    etag = _sendable(response.headers.get("ETag")) or (sent.etag if sent else None)
    modified = _sendable(response.headers.get("Last-Modified")) or (sent.last_modified if sent else None)
    return Validators(url=url, etag=etag, last_modified=modified) if etag or modified else None


def _sendable(value: str | None) -> str | None:
    """The value, if it can be sent back byte for byte."""
    is_fit = value and len(value) <= MAX_VALIDATOR_CHARS and value.isprintable() and value.isascii()
    return value if is_fit else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; a date counts from the server's own clock (RFC 9110 §10.2.3), without which it means nothing."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:10])
    try:
        return max(0.0, (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds())
    except (ValueError, TypeError):
        return None


def _status_failure(url: str, status: int, headers: Mapping[str, str]) -> FetchFailed:
    cure = _STATUS_CURES.get(status, "the server is in trouble; it is asked again later" if status >= 500 else "")
    # Refusals in the form of a page are a bot wall's, or as good as one: no program gets past them.
    is_challenge = headers.get("cf-mitigated") == "challenge" or (
        status == 403 and "html" in headers.get("content-type", "")
    )
    if is_challenge:
        cure = "a bot wall stands before the feed; use another feed of this outlet"
    if status == 304:
        cure = "the server says 'not modified' though nothing was asked; it is asked again later"
    message = f"{shown(url)}: answers {status}" + (f"; {cure}" if cure else "")
    return FetchFailed(
        url=url,
        kind="status",
        message=message,
        status=status,
        retry_after_s=_retry_after(headers) if status >= 400 else None,
        is_challenge=is_challenge,
    )


_LINE_ERRORS = frozenset({errno.ENETUNREACH, errno.ENETDOWN})


def _failure(url: str, error: Exception) -> FetchFailed:
    """What an exception of the client means, in the words of `FetchFailed`."""
    kind, what = _diagnose(url, error)
    return FetchFailed(url=url, kind=kind, message=f"{shown(url)}: {what}")


def _diagnose(url: str, error: Exception) -> tuple[str, str]:  # noqa: PLR0911 - one line a kind of failure
    host = urlsplit(url).hostname or ""
    cause = printable(str(getattr(error, "os_error", None) or error))[:200]
    if _REFUSED_ADDRESS in cause:
        return "refused", f"{cause}; allow it in polling.allow_private_hosts of monitor.yaml if you mean it"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "dns", f"the name {host} cannot be resolved; check its spelling, or the network"
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError)):
        return "tls", f"no secure connection ({cause}); the outlet has to renew its certificate"
    if isinstance(error, TimeoutError):
        return "timeout", "no complete answer in time; it is asked again later"
    if isinstance(error, (ValueError, aiohttp.NonHttpUrlClientError)):
        return "refused", "this is no valid address; correct url in feeds.yaml"
    if isinstance(error, aiohttp.ClientPayloadError):
        is_coding = "decod" in cause.lower() or "encoding:" in cause.lower()
        broken = "the body's compression is broken" if is_coding else "the answer broke off"
        return ("encoding" if is_coding else "connect"), f"{broken}; it is asked again later"
    if isinstance(error, OSError) and _errno(error) in _LINE_ERRORS:
        return "network", "no route; check this machine's network"
    if isinstance(error, (aiohttp.ClientConnectionError, OSError)):
        return "connect", f"no connection ({cause}); it is asked again later"
    if isinstance(error, aiohttp.ClientResponseError):
        return "unknown", f"the answer is no HTTP ({printable(error.message)[:100]}); check the address"
    return "unknown", f"{type(error).__name__}: {cause}"


def _errno(error: OSError) -> int | None:
    inner = getattr(error, "os_error", None)
    return inner.errno if isinstance(inner, OSError) else error.errno
