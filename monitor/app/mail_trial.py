"""`monitor test-mail`: one real, small mail over the configured channel, step by step. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.app.adapters import make_channels, make_signer
from monitor.app.mailing import make_watched_smtp, smtp_server
from monitor.app.names import recipient_named
from monitor.channels.email.trial import TrialMail, trial_message
from monitor.config import Configuration
from monitor.config.texts import is_loopback
from monitor.core.mail_advice import Step, advice_on_failure, advice_on_success
from monitor.errors import ConfigError, DeliveryError, MonitorError, Problem, UsageError
from monitor.model.digests import Delivery, Recipient
from monitor.ports import Channel

MAIL_CHANNELS = ("smtp", "sendmail", "maildir")
"""Those that carry mail, the one that is tried first being first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What to try: a recipient's mail by one channel. `section` is that of the relay, for SMTP."""

    recipient: Recipient
    address: str
    channel: str
    section: str = "smtp"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """How it ended: the receiver's reply, or the error; and what is worth knowing."""

    reply: str = ""
    error: DeliveryError | None = None
    advice: tuple[str, ...] = ()


def plan_trial(
    configuration: Configuration, *, recipient: str | None, to: str | None, channel: str | None, fallback: bool
) -> Trial:
    """What the words of the command line mean; raises `UsageError` for what is not there."""
    operators = [one for one in configuration.recipients if one.is_operator] or list(configuration.recipients)
    meant = operators[0] if recipient is None else recipient_named(configuration, recipient)
    named = channel or next((name for name in MAIL_CHANNELS if name in meant.channels), None)
    if to is not None and channel is None and configuration.settings.mail.smtp is not None:
        named = "smtp"
    if named is None:
        raise UsageError(f"{meant.id} gets no mail (by {', '.join(meant.channels)}); name a channel with --channel.")
    section = "smtp_fallback" if fallback else "smtp"
    if named == "smtp" and getattr(configuration.settings.mail, section) is None:
        message = f"there is no mail.{section} to try."
        raise ConfigError((Problem(file="monitor.yaml", key=f"mail.{section}", message=message, cure="Fill it in."),))
    return Trial(recipient=meant, address=to or meant.address, channel=named, section=section)


def place_of(configuration: Configuration, trial: Trial) -> str:
    """Where the mail is handed in, in words."""
    server = smtp_server(configuration.settings, trial.section) if trial.channel == "smtp" else None
    if server is None:
        return trial.channel
    login = f"as {server.username}" if server.username else "without a login"
    return f"{server.host}:{server.port}, tls: {server.tls}, {login}"


async def try_mail(configuration: Configuration, trial: Trial, watch: Callable[[str, str], None]) -> TrialResult:
    """Send it, telling `watch` of each step. Raises `RenderError`, `ConfigError`."""
    settings, now = configuration.settings, datetime.now(UTC)
    delivery = _delivery(configuration, trial, now)
    steps: list[Step] = []

    def see(step: str, said: str) -> None:
        steps.append((step, said))
        watch(step, said)

    channel = _channel(configuration, trial, see)
    try:
        reply = await channel.send(delivery, _no_mark)
    except DeliveryError as error:
        return TrialResult(error=error, advice=tuple(advice_on_failure(error)))
    finally:
        await channel.close()
    server = smtp_server(settings, trial.section) if trial.channel == "smtp" else None
    if server is None:
        return TrialResult(reply=reply)
    found = advice_on_success(
        steps, now=now, has_bounces=settings.mail.bounces is not None, is_local=is_loopback(server.host)
    )
    return TrialResult(reply=reply, advice=tuple(found))


def _delivery(configuration: Configuration, trial: Trial, now: datetime) -> Delivery:
    mail = configuration.settings.mail
    message = TrialMail(
        sender=mail.sender,
        sender_name=mail.sender_name,
        recipient=trial.address,
        recipient_name=trial.recipient.name if trial.address == trial.recipient.address else "",
        language=trial.recipient.language,
        sign=make_signer(configuration),
    )
    return Delivery(
        id=f"t{int(now.timestamp() * 1000):x}",
        recipient_id=trial.recipient.id,
        slot_key="test",
        channel=trial.channel,
        message=trial_message(message, at=now),
        next_attempt_at=now,
        composed_at=now,
    )


def _channel(configuration: Configuration, trial: Trial, see: Callable[[str, str], None]) -> Channel:
    if trial.channel == "smtp":
        watched = make_watched_smtp(configuration.settings, trial.section, see)
        assert watched is not None, "planned"
        return watched
    channels = make_channels(configuration)
    if trial.channel not in channels:
        raise MonitorError(f"there is no channel {trial.channel}; there are: {', '.join(sorted(channels))}.")
    return channels[trial.channel]


async def _no_mark() -> None:
    """Nothing of a trial is kept, so there is no phase to note."""
