"""A folder of files, the environment and the secrets → one Configuration, or every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from monitor.config.channels import channel_names, channel_problems, resolve_channel_secrets, secret_at
from monitor.config.environment import merged, overrides
from monitor.config.feeds import load_feeds
from monitor.config.recipients import RecipientList, load_recipients
from monitor.config.secrets import ENVIRONMENT, PREFIX, Secret, cure_of, read_key, resolve_secret
from monitor.config.seeds import load_seed_manifest, unlisted_texts
from monitor.config.settings import DkimSection, MonitorFile, Settings, without_password
from monitor.config.urls import load_urls
from monitor.config.watchlists import load_watchlist
from monitor.config.web import link_key_problems, web_oddities
from monitor.config.wording import near_miss, one_of
from monitor.config.yaml_nodes import Document, problem_at, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.digests import Recipient
from monitor.model.feeds import Feed
from monitor.model.seeds import SeedEntry
from monitor.model.urls import UrlRules
from monitor.model.watchlists import Watchlist

SETTINGS_FILE = "monitor.yaml"
FEEDS_FILE = "feeds.yaml"
URLS_FILE = "urls.yaml"
RECIPIENTS_FILE = "recipients.yaml"
WATCHLISTS_FOLDER = "watchlists"
MANIFEST_FILE = "manifest.yaml"

_T = TypeVar("_T")

# Keys that users try, although passwords are not read from files.
_LOGINS = {"smtp": "smtp_password", "smtp_fallback": "smtp_fallback_password", "bounces": "bounces_password"}
"""A section of mail that may log in → its secret."""
_PASSWORD_KEYS = {
    "store.password": "store_password",
    **{f"mail.{section}.password": secret for section, secret in _LOGINS.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that the user decides. `feeds` hold those switched off, too; watchlists are in order of their files.

    `warnings` are worth a line at the start and no reason not to.
    """

    settings: Settings
    feeds: tuple[Feed, ...]
    watchlists: tuple[Watchlist, ...]
    recipients: tuple[Recipient, ...]
    seeds: tuple[SeedEntry, ...]
    urls: UrlRules = field(default_factory=UrlRules)
    warnings: tuple[Problem, ...] = ()


def load(config_dir: Path, env: Mapping[str, str]) -> Configuration:
    """Read a configuration folder under an environment.

    Raises:
        ConfigError: With every problem of every file; settings, feeds, addresses, watchlists, recipients, seeds.
    """
    if not config_dir.is_dir():
        cure = "`monitor init DIR` writes a commented one; --config names another folder."
        raise ConfigError((Problem(file=str(config_dir), message="is no folder.", cure=cure),))
    gathering = _Gathering()
    settings = gathering.part(lambda: load_settings(config_dir, env))
    feeds = gathering.part(lambda: load_feeds(config_dir / FEEDS_FILE))
    urls = gathering.part(lambda: load_urls(config_dir / URLS_FILE))
    watchlists = _load_watchlists(config_dir / WATCHLISTS_FOLDER, gathering)
    recipients = gathering.part(lambda: load_recipients(config_dir / RECIPIENTS_FILE))
    if recipients is not None:
        # A watchlist whose file is broken is there all the same: only the file's own problem is worth telling.
        gathering.problems.extend(recipients.strangers(frozenset(watchlists)) if watchlists else ())
        if settings is not None:
            ready, wanting = channel_names(settings.mail, settings.channels)
            gathering.problems.extend(recipients.without_channel(ready, wanting))
    gathering.problems.extend(_unknown_published(config_dir / SETTINGS_FILE, settings, watchlists))
    seeds: tuple[SeedEntry, ...] | None = ()
    if settings is not None and settings.seeds.folder is not None:
        manifest = config_dir.parent / settings.seeds.folder / MANIFEST_FILE
        seeds = gathering.part(lambda: load_seed_manifest(manifest))
        gathering.warnings.extend(unlisted_texts(manifest, seeds or ()) if seeds is not None else ())
    if gathering.problems or settings is None or feeds is None or urls is None or recipients is None or seeds is None:
        raise ConfigError(tuple(gathering.problems))
    known = tuple(watchlist for watchlist in watchlists.values() if watchlist is not None)
    gathering.warnings.extend(_oddities(config_dir, settings, feeds, known, recipients))
    return Configuration(
        settings=settings,
        feeds=feeds,
        watchlists=known,
        recipients=recipients.recipients,
        seeds=seeds,
        urls=urls,
        warnings=tuple(gathering.warnings),
    )


