"""What runs beside the digests: alerts, and the watch over the volume of news."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.config import Configuration
from monitor.pipeline.alerts import Alerter
from monitor.pipeline.compose import ComposeReport, ComposeRules
from monitor.pipeline.volume import VolumeWatch
from monitor.ports import Clock, Renderer
from monitor.store.sqlstore import SqlStore


class Alerting:
    """Alerts of a `Runtime`; `configure` before the first one, and with every new configuration."""

    def __init__(self, configuration: Configuration, *, store: SqlStore, clock: Clock, is_dry: bool) -> None:
        self._store = store
        self._clock = clock
        self._is_dry = is_dry
        self._watch = VolumeWatch(store)
        self.configure(configuration)

    def configure(self, configuration: Configuration) -> None:
        """Take over a configuration; what was looked at in vain is looked at again."""
        self._configuration = configuration
        self._alerter = Alerter(self._store, self._store, is_dry=self._is_dry)

    async def alert(self, renderers: Mapping[str, Renderer], rules: ComposeRules) -> ComposeReport:
        """One cycle: look at the volume, then tell what cannot wait. Raises `StoreError`."""
        watchlists, settings = self._configuration.watchlists, self._configuration.settings
        if not self._is_dry:
            await self._watch.look(
                self._configuration.recipients,
                rules=rules,
                false_alarm_days=settings.volume_alarms.false_alarm_days,
                now=self._clock.now(),
            )
        return await self._alerter.alert(
            self._configuration.recipients,
            renderers=renderers,
            rules=rules,
            lines={one.name: one.alert_threshold for one in watchlists if one.alert_threshold is not None},
            now=self._clock.now(),
        )
