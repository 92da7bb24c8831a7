"""What a person asks of both databases through `monitor why`, beside what the stages ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.model.commits import Intake
from tests.factories import NOW, make_article


@pytest.fixture(params=["sqlite_store", "postgresql_store"])
def store(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


async def test_the_feeds_that_brought_articles_of_a_host_are_known(store: Any) -> None:
    early = make_article("a", host="example.org", feed_id="one", first_seen_at=NOW)
    late = make_article("b", host="example.org", feed_id="one", first_seen_at=NOW + timedelta(hours=1))
    other = make_article("c", host="example.com", feed_id="two")
    await store.commit_intake(Intake(articles=(early, late, other)))
    assert await store.host_feeds("example.org") == {"one": late.first_seen_at}
    assert await store.host_feeds("example.net") == {}


async def test_the_latest_articles_come_without_their_texts(store: Any) -> None:
    articles = [make_article(f"t{n}", first_seen_at=NOW + timedelta(hours=n), summary="s") for n in range(4)]
    await store.commit_intake(Intake(articles=tuple(articles)))
    found = await store.latest_articles(NOW + timedelta(hours=1), limit=2)
    assert found == [replace(one, text="", summary="") for one in (articles[3], articles[2])]
