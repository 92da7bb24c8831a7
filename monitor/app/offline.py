"""What commands do without a running daemon: check a configuration, ask feeds once, look into a store, replay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.app.adapters import (
    Surroundings,
    SystemClock,
    make_http,
    make_polling_limits,
    make_signer,
    make_sources,
    make_turn,
    make_workers,
    make_zones,
    template_warnings,
)
from monitor.app.channels import refused_addresses
from monitor.app.examples import tried
from monitor.config import Configuration, load
from monitor.core import preferences, suspensions
from monitor.core.features import gazetteer_of
from monitor.core.scoring import compile_watchlists
from monitor.core.sites import Sites
from monitor.errors import StoreError
from monitor.model.commits import DigestSlot
from monitor.model.digests import Delivery
from monitor.model.feeds import Condition, Feed, FeedState
from monitor.model.notices import Notice
from monitor.model.pages import Page
from monitor.model.preferences import Preference
from monitor.model.suspensions import Suspension
from monitor.pipeline.desk import muted_titles
from monitor.pipeline.judging import Judge, LookBack
from monitor.pipeline.probe import Probe, probe
from monitor.pipeline.replay import Replay
from monitor.pipeline.scratch import ScratchStore
from monitor.pipeline.traffic import Traffic
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore


def load_configuration(config_dir: Path, env: Mapping[str, str]) -> Configuration:
    """A configuration fit to go live: files that can be read, watchlists that pass their own tests, a key that signs.

    A template of the user's that does not work is a warning, and so is a channel that may not be called. Raises
    `ConfigError` with every problem.
    """
    configuration = load(config_dir, env)
    make_signer(configuration)
    configuration = tried(configuration)
    odd = (*template_warnings(configuration), *refused_addresses(configuration.settings))
    return replace(configuration, warnings=(*configuration.warnings, *odd))


def make_replay(configuration: Configuration, *, is_repairing: bool = False) -> Replay:
    """Judging as the daemon does it, over a throw-away store, with every article placed in a story.

    Stories never close: an archive may come in any order. With `is_repairing` they are merged every hour, too.
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
    sites = Sites(configuration.urls)
    return Replay(
        judge=judge,
        store=scratch,
        score=scorer.score,
        now=SystemClock().now(),
        sites=sites,
        is_repairing=is_repairing,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """A look at feeds. `problem` says why nothing was known of their past, "" where something was."""

    probes: Sequence[Probe]
    addresses: Mapping[str, str]
    """Feed id → the likely new address, of feeds whose outage goes on."""
    problem: str = ""


async def probe_feeds(
    configuration: Configuration, on_done: Callable[[], None], *, ids: Collection[str] | None = None
) -> Probes:
    """Ask every enabled feed once, or those with these ids, enabled or not.

    They are judged with what the store remembers of them, if there is one; it is only read.
    """
    feeds = [feed for feed in configuration.feeds if (feed.is_enabled if ids is None else feed.id in ids)]
    try:
        store = open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True)
    except StoreError as error:
        return Probes(probes=await _probe(configuration, feeds, None, {}, on_done), addresses={}, problem=str(error))
    async with store:
        states = {state.feed_id: state for state in await store.feed_states()}
        addresses = likely_addresses(states.values(), await store.outage_addresses())
        return Probes(probes=await _probe(configuration, feeds, store, states, on_done), addresses=addresses)


async def _probe(
    configuration: Configuration,
    feeds: Sequence[Feed],
    store: SqlStore | None,
    states: Mapping[str, FeedState],
    on_done: Callable[[], None],
) -> list[Probe]:
    around, limits = Surroundings(), make_polling_limits(configuration)
    turn = make_turn(limits, Traffic(), around)
    http, workers = make_http(configuration, turn=turn), make_workers(configuration)

    async def seen_before(keys: Collection[tuple[str, int]]) -> Collection[tuple[str, int]]:
        return await store.ledger_rows(list(keys)) if store is not None else {}

    try:
        return await probe(
            feeds,
            sources=make_sources(configuration, http, workers),
            clock=around.clock,
            zones=make_zones(configuration),
            states=states,
            seen_before=seen_before,
            turn=turn,
            limits=limits,
            on_done=on_done,
        )
    finally:
        await http.close()
        await workers.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPast:
    """What a store remembers of one feed: its state (None for one that is not polled), the newest notices first.

    `pages` are the last ones wanted of its articles, the newest first.
    """

    state: FeedState | None
    address: str
    notices: Sequence[Notice]
    pages: Sequence[Page] = ()


async def read_feed(configuration: Configuration, feed_id: str, *, notices: int = 20) -> FeedPast:
    """Look into the store beside a running daemon; raises `StoreError` where there is none."""
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        state = next((state for state in await store.feed_states() if state.feed_id == feed_id), None)
        addresses = likely_addresses([state] if state else [], await store.outage_addresses())
        return FeedPast(
            state=state,
            address=addresses.get(feed_id, ""),
            notices=await store.feed_notices(feed_id, limit=notices),
            pages=await store.feed_pages(feed_id, limit=notices),
        )


def likely_addresses(states: Iterable[FeedState], found: Mapping[tuple[str, datetime], str]) -> dict[str, str]:
    """Feed id → what the search of its present outage found, or where it has moved."""
    addresses = {}
    for state in states:
        health, move = state.health, state.move
        if health.outage_at is not None and health.recovered_at is None:
            addresses[state.feed_id] = found.get((state.feed_id, health.outage_at), "")
        if health.condition is Condition.MOVED:
            addresses[state.feed_id] = move.adopted_url or move.target
    return {feed_id: address for feed_id, address in addresses.items() if address}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a store holds: rows a table, feeds by id, the newest deliveries, and when digests are due.

    `slots` are of recipients who are configured and still get something.
    """

    counts: Mapping[str, int]
    feeds: Sequence[FeedState]
    deliveries: Sequence[Delivery]
    outbox: Mapping[str, Mapping[str, int]]
    """Channel → state → how many deliveries, of all that are kept."""
    slots: Sequence[DigestSlot]
    addresses: Mapping[str, str]
    """Feed id → its likely new address, where a search or a redirect told one."""
    suspended: Sequence[Suspension] = ()
    """For whom no mail is composed, because their address refuses it."""
    preferences: Sequence[Preference] = ()
    """What readers asked for and stands."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The titles of the muted stories, by the id in figures; "" for one that is kept no more."""


async def read_status(configuration: Configuration, *, deliveries: int = 20) -> Status:
    """Look into the store beside a running daemon; writes and locks nothing."""
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        states, known = await store.feed_states(), await store.suspensions()
        said = await store.preferences()
        reached = {of.id for of in configuration.recipients if preferences.wanted(of, said).recipient.watchlists}
        slots = [slot for slot in (await store.digest_slots()).values() if slot.recipient_id in reached]
        return Status(
            counts=await store.counts(),
            feeds=states,
            addresses=likely_addresses(states, await store.outage_addresses()),
            deliveries=await store.deliveries(limit=deliveries),
            outbox=await store.outbox_counts(),
            slots=sorted(slots, key=lambda slot: slot.slot.at),
            preferences=said,
            titles=await muted_titles(store, said),
            suspended=[one for of in configuration.recipients for one in suspensions.of_recipient(of, known)],
        )