def load_settings(config_dir: Path, env: Mapping[str, str]) -> Settings:
    """monitor.yaml with the environment's overrides and the secrets.

    Raises:
        ConfigError: With every problem; those of overrides name the variable.
    """
    values, problems = overrides(MonitorFile, env)
    gathering = _Gathering()
    gathering.problems.extend(problems)
    document = gathering.part(lambda: read_document(config_dir / SETTINGS_FILE))
    passwords = {name: gathering.part(partial(resolve_secret, name, env)) for name in _LOGINS.values()}
    store_password = gathering.part(lambda: resolve_secret("store_password", env))
    link_key = gathering.part(lambda: resolve_secret("link_key", env))
    if document is None:
        raise ConfigError(tuple(gathering.problems))
    whole = _overlaid(document, values)
    try:
        file = validate(whole, MonitorFile)
    except ConfigError as error:
        paths = {".".join(path): path for path in values}
        raise ConfigError((*gathering.problems, *(_reworded(problem, paths) for problem in error.problems))) from None
    store, url_password = without_password(file.store)
    if url_password is not None and ("store", "url") not in values:
        message = "holds a password."
        gathering.problems.append(
            problem_at(document, ("store", "url"), message, f"Remove it. {cure_of('store_password')}")
        )
    gathering.problems.extend(_login_problems(document, file, passwords))
    gathering.problems.extend(link_key_problems(link_key))
    base, dkim = config_dir.absolute().parent, file.mail.dkim
    dkim_key = gathering.part(lambda: _dkim_key(base, document, dkim)) if dkim is not None else None
    channel_secrets = gathering.part(lambda: resolve_channel_secrets(file.channels, env))
    if channel_secrets is not None:
        gathering.problems.extend(channel_problems(document, file.channels, channel_secrets))
    if gathering.problems:
        raise ConfigError(tuple(gathering.problems))
    sections = {field.name: getattr(file, field.name) for field in fields(Settings) if hasattr(file, field.name)}
    return Settings(
        base=base,
        **{**sections, **passwords, "store": store},
        store_password=store_password or url_password,
        link_key=link_key,
        dkim_key=dkim_key,
        channel_secrets=channel_secrets or {},
    )


