"""Settings → adapters: the concrete classes, each named once."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

from monitor.app.channels import named_channels, named_renderers
from monitor.app.mailing import make_smtp
from monitor.channels.email.designs import NAMES as TEMPLATES
from monitor.channels.email.dkim import DkimSigner
from monitor.channels.email.render import EmailRenderer
from monitor.channels.files import FilesChannel
from monitor.channels.maildir import MaildirChannel
from monitor.channels.sendmail import SendmailChannel
from monitor.config import Configuration
from monitor.core import polling
from monitor.errors import ConfigError, Problem
from monitor.pipeline.traffic import FollowUps, Traffic
from monitor.ports import Channel, Clock, Links, Renderer, Source, Turn
from monitor.sources.gdelt import Distance, GdeltSource
from monitor.sources.http import HttpSource, Lookup
from monitor.sources.kinds import parse_any
from monitor.sources.polled import FeedSource
from monitor.sources.sitemap_source import SitemapSource
from monitor.sources.workers import PageWorkers, ParseWorkers


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def steady_seconds() -> float:
    """Seconds of a clock that only runs forward; where there is one, of a clock that runs on in a suspended machine."""
    boot_clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_clock is None else time.clock_gettime(boot_clock)


def _chance() -> Callable[[], float]:
    return random.Random().random  # noqa: S311 - spreads load, keeps no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Time, chance and names as this machine has them; a simulation brings its own.

    `ticks` are seconds of a clock that only runs forward, `pause` waits so many of them.
    """

    clock: Clock = field(default_factory=SystemClock)
    ticks: Callable[[], float] = steady_seconds
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = field(default_factory=_chance)
    lookup: Lookup = socket.getaddrinfo


def make_polling_limits(configuration: Configuration) -> polling.PollingLimits:
    """How often feeds are asked."""
    settings = configuration.settings.polling
    return polling.PollingLimits(
        interval_s=float(settings.default_interval_s),
        min_interval_s=float(settings.min_interval_s),
        max_interval_s=float(settings.max_interval_s),
        per_host=settings.per_host,
    )


def make_zones(configuration: Configuration) -> dict[str, tzinfo]:
    """The time zones that feeds name."""
    return {feed.zone: ZoneInfo(feed.zone) for feed in configuration.feeds if feed.zone}


def make_workers(configuration: Configuration) -> ParseWorkers:
    """The processes that parse feeds; started when first needed."""
    settings = configuration.settings.polling
    return ParseWorkers(
        max_workers=settings.parse_workers,
        timeout_s=settings.parse_timeout_s,
        parse=partial(parse_any, max_entries=settings.max_entries),
    )


def make_page_workers() -> PageWorkers:
    """The process that takes the text out of web pages; started when first needed."""
    return PageWorkers()


def make_http(
    configuration: Configuration, *, turn: Turn | None = None, lookup: Lookup = socket.getaddrinfo
) -> HttpSource:
    """The HTTP client; `turn` is for what it asks without having been given a turn."""
    settings = configuration.settings.polling
    return HttpSource(
        contact=settings.contact or "",
        max_bytes=settings.max_bytes,
        total_s=settings.timeout_s,
        connect_s=settings.connect_timeout_s,
        read_s=settings.read_timeout_s,
        limit=settings.concurrency,
        limit_per_host=settings.per_host,
        allowed=settings.allow_private_hosts,
        turn=turn,
        lookup=lookup,
    )


def make_turn(limits: polling.PollingLimits, traffic: Traffic, around: Surroundings) -> Turn:
    """Turns at hosts for what is asked beside the feeds."""
    return FollowUps(traffic, limits=limits, ticks=around.ticks, chance=around.chance, pause=around.pause)


def make_polite_http(configuration: Configuration, traffic: Traffic, around: Surroundings) -> HttpSource:
    """The HTTP client of who polls: what it asks beside the feeds takes turns with them."""
    turn = make_turn(make_polling_limits(configuration), traffic, around)
    return make_http(configuration, turn=turn, lookup=around.lookup)


def make_sources(
    configuration: Configuration, http: HttpSource, workers: ParseWorkers, *, distance: Distance | None = None
) -> dict[str, Source]:
    """Kind → source: the table of sources; `distance` is what queries to GDELT keep, also over a reload."""
    return {
        "feed": FeedSource(http, workers, max_entries=configuration.settings.polling.max_entries),
        "sitemap": SitemapSource(http, workers),
        "gdelt": GdeltSource(http, workers, distance=distance),
    }


def make_channels(configuration: Configuration, around: Surroundings | None = None) -> dict[str, Channel]:
    """Name → channel: the table of channels; those under names of the user's own are in `app.channels`."""
    settings, around = configuration.settings, around or Surroundings()
    channels: dict[str, Channel] = {
        "maildir": MaildirChannel(settings.maildir),
        "files": FilesChannel(settings.digest_files),
        **named_channels(settings, clock=around.clock, lookup=around.lookup),
    }
    if (sendmail := settings.mail.sendmail) is not None:
        channels["sendmail"] = SendmailChannel(sendmail.command, timeout_s=sendmail.timeout_s)
    if (smtp := make_smtp(settings)) is not None:
        channels["smtp"] = smtp
    return channels


def make_signer(configuration: Configuration) -> DkimSigner | None:
    """What signs mails here, None where nothing is to. Raises `ConfigError` for a key that cannot sign."""
    settings = configuration.settings
    wanted, key = settings.mail.dkim, settings.dkim_key
    if wanted is None or key is None:
        return None
    domain = wanted.domain or settings.mail.sender.rpartition("@")[2].lower()
    try:
        return DkimSigner(selector=wanted.selector, domain=domain, key=key.reveal().encode())
    except ValueError as error:
        place = f"{wanted.key_file} {error}"
        raise ConfigError((Problem(file="monitor.yaml", key="mail.dkim", message=place),)) from error


def template_warnings(configuration: Configuration) -> tuple[Problem, ...]:
    """What is wrong with the user's own templates: digests go out all the same, by the built-in ones."""
    settings = configuration.settings
    folder = settings.templates_folder
    if folder is None:
        return ()
    if not any((folder / name).is_file() for name in TEMPLATES):
        message = f"{folder} holds neither {' nor '.join(TEMPLATES)}."
        cure = "Put a template there, or leave mail.templates out."
        return (Problem(file="monitor.yaml", key="mail.templates", message=message, cure=cure),)
    faults = EmailRenderer(settings.mail.sender, templates=folder).template_faults()
    cure = "Until it is mended, the built-in one is used."
    return tuple(
        Problem(file=str(fault.file), line=fault.line, column=1, message=f"{fault.message}.", cure=cure)
        for fault in faults
    )


def make_renderers(configuration: Configuration, links: Links | None = None) -> dict[str, Renderer]:
    """Name of a channel → who renders digests for it; those that carry mail share one. Without `links` there are none.

    Raises `ConfigError` as `make_signer`.
    """
    mails: Renderer = make_mail_renderer(configuration, links)
    by_mail = dict.fromkeys(("maildir", "files", "smtp", "sendmail"), mails)
    return by_mail | named_renderers(configuration.settings, links)


def make_mail_renderer(configuration: Configuration, links: Links | None = None) -> EmailRenderer:
    """Who renders digests as mail. Raises `ConfigError` as `make_signer`."""
    mail = configuration.settings.mail
    return EmailRenderer(
        mail.sender,
        mail.sender_name,
        unsubscribe_address=mail.unsubscribe_address or mail.sender,
        links=links,
        sign=make_signer(configuration),
        templates=configuration.settings.templates_folder,
    )
