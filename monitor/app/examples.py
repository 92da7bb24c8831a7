"""The watchlists' own tests before they go live; those that name a stored article look it up in the store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from monitor.app.stories import article_at
from monitor.config import Configuration
from monitor.core.scoring import failed_examples, unsound, untried_examples
from monitor.core.sites import Sites
from monitor.errors import ConfigError, StoreError
from monitor.model.articles import Article
from monitor.store import open_store


def tried(configuration: Configuration) -> Configuration:
    """The configuration, its watchlists' own tests passed; those that could not be tried are among its warnings.

    Raises:
        ConfigError: With every watchlist that cannot work, else with every test that failed.
    """
    watchlists = configuration.watchlists
    if problems := unsound(watchlists):
        raise ConfigError(tuple(problems))
    urls = list(dict.fromkeys(example.url for one in watchlists for example in one.examples if example.url))
    stored: dict[str, Article] = {}
    reason = "is not stored (no feed brought it yet, or it was pruned)"
    if urls:
        try:
            # On a thread of its own: the caller may be inside an event loop, or on a loop's worker.
            with ThreadPoolExecutor(1) as thread:
                stored = thread.submit(asyncio.run, _stored(configuration, urls)).result()
        except StoreError as error:
            reason = f"is looked for in the store, which cannot be read now ({str(error).rstrip('.')})"
    if problems := failed_examples(watchlists, stored):
        raise ConfigError(tuple(problems))
    untried = untried_examples(watchlists, stored, reason=reason)
    return replace(configuration, warnings=(*configuration.warnings, *untried)) if untried else configuration


async def _stored(configuration: Configuration, urls: Sequence[str]) -> dict[str, Article]:
    """The stored articles that some addresses lead to; raises `StoreError` where there is no store yet."""
    sites = Sites(configuration.urls)
    found: dict[str, Article] = {}
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        for url in urls:
            article = await article_at(store, url, sites)
            if article is not None:
                found[url] = article
    return found
