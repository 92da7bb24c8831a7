"""Values for tests: each function takes only what matters to the test and fills in the rest."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model.articles import Article, Verdict, VerdictKind
from monitor.model.digests import (
    Delivery,
    Digest,
    DigestStory,
    MatchedArticle,
    Message,
    Recipient,
    Schedule,
    Slot,
    StoryState,
    Telling,
)
from monitor.model.feeds import Feed, FeedState
from monitor.model.pages import Page
from monitor.model.stories import Story
from monitor.model.watchlists import Alias, AllOf, Entity, Field, Hit, Match, Mention, Signal, Watchlist

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def number(text: str) -> int:
    """A stable 62-bit number for a text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def make_feed(id: str = "antara-dunia", **facts: Any) -> Feed:
    """A feed on example.org."""
    return Feed(**{"id": id, "url": f"https://{id}.example.org/rss", "outlet": id.title(), "language": "id", **facts})


def make_feed_state(feed_id: str = "antara-dunia", **facts: Any) -> FeedState:
    """A feed due now."""
    return FeedState(
        **{
            "feed_id": feed_id,
            "url": f"https://{feed_id}.example.org/rss",
            "next_check_at": NOW,
            "interval_s": 900.0,
            **facts,
        }
    )


def make_article(title: str = "Putin tiba di Pyongyang", **facts: Any) -> Article:
    """An article whose keys follow from its title, outlet and URL."""
    outlet = facts.get("outlet", "Antara")
    url = facts.get("url", f"https://example.org/{number(title + outlet)}")
    text = facts.get("text", f"{title}. Presiden Rusia disambut Kim Jong Un di bandara.")
    return Article(
        **{
            "id": number(url),
            "feed_id": "antara-dunia",
            "outlet": outlet,
            "url": url,
            "url_key": number(url),
            "host": "example.org",
            "title": title,
            "title_key": number(outlet + title.casefold()),
            "text": text,
            "language": "id",
            "published_at": NOW - timedelta(hours=2),
            "first_seen_at": NOW - timedelta(hours=1),
            "body_digest": number(title + text),
            **facts,
        }
    )


def make_verdict(article: Article, kind: VerdictKind = VerdictKind.NEW, **facts: Any) -> Verdict:
    """A verdict on an article."""
    return Verdict(**{"article_id": article.id, "kind": kind, "reason": "no earlier text shares its wording", **facts})


def make_entity(id: str, *spellings: str) -> Entity:
    """An entity with plain aliases."""
    return Entity(id=id, aliases=tuple(Alias(text=spelling) for spelling in spellings))


def make_watchlist(name: str = "russia-north-korea", **facts: Any) -> Watchlist:
    """Two sides that must both be named."""
    return Watchlist(
        **{
            "name": name,
            "version": "v1",
            "title": {"en": "Russia–North Korea", "id": "Rusia–Korea Utara"},
            "entities": {
                "russia": make_entity("russia", "Rusia", "Russia", "Putin", "Moskow"),
                "north_korea": make_entity("north_korea", "Korea Utara", "North Korea", "Kim Jong Un", "Pyongyang"),
            },
            "match": AllOf(children=(Mention(entity="russia"), Mention(entity="north_korea"))),
            "sides": ("russia", "north_korea"),
            "threshold": 50.0,
            **facts,
        }
    )


def make_signals(points: float = 60.0) -> tuple[Signal, ...]:
    """Two signals whose points sum to `points`."""
    return (
        Signal(
            name="both_in_title",
            points=points - 10,
            evidence="Putin … Pyongyang",
            hits=(Hit(field=Field.TITLE, start=0, end=5, text="Putin"),),
            label={"en": "both sides in the title", "id": "kedua pihak di judul"},
        ),
        Signal(name="near", points=10.0, evidence="4 words apart", label={"en": "close together", "id": "berdekatan"}),
    )


