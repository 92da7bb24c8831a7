"""The feeds of the watchlists, as the configuration wants them."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.channels.feeds import FeedFolder
from monitor.config import Configuration
from monitor.pipeline.publish import PublishReport, PublishRules, publish
from monitor.ports import Clock, PublishStore

FEEDS_PATH = "/feeds"
"""Under the address of the web pages, where they are served."""


AT_LEAST_EVERY = timedelta(minutes=10)
"""So long after the last time it is looked at again, whatever happened: 1,000 matches cost a third of a second."""


class Publishing:
    """Publishes what a configuration asks for, once something was stirred; nothing where it names no folder."""

    def __init__(self, configuration: Configuration, *, store: PublishStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._looked_at: datetime | None = None
        self.configure(configuration)

    def configure(self, configuration: Configuration) -> None:
        """Publish by this configuration from now on."""
        self.stir()
        settings = configuration.settings
        section, folder, base = settings.publish, settings.feeds_folder, settings.web.base_url
        self._watchlists = section.watchlists or tuple(one.name for one in configuration.watchlists)
        self._rules = PublishRules(
            titles={
                one.name: one.title.get(section.language) or next(iter(one.title.values()), one.name)
                for one in configuration.watchlists
            },
            language=section.language,
            entries=section.entries,
            days=section.days,
        )
        self._publisher = (
            None
            if folder is None
            else FeedFolder(
                folder,
                authority=section.authority or settings.mail.sender.rpartition("@")[2].lower(),
                base_url=f"{base}{FEEDS_PATH}" if base else "",
            )
        )

    def stir(self) -> None:
        """Say that there may be something new."""
        self._looked_at = None

    async def publish(self) -> PublishReport:
        """Bring the feeds up to what is stored, where something was stirred or much time has passed."""
        now, before = self._clock.now(), self._looked_at
        if self._publisher is None or (before is not None and now - before < AT_LEAST_EVERY):
            return PublishReport()
        self._looked_at = now
        report = await publish(
            self._watchlists, store=self._store, publisher=self._publisher, rules=self._rules, now=now
        )
        if report.failures:
            self.stir()
        return report
