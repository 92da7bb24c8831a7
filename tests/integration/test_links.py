"""Links of an installation: the same from the daemon and beside it, over restarts and while keys change."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from monitor.app.links import link_keys, links_kept, make_links
from monitor.config import Configuration
from monitor.config.loading import load_settings
from monitor.config.web import WebSection
from monitor.core.link_tokens import read_token, write_token
from monitor.model.links import LinkAction, LinkClaim
from monitor.ports import Links
from monitor.store import open_store
from monitor.store.sqlstore import SqlStore

CLAIM = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="analyst")


def configured(web: WebSection | None = None, *, key: str = "") -> Configuration:
    settings = load_settings(Path("config"), {"MONITOR_LINK_KEY": key})
    if web is not None:
        settings = replace(settings, web=web)
    return Configuration(settings=settings, feeds=(), watchlists=(), recipients=(), seeds=())


def stored(folder: Path) -> SqlStore:
    (folder / "var").mkdir(exist_ok=True)
    return open_store(f"sqlite:///{folder}/var/monitor.db", hold_lock=False)


async def links_of(configuration: Configuration, store: SqlStore) -> Links:
    return make_links(configuration, await link_keys(configuration, store))


async def test_the_same_claim_has_the_same_token_after_a_restart_and_beside_the_daemon(tmp_path: Path) -> None:
    configuration = configured()
    async with stored(tmp_path) as store:
        assert await links_kept(configuration, store) is None
        first = (await links_of(configuration, store)).subject(CLAIM)
    async with stored(tmp_path) as store:
        assert (await links_of(configuration, store)).subject(CLAIM) == first
        beside = await links_kept(configuration, store)
        assert beside is not None
        assert beside.subject(CLAIM) == first


async def test_two_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    configuration = configured()
    async with stored(tmp_path) as one, stored(tmp_path) as other:
        keys = await asyncio.gather(*(link_keys(configuration, store) for store in (one, other)))
    assert keys[0] == keys[1]


async def test_a_given_key_signs_and_the_one_before_it_still_reads(tmp_path: Path) -> None:
    old = configured(key="o" * 20)
    new = configured(key="n" * 20 + " " + "o" * 20)
    async with stored(tmp_path) as store:
        old_keys, keys = await link_keys(old, store), await link_keys(new, store)
        assert await store.artifact("link-key") is None
    token = write_token(CLAIM, old_keys[0])
    assert write_token(CLAIM, keys[0]) != token
    assert read_token(token, keys) == CLAIM


async def test_links_signed_by_the_stores_key_work_when_one_is_given_later(tmp_path: Path) -> None:
    async with stored(tmp_path) as store:
        (before,) = await link_keys(configured(), store)
        first, *others = await link_keys(configured(key="n" * 20), store)
        assert first != before
        assert read_token(write_token(CLAIM, before), (first, *others)) == CLAIM


async def test_an_address_is_there_with_a_base_and_one_click_only_with_https(tmp_path: Path) -> None:
    async with stored(tmp_path) as store:
        bare = await links_of(configured(), store)
        assert (bare.url(CLAIM), bare.one_click(CLAIM)) == (None, None)
        safe = await links_of(
            configured(WebSection(listen="127.0.0.1:8321", base_url="https://monitor.example.org/")), store
        )
        address = safe.url(CLAIM)
        assert address is not None
        assert address.startswith("https://monitor.example.org/u/")
        assert (safe.one_click(CLAIM), len(address)) == (address, 30 + 29)
        web = WebSection(listen="127.0.0.1:8321", base_url="http://monitor.example.org")
        local = await links_of(configured(web), store)
        assert (local.url(CLAIM), local.one_click(CLAIM)) == (address.replace("https", "http"), None)
