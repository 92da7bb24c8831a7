"""The mailbox for refusals, looked into now and then while the daemon runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from monitor.app.mailing import make_returns_box
from monitor.app.serving import names_of
from monitor.config import Configuration
from monitor.core.link_tokens import LinkKey
from monitor.errors import MailboxError
from monitor.pipeline.desk import ReaderDesk
from monitor.pipeline.returns import ReturnsReport, read_returns
from monitor.ports import Clock, ReturnsBox
from monitor.store.sqlstore import SqlStore

log = logging.getLogger("monitor")


class Returning:
    """Reads what comes back, where the configuration names a mailbox; `ticks` are seconds of a steady clock.

    A mailbox that cannot be read is said once, and looked into again at its time: digests do not depend on it.
    """

    def __init__(self, *, store: SqlStore, clock: Clock, ticks: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._ticks = ticks
        self._desk = ReaderDesk(preferences=store, store=store, clock=clock)
        self._box: ReturnsBox | None = None
        self._every_s = 0.0
        self._looked_at: float | None = None
        self._said = ""

    def configure(self, configuration: Configuration, keys: Sequence[LinkKey]) -> None:
        """Look there from now on, and believe tokens that these keys signed."""
        self._desk.configure(keys, names_of(configuration))
        self._box = make_returns_box(configuration.settings)
        bounces = configuration.settings.mail.bounces
        self._every_s = bounces.every_s if bounces is not None else 0.0
        self._looked_at = None

    async def look(self) -> ReturnsReport | None:
        """Look once, if it is time; None when it is not, or the mailbox cannot be read. Raises `StoreError`."""
        now = self._ticks()
        if self._box is None or (self._looked_at is not None and now - self._looked_at < self._every_s):
            return None
        self._looked_at = now
        try:
            report = await read_returns(box=self._box, store=self._store, desk=self._desk, clock=self._clock)
        except MailboxError as error:
            if str(error) != self._said:
                log.error("%s It is tried again, and digests go on.", error)  # noqa: TRY400 - the message has it all
            self._said = str(error)
            return None
        self._said = ""
        return report
