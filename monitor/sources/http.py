"""The only HTTP client: one polite GET, whatever the other side does; conditional for feeds, a single hop for pages.
And one POST for the channels, which follows nothing and is never repeated.

Owns: redirects (by hand, so that validators go only to the URL that gave them), the byte cap on the decompressed
stream, timeouts that start when it is our turn, two requests at a time per host, the address guard at connect time.
Refuses: cookies, Referer, rewriting of addresses, retries (the next check is the retry), and raising for what the
world does: every failure of a GET comes back as `FetchFailed` with a message that names the address and the cure.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor import __version__
from monitor.model.calls import Answer, Call
from monitor.model.feeds import Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified, Validators
from monitor.model.pages import PageRequest, Redirected
from monitor.ports import PhaseMark, Turn
from monitor.sources import redirects
from monitor.sources.addresses import host_of, printable, shown, url_problem
from monitor.sources.guard import AddressGuard, is_public
from monitor.sources.headers import conditions, heard_headers, validators_of, wait_asked_s
from monitor.sources.host_turns import HostTurns
from monitor.sources.outgoing import Sending, not_sent
from monitor.sources.refusals import STATUS_CURES, status_failure

MAX_REDIRECTS = 5
_CHUNK = 65_536
_SAID_S = 5.0
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, */*;q=0.5"
)
_REFUSED_ADDRESS = "is not a public address"
_asked_host: ContextVar[str] = ContextVar("asked_host", default="")
_own_host: ContextVar[str | None] = ContextVar("own_host", default=None)
"""The only private host that a request may lead to; None: any that is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is asked for, and what of the answer is read."""

    validators: Validators | None = None
    accept: str = _ACCEPT
    kinds: tuple[str, ...] = ()
    max_bytes: int
    is_cut: bool = False


Lookup = Callable[..., Any]
"""As `socket.getaddrinfo`."""


class _AddressRefusedError(OSError):
    """Raised into aiohttp's connector, which wraps it."""


