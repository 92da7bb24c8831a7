"""The outbox at work: which channels there are, and rounds that do not wait for each other's channels."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

from monitor.app.adapters import Surroundings, make_channels
from monitor.config import Configuration
from monitor.pipeline.deliver import ChannelTurns, DeliverReport, DeliverRules, deliver
from monitor.ports import Channel, DeliverStore

log = logging.getLogger("monitor")


class Delivering:
    """Delivers over the configured channels. Rounds may overlap: each takes the channels that are free."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        store: DeliverStore,
        surroundings: Surroundings,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._store = store
        self._around = surroundings
        self._is_stopping = is_stopping
        self._turns = ChannelTurns()
        self._retiring: set[asyncio.Task[None]] = set()
        self._channels = make_channels(configuration, surroundings)
        self._rules = make_deliver_rules(configuration)

    async def deliver(self) -> DeliverReport:
        """One round over the channels that no other round is at work on."""
        turns = self._turns
        return await deliver(
            store=self._store,
            channels=self._channels,
            clock=self._around.clock,
            rng=self._around.chance,
            rules=self._rules,
            turns=turns,
            pause=self._around.pause,
            # Once its channels are replaced a round ends with what it is sending.
            is_stopping=lambda: self._is_stopping() or turns is not self._turns,
        )

    def take_over(self, channels: Mapping[str, Channel], rules: DeliverRules) -> None:
        """Use these channels from now on, without what was learnt of the old ones; those close when they are done."""
        old, self._channels, self._rules = self._channels, dict(channels), rules
        # A round under way keeps what it learns of the old ones to itself; whose turn it is holds for both.
        self._turns = ChannelTurns(locks=self._turns.locks)
        for name, channel in old.items():
            task = asyncio.create_task(self._retire(name, channel))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def close(self) -> None:
        """Let go of all connections."""
        for channel in self._channels.values():
            await channel.close()

    async def _retire(self, name: str, channel: Channel) -> None:
        """Close a channel once the delivery that may still use it is done."""
        async with self._turns.lock(name):
            await channel.close()


def make_deliver_rules(configuration: Configuration) -> DeliverRules:
    """How fast the channels may be used, and for whom."""
    smtp = configuration.settings.mail.smtp
    spacing = {"smtp": timedelta(minutes=1) / smtp.per_minute} if smtp and smtp.per_minute else {}
    recipients = frozenset(one.id for one in configuration.recipients)
    return DeliverRules(spacing=spacing, recipients=recipients)
