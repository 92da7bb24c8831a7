"""What was sent: to look at, to write again from what it was composed from, and to send once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from monitor.app.adapters import make_channels, make_renderers
from monitor.app.links import links_kept
from monitor.app.names import require
from monitor.app.stories import to_change, to_read
from monitor.channels.email.render import EmailRenderer
from monitor.config import Configuration
from monitor.core import preferences, suspensions
from monitor.core.archiving import by_channel
from monitor.core.digests import delivery_id
from monitor.core.mail_bytes import body_hash, differences
from monitor.errors import StoreError
from monitor.model.archives import Archive
from monitor.model.digests import Delivery, DeliveryState, Message
from monitor.model.suspensions import Suspension
from monitor.ports import ArchiveStore, Links

_ON_THE_WAY = frozenset({DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.UNCERTAIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A delivery, what it was composed from (None where that is not kept), and when it was asked for once more."""

    delivery: Delivery
    archive: Archive | None
    resent: Sequence[Delivery] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A message written again. `differences` are lines for a person, none where it is the same."""

    delivery: Delivery
    message: Message
    hash_kept: str
    hash_made: str
    differences: Sequence[str]

    @property
    def is_same(self) -> bool:
        """Whether body and headers are the ones that were sent."""
        return self.hash_kept == self.hash_made and not self.differences


async def read_deliveries(configuration: Configuration, recipient: str | None, *, limit: int) -> list[Delivery]:
    """The newest deliveries, newest first. Raises `StoreError` without a store, `UsageError` for a strange name."""
    async with to_read(configuration) as store:
        found = await store.deliveries_to(recipient, limit=limit)
    if recipient is not None and not found:  # one that is configured no more may have had some
        require("recipient", recipient, (one.id for one in configuration.recipients))
    return found


async def read_sent(configuration: Configuration, name: str) -> Sent:
    """The delivery that an id, or the beginning of one, names. Raises `StoreError`."""
    async with to_read(configuration) as store:
        delivery = await _find(store, name)
        try:
            archive = await store.archive(delivery.recipient_id, delivery.slot_key)
        except StoreError:  # its mail can be shown all the same
            archive = None
        return Sent(delivery=delivery, archive=archive, resent=await store.resent(delivery.id))


def told(archive: Archive) -> object:
    """All that a digest told, with its reasons, as plain values for JSON."""
    from monitor.store.archive_codec import digest_as_json  # noqa: PLC0415 - loads pydantic, for --json alone

    return digest_as_json(archive)


async def rebuild(configuration: Configuration, name: str) -> Rebuilt:
    """A delivery's message, written again from what is kept. Raises `StoreError` where that is not enough."""
    async with to_read(configuration) as store:
        delivery = await _find(store, name)
        archive = await store.archive(delivery.recipient_id, delivery.slot_key)
        links = await links_kept(configuration, store)
    if archive is None:
        raise StoreError(
            f"What {delivery.id} was composed from is not kept: it is older than the archive, or was pruned. "
            f"Its message is there: monitor digest show {delivery.id}."
        )
    message = _again(configuration, delivery, archive, links)
    return Rebuilt(
        delivery=delivery,
        message=message,
        hash_kept=body_hash(delivery.message),
        hash_made=body_hash(message),
        differences=differences(delivery.message, message),
    )


def _again(configuration: Configuration, delivery: Delivery, archive: Archive, links: Links | None) -> Message:
    original = delivery.resend_of or delivery.id
    digest = by_channel(archive.digest, delivery.channel)
    if archive.stationery is not None and delivery.message.sender:
        return EmailRenderer.again(archive.stationery).render(
            digest, delivery_id=original, composed_at=archive.composed_at
        )
    renderer = make_renderers(configuration, links).get(delivery.channel)
    if renderer is None:
        raise StoreError(f"{delivery.id} went by {delivery.channel}, which the configuration no longer has.")
    return renderer.render(digest, delivery_id=original, composed_at=archive.composed_at)


async def resend(configuration: Configuration, name: str) -> Delivery:
    """Put a delivery's message into the outbox once more: the same bytes, the same Message-ID, a row of its own.

    Raises `StoreError` for one that is still on its way, or whose recipient or channel is there no more, or wants none.
    """
    async with to_change(configuration) as store:
        first = await _find(store, name)
        first = first if not first.resend_of else await _find(store, first.resend_of)
        earlier = await store.resent(first.id)
        for one in (first, *earlier):
            if one.state in _ON_THE_WAY:
                raise StoreError(f"{one.id} is still on its way ({one.state.value}): it needs no other.")
        _refuse_if_gone(configuration, first, await store.suspensions())
        if (ended := preferences.unsubscribed(first.recipient_id, await store.preferences())) is not None:
            raise StoreError(
                f"{first.recipient_id} unsubscribed on {ended.at:%Y-%m-%d %H:%M} UTC. Nothing was queued. When that is "
                f"taken back: monitor recipients resume {first.recipient_id} --kind unsubscribe."
            )
        now = datetime.now(UTC)
        again = replace(
            first,
            id=delivery_id(first.recipient_id, f"{first.slot_key}\0{first.id}\0{len(earlier) + 1}", first.channel),
            state=DeliveryState.PENDING,
            phase="",
            attempts=0,
            next_attempt_at=now,
            composed_at=now,
            sent_at=None,
            last_code=0,
            last_reply="",
            was_uncertain=False,
            resend_of=first.id,
        )
        await store.keep_resend(again)
        return again


def _refuse_if_gone(configuration: Configuration, first: Delivery, said: Sequence[Suspension]) -> None:
    recipient = next((one for one in configuration.recipients if one.id == first.recipient_id), None)
    if recipient is None:
        raise StoreError(f"{first.id} went to {first.recipient_id}, who is no recipient any more. Nothing was queued.")
    if first.message.recipient and recipient.address.casefold() != first.message.recipient.casefold():
        raise StoreError(
            f"{first.id} is addressed to {first.message.recipient}, and {recipient.id} reads at {recipient.address} "
            "now: a mail is never changed once it is composed. `monitor digest show ID --eml` gives it to forward."
        )
    if not suspensions.reachable([replace(recipient, channels=(first.channel,))], said):
        raise StoreError(
            f"The address of {recipient.id} is suspended: mail servers refused it. When it works again: "
            f"monitor recipients resume {recipient.id} --kind suspension."
        )
    if first.channel not in make_channels(configuration):
        raise StoreError(f"{first.id} went by {first.channel}, which the configuration no longer has.")


async def _find(store: ArchiveStore, name: str) -> Delivery:
    found = await store.deliveries_like(name.strip()) if name.strip() else []
    exact = [one for one in found if one.id == name.strip()]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        raise StoreError(f"Several deliveries begin with {name}: give more of the id.")
    raise StoreError(f"There is no delivery {name}. `monitor digest list` names them; old ones are pruned.")
