"""The server follows the configuration: a port that is taken stops nothing, and a reload moves it."""

from __future__ import annotations

import asyncio
import logging
import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from monitor.app.adapters import SystemClock
from monitor.app.serving import Serving
from monitor.config import Configuration
from monitor.config.loading import load_settings
from monitor.core.link_tokens import link_key, write_token
from monitor.model.links import LinkAction, LinkClaim
from tests.fakes import MemoryStore

OLD, NEW = link_key(b"o" * 32), link_key(b"n" * 32)
CLAIM = LinkClaim(action=LinkAction.UNSUBSCRIBE, recipient_id="reader")


def configured(listen: str) -> Configuration:
    settings = load_settings(Path("config"), {"MONITOR_WEB__LISTEN": listen})
    return Configuration(settings=settings, feeds=(), watchlists=(), recipients=(), seeds=())


def taken() -> socket.socket:
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    one.listen()
    return one


async def status(port: int, path: str = "/robots.txt") -> int:
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}{path}") as reply:
        return reply.status


async def test_a_port_that_is_taken_is_said_once_and_tried_again_and_a_reload_moves_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store: Any = MemoryStore()
    serving = Serving(store=store, clock=SystemClock())
    await serving.serve()
    with taken() as other, caplog.at_level(logging.INFO, "monitor.web"):
        port = other.getsockname()[1]
        serving.configure(configured(f"127.0.0.1:{port}"), (OLD,))
        await serving.serve()
        await serving.serve()
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert f"127.0.0.1:{port} (" in caplog.messages[0]
    await asyncio.gather(serving.serve(), serving.serve())
    token = write_token(CLAIM, OLD)
    assert await status(port, f"/u/{token}") == 200

    serving.configure(configured(f"127.0.0.1:{port}"), (NEW,))
    await serving.serve()
    assert await status(port, f"/u/{token}") == 404, "what signs is what the configuration says now"
    assert await status(port, f"/u/{write_token(CLAIM, NEW)}") == 200

    assert len(caplog.records) == 1, "nobody was told of a second server"
    serving.configure(configured(""), (NEW,))
    await serving.serve()
    with pytest.raises(OSError, match=r"Connect call failed|Cannot connect"):
        await status(port)
    await serving.close()
