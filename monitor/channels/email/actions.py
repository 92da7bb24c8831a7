"""What a reader can ask for from within a digest: links to pages with a button, none of which acts by being opened.

A link's text says what it does, and to what: a story is named by the number that its headline bears, so that links make
sense when they are heard one by one. The headline itself, three times over, would take a tenth of the mail's room.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.channels.email.languages import Language
from monitor.channels.email.phrases import MAX_NAME
from monitor.channels.email.text import clean
from monitor.model.digests import Digest, DigestStory
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.ports import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """One link and what it says."""

    words: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The links of one delivery to one recipient; without `links`, or where these give no address, there are none."""

    links: Links | None
    recipient_id: str
    delivery_id: str

    def view(self) -> str | None:
        """Where the digest can be read in a browser."""
        return self._url(LinkAction.VIEW, self.delivery_id)

    def of_story(self, story: DigestStory, words: Language, *, number: int) -> list[ActionView]:
        """Votes on the lead of the story that bears this number, and what can be muted."""
        lead = story.lead.article
        asked = (
            (words.gettext("More like no. {number}"), LinkAction.MORE, str(lead.id)),
            (words.gettext("Less like no. {number}"), LinkAction.LESS, str(lead.id)),
            (words.gettext("Mute no. {number}"), LinkAction.MUTE_STORY, str(story.story_id)),
        )
        found = [
            ActionView(words=text.format(number=number), href=href)
            for text, action, target in asked
            if (href := self._url(action, target, story.watchlist)) is not None
        ]
        if lead.outlet != UNKNOWN_OUTLET and (href := self._url(LinkAction.MUTE_OUTLET, lead.outlet)) is not None:
            text = words.gettext("Mute {outlet}").format(outlet=clean(lead.outlet, MAX_NAME))
            found.append(ActionView(words=text, href=href))
        return found

    def of_digest(self, digest: Digest, words: Language, *, mailto: str | None) -> list[ActionView]:
        """How to read it elsewhere, get less of it, or none; by mail alone where no page can be reached."""
        found = list(self._of_digest(digest, words))
        if mailto is not None and not any(one.href == self._url(LinkAction.UNSUBSCRIBE, "") for one in found):
            found.append(ActionView(words=words.gettext("Stop these digests"), href=mailto))
        return found

    def _of_digest(self, digest: Digest, words: Language) -> Iterator[ActionView]:
        if (href := self.view()) is not None:
            yield ActionView(words=words.gettext("Read in the browser"), href=href)
        if (href := self._url(LinkAction.LESS_OFTEN, "")) is not None:
            yield ActionView(words=words.gettext("Get digests less often"), href=href)
        names = digest.recipient.watchlists
        for name in names if len(names) > 1 else ():
            if (href := self._url(LinkAction.UNSUBSCRIBE, name)) is not None:
                title = clean(digest.titles.get(name, name), MAX_NAME)
                yield ActionView(words=words.gettext("Stop {watchlist}").format(watchlist=title), href=href)
        if (href := self._url(LinkAction.UNSUBSCRIBE, "")) is not None:
            text = words.gettext("Stop all digests") if len(names) > 1 else words.gettext("Stop these digests")
            yield ActionView(words=text, href=href)

    def _url(self, action: LinkAction, target: str, watchlist: str = "") -> str | None:
        if self.links is None:
            return None
        is_vote = action in (LinkAction.MORE, LinkAction.LESS)
        return self.links.url(
            LinkClaim(
                action=action,
                recipient_id=self.recipient_id,
                target=target,
                watchlist=watchlist if is_vote else "",
            )
        )
