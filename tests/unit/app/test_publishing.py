"""When the feeds of watchlists are looked at: after something was stirred, after a failure, and now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.app.offline import load_configuration
from monitor.app.publishing import AT_LEAST_EVERY, Publishing
from monitor.config import Configuration
from monitor.model.digests import MatchedArticle
from tests.factories import NOW
from tests.fakes import MemoryStore


class Watch:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


class Asked(MemoryStore):
    """Counts how often it is asked for matches."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    async def matched_articles(
        self, recipient_id: str, watchlists: Sequence[str], *, since: datetime
    ) -> list[MatchedArticle]:
        self.times += 1
        return []


@pytest.fixture(scope="module")
def configuration() -> Configuration:
    return load_configuration(Path("config"), {"MONITOR_PUBLISH__FOLDER": "var/feeds"})


@pytest.fixture
def wanting(configuration: Configuration, tmp_path: Path) -> Configuration:
    return replace(configuration, settings=replace(configuration.settings, base=tmp_path))


async def test_feeds_are_looked_at_once_until_something_is_stirred_or_time_has_passed(wanting: Configuration) -> None:
    store, watch = Asked(), Watch()
    publishing = Publishing(wanting, store=store, clock=watch)
    assert (await publishing.publish()).written == ("russia-north-korea",)
    await publishing.publish()
    assert store.times == 1
    publishing.stir()
    await publishing.publish()
    assert store.times == 2
    watch.at += AT_LEAST_EVERY - timedelta(seconds=1)
    await publishing.publish()
    assert store.times == 2
    watch.at += timedelta(seconds=1)
    await publishing.publish()
    assert store.times == 3


async def test_what_could_not_be_written_is_tried_with_the_next_alarm(wanting: Configuration, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("in the way")
    publishing = Publishing(wanting, store=Asked(), clock=Watch())
    assert (await publishing.publish()).failures
    (tmp_path / "var").unlink()
    assert (await publishing.publish()).written == ("russia-north-korea",)


async def test_without_a_folder_nothing_is_asked_or_written(wanting: Configuration, tmp_path: Path) -> None:
    store, settings = Asked(), wanting.settings
    silent = replace(wanting, settings=replace(settings, publish=settings.publish.model_copy(update={"folder": None})))
    await Publishing(silent, store=store, clock=Watch()).publish()
    assert store.times == 0
    assert list(tmp_path.iterdir()) == []
