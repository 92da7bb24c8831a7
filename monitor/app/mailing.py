"""The mail section of the configuration → relays and mailboxes."""

from __future__ import annotations

from dataclasses import replace

from monitor.channels.email.imap import ImapBox, ImapServer
from monitor.channels.email.relays import HURRY_S, OrderedRelays
from monitor.channels.email.smtp import SmtpChannel, SmtpServer, Watch
from monitor.config import Settings
from monitor.config.secrets import Secret, variables_of
from monitor.config.settings import SmtpSection
from monitor.ports import Channel

# What is left of a lease for the second relay, when the first took its time to fail.
_SECOND_DEADLINE_S = 840.0 - HURRY_S
_SECOND_DATA_S = 540.0


def make_smtp(settings: Settings) -> Channel | None:
    """The configured relay, with the second behind it where there is one; None without."""
    first = smtp_server(settings, "smtp")
    if first is None:
        return None
    second = smtp_server(settings, "smtp_fallback")
    if second is None:
        return SmtpChannel(first)
    return OrderedRelays(SmtpChannel(first), SmtpChannel(second))


def make_watched_smtp(settings: Settings, section: str, watch: Watch) -> SmtpChannel | None:
    """One relay alone, for a trial that looks on; None where it is not configured."""
    server = smtp_server(settings, section)
    return SmtpChannel(server, watch=watch) if server is not None else None


def smtp_server(settings: Settings, section: str) -> SmtpServer | None:
    """A relay by its section of `mail`: "smtp" or "smtp_fallback"."""
    smtp: SmtpSection | None = getattr(settings.mail, section)
    if smtp is None:
        return None
    secret = f"{section}_password"
    password: Secret | None = getattr(settings, secret)
    server = SmtpServer(
        host=smtp.host,
        port=smtp.effective_port,
        tls=smtp.tls,
        username=smtp.username,
        password=password.reveal() if password is not None else None,
        helo=smtp.helo_name or settings.mail.sender.rpartition("@")[2],
        timeout_s=smtp.timeout_s,
        max_per_connection=smtp.max_per_connection,
        key=f"mail.{section}",
        password_variable=variables_of(secret)[0],
    )
    if section == "smtp":
        return server
    return replace(server, deadline_s=_SECOND_DEADLINE_S, data_timeout_s=_SECOND_DATA_S)


def make_returns_box(settings: Settings) -> ImapBox | None:
    """The mailbox that refusals come back to; None where none is named."""
    bounces = settings.mail.bounces
    if bounces is None:
        return None
    password = settings.bounces_password
    return ImapBox(
        ImapServer(
            host=bounces.host,
            port=bounces.effective_port,
            tls=bounces.tls,
            username=bounces.username,
            password=password.reveal() if password is not None else "",
            folder=bounces.folder,
        )
    )
