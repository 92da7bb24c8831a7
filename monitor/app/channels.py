"""The channels under names of the user's own ("webhook:desk"): settings → channels and renderers, each kind once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from monitor.channels.apprise import AppriseChannel, AppriseRenderer
from monitor.channels.ntfy import NtfyChannel, NtfyRenderer, Topic
from monitor.channels.telegram import Chat, TelegramChannel, TelegramRenderer
from monitor.channels.webhook import Hook, WebhookChannel
from monitor.channels.webhook.payload import WebhookRenderer
from monitor.config.channels import secret_name
from monitor.config.settings import Settings
from monitor.core.polling import is_public
from monitor.errors import Problem
from monitor.ports import Caller, Channel, Clock, Links, Renderer
from monitor.sources.http import HttpSource, Lookup


def named_channels(settings: Settings, *, clock: Clock, lookup: Lookup) -> dict[str, Channel]:
    """Name → channel. Connections are made with the first delivery."""
    make = _Making(settings, clock, lookup)
    kinds = {"webhook": make.webhook, "ntfy": make.ntfy, "telegram": make.telegram, "apprise": make.apprise}
    return {f"{kind}:{name}": kinds[kind](name) for kind, name in settings.channels.named()}


def named_renderers(settings: Settings, links: Links | None = None) -> dict[str, Renderer]:
    """Name of a channel → who renders digests for it."""
    channels = settings.channels
    found: dict[str, Renderer] = {
        f"ntfy:{name}": NtfyRenderer(priority=section.priority, tags=section.tags, links=links)
        for name, section in channels.ntfy.items()
    }
    found |= dict.fromkeys((f"webhook:{name}" for name in channels.webhook), WebhookRenderer())
    found |= dict.fromkeys((f"telegram:{name}" for name in channels.telegram), TelegramRenderer(links=links))
    return found | dict.fromkeys((f"apprise:{name}" for name in channels.apprise), AppriseRenderer(links=links))


def refused_addresses(settings: Settings) -> Iterator[Problem]:
    """Channels whose receiver is plainly in a private network or on this machine, where that is not allowed.

    Only what the address itself says; names are looked up when they are called. The address may be a secret: not told.
    """
    for kind, name in settings.channels.named():
        section = getattr(settings.channels, kind)[name]
        if kind == "webhook":
            secret = settings.channel_secrets.get(secret_name(kind, name, "url"))
            url = secret.reveal() if secret is not None else section.url
        else:
            url = getattr(section, "server", None)
        if url and not section.allow_private and not is_public(urlsplit(url).hostname or ""):
            yield Problem(
                file="monitor.yaml",
                key=f"channels.{kind}.{name}",
                message="its address is in a private network or on this machine, and may not be called.",
                cure="Set allow_private: true there if you mean it.",
            )


@dataclass(frozen=True, slots=True)
class _Making:
    """One method a kind: the channel of a name."""

    settings: Settings
    clock: Clock
    lookup: Lookup

    def webhook(self, name: str) -> Channel:
        section = self.settings.channels.webhook[name]
        url = self._secret("webhook", name, "url") or section.url or ""
        hook = Hook(
            name=f"webhook:{name}",
            url=url,
            secret=self._secret("webhook", name, "secret") or "",
            timeout_s=section.timeout_s,
        )
        return WebhookChannel(hook, caller=self._caller(url, is_private=section.allow_private), clock=self.clock)

    def ntfy(self, name: str) -> Channel:
        section = self.settings.channels.ntfy[name]
        topic = Topic(
            name=f"ntfy:{name}",
            server=section.server,
            topic=self._secret("ntfy", name, "topic") or section.topic or "",
            token=self._secret("ntfy", name, "token"),
            timeout_s=section.timeout_s,
        )
        return NtfyChannel(topic, caller=self._caller(section.server, is_private=section.allow_private))

    def telegram(self, name: str) -> Channel:
        section = self.settings.channels.telegram[name]
        chat = Chat(
            name=f"telegram:{name}",
            server=section.server,
            chat=section.chat,
            token=self._secret("telegram", name, "token") or "",
            timeout_s=section.timeout_s,
        )
        return TelegramChannel(chat, caller=self._caller(section.server, is_private=section.allow_private))

    def apprise(self, name: str) -> Channel:
        section = self.settings.channels.apprise[name]
        urls = self._secret("apprise", name, "urls") or ""
        return AppriseChannel(f"apprise:{name}", urls, timeout_s=section.timeout_s)

    def _secret(self, kind: str, name: str, what: str) -> str | None:
        secret = self.settings.channel_secrets.get(secret_name(kind, name, what))
        return secret.reveal() if secret is not None else None

    def _caller(self, url: str, *, is_private: bool) -> Caller:
        """A client that may call public addresses, and this one where that is allowed."""
        allowed = (_place(url),) if is_private else ()
        return HttpSource(contact=self.settings.polling.contact or "", allowed=allowed, lookup=self.lookup)


def _place(url: str) -> str:
    """Host and port, as the guard of addresses takes them."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
