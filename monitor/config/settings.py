"""monitor.yaml and the environment → Settings.

Each section is a model whose field descriptions become the JSON Schema that editors show. Relative paths count from
the folder that holds the configuration's folder. Keys bear their unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import AfterValidator, Field, model_validator

from monitor.config.channels import ChannelsSection
from monitor.config.publishing import PublishSection
from monitor.config.secrets import Secret
from monitor.config.texts import Address, Host, Line, is_loopback
from monitor.config.web import WebSection
from monitor.config.wording import shown
from monitor.config.yaml_nodes import Many, Strict

_DEFAULT_PORTS = {"tls": 465, "starttls": 587, "none": 25}
_POSTGRESQL = {"postgresql", "postgres", "postgresql+psycopg"}
_DAY_S = 86_400


def check_store_url(text: str) -> str:
    """sqlite:///PATH or postgresql://[USER@]HOST[:PORT]/NAME, passwords included (they are taken out later)."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:  # whose text may hold a piece of a password
        raise ValueError(
            "is no URL. A password with special characters goes into MONITOR_STORE_PASSWORD, not into the URL."
        ) from None
    if parts.scheme == "sqlite":
        if not re.fullmatch(r"sqlite:////?[^/?#:][^?#]*", text):
            raise ValueError(
                f"{shown(text)} names no file. Write sqlite:///var/monitor.db (four slashes: from the root)."
            )
    elif re.search(r"[?&][^=&]*(pass|secret)", text, re.IGNORECASE):
        raise ValueError("holds a password among its parameters. Set MONITOR_STORE_PASSWORD instead.")
    elif parts.scheme not in _POSTGRESQL:
        raise ValueError(f"{shown(text)} is no store. Write sqlite:///var/monitor.db or postgresql://USER@HOST/NAME.")
    elif not parts.path.strip("/") or not (host or parts.query):
        raise ValueError(f"{shown(text)} names no host or no database. Write postgresql://USER@HOST/NAME.")
    return text


class StoreSection(Strict):
    """Where everything is kept."""

    url: Annotated[str, AfterValidator(check_store_url)] = Field(
        default="sqlite:///var/monitor.db", description="sqlite:///PATH or postgresql://USER@HOST/NAME, no password."
    )
    pool_size: int = Field(default=5, ge=1, le=100, description="Connections to PostgreSQL.")


