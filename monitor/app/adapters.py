"""Settings → adapters: the concrete classes, each named once."""

from __future__ import annotations

import time
from datetime import UTC, datetime, tzinfo
from functools import partial
from zoneinfo import ZoneInfo

from monitor.channels.email.render import EmailRenderer
from monitor.channels.email.smtp import SmtpChannel, SmtpServer
from monitor.channels.maildir import MaildirChannel
from monitor.config import Configuration
from monitor.core import polling
from monitor.ports import Channel, Source
from monitor.sources.gdelt import GdeltSource
from monitor.sources.http import HttpSource
from monitor.sources.kinds import parse_any
from monitor.sources.polled import FeedSource
from monitor.sources.sitemap_source import SitemapSource
from monitor.sources.workers import ParseWorkers


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        return datetime.now(UTC)


def steady_seconds() -> float:
    """Seconds of a clock that only runs forward; where there is one, of a clock that runs on in a suspended machine."""
    boot_clock: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_clock is None else time.clock_gettime(boot_clock)


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


def make_http(configuration: Configuration) -> HttpSource:
    """The HTTP client."""
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
    )


def make_sources(configuration: Configuration, http: HttpSource, workers: ParseWorkers) -> dict[str, Source]:
    """Kind → source: the table of sources."""
    return {
        "feed": FeedSource(http, workers, max_entries=configuration.settings.polling.max_entries),
        "sitemap": SitemapSource(http, workers),
        "gdelt": GdeltSource(http, workers),
    }


def make_channels(configuration: Configuration) -> dict[str, Channel]:
    """Name → channel: the table of channels."""
    settings = configuration.settings
    channels: dict[str, Channel] = {"maildir": MaildirChannel(settings.maildir)}
    if (smtp := settings.mail.smtp) is not None:
        password = settings.smtp_password
        channels["smtp"] = SmtpChannel(
            SmtpServer(
                host=smtp.host,
                port=smtp.effective_port,
                tls=smtp.tls,
                username=smtp.username,
                password=password.reveal() if password is not None else None,
                helo=smtp.helo_name or settings.mail.sender.rpartition("@")[2],
                timeout_s=smtp.timeout_s,
                max_per_connection=smtp.max_per_connection,
            )
        )
    return channels


def make_renderer(configuration: Configuration) -> EmailRenderer:
    """Digests → mails, from the configured sender."""
    mail = configuration.settings.mail
    return EmailRenderer(mail.sender, mail.sender_name)
