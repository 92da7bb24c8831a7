"""What every store promises to publishing, and of the outbox in numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.model.articles import Revision
from monitor.model.commits import DigestCommit, Intake
from monitor.model.digests import DeliveryState
from tests.factories import NOW, make_article, make_delivery, make_slot, make_verdict

HOUR = timedelta(hours=1)


def revision(article: Any, hours: int) -> Revision:
    title = f"{article.title} {hours}"
    return Revision(
        article_id=article.id, seen_at=NOW + hours * HOUR, title=title, summary="", text="", body_digest=hours
    )


async def test_when_articles_were_last_seen_changed_is_known_of_those_that_were(store: Any) -> None:
    first, second, third = (make_article(f"Kabar {n}", url=f"https://a.example.org/{n}") for n in range(3))
    verdicts = tuple(map(make_verdict, (first, second, third)))
    await store.commit_intake(Intake(articles=(first, second, third), verdicts=verdicts))
    for revised in (revision(first, 1), revision(first, 3), revision(second, 2)):
        await store.commit_intake(Intake(revisions=(revised,)))
    assert await store.revised_at([first.id, third.id]) == {first.id: NOW + 3 * HOUR}
    assert await store.revised_at([]) == {}


async def test_the_outbox_is_counted_by_channel_and_state(store: Any) -> None:
    assert await store.outbox_counts() == {}
    kinds = (("smtp", DeliveryState.SENT), ("smtp", DeliveryState.SENT), ("smtp", DeliveryState.PENDING))
    for n, (channel, state) in enumerate((*kinds, ("webhook:desk", DeliveryState.DEAD))):
        slot = make_slot(key=str(n))
        delivery = make_delivery(f"d{n}", channel=channel, state=state, slot_key=slot.key)
        commit = DigestCommit(recipient_id="r", slot=slot, next_slot=slot, deliveries=(delivery,), at=NOW)
        assert await store.commit_digest(commit)
    assert await store.outbox_counts() == {"smtp": {"sent": 2, "pending": 1}, "webhook:desk": {"dead": 1}}
