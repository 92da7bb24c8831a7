"""A newsroom for tests of alerts: a store that fills, a clock that is set, mails as they would be sent."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from monitor.channels.email.render import EmailRenderer
from monitor.model.alerts import AlertRules
from monitor.model.articles import Article, Verdict
from monitor.model.commits import Intake
from monitor.model.digests import Delivery, Recipient
from monitor.model.stories import Joining
from monitor.pipeline.alerts import Alerter
from monitor.pipeline.compose import ComposeReport, ComposeRules, compose
from monitor.ports import Renderer
from tests.factories import NOW, make_article, make_match, make_recipient, make_story, make_verdict
from tests.fakes import MemoryStore

WATCHLIST = "russia-north-korea"
LINE = 85.0
MINUTE = timedelta(minutes=1)
READER = make_recipient(alerts=AlertRules())


def quiet(start: str, end: str, **facts: Any) -> AlertRules:
    first, second = (int(time[:2]) * 60 + int(time[3:]) for time in (start, end))
    return AlertRules(quiet=(first, second), **facts)


class Newsroom:
    """`now` is the time; alerts and digests go to `reader`."""

    def __init__(
        self, reader: Recipient = READER, *, now: datetime = NOW, renderers: Mapping[str, Renderer] | None = None
    ) -> None:
        self.store = MemoryStore()
        self.reader = reader
        self.now = now
        self.rules = ComposeRules(
            titles={WATCHLIST: {"en": "Russia–North Korea", "id": "Rusia–Korea Utara"}},
            look_back=timedelta(days=7),
            max_age=timedelta(hours=24),
            alerts=self.store,
        )
        self.renderers = renderers or {"maildir": EmailRenderer("monitor@example.org", "Media monitor")}
        self.alerter = Alerter(self.store, self.store)

    async def arrive(
        self,
        title: str,
        points: float = 90.0,
        *,
        of: Article | None = None,
        verdict: Verdict | None = None,
        **facts: Any,
    ) -> Article:
        """An article comes in now; `of` is the first article of the story that it joins."""
        facts = {"published_at": self.now - MINUTE, "first_seen_at": self.now, "outlet": f"Outlet of {title}", **facts}
        article = make_article(title, **facts)
        first = of or article
        known = self.store.stories.get(first.id)
        story = make_story(first) if known is None else replace(known, size=known.size + 1, last_at=article.at)
        await self.store.commit_intake(
            Intake(
                articles=(article,),
                verdicts=(verdict or make_verdict(article),),
                matches=(make_match(article, points=points, matched_at=self.now),),
                stories=(story,),
                joinings=(Joining(article_id=article.id, story_id=first.id, is_first=of is None),),
            )
        )
        return article

    async def alert(self, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """One cycle of alerts, some time later; the mails that it made."""
        self.now += after
        report = await self.alerter.alert(
            [self.reader], renderers=self.renderers, rules=self.rules, lines={WATCHLIST: LINE}, now=self.now
        )
        assert report.failures == ()
        return self._mails(report)

    async def digest(self, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """One cycle of digests, some time later."""
        self.now += after
        report = await compose(
            [self.reader], store=self.store, renderers=self.renderers, rules=self.rules, now=self.now
        )
        assert report.failures == ()
        return self._mails(report)

    def _mails(self, report: ComposeReport) -> list[EmailMessage]:
        return [mail(delivery) for plan in report.composed for delivery in plan.deliveries]

    @property
    def told(self) -> set[int]:
        return {article_id for _, article_id, _ in self.store.told}


def mail(delivery: Delivery) -> EmailMessage:
    parsed = email.message_from_bytes(delivery.message.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
