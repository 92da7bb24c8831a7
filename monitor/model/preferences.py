"""Preferences: what a reader asked for of the digests, beside what the configuration says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PreferenceKind(StrEnum):
    """What can be asked for: no digests, fewer of them, nothing further of a story, no outlet in front."""

    UNSUBSCRIBE = "unsubscribe"
    LESS_OFTEN = "less-often"
    MUTE_STORY = "mute-story"
    MUTE_OUTLET = "mute-outlet"


class Way(StrEnum):
    """How a reader's word came: the button of a mail program (RFC 8058), a page's, a mail, or whoever runs this."""

    ONE_CLICK = "one-click"
    PAGE = "page"
    MAIL = "mail"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One word of a reader; of a recipient, kind and target the last one counts. `is_on` False takes it back.

    `target`: "" for all digests or a watchlist's name (UNSUBSCRIBE, LESS_OFTEN), the story's id in figures
    (MUTE_STORY), the outlet (MUTE_OUTLET).
    """

    recipient_id: str
    kind: PreferenceKind
    target: str = ""
    is_on: bool = True
    at: datetime
    way: Way = Way.PAGE
