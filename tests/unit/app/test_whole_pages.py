from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.app.serving import WholePages
from monitor.channels.email.render import EmailRenderer
from monitor.channels.ntfy import NtfyRenderer
from monitor.errors import StoreError
from monitor.model.archives import Archive
from monitor.model.commits import Intake
from monitor.model.digests import Delivery
from monitor.model.stories import Joining
from monitor.pipeline.compose import ComposeRules, compose
from tests.factories import NOW, make_article, make_match, make_recipient, make_story, make_verdict
from tests.fakes import FixedLinks, MemoryStore

TITLES = {"russia-north-korea": {"en": "Russia–North Korea"}}


async def mailed() -> tuple[MemoryStore, Delivery]:
    """A digest of one story that nine outlets carried."""
    articles = [make_article(f"Putin tiba {n}", outlet=f"Media {n}", id=n + 1) for n in range(9)]
    store = MemoryStore()
    await store.commit_intake(
        Intake(
            articles=tuple(articles),
            verdicts=tuple(map(make_verdict, articles)),
            matches=tuple(map(make_match, articles)),
            stories=(make_story(articles[0], size=9),),
            joinings=tuple(Joining(article_id=one.id, story_id=1, is_first=one.id == 1) for one in articles),
        )
    )
    renderer = EmailRenderer("monitor@example.org", links=FixedLinks("https://monitor.example.org"))
    rules = ComposeRules(titles=TITLES, look_back=timedelta(days=7), is_first_due=True)
    await compose([make_recipient()], store=store, renderers={"maildir": renderer}, rules=rules, now=NOW)
    (delivery,) = store.outbox.values()
    return store, delivery


async def test_the_page_behind_more_outlets_names_them_all() -> None:
    store, delivery = await mailed()
    assert "3 more outlets" in delivery.message.html
    page = await WholePages(store)(delivery)
    assert page is not None
    assert "more outlets" not in page
    assert all(f">Media {n}</a>" in page for n in range(1, 9))
    assert "Mute no. 1" in page


async def test_a_digest_whose_making_is_not_kept_or_cannot_be_read_has_no_page_of_its_own() -> None:
    store, delivery = await mailed()
    assert await WholePages(store)(replace(delivery, slot_key="another")) is None

    class Unreadable(MemoryStore):
        async def archive(self, recipient_id: str, slot_key: str) -> Archive | None:
            raise StoreError("from a later version")

    assert await WholePages(Unreadable())(delivery) is None


async def test_a_digest_that_went_as_a_note_only_has_its_page_all_the_same() -> None:
    articles = [make_article(f"Kabar {n}", url=f"https://a.example.org/{n}") for n in range(9)]
    store = MemoryStore()
    verdicts, matches = tuple(map(make_verdict, articles)), tuple(map(make_match, articles))
    await store.commit_intake(Intake(articles=tuple(articles), verdicts=verdicts, matches=matches))
    rules = ComposeRules(titles=TITLES, look_back=timedelta(days=7), is_first_due=True)
    reader = make_recipient(channels=("ntfy:phone",))
    await compose([reader], store=store, renderers={"ntfy:phone": NtfyRenderer()}, rules=rules, now=NOW)
    (delivery,) = store.outbox.values()
    assert await WholePages(store)(delivery) is None
    page = await WholePages(store, otherwise=EmailRenderer("monitor@example.org"))(delivery)
    assert page is not None
    assert all(f"Kabar {n}" in page for n in range(9))
