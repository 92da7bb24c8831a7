"""The desk: where readers' links are answered, by a page or by a mail.

What a link claims is done once however often it is asked: a preference that stands, a vote that counts, is not written
again. Whoever holds a link may use it, and take back what it did; it says nothing of whom it belongs to. Links of
readers, watchlists and stories that are no more still work: to unsubscribe must never fail for want of a name.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.core.link_tokens import LinkKey, claim_in, read_token
from monitor.core.preferences import standing
from monitor.model.articles import ArticleId
from monitor.model.digests import Delivery, Recipient
from monitor.model.errands import Errand
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.preferences import Preference, PreferenceKind, Way
from monitor.model.stories import StoryId
from monitor.model.votes import Vote, VoteKind
from monitor.ports import Clock, Desk, DeskStore, PreferenceStore

log = logging.getLogger(__name__)

FALLBACK_LANGUAGE = "en"
_PREFERENCES = {
    LinkAction.UNSUBSCRIBE: PreferenceKind.UNSUBSCRIBE,
    LinkAction.LESS_OFTEN: PreferenceKind.LESS_OFTEN,
    LinkAction.MUTE_STORY: PreferenceKind.MUTE_STORY,
    LinkAction.MUTE_OUTLET: PreferenceKind.MUTE_OUTLET,
}
_VOTES = {LinkAction.MORE: VoteKind.MORE, LinkAction.LESS: VoteKind.LESS}


@dataclass(frozen=True, slots=True)
class Names:
    """What is called how: recipients, and the titles of watchlists per language."""

    recipients: Sequence[Recipient] = ()
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def language_of(self, recipient_id: str) -> str:
        """A recipient's language, English for one that is no more."""
        return next((one.language for one in self.recipients if one.id == recipient_id), FALLBACK_LANGUAGE)

    def title_of(self, watchlist: str, language: str) -> str:
        """A watchlist's title, its name for one that is no more."""
        titles = self.titles.get(watchlist, {})
        return titles.get(language) or titles.get("en") or next(iter(titles.values()), watchlist)


class ReaderDesk(Desk):
    """Answers the links that its keys signed; `configure` replaces keys and names, as a reload does.

    `page` makes a page of a delivery that holds what the mail had no room for; None shows the mail's own.
    """

    def __init__(
        self,
        *,
        preferences: PreferenceStore,
        store: DeskStore,
        clock: Clock,
        keys: Iterable[LinkKey] = (),
        names: Names | None = None,
        page: Callable[[Delivery], Awaitable[str | None]] | None = None,
    ) -> None:
        self._page = page
        self._preferences = preferences
        self._store = store
        self._clock = clock
        self.configure(keys, names or Names())

    def configure(self, keys: Iterable[LinkKey], names: Names) -> None:
        """Work with these from now on."""
        self._keys = tuple(keys)
        self._names = names

    def claim_of(self, token: str) -> LinkClaim | None:
        """See `Desk`."""
        return read_token(token, self._keys)

    def claim_of_subject(self, subject: str) -> LinkClaim | None:
        """What a mail claims by the token in its subject; None for any other mail."""
        return claim_in(subject, self._keys)

    async def look(self, claim: LinkClaim) -> Errand:
        """See `Desk`."""
        return await self._errand(claim, await self._is_done(claim))

    async def act(self, claim: LinkClaim, *, way: Way, is_on: bool = True) -> Errand:
        """See `Desk`."""
        if claim.action in _PREFERENCES:
            is_new = await self._preferences.keep_preference(
                Preference(
                    recipient_id=claim.recipient_id,
                    kind=_PREFERENCES[claim.action],
                    target=claim.target,
                    is_on=is_on,
                    at=self._clock.now(),
                    way=way,
                )
            )
        elif claim.action in _VOTES:
            is_new = await self._vote(claim, is_on)
        else:
            is_new = False
        if is_new:
            facts = {"recipient": claim.recipient_id, "target": claim.target, "way": way.value, "is_on": is_on}
            log.info("reader asked: %s", claim.action.value, extra=facts)
        is_done = is_on if is_new else await self._is_done(claim)
        return await self._errand(claim, is_done)

    async def archived(self, claim: LinkClaim) -> str | None:
        """See `Desk`; a delivery to somebody else is nobody's."""
        delivery = await self._store.delivery(claim.target)
        if delivery is None or delivery.recipient_id != claim.recipient_id:
            return None
        whole = await self._page(delivery) if self._page is not None else None
        return whole or delivery.message.html

    async def _vote(self, claim: LinkClaim, is_on: bool) -> bool:
        """Keep a vote, or take this one back and no other; False when it stands so already."""
        if await self._is_done(claim) == is_on:
            return False
        vote = Vote(
            article_id=int(claim.target),
            watchlist=claim.watchlist,
            recipient_id=claim.recipient_id,
            kind=_VOTES[claim.action] if is_on else VoteKind.NONE,
            at=self._clock.now(),
        )
        await self._store.keep_vote(vote)
        return True

    async def _is_done(self, claim: LinkClaim) -> bool:
        if claim.action in _VOTES:
            vote = await self._store.vote_on(int(claim.target), claim.watchlist, claim.recipient_id)
            return vote is not None and vote.kind is _VOTES[claim.action]
        said = standing(await self._preferences.preference_history(claim.recipient_id))
        return any((one.kind, one.target) == (_PREFERENCES.get(claim.action), claim.target) for one in said)

    async def _errand(self, claim: LinkClaim, is_done: bool) -> Errand:
        language = self._names.language_of(claim.recipient_id)
        subject, spoken = "", None
        match claim.action:
            case LinkAction.UNSUBSCRIBE | LinkAction.LESS_OFTEN:
                subject = self._names.title_of(claim.target, language) if claim.target else ""
            case LinkAction.MUTE_OUTLET:
                subject = claim.target
            case LinkAction.MUTE_STORY:
                subject, spoken = await story_title(self._store, int(claim.target))
            case LinkAction.MORE | LinkAction.LESS:
                subject, spoken = await _title(self._store, int(claim.target))
        return Errand(claim=claim, language=language, subject=subject, is_done=is_done, subject_language=spoken)


async def story_title(store: DeskStore, story_id: StoryId) -> tuple[str, str | None]:
    """The title of a story as it was told, and its language; "" for none.

    An article that stands alone is told under its own id.
    """
    story = await store.story(story_id)
    title, spoken = await _title(store, story_id if story is None else story.lead_id)
    return (title if story is None else story.title), spoken


async def muted_titles(store: DeskStore, said: Iterable[Preference]) -> dict[str, str]:
    """The titles of the stories that these words mute or muted, by the id in figures; "" for one kept no more."""
    muted = {one.target for one in said if one.kind is PreferenceKind.MUTE_STORY}
    return {of: (await story_title(store, int(of)))[0] for of in muted}


async def _title(store: DeskStore, article_id: ArticleId) -> tuple[str, str | None]:
    article = await store.article(article_id)
    return (article.title, article.language) if article is not None else ("", None)