class _Gathering:
    """Problems and warnings of all parts, so that one broken part does not hide the next."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def part(self, read: Callable[[], _T]) -> _T | None:
        """What `read` returns, or None with its problems gathered."""
        try:
            return read()
        except ConfigError as error:
            # Files that several parts share are told once.
            self.problems.extend(problem for problem in error.problems if problem not in self.problems)
            return None


def _load_watchlists(folder: Path, gathering: _Gathering) -> dict[str, Watchlist | None]:
    """Name → watchlist; a file with problems counts under its stem, with None."""
    found: dict[str, Watchlist | None] = {}
    files: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        watchlist = gathering.part(partial(load_watchlist, path))
        if watchlist is None:
            found.setdefault(path.stem, None)
        elif watchlist.name in files:
            message = f"the watchlist {watchlist.name!r} is already in {files[watchlist.name]}."
            document = read_document(path)
            cure = "Give each watchlist a name of its own."
            gathering.problems.append(problem_at(document, ("name",), message, cure))
        else:
            found[watchlist.name] = watchlist
            files[watchlist.name] = path
    if not found:
        cure = "Put one YAML file a watchlist there; `monitor init DIR` writes an example."
        gathering.problems.append(Problem(file=str(folder), message="holds no watchlist (*.yaml).", cure=cure))
    for path in sorted(folder.glob("*.yml")):
        gathering.warnings.append(Problem(file=str(path), message="is not read.", cure="Rename it to end in .yaml."))
    return found


def _strange_outlets(watchlists: tuple[Watchlist, ...], feeds: tuple[Feed, ...]) -> Iterator[Problem]:
    """Outlets that a watchlist names and no feed does: a slip of the pen shuts out what it should let through."""
    known = {feed.outlet.casefold(): feed.outlet for feed in feeds}
    for watchlist in watchlists:
        for outlet in (*watchlist.outlets, *watchlist.ignored_outlets):
            if outlet.casefold() not in known:
                file, _, _ = watchlist.places["name"].rsplit(":", 2)
                message = f"no feed is of the outlet {outlet!r}."
                yield Problem(file=file, key="outlets", message=message, cure=near_miss(outlet, known.values()))


def _overlaid(document: Document, values: Mapping[tuple[str, ...], object]) -> Document:
    """The document with the overrides in it; what only they bring gets the place of what it lies in."""
    marks = dict(document.marks)
    for path in values:
        for end in range(1, len(path) + 1):
            marks.setdefault(path[:end], marks[path[: end - 1]])
    return replace(document, content=merged(document.content, values), marks=marks)


def _reworded(problem: Problem, overridden: Mapping[str, tuple[str, ...]]) -> Problem:
    """A problem of monitor.yaml at the variable that caused it; a password key with where passwords go."""
    path = overridden.get(problem.key)
    if path is not None:
        return replace(problem, file=ENVIRONMENT, line=0, column=0, key=PREFIX + "__".join(path).upper())
    if (secret := _PASSWORD_KEYS.get(problem.key) or secret_at(problem.key)) is not None:
        cure = f"Remove it. {cure_of(secret)}"
        return replace(problem, message="passwords are not read from this file.", cure=cure)
    return problem


def _dkim_key(base: Path, document: Document, dkim: DkimSection) -> Secret:
    try:
        return read_key(base / dkim.key_file)
    except ConfigError as error:
        what = error.problems[0]
        raise ConfigError((problem_at(document, ("mail", "dkim", "key_file"), what.message, what.cure),)) from None


def _login_problems(document: Document, file: MonitorFile, passwords: Mapping[str, Secret | None]) -> Iterator[Problem]:
    for section, secret in _LOGINS.items():
        login = getattr(file.mail, section)
        if login is not None and login.username is not None and passwords[secret] is None:
            yield problem_at(document, ("mail", section, "username"), "has no password.", cure_of(secret))


def _unknown_published(path: Path, settings: Settings | None, watchlists: Mapping[str, object]) -> Iterator[Problem]:
    """Watchlists that are to be published and do not exist."""
    for place, name in enumerate(settings.publish.watchlists if settings is not None and watchlists else ()):
        if name not in watchlists:
            cure = near_miss(name, watchlists) or f"There are: {one_of(watchlists)}."
            loc = ("publish", "watchlists", place)
            yield problem_at(read_document(path), loc, f"there is no watchlist {name!r}.", cure)


def _oddities(
    config_dir: Path,
    settings: Settings,
    feeds: tuple[Feed, ...],
    watchlists: tuple[Watchlist, ...],
    recipients: RecipientList,
) -> Iterator[Problem]:
    """What works and is hardly meant."""
    if not any(feed.is_enabled for feed in feeds):
        yield Problem(file=str(config_dir / FEEDS_FILE), message="every feed is switched off: nothing will be polled.")
    yield from _strange_outlets(watchlists, feeds)
    wanted = {name for recipient in recipients.recipients for name in recipient.watchlists}
    for watchlist in watchlists:
        if watchlist.name not in wanted:
            message = f"nobody receives the watchlist {watchlist.name!r}."
            yield Problem(file=str(config_dir / RECIPIENTS_FILE), message=message)
    if not any(recipient.is_operator for recipient in recipients.recipients):
        message = "nobody is told of feeds that fail: every recipient has operator: false."
        yield Problem(file=str(config_dir / RECIPIENTS_FILE), message=message)
    yield from recipients.without_line({one.name for one in watchlists if one.alert_threshold is not None})
    smtp = settings.mail.smtp
    path = str(config_dir / SETTINGS_FILE)
    if smtp is not None and smtp.username is None and settings.smtp_password is not None:
        yield Problem(file=path, key="mail.smtp", message="a password is set, but no username: there will be no login.")
    yield from web_oddities(settings.web, path)
    used = {channel for recipient in recipients.recipients for channel in recipient.channels}
    for kind, name in settings.channels.named():
        if f"{kind}:{name}" not in used:
            message = f"nobody gets digests by {kind}:{name}."
            cure = f"Name it in channels of a recipient: [maildir, {kind}:{name}]."
            yield Problem(file=path, key=f"channels.{kind}.{name}", message=message, cure=cure)
    by_smtp = any("smtp" in recipient.channels for recipient in recipients.recipients)
    if by_smtp and settings.mail.sender.endswith("@example.org"):
        message = f"{settings.mail.sender} is an example: mail servers will refuse it."
        yield Problem(file=path, key="mail.sender", message=message, cure="Put an address of your own.")