class _Resolver(AbstractResolver):
    """getaddrinfo in threads of its own: with a dead line it blocks for long, and must not block anything else."""

    def __init__(self, threads: int, lookup: Lookup) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="dns")
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        answers = await asyncio.get_running_loop().run_in_executor(self._threads, self._answers, host, port, family)
        return [
            ResolveResult(
                hostname=host, host=str(address[0]), port=port, family=found, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for found, _, proto, _, address in answers
        ]

    def _answers(self, host: str, port: int, family: int) -> Any:
        """Of our families; else of all: a host in a family that we have lost has not lost its name."""
        ask = partial(self._lookup, host, port, family, socket.SOCK_STREAM)
        try:
            return ask(flags=socket.AI_ADDRCONFIG)
        except socket.gaierror as error:
            if error.errno not in _NO_ADDRESS:
                raise
        return ask()

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
        turn: Turns at hosts, taken by `fetch_in_turn` and before a redirect to another host is followed.
        lookup: Resolves names.
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
        turn: Turn | None = None,
        lookup: Lookup = socket.getaddrinfo,
    ) -> None:
        told = "".join(c for c in contact if " " <= c <= "~")
        self._user_agent = f"monitor/{__version__}" + (f" (+{told})" if told else "")
        self._max_bytes = max_bytes
        self._total_s = total_s
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_s, sock_read=read_s)
        self._limit = limit
        self._limit_per_host = limit_per_host
        self._turns = HostTurns(limit, limit_per_host)
        self._guard = AddressGuard(allowed)
        self._private_hosts: set[str] = set()
        self._turn_at = turn
        self._lookup = lookup
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let go of all connections; the source may be used again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def fetch_in_turn(self, request: FetchRequest) -> FetchOutcome:
        """As `fetch`, for a request that no check's own turn covers."""
        return await self._waited_for(request.url) or await self.fetch(request)

    async def fetch(self, request: FetchRequest) -> FetchOutcome:
        """One conditional GET with at most five redirects; never raises for what the world does."""
        url, moved_to = request.url, None
        seen: set[str] = set()
        spent_s = 0.0
        is_permanent = True
        carried: Fetched | None = None
        wanted = _Wanted(validators=request.validators, max_bytes=self._max_bytes)
        while True:
            problem = url_problem(url)
            if problem:
                kind = "redirect" if seen else "refused"
                return FetchFailed(url=url, kind=kind, message=f"{shown(url)}: {problem}", elapsed_s=spent_s)
            seen.add(url)
            async with self._turns.at(url):
                started = time.monotonic()
                answer = await self._ask(url, wanted, self._total_s - spent_s)
                spent_s += time.monotonic() - started
            if not isinstance(answer, Redirected):
                if not isinstance(answer, FetchFailed):
                    answer = replace(answer, moved_to=moved_to)
                return replace(redirects.better(answer, carried), elapsed_s=spent_s)
            carried = answer.carried if isinstance(answer, redirects.Carrying) else carried
            if answer.target in seen or len(seen) > MAX_REDIRECTS:
                way = "in a circle" if answer.target in seen else f"more than {MAX_REDIRECTS} times"
                message = f"{shown(request.url)}: redirects {way}; look for the feed's address on the outlet's site"
                return carried or FetchFailed(url=url, kind="redirect", message=message, elapsed_s=spent_s)
            is_elsewhere = host_of(answer.target) != host_of(url)
            url = answer.target
            is_permanent = is_permanent and answer.is_permanent
            moved_to = url if is_permanent else moved_to
            if is_elsewhere and not url_problem(url) and (refusal := await self._waited_for(url)) is not None:
                return replace(refusal, elapsed_s=spent_s)

    async def _waited_for(self, url: str) -> FetchFailed | None:
        """None once it is our turn at the host; "busy" when that would take too long."""
        wait_s = await self._turn_at(url) if self._turn_at is not None else 0.0
        if not wait_s:
            return None
        message = f"{shown(url)}: this host wants no request now; it is asked again later"
        return FetchFailed(url=url, kind="busy", message=message, retry_after_s=wait_s)

    async def hop(self, request: PageRequest) -> Fetched | Redirected | FetchFailed:
        """One GET without conditions that follows nothing; never raises for what the world does."""
        if problem := url_problem(request.url):
            return FetchFailed(url=request.url, kind="refused", message=f"{shown(request.url)}: {problem}")
        if (host := host_of(request.url)) in self._private_hosts and host != request.own_host:
            # A connection that a feed has left open would not pass the guard again.
            return _failure(request.url, _AddressRefusedError(f"{host} {_REFUSED_ADDRESS}"))
        wanted = _Wanted(accept=request.accept, kinds=request.kinds, max_bytes=request.max_bytes, is_cut=request.is_cut)
        before = _own_host.set(request.own_host)
        try:
            async with self._turns.at(request.url):
                answer = await self._ask(request.url, wanted, self._total_s)
        finally:
            _own_host.reset(before)
        assert not isinstance(answer, NotModified)  # nothing was asked on a condition
        return answer

    async def call(self, call: Call, mark: PhaseMark) -> Answer:
        """One POST on a connection of its own. Raises `DeliveryError` where no whole answer came.

        `mark` is awaited once the connection stands, before the first byte of the body.
        """
        if url_problem(call.url):
            raise not_sent(call, "refused", is_handed_over=False)
        sending = Sending(call.body, mark)
        # A connection kept from an earlier call may be dead, which shows only once the body is on its way.
        plain = {"User-Agent": self._user_agent, "Content-Length": str(len(call.body)), "Connection": "close"}
        _asked_host.set(host_of(call.url))
        try:
            async with (
                self._turns.at(call.url),
                asyncio.timeout(call.timeout_s),
                self._open().post(
                    _as_url(call.url), data=sending.body(), headers=plain | dict(call.headers), allow_redirects=False
                ) as response,
            ):
                asked_s = wait_asked_s(heard_headers(response.headers.items()))
                return Answer(status=response.status, body=await _beginning(response), retry_after_s=asked_s)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            if sending.failure is not None:
                raise sending.failure from None
            kind, _ = _diagnose(call.url, error)
            raise not_sent(call, kind, is_handed_over=sending.is_marked) from None

    async def _ask(self, url: str, wanted: _Wanted, time_left_s: float) -> FetchOutcome | Redirected:
        """One request and its answer, without following anything."""
        sent = wanted.validators if wanted.validators is not None and wanted.validators.url == url else None
        headers = {"User-Agent": self._user_agent, "Accept": wanted.accept, **conditions(sent)}
        _asked_host.set(host_of(url))
        try:
            async with (
                asyncio.timeout(max(time_left_s, 0.001)),
                self._open().get(_as_url(url), headers=headers, allow_redirects=False) as response,
            ):
                return await self._read(url, sent, response, wanted)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return _failure(url, error)

    async def _read(
        self, url: str, sent: Validators | None, response: aiohttp.ClientResponse, wanted: _Wanted
    ) -> FetchOutcome | Redirected:
        status = response.status
        headers = heard_headers(response.headers.items())
        given = (response.headers.get("ETag"), response.headers.get("Last-Modified"))
        if status in redirects.STATUSES:
            return await self._redirected(url, response, headers, wanted)
        if status == 304 and sent is not None:
            return NotModified(url=url, headers=headers, validators=validators_of(url, *given, sent))
        if status not in {200, 203}:
            return status_failure(url, status, headers)
        kind = headers.get("content-type", "").strip().lower()
        if kind and wanted.kinds and not kind.startswith(wanted.kinds):
            response.close()
            message = f"{shown(url)}: this is {kind[:60]}, not {' or '.join(wanted.kinds)}"
            return FetchFailed(url=url, kind="type", message=message, status=status)
        body = await self._body(response, wanted)
        if body is None:
            message = f"{shown(url)}: the body is over {wanted.max_bytes:,} bytes; raise the cap, or remove the feed"
            return FetchFailed(url=url, kind="too_large", message=message, status=status)
        validators = validators_of(url, *given, None)
        return Fetched(url=url, status=status, body=body, headers=headers, validators=validators)

    async def _redirected(
        self, url: str, response: aiohttp.ClientResponse, headers: Mapping[str, str], wanted: _Wanted
    ) -> Redirected | FetchFailed:
        status, target = response.status, response.headers.get("Location", "").strip()
        if not target:
            message = f"{shown(url)}: answers {status} without saying where to; {STATUS_CURES[404]}"
            return FetchFailed(url=url, kind="redirect", message=message, status=status)
        way = Redirected(url=url, target=redirects.joined(url, target), is_permanent=status in redirects.PERMANENT)
        if not redirects.may_carry(headers):
            return way
        body = await self._body(response, wanted)
        if not body or not redirects.may_be_feed(body):
            return way
        return redirects.Carrying(
            url=url,
            target=way.target,
            is_permanent=way.is_permanent,
            carried=Fetched(url=url, status=status, body=body, headers=headers, validators=None),
        )

    async def _body(self, response: aiohttp.ClientResponse, wanted: _Wanted) -> bytes | None:
        """The decompressed body, None or cut once it is over the cap; what is beyond is never read."""
        if (response.content_length or 0) > wanted.max_bytes and not wanted.is_cut:
            return None
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > wanted.max_bytes:
                response.close()
                return b"".join((*chunks, chunk))[: wanted.max_bytes] if wanted.is_cut else None
            chunks.append(chunk)
        return b"".join(chunks)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._limit,
                limit_per_host=self._limit_per_host,
                socket_factory=self._socket,
                resolver=_Resolver(min(32, self._limit), self._lookup),
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
        name, own = _asked_host.get(), _own_host.get()
        if not is_public(host):
            if not self._guard.permits(host, port, name) or own not in {None, name}:
                raise _AddressRefusedError(f"{host} {_REFUSED_ADDRESS}")
            self._private_hosts.add(name)
        return socket.socket(family, kind, proto)


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    """What of an answer to a call comes soon: its status has said the main thing."""
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        async with asyncio.timeout(_SAID_S):
            return await response.content.read(_CHUNK)
    return b""


def _as_url(url: str) -> URL:
    """Verbatim where it can be sent as it is: yarl would rewrite escapes and brackets."""
    is_plain = url.isascii() and not any(c <= " " or c == "\x7f" for c in url)
    return URL(url, encoded=is_plain)


# EADDRNOTAVAIL: no address of ours has a way there, as of a machine that has lost its IPv6 but not the resolver's.
_LINE_ERRORS = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL})
_NO_ADDRESS = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
)


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
    if getattr(getattr(error, "os_error", None) or error, "errno", None) in _LINE_ERRORS:
        return "network", "no route; check this machine's network"
    if isinstance(error, (aiohttp.ClientConnectionError, OSError)):
        return "connect", f"no connection ({cause}); it is asked again later"
    if isinstance(error, aiohttp.ClientResponseError):
        return "unknown", f"the answer is no HTTP ({printable(error.message)[:100]}); check the address"
    return "unknown", f"{type(error).__name__}: {cause}"