def make_match(article: Article, **facts: Any) -> Match:
    """A match of an article with the default watchlist."""
    points = facts.get("points", 60.0)
    return Match(
        **{
            "article_id": article.id,
            "watchlist": "russia-north-korea",
            "version": "v1",
            "points": points,
            "threshold": 50.0,
            "signals": make_signals(points),
            "quote": article.text[:80],
            "matched_at": NOW,
            **facts,
        }
    )


def make_page(article: Article, **facts: Any) -> Page:
    """The page of an article, wanted now."""
    return Page(
        **{
            "article_id": article.id,
            "feed_id": article.feed_id,
            "url": article.url,
            "body_digest": article.body_digest,
            "wanted_at": NOW,
            "next_attempt_at": NOW,
            **facts,
        }
    )


def make_story(lead: Article, **facts: Any) -> Story:
    """A story of one article."""
    return Story(
        **{
            "id": lead.id,
            "title": lead.title,
            "lead_id": lead.id,
            "first_at": lead.at,
            "last_at": lead.at,
            "mean_at": lead.at,
            "size": 1,
            **facts,
        }
    )


def make_schedule(**facts: Any) -> Schedule:
    """Daily at seven in Jakarta."""
    return Schedule(**{"zone": "Asia/Jakarta", "times": (7 * 60,), **facts})


def make_recipient(id: str = "analyst", **facts: Any) -> Recipient:
    """A reader of the default watchlist."""
    return Recipient(
        **{
            "id": id,
            "address": f"{id}@example.org",
            "watchlists": ("russia-north-korea",),
            "schedule": make_schedule(),
            "language": "en",
            **facts,
        }
    )


def make_slot(**facts: Any) -> Slot:
    """This morning's slot."""
    return Slot(**{"key": "2026-11-22T07:00", "at": NOW, **facts})


def make_matched(article: Article, **facts: Any) -> MatchedArticle:
    """An article gathered for a digest, in a story of its own."""
    return MatchedArticle(
        **{
            "article": article,
            "verdict": make_verdict(article),
            "match": make_match(article),
            "story": make_story(article),
            **facts,
        }
    )


def make_telling(article: Article, **facts: Any) -> Telling:
    """An article inside a digest's story."""
    return Telling(**{"article": article, "match": make_match(article), "verdict": make_verdict(article), **facts})


def make_digest(*articles: Article, **facts: Any) -> Digest:
    """A digest with a new story an article."""
    stories = tuple(
        DigestStory(
            story_id=article.id,
            watchlist="russia-north-korea",
            state=StoryState.NEW,
            lead=make_telling(article),
            others=(),
            points=60.0,
            threshold=50.0,
            relevance=0.84,
            first_at=article.at,
        )
        for article in articles
    )
    return Digest(
        **{
            "recipient": make_recipient(),
            "slot": make_slot(),
            "since": NOW - timedelta(days=1),
            "until": NOW,
            "titles": {"russia-north-korea": "Russia–North Korea"},
            "stories": stories,
            **facts,
        }
    )


def make_message(**facts: Any) -> Message:
    """A tiny message."""
    return Message(
        **{
            "message_id": "<d.0123456789abcdef0123@example.org>",
            "sender": "monitor@example.org",
            "recipient": "analyst@example.org",
            "subject": "[Russia–North Korea] Putin in Pyongyang",
            "html": "<p>Putin in Pyongyang</p>",
            "text": "Putin in Pyongyang\n",
            "content": b"Subject: Putin in Pyongyang\r\n\r\nPutin in Pyongyang\r\n",
            **facts,
        }
    )


def make_delivery(id: str = "d0123456789", **facts: Any) -> Delivery:
    """A delivery due now."""
    return Delivery(
        **{
            "id": id,
            "recipient_id": "analyst",
            "slot_key": "2026-11-22T07:00",
            "channel": "maildir",
            "message": make_message(),
            "next_attempt_at": NOW,
            "composed_at": NOW,
            **facts,
        }
    )
