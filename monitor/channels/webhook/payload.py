"""Digest → JSON for programs, version 1 (`docs/howto/webhook.md`, `schema.json`): the whole digest in one call.

Fields may be added within a version; none is removed or changes its meaning. Ids are texts, since they have 64 bits and
JavaScript's numbers 53. Foreign text is cleaned as in mail; nothing is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from monitor.channels.brief import as_json
from monitor.channels.email.languages import in_language, language
from monitor.channels.email.text import clean, safe_link
from monitor.channels.email.view import subject
from monitor.model.alerts import VolumeAlarm
from monitor.model.articles import Article
from monitor.model.digests import ChangedArticle, Digest, DigestStory, Heartbeat, Message
from monitor.model.notices import Notice
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.model.watchlists import Signal

VERSION = 1
MAX_OTHERS = 50
"""Articles listed of a story beside its lead; the rest is counted."""
_TITLE, _NAME, _QUOTE, _TERM = 300, 80, 600, 100


class WebhookRenderer:
    """Renders digests as JSON."""

    def render(self, digest: Digest, *, delivery_id: str, composed_at: datetime) -> Message:
        """The message of a digest. Raises `RenderError` for a language that nothing can be written in."""
        title = subject(digest, language(digest.recipient.language))
        content = as_json(payload(digest, title=title, delivery_id=delivery_id, composed_at=composed_at))
        return Message(
            message_id=delivery_id,
            sender="",
            recipient="",
            subject=title,
            html="",
            text=title,
            content=content,
        )


def payload(digest: Digest, *, title: str, delivery_id: str, composed_at: datetime) -> Mapping[str, object]:
    """All of a digest in plain data."""
    recipient = digest.recipient
    return {
        "version": VERSION,
        "kind": "digest" if digest.alert is None else "alert",
        "id": delivery_id,
        "composed_at": _time(composed_at),
        "recipient": recipient.id,
        "language": recipient.language,
        "slot": digest.slot.key,
        "since": _time(digest.since) if digest.since else None,
        "until": _time(digest.until),
        "title": title,
        "watchlists": {name: clean(digest.titles.get(name, name), _TITLE) for name in recipient.watchlists},
        "stories": [_story(story, recipient.language) for story in digest.stories],
        "changed": [_changed(one) for one in digest.changed],
        "mergers": _pairs(digest.mergers),
        "partings": _pairs(digest.partings),
        "alarms": [_alarm(alarm) for alarm in digest.alarms],
        "alerted": [{"article": _article(one.article), "at": _time(one.at)} for one in digest.alerted],
        "heartbeat": None if digest.heartbeat is None else _heartbeat(digest.heartbeat),
        "rest": digest.rest,
        "muted": digest.muted,
        "held_back": digest.held_back,
        "more_changed": digest.more_changed,
        "notices": [_notice(notice) for notice in digest.notices],
        "more_notices": digest.more_notices,
    }


def _story(story: DigestStory, tag: str) -> Mapping[str, object]:
    match = story.lead.match
    return {
        "id": str(story.story_id),
        "watchlist": story.watchlist,
        "state": story.state.value,
        "points": story.points,
        "threshold": story.threshold,
        "relevance": round(story.relevance, 4),
        "first_at": _time(story.first_at),
        "told_before": story.told_before,
        "lead": _article(story.lead.article),
        "quote": clean(match.quote, _QUOTE),
        "reasons": [_reason(signal, tag) for signal in match.signals],
        "others": [_article(telling.article) for telling in story.others[:MAX_OTHERS]],
        "more": max(0, len(story.others) - MAX_OTHERS),
    }


def _article(article: Article) -> Mapping[str, object]:
    return {
        "id": str(article.id),
        "title": clean(article.title, _TITLE),
        "url": safe_link(article.url),
        "outlet": None if article.outlet == UNKNOWN_OUTLET else clean(article.outlet, _NAME),
        "language": article.language,
        "at": _time(article.at),
        "is_dated": article.is_dated,
    }


def _reason(signal: Signal, tag: str) -> Mapping[str, object]:
    terms = dict.fromkeys(clean(hit.text, _TERM) for hit in signal.hits)
    return {
        "name": clean(signal.name, _TITLE),
        "words": clean(in_language(signal.label, tag, signal.name), _TITLE),
        "points": signal.points,
        "terms": list(terms),
    }


def _changed(one: ChangedArticle) -> Mapping[str, object]:
    return {
        "article": _article(one.article),
        "at": _time(one.at),
        "is_withdrawal": one.is_withdrawal,
        "kinds": [change.kind.value for change in one.changes],
    }


def _alarm(alarm: VolumeAlarm) -> Mapping[str, object]:
    return {
        "watchlist": alarm.watchlist,
        "kind": alarm.kind.value,
        "since": _time(alarm.since_at),
        "at": _time(alarm.at),
        "count": alarm.count,
        "usual": round(alarm.usual, 2),
        "terms": [clean(term, _TERM) for term, _ in alarm.terms],
        "outlets": [clean(outlet, _NAME) for outlet, _ in alarm.outlets],
    }


def _heartbeat(beat: Heartbeat) -> Mapping[str, object]:
    return {"since": _time(beat.since) if beat.since else None, "feeds": beat.feeds, "failing": beat.failing}


def _notice(notice: Notice) -> Mapping[str, object]:
    return {
        "feed": notice.feed_id,
        "outlet": clean(notice.outlet, _NAME),
        "kind": notice.kind.value,
        "condition": notice.condition.value if notice.condition else None,
        "at": _time(notice.at),
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[clean(one, _TITLE), clean(other, _TITLE)] for one, other in pairs]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
