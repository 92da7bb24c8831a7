"""The channels that a configuration has: their sections in monitor.yaml, their names, their secrets.

A recipient names a channel "maildir", "files", "smtp" or "sendmail", or as "KIND:NAME" one of those that `channels` in
monitor.yaml holds. The secret WHAT of the channel KIND:NAME is called kind_name_what: MONITOR_KIND_NAME_WHAT and so on
(see `secrets`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from monitor.config.secrets import ENVIRONMENT, PREFIX, Secret, cure_of, resolve_secret, variables_of
from monitor.config.texts import Line, Slug, WebUrl
from monitor.config.wording import near_miss, shown
from monitor.config.yaml_nodes import Document, Many, Strict, problem_at
from monitor.errors import ConfigError, Problem

SECRETS: Mapping[str, Mapping[str, bool]] = {
    "webhook": {"secret": True, "url": False},
    "ntfy": {"token": False, "topic": False},
    "telegram": {"token": True},
    "apprise": {"urls": True},
}
"""Kind of channel → its secrets, each with whether it must be given."""

_VARIABLE = re.compile(rf"{PREFIX}({'|'.join(kind.upper() for kind in SECRETS)})_[A-Z0-9_]+")


def check_topic(text: str) -> str:
    """A topic of ntfy: what its address can hold."""
    if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", text):
        raise ValueError(f"{shown(text)} is no topic of ntfy. Use letters, digits, - and _, at most 64.")
    return text


class _Called(Strict):
    """What all channels have that call a web address."""

    allow_private: bool = Field(
        default=False, description="true: the address may lie in a private network or on this machine."
    )
    timeout_s: float = Field(default=30, gt=0, le=600, description="For one call, its answer included.")


class WebhookSection(_Called):
    """A receiver of signed calls. Its secret comes from MONITOR_WEBHOOK_<NAME>_SECRET, never from here."""

    url: WebUrl | None = Field(
        default=None, description="Where to call. One that is a secret itself: MONITOR_WEBHOOK_<NAME>_URL."
    )


class NtfySection(_Called):
    """A topic of ntfy. A token comes from MONITOR_NTFY_<NAME>_TOKEN."""

    server: WebUrl = Field(default="https://ntfy.sh", description="ntfy.sh, or a server of your own.")
    topic: Annotated[str, AfterValidator(check_topic)] | None = Field(
        default=None, description="As good as a password on a public server; or MONITOR_NTFY_<NAME>_TOPIC."
    )
    priority: int = Field(default=3, ge=1, le=5, description="1 (no sound) to 5 (rings until seen).")
    tags: Many[Line] = Field(default=("newspaper",), description="Emoji names or words shown beside the title.")


class TelegramSection(_Called):
    """A chat that a bot writes to. Its token comes from MONITOR_TELEGRAM_<NAME>_TOKEN."""

    chat: int | Line = Field(description="The chat's number (groups have negative ones), or @name of a channel.")
    server: WebUrl = Field(default="https://api.telegram.org", description="For a Bot API server of your own.")


class AppriseSection(Strict):
    """Services by Apprise (the extra `apprise`). Their URLs come from MONITOR_APPRISE_<NAME>_URLS, never from here."""

    timeout_s: float = Field(default=60, gt=0, le=600, description="For one note to all of them.")


class ChannelsSection(Strict):
    """Further ways to be told, each under a name of yours; recipients name them as webhook:desk, ntfy:phone, …"""

    webhook: dict[Slug, WebhookSection] = Field(default={}, description="Signed JSON to a web address.")
    ntfy: dict[Slug, NtfySection] = Field(default={}, description="Notes on phones and desktops.")
    telegram: dict[Slug, TelegramSection] = Field(default={}, description="Messages of a bot.")
    apprise: dict[Slug, AppriseSection] = Field(default={}, description="Notes by some hundred services.")

    def named(self) -> Iterator[tuple[str, str]]:
        """(kind, name) of every channel, by kind."""
        for kind in SECRETS:
            yield from ((kind, name) for name in getattr(self, kind))


def channel_names(mail: Any, channels: ChannelsSection) -> tuple[frozenset[str], dict[str, str]]:
    """The names that deliver as configured; and those that would, each with the section that it lacks."""
    by_section = {"smtp": mail.smtp, "sendmail": mail.sendmail}
    wanting = {name: f"mail.{name}" for name, section in by_section.items() if section is None}
    ready = {"maildir", "files", *by_section.keys() - wanting.keys()}
    return frozenset(ready | {f"{kind}:{name}" for kind, name in channels.named()}), wanting


def secret_name(kind: str, name: str, what: str) -> str:
    """What a channel's secret is called."""
    return f"{kind}_{name.replace('-', '_')}_{what}"


def secret_at(key: str) -> str | None:
    """The secret that somebody wrote into monitor.yaml under this key path, None where it is none."""
    match key.split("."):
        case ["channels", kind, name, what] if what in SECRETS.get(kind, {}) and what not in ("url", "topic"):
            return secret_name(kind, name, what)  # those two may stand there, too
    return None


def is_channel_variable(name: str) -> bool:
    """Whether an environment variable can only be meant for a secret of some channel."""
    return _VARIABLE.fullmatch(name) is not None


def resolve_channel_secrets(channels: ChannelsSection, env: Mapping[str, str]) -> dict[str, Secret]:
    """Name of a secret → the secret, of all that are given.

    Raises:
        ConfigError: With every variable that is wrong: files that cannot be read, names of no channel.
    """
    names = [secret_name(kind, name, what) for kind, name in channels.named() for what in SECRETS[kind]]
    found: dict[str, Secret] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            secret = resolve_secret(name, env)
        except ConfigError as error:
            problems.extend(error.problems)
        else:
            found |= {name: secret} if secret is not None else {}
    known = {variable for name in names for variable in variables_of(name)}
    for variable in sorted(env.keys() - known):
        if env[variable] and is_channel_variable(variable):
            cure = near_miss(variable, known, cutoff=0.7) or "Remove it, or add the channel to monitor.yaml."
            message = "is no secret of a channel in monitor.yaml."
            problems.append(Problem(file=ENVIRONMENT, key=variable, message=message, cure=cure))
    if problems:
        raise ConfigError(tuple(problems))
    return found


def channel_problems(
    document: Document,
    channels: ChannelsSection,
    secrets: Mapping[str, Secret],
    *,
    find: Callable[[str], object] = find_spec,
) -> Iterator[Problem]:
    """Channels that lack a secret, an address or a package; `find` looks for an installed package."""
    for kind, name in channels.named():
        loc = ("channels", kind, name)
        section = getattr(channels, kind)[name]
        for what, is_needed in SECRETS[kind].items():
            given = getattr(section, what, None) is not None or secret_name(kind, name, what) in secrets
            if not given and (is_needed or hasattr(section, what)):
                here = f"Write {what} here. Or: " if hasattr(section, what) else ""
                yield problem_at(document, loc, f"has no {what}.", here + cure_of(secret_name(kind, name, what)))
        if kind == "apprise" and find("apprise") is None:
            cure = "Install the extra: pip install 'monitor[apprise]'."
            yield problem_at(document, loc, "needs the package apprise, which is not installed.", cure)