class PollingSection(Strict):
    """How feeds are polled."""

    tick_s: float = Field(default=1.0, ge=0.1, le=60, description="How often due feeds are looked for.")
    default_interval_s: int = Field(default=900, ge=60, le=_DAY_S, description="Rhythm of a feed not yet known.")
    min_interval_s: int = Field(default=300, ge=60, le=_DAY_S, description="No feed is polled more often.")
    max_interval_s: int = Field(
        default=14_400, ge=60, le=7 * _DAY_S, description="No healthy feed is polled less often."
    )
    concurrency: int = Field(default=100, ge=1, le=2000, description="Feeds fetched at the same time.")
    per_host: int = Field(default=2, ge=1, le=50, description="Of them, from one host.")
    timeout_s: float = Field(default=30, gt=0, le=600, description="One fetch, redirects included.")
    connect_timeout_s: float = Field(default=10, gt=0, le=600, description="Until a connection stands.")
    read_timeout_s: float = Field(default=20, gt=0, le=600, description="Between two pieces of an answer.")
    max_bytes: int = Field(default=10_000_000, ge=10_000, le=500_000_000, description="Of a body, decompressed.")
    max_entries: int = Field(default=2000, ge=1, le=100_000, description="Entries read from one body.")
    parse_workers: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="At most so many processes parse feeds, started as needed; null: one a core that may be used.",
    )
    parse_timeout_s: float = Field(default=15, gt=0, le=600, description="Until a stuck parser is ended.")
    contact: Line | None = Field(
        default=None, description="A URL or address for the User-Agent, so that an outlet can reach you."
    )
    allow_private_hosts: Many[Host] = Field(
        default=(),
        description="Hosts in private networks that feeds may be fetched from, such as a bridge of your own.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.min_interval_s <= self.default_interval_s <= self.max_interval_s:
            raise ValueError(
                "min_interval_s, default_interval_s and max_interval_s must grow in this order; "
                f"they are {self.min_interval_s}, {self.default_interval_s} and {self.max_interval_s}."
            )
        if self.per_host > self.concurrency:
            raise ValueError(f"per_host ({self.per_host}) is more than concurrency ({self.concurrency}).")
        return self


class DigestsSection(Strict):
    """What digests hold."""

    first_digest: bool = Field(default=True, description="Send one digest at the very first start.")
    max_age_hours: int = Field(default=24, ge=1, le=24 * 365, description="Of articles in a feed's first digest.")
    look_back_days: int = Field(default=7, ge=1, le=365, description="How old an untold match may be to be told.")


class SmtpSection(Strict):
    """The mail server. The password comes from MONITOR_SMTP_PASSWORD or its file, never from here."""

    host: Host = Field(description="Name of the server.")
    port: int | None = Field(default=None, ge=1, le=65_535, description="465 for tls, 587 for starttls, 25 for none.")
    tls: Literal["tls", "starttls", "none"] = Field(default="starttls", description="Encryption; never guessed.")
    username: Line | None = Field(default=None, description="For servers that ask for a login.")
    helo_name: Host | None = Field(default=None, description="What we call ourselves; default: the sender's domain.")
    timeout_s: float = Field(default=60, gt=0, le=3600, description="For one reply of the server.")
    max_per_connection: int = Field(default=50, ge=1, le=10_000, description="Messages over one connection.")
    per_minute: float | None = Field(
        default=None, gt=0, le=10_000, description="Messages a minute at most, evenly spaced; null: no bound."
    )

    @model_validator(mode="after")
    def _no_login_in_clear(self) -> Self:
        if self.username is not None:
            refuse_clear_login(self.username, self.tls, self.host, cure="Use tls or starttls, or remove username.")
        return self

    @property
    def effective_port(self) -> int:
        """The port asked for, or the usual one of the TLS mode."""
        return self.port if self.port is not None else _DEFAULT_PORTS[self.tls]


class DkimSection(Strict):
    """Signatures of our own, for when no relay signs. Its key is in a file of its own, never here."""

    selector: Host = Field(description="Under it the public key stands in the DNS: SELECTOR._domainkey.DOMAIN.")
    domain: Host | None = Field(default=None, description="Who signs; default: the sender's domain.")
    key_file: Line = Field(description="The private key: PEM, RSA of 1024 bits or more (2048 is usual) or Ed25519.")


class BouncesSection(Strict):
    """The mailbox that refusals come back to, read by IMAP. Its password: MONITOR_BOUNCES_PASSWORD or its file."""

    host: Host = Field(description="Name of the IMAP server.")
    port: int | None = Field(default=None, ge=1, le=65_535, description="993 for tls, 143 for starttls and none.")
    tls: Literal["tls", "starttls", "none"] = Field(default="tls", description="Encryption; never guessed.")
    username: Line = Field(description="Whose mailbox it is.")
    folder: Line = Field(default="INBOX", description="Where refusals arrive. What is ours there is marked as read.")
    every_s: int = Field(default=300, ge=10, le=_DAY_S, description="How often it is looked into.")

    @model_validator(mode="after")
    def _no_login_in_clear(self) -> Self:
        refuse_clear_login(self.username, self.tls, self.host, cure="Use tls or starttls.")
        return self

    @property
    def effective_port(self) -> int:
        """The port asked for, or the usual one of the TLS mode."""
        return self.port if self.port is not None else (993 if self.tls == "tls" else 143)


class SendmailSection(Strict):
    """The local sendmail program, for recipients with the channel sendmail."""

    command: Many[Line] = Field(
        default=("/usr/sbin/sendmail",),
        min_length=1,
        description="The program and arguments of yours, without a shell; -i -f SENDER -- RECIPIENT follow.",
    )
    timeout_s: float = Field(default=120, gt=0, le=600, description="Until it has taken the mail.")


class MailSection(Strict):
    """How digests leave."""

    sender: Address = Field(default="monitor@example.org", description="The From address.")
    sender_name: Line = Field(default="Media monitor", description="The name beside it.")
    maildir: Line = Field(default="var/outbox", description="Folder of the maildir channel.")
    templates: Line | None = Field(
        default=None,
        description="Folder with a digest.html or digest.txt of yours in place of the built-in ones "
        "(docs/howto/write-a-template.md); null: none.",
    )
    unsubscribe_address: Address | None = Field(
        default=None, description="Where readers' mails go that ask to stop or for help; default: the sender."
    )
    smtp: SmtpSection | None = Field(default=None, description="Needed by recipients with the channel smtp.")
    smtp_fallback: SmtpSection | None = Field(
        default=None,
        description="A second relay, for mail that smtp cannot take: when it cannot be reached, or refuses for now "
        "before the mail was handed over. Its password: MONITOR_SMTP_FALLBACK_PASSWORD or its file.",
    )
    bounces: BouncesSection | None = Field(default=None, description="Where refusals come back to the sender.")
    dkim: DkimSection | None = Field(default=None, description="Sign mails here; needs the extra `dkim`.")
    files: Line = Field(default="var/digests", description="Folder of the files channel: .eml, .html and .txt each.")
    sendmail: SendmailSection | None = Field(
        default=None, description="Needed by recipients with the channel sendmail; {} takes the defaults."
    )

    @model_validator(mode="after")
    def _a_second_needs_a_first(self) -> Self:
        if self.smtp_fallback is not None and self.smtp is None:
            raise ValueError("smtp_fallback is the second relay, and there is no smtp. Name the first one smtp.")
        return self

    @model_validator(mode="after")
    def _aligned(self) -> Self:
        sent_from, signed_by = self.sender.rpartition("@")[2].lower(), self.dkim and self.dkim.domain
        if signed_by and sent_from != signed_by and not sent_from.endswith(f".{signed_by}"):
            raise ValueError(
                f"dkim.domain ({signed_by}) does not speak for the sender {self.sender}: mail servers would not count "
                "the signature. Name the sender's domain or one above it, or leave it out."
            )
        return self


class VolumeAlarmsSection(Strict):
    """Alarms when a watchlist has far more or fewer stories than usual."""

    false_alarm_days: float | None = Field(
        default=90, ge=7, le=3650, description="At most one false alarm of a watchlist in so many days; null: none."
    )


class RetentionSection(Strict):
    """How long things are kept."""

    articles_days: int = Field(default=365, ge=1, le=36_500, description="Articles with their text.")
    index_days: int = Field(default=90, ge=1, le=3650, description="How far back copies of an article are looked for.")

    @model_validator(mode="after")
    def _index_within_articles(self) -> Self:
        if self.index_days > self.articles_days:
            raise ValueError(f"index_days ({self.index_days}) is more than articles_days ({self.articles_days}).")
        return self


class LogSection(Strict):
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = Field(default="auto", description="auto: text on a terminal, else json.")


class SeedsSection(Strict):
    """Documents that show what is wanted."""

    folder: Line | None = Field(default="seeds", description="Folder with manifest.yaml and the texts; null: none.")


class MonitorFile(Strict):
    """monitor.yaml: every key has a default."""

    store: StoreSection = StoreSection()
    polling: PollingSection = PollingSection()
    digests: DigestsSection = DigestsSection()
    mail: MailSection = MailSection()
    channels: ChannelsSection = ChannelsSection()
    publish: PublishSection = PublishSection()
    web: WebSection = WebSection()
    volume_alarms: VolumeAlarmsSection = VolumeAlarmsSection()
    retention: RetentionSection = RetentionSection()
    log: LogSection = LogSection()
    seeds: SeedsSection = SeedsSection()

    @model_validator(mode="before")
    @classmethod
    def _empty_sections(cls, content: object) -> object:
        """A section whose keys are all commented out reads as null; it means the defaults."""
        if not isinstance(content, dict):
            return content
        return {key: value for key, value in content.items() if value is not None or key not in cls.model_fields}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a running program; paths in the sections are relative to `base`, the properties are absolute."""

    base: Path
    store: StoreSection
    polling: PollingSection
    digests: DigestsSection
    mail: MailSection
    channels: ChannelsSection
    publish: PublishSection
    web: WebSection
    volume_alarms: VolumeAlarmsSection
    retention: RetentionSection
    log: LogSection
    seeds: SeedsSection
    smtp_password: Secret | None = None
    smtp_fallback_password: Secret | None = None
    bounces_password: Secret | None = None
    store_password: Secret | None = None
    link_key: Secret | None = None
    """One or several texts between blanks: the first signs links, all of them read links."""
    dkim_key: Secret | None = None
    channel_secrets: Mapping[str, Secret] = field(default_factory=dict)

    @property
    def store_url(self) -> Secret:
        """The store's URL for the database library: file absolute, password filled in."""
        if self.store_path is not None:
            return Secret(f"sqlite:///{self.store_path}")
        parts = urlsplit(self.store.url)
        user = parts.netloc.rpartition("@")[0]
        place = parts.netloc.rpartition("@")[2]
        if self.store_password is not None:
            user = f"{user}:{quote(self.store_password.reveal(), safe='')}"
        return Secret(urlunsplit(("postgresql", f"{user}@{place}" if user else place, *parts[2:])))

    @property
    def store_path(self) -> Path | None:
        """The SQLite file, or None for PostgreSQL."""
        prefix = "sqlite:///"
        return self.base / self.store.url.removeprefix(prefix) if self.store.url.startswith(prefix) else None

    @property
    def maildir(self) -> Path:
        """Where the maildir channel delivers."""
        return self.base / self.mail.maildir

    @property
    def feeds_folder(self) -> Path | None:
        """Where the feeds of the watchlists lie, if they are published."""
        return None if self.publish.folder is None else self.base / self.publish.folder

    @property
    def digest_files(self) -> Path:
        """Where the files channel writes."""
        return self.base / self.mail.files

    @property
    def templates_folder(self) -> Path | None:
        """Where the user's own templates lie, if there are to be any."""
        return None if self.mail.templates is None else self.base / self.mail.templates

    @property
    def heartbeat(self) -> Path:
        """The file that tells `monitor health` that the daemon lives: beside the SQLite file, else the Maildir."""
        return (self.store_path or self.maildir).parent / "heartbeat.json"

    @property
    def seeds_folder(self) -> Path | None:
        """Where the seeds' manifest lies, if seeds are wanted."""
        return None if self.seeds.folder is None else self.base / self.seeds.folder


def without_password(store: StoreSection) -> tuple[StoreSection, Secret | None]:
    """The section with the password taken out of its URL, and that password."""
    parts = urlsplit(store.url)
    if parts.password is None:
        return store, None
    place = parts.netloc.rpartition("@")[2]
    url = urlunsplit((parts.scheme, f"{parts.username}@{place}", *parts[2:]))
    return store.model_copy(update={"url": url}), Secret(unquote(parts.password))


def refuse_clear_login(username: str, tls: str, host: str, *, cure: str) -> None:
    """Raises ValueError where a password would travel in clear to another machine."""
    if tls == "none" and not is_loopback(host):
        raise ValueError(f"tls: none would send the password of {shown(username)} in clear to {host}. {cure}")
