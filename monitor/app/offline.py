"""What commands do without a running daemon: check a configuration, ask feeds once, look into a store, replay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.app.adapters import SystemClock, make_http, make_sources, make_workers, make_zones
from monitor.config import Configuration, load
from monitor.core.scoring import compile_watchlists, failed_examples
from monitor.errors import ConfigError
from monitor.model.commits import DigestSlot
from monitor.model.digests import Delivery
from monitor.model.feeds import FeedState
from monitor.pipeline.judging import Judge, LookBack, gazetteer_of
from monitor.pipeline.probe import Probe, probe
from monitor.pipeline.replay import Replay
from monitor.pipeline.scratch import ScratchStore
from monitor.store import open_store


def load_configuration(config_dir: Path, env: Mapping[str, str]) -> Configuration:
    """A configuration fit to go live: files that can be read, and watchlists that pass their own tests.

    Raises `ConfigError` with every problem.
    """
    configuration = load(config_dir, env)
    if problems := failed_examples(configuration.watchlists):
        raise ConfigError(tuple(problems))
    return configuration


def make_replay(configuration: Configuration) -> Replay:
    """Judging as the daemon does it, over a throw-away store, with every article placed in a story.

    Stories never close: an archive may come in any order.
    """
    scorer, scratch = compile_watchlists(configuration.watchlists), ScratchStore()
    judge = Judge(
        scratch,
        scratch,
        score=scorer.score,
        group="all",
        gazetteer=gazetteer_of(configuration.watchlists),
        look_back=LookBack(wording=timedelta(days=configuration.settings.retention.index_days), stories=None),
    )
    return Replay(judge=judge, store=scratch, score=scorer.score, now=SystemClock().now())


async def probe_feeds(
    configuration: Configuration, on_done: Callable[[], None], *, ids: Collection[str] | None = None
) -> list[Probe]:
    """Ask every enabled feed once, or those with these ids, enabled or not; needs and keeps no store."""
    http, workers = make_http(configuration), make_workers(configuration)
    try:
        return await probe(
            [feed for feed in configuration.feeds if (feed.is_enabled if ids is None else feed.id in ids)],
            sources=make_sources(configuration, http, workers),
            clock=SystemClock(),
            zones=make_zones(configuration),
            on_done=on_done,
        )
    finally:
        await http.close()
        await workers.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a store holds: rows a table, feeds by id, the newest deliveries, and when digests are due."""

    counts: Mapping[str, int]
    feeds: Sequence[FeedState]
    deliveries: Sequence[Delivery]
    slots: Sequence[DigestSlot]


async def read_status(configuration: Configuration, *, deliveries: int = 20) -> Status:
    """Look into the store beside a running daemon; writes and locks nothing."""
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        return Status(
            counts=await store.counts(),
            feeds=await store.feed_states(),
            deliveries=await store.deliveries(limit=deliveries),
            slots=sorted((await store.digest_slots()).values(), key=lambda slot: slot.slot.at),
        )
