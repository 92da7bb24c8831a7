"""What a link in a digest asks for, before it is signed into an address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LinkAction(StrEnum):
    """What a reader can ask for by following a link and pressing the button there; VIEW only shows.

    UNSUBSCRIBE and LESS_OFTEN concern a watchlist, or all digests when none is named; MUTE_STORY a story, MUTE_OUTLET
    an outlet; MORE and LESS are votes on an article.
    """

    UNSUBSCRIBE = "unsubscribe"
    LESS_OFTEN = "less-often"
    MUTE_STORY = "mute-story"
    MUTE_OUTLET = "mute-outlet"
    MORE = "more"
    LESS = "less"
    VIEW = "view"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """One wish of one recipient. `target` is what it concerns, as text.

    UNSUBSCRIBE, LESS_OFTEN: "" for everything or a watchlist's name. MUTE_STORY: the story's id. MUTE_OUTLET: the
    outlet. MORE, LESS: the article's id, with `watchlist`. VIEW: the delivery's id. Ids of stories and articles stand
    in figures.
    """

    action: LinkAction
    recipient_id: str
    target: str = ""
    watchlist: str = ""
