"""A look at a digest that nobody is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.app.adapters import SystemClock, make_mail_renderer, make_renderers
from monitor.app.composing import compose_rules
from monitor.app.links import links_kept
from monitor.app.names import recipient_named
from monitor.app.stories import to_read
from monitor.channels.email.specimen import specimens
from monitor.config import Configuration
from monitor.core import preferences
from monitor.errors import StoreError
from monitor.model.alerts import ALERT_SLOT
from monitor.model.commits import DigestSlot
from monitor.model.digests import Delivery, Digest, Message, Recipient
from monitor.pipeline.as_of import AsOf
from monitor.pipeline.compose import plan_digest, planned_slot
from monitor.store.sqlstore import SqlStore

_MAIL = ("smtp", "sendmail", "files", "maildir")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a recipient would get at a moment; with nothing to tell, what it got last (`last`), in `message`.

    `is_sample`: the digest is made up.
    """

    recipient: Recipient
    at: datetime
    message: Message
    digest: Digest | None = None
    last: Delivery | None = None
    is_sample: bool = False


async def preview(configuration: Configuration, recipient_id: str | None, at: datetime | None) -> Preview:
    """The digest that a recipient (by default the first) would get now or at a time, as a mail; nothing is kept.

    It is planned and rendered as the real one is, beside a running daemon. Raises `StoreError` where there is no
    store, no such recipient, or nothing to show at all.
    """
    recipient = _recipient(configuration, recipient_id)
    channel = next((one for one in recipient.channels if one in _MAIL), _MAIL[-1])
    recipient = replace(recipient, channels=(channel,))
    clock_now = SystemClock().now()
    now = at or clock_now
    async with to_read(configuration) as store:
        feeds = {feed.id: feed for feed in configuration.feeds if feed.is_enabled}
        rules = compose_rules(configuration, feeds, store)
        past = AsOf(store, at=now)
        wanted = preferences.wanted(recipient, await past.preferences())
        known = await _known(store, recipient.id, now=now, is_past=now < clock_now)
        plan = await plan_digest(
            wanted,
            planned_slot(wanted, known, rules=rules, now=now),
            known,
            store=past,
            renderers=make_renderers(configuration, await links_kept(configuration, store)),
            rules=rules,
            now=now,
        )
        if plan.deliveries:
            message = plan.deliveries[0].message
            return Preview(recipient=recipient, at=now, message=message, digest=plan.digest)
        last = await _last(store, recipient.id, now)
        if last is None:
            raise StoreError(
                f"There is nothing to tell {recipient.id}, and there was no digest before: nothing to show."
            )
        return Preview(recipient=recipient, at=now, message=last.message, last=last)


def sample(configuration: Configuration, recipient_id: str | None) -> Preview:
    """A made-up digest with something in every section, in the recipient's language and by the templates as they are.

    What a template of one's own looks like while there is nothing to tell; needs no store. Its reader is an operator,
    so what is wrong with a template stands in it; links that act on digests are left out.
    """
    recipient = _recipient(configuration, recipient_id)
    digest = specimens(recipient.language)[0]
    renderer = make_mail_renderer(configuration)
    message = renderer.render(digest, delivery_id="d" + "0" * 20, composed_at=digest.until)
    return Preview(recipient=recipient, at=digest.until, message=message, digest=digest, is_sample=True)


def _recipient(configuration: Configuration, recipient_id: str | None) -> Recipient:
    return configuration.recipients[0] if recipient_id is None else recipient_named(configuration, recipient_id)


async def _known(store: SqlStore, recipient_id: str, *, now: datetime, is_past: bool) -> DigestSlot | None:
    known = (await store.digest_slots()).get(recipient_id)
    if known is None or not is_past:
        return known
    return replace(known, told_until=await store.told_until(recipient_id, at=now), told_notice=None)


async def _last(store: SqlStore, recipient_id: str, now: datetime) -> Delivery | None:
    """The last digest that a recipient was composed until then, as a mail; alerts are none."""
    found = await store.deliveries_to(recipient_id, limit=200)
    digests = (one for one in found if not one.slot_key.startswith(ALERT_SLOT))
    return next((one for one in digests if one.message.html and not one.resend_of and one.composed_at <= now), None)
