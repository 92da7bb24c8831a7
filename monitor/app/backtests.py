"""What a person asks of the past before a watchlist goes live: a backtest, a reading budget. Reads, keeps nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.app.adapters import make_renderers
from monitor.app.articles_file import ArticlesFile
from monitor.app.examples import tried
from monitor.config import Configuration
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring.soundness import unsound
from monitor.core.sites import Sites
from monitor.errors import ConfigError, MonitorError, Problem
from monitor.model.backtests import Backtest, Budget
from monitor.model.watchlists import Watchlist
from monitor.pipeline import backtest as backtesting
from monitor.pipeline.budget import budget
from monitor.pipeline.compose import ComposeRules
from monitor.pipeline.trial_mail import TrialRules
from monitor.ports import PastStore
from monitor.store import open_store

DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Stored articles, first seen from `first_at` on and looked at until `until`; `problems` of reading them."""

    store: PastStore
    first_at: datetime
    until: datetime
    problems: tuple[str, ...] = ()


def read_watchlist(path: Path, config_dir: Path) -> Watchlist:
    """A watchlist's file, wherever it lies, with the shared files of the configuration; `ConfigError` as in `check`."""
    watchlist = load_watchlist(path, config_dir=config_dir)
    _check([watchlist])
    return watchlist


def failed_tests(configuration: Configuration, watchlist: Watchlist) -> tuple[Problem, ...]:
    """The watchlist's own tests that it fails, those of stored articles included."""
    try:
        tried(replace(configuration, watchlists=(watchlist,)))
    except ConfigError as error:
        return error.problems
    return ()


@asynccontextmanager
async def open_past(
    configuration: Configuration, *, articles: Path | None = None, until: datetime | None = None
) -> AsyncIterator[Past]:
    """The store, read beside a running daemon, or a file of articles; until its newest article, unless told.

    Raises `MonitorError` where there is no such place, or nothing in it.
    """
    if articles is not None:
        file = ArticlesFile.open(articles, Sites(configuration.urls))
        try:
            told = [f"an article told twice counts once: {file.repeated} lines"] if file.repeated else []
            yield await _past(file, until, problems=(*file.problems, *told))
        finally:
            file.close()
        return
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        yield await _past(store, until)


async def _past(store: PastStore, until: datetime | None, problems: tuple[str, ...] = ()) -> Past:
    span = await store.seen_span()
    if span is None:
        raise MonitorError("nothing is stored yet: let the daemon run for a day, or name a file with --articles")
    if until is not None and until < span[0]:
        raise MonitorError(f"nothing was seen until {until:%Y-%m-%d %H:%M}: the first article is of {span[0]:%Y-%m-%d}")
    return Past(store=store, first_at=span[0], until=until or span[1], problems=problems)


async def run_backtest(
    configuration: Configuration, before: Watchlist | None, after: Watchlist, *, past: Past, days: float = DAYS
) -> Backtest:
    """`after` over the last days beside `before` (None: beside nothing), with the mail of those who read it.

    Readers are the recipients who have a watchlist of its name; where nobody has, it is supposed that everybody did.
    Raises `ConfigError` for watchlists that cannot be scored.
    """
    readers = tuple(one for one in configuration.recipients if after.name in one.watchlists)
    is_supposed = not readers
    if is_supposed:
        readers = tuple(replace(one, watchlists=(*one.watchlists, after.name)) for one in configuration.recipients)
    read = {name for reader in readers for name in reader.watchlists} - {after.name}
    trial = backtesting.Trial(
        before=before,
        after=after,
        since=past.until - timedelta(days=days),
        until=past.until,
        first_at=past.first_at,
        readers=readers,
        beside=tuple(one for one in configuration.watchlists if one.name in read),
        is_supposed=is_supposed,
    )
    _check(one for one in (before, after, *trial.beside) if one is not None)
    return await backtesting.backtest(trial, past=past.store, rules=make_trial_rules(configuration, after))


async def run_budget(
    configuration: Configuration, watchlist: Watchlist, *, stories_per_day: float, past: Past, days: int = DAYS
) -> Budget:
    """The threshold of a watchlist for so many stories a day; `ConfigError` for one that cannot be scored."""
    _check([watchlist])
    return await budget(
        watchlist,
        stories_per_day=stories_per_day,
        past=past.store,
        first_at=past.first_at,
        until=past.until,
        days=days,
        max_age=timedelta(hours=configuration.settings.digests.max_age_hours),
    )


def _check(watchlists: Iterable[Watchlist]) -> None:
    if problems := unsound(list(watchlists)):
        raise ConfigError(tuple(problems))


def make_trial_rules(configuration: Configuration, after: Watchlist) -> TrialRules:
    """How the daemon would compose with a watchlist live."""
    digests = configuration.settings.digests
    titles = {one.name: one.title for one in (*configuration.watchlists, after)}
    return TrialRules(
        compose=ComposeRules(
            titles=titles,
            look_back=timedelta(days=digests.look_back_days),
            max_age=timedelta(hours=digests.max_age_hours),
        ),
        renderers=make_renderers(configuration),
    )
