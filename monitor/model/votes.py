"""Votes: what a reader says of an article that a watchlist told, or should have told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.articles import Article, ArticleId
from monitor.model.stories import StoryId


class VoteKind(StrEnum):
    """MORE and LESS like this; NONE takes an earlier vote back."""

    MORE = "more"
    LESS = "less"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One reader's word on an article for a watchlist; of an article, watchlist and recipient the last one counts.

    `recipient_id` is empty for whoever runs the program.
    """

    article_id: ArticleId
    watchlist: str
    recipient_id: str = ""
    kind: VoteKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VotedArticle:
    """A vote that counts, with its article as it stands now and the story that it is in.

    `page_text` is the text of the article's web page, empty where none was read.
    """

    vote: Vote
    article: Article
    story_id: StoryId | None = None
    page_text: str = ""
