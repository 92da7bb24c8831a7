"""What runs beside the digests: alerts, and the watch over the volume of news."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.config import Configuration
from monitor.pipeline.alerts import Alerter
from monitor.pipeline.compose import ComposeReport, ComposeRules
from monitor.ports import Clock, Renderer
from monitor.store.sqlstore import SqlStore


class Alerting:
    """Alerts of a `Runtime`; `configure` before the first one, and with every new configuration."""

    def __init__(self, configuration: Configuration, *, store: SqlStore, clock: Clock, is_dry: bool) -> None:
        self._store = store
        self._clock = clock
        self._is_dry = is_dry
        self.configure(configuration)

    def configure(self, configuration: Configuration) -> None:
        """Take over a configuration; what was looked at in vain is looked at again."""
        self._configuration = configuration
        self._alerter = Alerter(self._store, self._store, is_dry=self._is_dry)

    async def alert(self, renderers: Mapping[str, Renderer], rules: ComposeRules) -> ComposeReport:
        """One cycle. Raises `StoreError`."""
        watchlists = self._configuration.watchlists
        return await self._alerter.alert(
            self._configuration.recipients,
            renderers=renderers,
            rules=rules,
            lines={one.name: one.alert_threshold for one in watchlists if one.alert_threshold is not None},
            now=self._clock.now(),
        )
