"""What is known of recipients beside the configuration: what they asked for; and an operator's word on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from monitor.app.adapters import SystemClock
from monitor.app.links import link_keys
from monitor.app.serving import names_of
from monitor.app.stories import to_change, to_read
from monitor.config import Configuration
from monitor.core import preferences, suspensions
from monitor.errors import UsageError
from monitor.model.commits import DigestSlot
from monitor.model.digests import Recipient
from monitor.model.errands import Errand
from monitor.model.ids import format_id
from monitor.model.preferences import Preference, PreferenceKind, Way
from monitor.model.suspensions import Suspension
from monitor.pipeline.desk import ReaderDesk, muted_titles


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientFile:
    """A recipient as configured, and what the store knows of it: what it asked for now, and each word ever.

    `recipient` is None for one that asked for something once and is configured no more. `suspended` are its addresses
    that no mail is sent to.
    """

    id: str
    recipient: Recipient | None
    slot: DigestSlot | None
    standing: Sequence[Preference]
    history: Sequence[Preference]
    titles: Mapping[str, str] = field(default_factory=dict)
    """The titles of stories that are or were muted, by the id in figures; "" for one that is kept no more."""
    suspended: Sequence[Suspension] = ()

    @property
    def gets(self) -> tuple[str, ...]:
        """The watchlists that its digests still hold."""
        if self.recipient is None:
            return ()
        return preferences.wanted(self.recipient, self.standing).recipient.watchlists


async def read_recipients(configuration: Configuration) -> list[RecipientFile]:
    """All that are configured, then those that are no more. Raises `StoreError` where there is no store."""
    async with to_read(configuration) as store:
        standing, slots = await store.preferences(), await store.digest_slots()
        known = await store.suspensions()
        configured = {one.id: one for one in configuration.recipients}
        said = {
            of: await store.preference_history(of)
            for of in dict.fromkeys((*configured, *(one.recipient_id for one in standing)))
        }
        titles = await muted_titles(store, [one for words in said.values() for one in words])
        return [
            RecipientFile(
                id=of,
                recipient=configured.get(of),
                slot=slots.get(of),
                standing=[one for one in standing if one.recipient_id == of],
                history=words,
                titles=titles,
                suspended=suspensions.of_recipient(configured[of], known) if of in configured else (),
            )
            for of, words in said.items()
        ]


async def read_recipient(configuration: Configuration, recipient_id: str) -> RecipientFile:
    """One of them; raises `UsageError` for one that nobody knows."""
    known = await read_recipients(configuration)
    found = next((one for one in known if one.id == recipient_id), None)
    if found is None:
        raise UsageError(f"There is no recipient {recipient_id}; there are: {', '.join(one.id for one in known)}.")
    return found


async def resume(
    configuration: Configuration, recipient_id: str, *, kind: PreferenceKind | None = None, target: str | None = None
) -> list[Preference]:
    """Take back what a recipient asked for: of one kind and target, or everything. What was taken back.

    A story is named by its id as it is printed, or in figures.
    """
    found = await read_recipient(configuration, recipient_id)
    back = [
        replace(one, is_on=False, at=datetime.now(UTC), way=Way.OPERATOR)
        for one in found.standing
        if kind in (None, one.kind) and target in (None, one.target, _printed(one))
    ]
    async with to_change(configuration) as store:
        return [one for one in back if await store.keep_preference(one)]


def _printed(one: Preference) -> str:
    """The target as people see it."""
    return format_id(int(one.target)) if one.kind is PreferenceKind.MUTE_STORY else one.target


async def answer(configuration: Configuration, subject: str, *, is_on: bool = True) -> Errand:
    """Do what the mail with this subject asks for, or take it back. Raises `UsageError` for any other mail."""
    async with to_change(configuration) as store:
        desk = ReaderDesk(preferences=store, store=store, clock=SystemClock())
        desk.configure(await link_keys(configuration, store), names_of(configuration))
        claim = desk.claim_of_subject(subject)
        if claim is None:
            raise UsageError(
                "This subject holds no word that was signed here. Give it whole, as it came; or the key has changed."
            )
        return await desk.act(claim, way=Way.MAIL, is_on=is_on)


async def lift(configuration: Configuration, recipient_id: str) -> Sequence[Suspension]:
    """Send mail again to a recipient whose address refused it; which suspensions that ended.

    A daemon that runs composes what has gathered with its next look, within half a minute.
    """
    found = await read_recipient(configuration, recipient_id)
    if not found.suspended:
        return ()
    async with to_change(configuration) as store:
        return await store.lift_suspensions(recipient_id, at=datetime.now(UTC))
