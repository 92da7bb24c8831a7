"""Errands: what a reader's link is for, as its page tells it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.links import LinkClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A link's claim, in the reader's language, and whether it stands.

    `subject` names what it concerns: the title of the watchlist, the story or the article, the outlet; "" for all
    digests and for what is not kept any more. `subject_language` is that of a headline, where it is known.
    """

    claim: LinkClaim
    language: str
    subject: str
    is_done: bool
    subject_language: str | None = None
