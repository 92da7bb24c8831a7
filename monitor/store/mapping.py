"""Rows ↔ model: the only border. What goes in is a mapping of columns, what comes out a frozen value.

Longer than 400 lines because there is no second border.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from monitor.model.articles import Article, ArticleId, Decision, LedgerRow, LedgerState, Revision, Sketch, Verdict
from monitor.model.articles import VerdictKind as Kind
from monitor.model.digests import Delivery, DeliveryState, Message
from monitor.model.feeds import Condition, FeedState, Health, Move, Rhythm, Validators, Wishes
from monitor.model.pages import Page, PageState
from monitor.model.stories import Gist, Joining, Story, StoryId
from monitor.model.watchlists import Field, Hit, Match, Signal
from monitor.store.tables import ARTICLE, DELIVERY, FEED_STATE, MATCH, PAGE, STORY
from monitor.store.text import plain

Columns = dict[str, Any]

_VERDICT = ("verdict_kind", "verdict_of", "verdict_similarity", "verdict_level", "verdict_reason")
ARTICLE_COLUMNS = [column for column in ARTICLE.c if column.name not in _VERDICT]
VERDICT_COLUMNS = [ARTICLE.c[name] for name in _VERDICT]
FEED_STATE_COLUMNS = [column for column in FEED_STATE.c if column.name not in ("is_active", "lease_until")]
STORY_COLUMNS = list(STORY.c)
MATCH_COLUMNS = [column for column in MATCH.c if column.name != "is_weighed"]
PAGE_COLUMNS = [column for column in PAGE.c if column.name != "lease_until"]
DELIVERY_COLUMNS = [column for column in DELIVERY.c if column.name not in ("lease_until", "attempted_at")]

_LEARNT: dict[str, type[Any]] = {"wishes": Wishes, "move": Move, "rhythm": Rhythm, "health": Health}
_DEFAULTS = {
    kind: tuple((field.name, field.default) for field in dataclasses.fields(kind)) for kind in _LEARNT.values()
}
_NAMES = {kind: frozenset(name for name, _ in fields) for kind, fields in _DEFAULTS.items()}
_UNTOLD = {kind: kind() for kind in _DEFAULTS}
_TIME_ENDINGS = ("_at", "_from", "_until")


def from_feed_state(state: FeedState) -> Columns:
    """The columns of a feed's state, without those of activity and lease."""
    validators = state.validators
    return {
        "feed_id": state.feed_id,
        "url": state.url,
        "next_check_at": state.next_check_at,
        "interval_s": state.interval_s,
        "validators_url": validators.url if validators else None,
        "etag": validators.etag if validators else None,
        "last_modified": validators.last_modified if validators else None,
        "body_digest": state.body_digest,
        "checked_at": state.checked_at,
        "succeeded_at": state.succeeded_at,
        "newest_at": state.newest_at,
        "failures": state.failures,
        "outcome": state.outcome,
        "detail": state.detail,
        "entries_seen": state.entries_seen,
        "body_at": state.body_at,
        "whole_at": state.whole_at,
        "retry_at": state.retry_at,
        "elapsed_s": state.elapsed_s,
        "known_items": state.known_items or None,
        **{name: _learnt_text(getattr(state, name), kind) for name, kind in _LEARNT.items()},
    }


def to_feed_state(row: Row[Any]) -> FeedState:
    """A row of `FEED_STATE_COLUMNS`."""
    facts = row._asdict()
    url, etag, last_modified = facts.pop("validators_url"), facts.pop("etag"), facts.pop("last_modified")
    facts["validators"] = None if url is None else Validators(url=url, etag=etag, last_modified=last_modified)
    for name in ("interval_s", "elapsed_s"):
        facts[name] = float(facts[name])  # SQLite answers RETURNING with 900 for 900.0.
    for name, kind in _LEARNT.items():
        facts[name] = _learnt(facts[name], kind)
    facts["known_items"] = bytes(facts["known_items"] or b"")
    return FeedState(**facts)


def _learnt_text(value: Any, kind: type[Any]) -> str | None:
    """Fields other than the default, times as ISO 8601; None for a default value."""
    if value is _UNTOLD[kind]:
        return None
    told = {name: found for name, default in _DEFAULTS[kind] if (found := getattr(value, name)) != default}
    return _encode_learnt(told) if told else None


def _plain_time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no JSON form")


_encode_learnt = json.JSONEncoder(ensure_ascii=False, default=_plain_time).encode


def _learnt(text: str | None, kind: type[Any]) -> Any:
    """The value of a text; what a newer or older program wrote beside it is left out."""
    if not text:
        return _UNTOLD[kind]
    names = _NAMES[kind]
    facts: Columns = {}
    for name, found in json.loads(text).items():
        if name in names:
            facts[name] = (
                datetime.fromisoformat(found)
                if name.endswith(_TIME_ENDINGS)
                else tuple(found)
                if isinstance(found, list)
                else found
            )
    if "condition" in facts:
        facts["condition"] = Condition(facts["condition"])
    return kind(**facts)


def from_ledger_row(row: LedgerRow) -> Columns:
    """The columns of a ledger row."""
    return {
        "feed_id": row.feed_id,
        "entry_key": row.entry_key,
        "entry_digest": row.entry_digest,
        "state": row.state.value,
        "reason": row.reason,
        "article_id": row.article_id,
        "seen_at": row.seen_at,
    }


def to_ledger_row(row: Row[Any]) -> LedgerRow:
    """A row of the ledger."""
    facts = row._asdict()
    return LedgerRow(**{**facts, "state": LedgerState(facts["state"])})


def from_article(article: Article, verdict: Verdict | None) -> Columns:
    """The columns of an article; without a verdict it is taken for new."""
    return {
        "id": article.id,
        "feed_id": article.feed_id,
        "outlet": article.outlet,
        "url": article.url,
        "url_key": article.url_key,
        "host": article.host,
        "title": article.title,
        "title_key": article.title_key,
        "summary": article.summary,
        "text": article.text,
        "language": article.language,
        "country": article.country,
        "published_at": article.published_at,
        "first_seen_at": article.first_seen_at,
        "body_digest": article.body_digest,
        "flags": _json(article.flags),
        "verdict_kind": (verdict.kind if verdict else Kind.NEW).value,
        "verdict_of": verdict.of if verdict else None,
        "verdict_similarity": verdict.similarity if verdict else None,
        "verdict_level": verdict.level if verdict else "none",
        "verdict_reason": verdict.reason if verdict else "",
    }


def to_article(values: Sequence[Any]) -> Article:
    """A row, or the beginning of one, of `ARTICLE_COLUMNS`."""
    facts = dict(zip(_ARTICLE_NAMES, values, strict=False))
    facts["flags"] = tuple(json.loads(facts["flags"]))
    return Article(**facts)


_ARTICLE_NAMES = [column.name for column in ARTICLE_COLUMNS]


def to_verdict(article_id: ArticleId, values: Sequence[Any]) -> Verdict:
    """The verdict in a row of `VERDICT_COLUMNS`."""
    kind, of, similarity, level, reason = values
    return Verdict(article_id=article_id, kind=Kind(kind), of=of, similarity=similarity, level=level, reason=reason)


def from_sketch(article_id: ArticleId, sketch: Sketch, first_seen_at: datetime) -> Columns:
    """The columns of a sketch, its hashes packed as 64-bit numbers."""
    return {
        "article_id": article_id,
        "first_seen_at": first_seen_at,
        "modulus": sketch.modulus,
        "size": sketch.size,
        "hashes": pack_hashes(sketch.hashes),
    }


def pack_hashes(hashes: Collection[int]) -> bytes:
    """Numbers of 64 bits, little-endian, one after the other."""
    return struct.pack(f"<{len(hashes)}q", *hashes)


def unpack_hashes(packed: bytes) -> tuple[int, ...]:
    """The numbers of `pack_hashes`."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)


def from_revision(revision: Revision, n: int) -> Columns:
    """The columns of an article's n-th state."""
    return {
        "article_id": revision.article_id,
        "n": n,
        "seen_at": revision.seen_at,
        "title": revision.title,
        "summary": revision.summary,
        "text": revision.text,
        "body_digest": revision.body_digest,
        "change": revision.change,
        "feed_id": revision.feed_id,
    }


def to_revision(row: Row[Any]) -> Revision:
    """A row of the revisions."""
    facts = row._asdict()
    del facts["n"]
    return Revision(**facts)


def from_story(story: Story) -> Columns:
    """The columns of a story. The centroid keeps its weights exactly: a restart must not change a decision."""
    terms = story.centroid
    return {
        "id": story.id,
        "title": story.title,
        "lead_id": story.lead_id,
        "first_at": story.first_at,
        "last_at": story.last_at,
        "mean_at": story.mean_at,
        "size": story.size,
        "centroid": struct.pack(f"<{len(terms)}q{len(terms)}d", *terms.keys(), *terms.values()),
        "facts": _json({kind: list(values) for kind, values in story.facts.items()}),
        "gists": _json([_from_gist(gist) for gist in story.gists]),
        "storyline_id": story.storyline_id,
        "event_id": story.event_id,
        "merged_into": story.merged_into,
        "merged_at": story.merged_at,
        "parted_from": story.parted_from,
        "parted_at": story.parted_at,
        "version": story.version,
    }


def to_story(row: Row[Any]) -> Story:
    """A row of `STORY_COLUMNS`."""
    facts = row._asdict()
    count = len(facts["centroid"]) // 16
    numbers = struct.unpack(f"<{count}q{count}d", facts["centroid"])
    facts["centroid"] = dict(zip(numbers[:count], numbers[count:], strict=True))
    facts["facts"] = {kind: tuple(values) for kind, values in json.loads(facts["facts"]).items()}
    facts["gists"] = tuple(_to_gist(kept) for kept in json.loads(facts["gists"]))
    return Story(**facts)


def _from_gist(gist: Gist) -> dict[str, object]:
    return {
        "title_names": list(gist.title_names),
        "opening": dict(gist.opening),
        "mentions": gist.mentions,
        "dates": list(gist.dates),
        "numbers": list(gist.numbers),
        "title_numbers": list(gist.title_numbers),
        "lead_numbers": list(gist.lead_numbers),
        "title_actors": list(gist.title_actors),
        "language": gist.language,
        "outlet": gist.outlet,
        "has_body": gist.has_body,
    }


def _to_gist(kept: Any) -> Gist:
    return Gist(
        title_names=tuple(kept["title_names"]),
        opening=kept["opening"],
        mentions=kept["mentions"],
        dates=tuple(kept["dates"]),
        numbers=tuple(kept["numbers"]),
        language=kept["language"],
        # What follows is not in the gists of stories opened before it was kept.
        title_numbers=tuple(kept.get("title_numbers", ())),
        lead_numbers=tuple(kept.get("lead_numbers", ())),
        title_actors=tuple(kept.get("title_actors", ())),
        outlet=kept.get("outlet", ""),
        has_body=kept["has_body"],
    )


def from_joining(joining: Joining) -> Columns:
    """The columns of an article's place in a story."""
    return {
        "article_id": joining.article_id,
        "story_id": joining.story_id,
        "is_first": joining.is_first,
        "similarity": joining.similarity,
        "reason": joining.reason,
    }


def from_decision(decision: Decision, n: int) -> Columns:
    """The columns of the n-th decision of a batch, with a digest of what it says as its key."""
    columns = {
        "article_id": decision.article_id,
        "stage": decision.stage,
        "outcome": decision.outcome,
        "level": decision.level,
        "other_id": decision.other_id,
        "measure": decision.measure,
        "features": _json(dict(decision.features)),
        "version": decision.version,
        "at": decision.at,
    }
    spelled = repr(sorted(columns.items())).encode(errors="replace")
    key = int.from_bytes(hashlib.blake2b(spelled, digest_size=8).digest(), "big") >> 1
    return {**columns, "content_key": key, "n": n}


def to_decision(row: Row[Any]) -> Decision:
    """A row of the decisions."""
    facts = row._asdict()
    del facts["content_key"], facts["n"]
    return Decision(**{**facts, "features": json.loads(facts["features"])})


def from_match(match: Match) -> Columns:
    """The columns of a match."""
    return {
        "watchlist": match.watchlist,
        "article_id": match.article_id,
        "version": match.version,
        "points": match.points,
        "threshold": match.threshold,
        "signals": _json([_from_signal(signal) for signal in match.signals]),
        "quote": match.quote,
        "matched_at": match.matched_at,
        "is_of_page": match.is_of_page,
        "is_weighed": False,
    }


def to_match(values: Sequence[Any]) -> Match:
    """A row of `MATCH_COLUMNS`."""
    facts = dict(zip(_MATCH_NAMES, values, strict=True))
    facts["signals"] = _to_signals(facts["signals"])
    return Match(**facts)


@lru_cache(maxsize=256)
def _to_signals(text: str) -> tuple[Signal, ...]:
    """Remembered: the digests of a morning ask for the same matches reader by reader."""
    return tuple(_to_signal(signal) for signal in json.loads(text))


_MATCH_NAMES = [column.name for column in MATCH_COLUMNS]


def from_page(page: Page) -> Columns:
    """The columns of a page, without its lease."""
    return {**{name: getattr(page, name) for name in _PAGE_NAMES}, "state": page.state.value}


def to_page(values: Sequence[Any]) -> Page:
    """A row, or a part of one, of `PAGE_COLUMNS`."""
    facts = dict(zip(_PAGE_NAMES, values, strict=True))
    return Page(**{**facts, "state": PageState(facts["state"])})


_PAGE_NAMES = [column.name for column in PAGE_COLUMNS]


def _from_signal(signal: Signal) -> Columns:
    return {
        "name": signal.name,
        "points": signal.points,
        "evidence": signal.evidence,
        "hits": [[hit.field.value, hit.start, hit.end, hit.text] for hit in signal.hits],
        "label": dict(signal.label),
    }


def _to_signal(facts: Mapping[str, Any]) -> Signal:
    hits = tuple(Hit(field=Field(name), start=start, end=end, text=text) for name, start, end, text in facts["hits"])
    return Signal(**{**facts, "hits": hits})


def from_delivery(delivery: Delivery) -> Columns:
    """The columns of a delivery, without its lease."""
    message = delivery.message
    return {
        "id": delivery.id,
        "recipient_id": delivery.recipient_id,
        "slot_key": delivery.slot_key,
        "channel": delivery.channel,
        "state": delivery.state.value,
        "phase": delivery.phase,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at,
        "composed_at": delivery.composed_at,
        "sent_at": delivery.sent_at,
        "last_code": delivery.last_code,
        "last_reply": delivery.last_reply,
        "was_uncertain": delivery.was_uncertain,
        "message_id": message.message_id,
        "sender": message.sender,
        "address": message.recipient,
        "subject": message.subject,
        "html": message.html,
        "text": message.text,
        "content": message.content,
        "resend_of": delivery.resend_of,
    }


def to_delivery(row: Row[Any]) -> Delivery:
    """A row of `DELIVERY_COLUMNS`."""
    facts = row._asdict()
    message = Message(
        recipient=facts.pop("address"),
        **{name: facts.pop(name) for name in ("message_id", "sender", "subject", "html", "text", "content")},
    )
    return Delivery(**{**facts, "state": DeliveryState(facts["state"])}, message=message)


def root_of(story_id: StoryId, merged_into: Mapping[StoryId, StoryId | None]) -> StoryId:
    """Where a chain of marks ends; all that lead into a circle, which no commit makes, end at its least."""
    path = [story_id]
    while (target := merged_into.get(path[-1])) is not None:
        if target in path:
            return min(path[path.index(target) :])
        path.append(target)
    return path[-1]


def _json(value: Any) -> str:
    text = _encode(value)
    # JSON writes a NUL as an escape, which would come back as one, though the article's text no longer has it.
    return plain(_encode(_plain(value)) if "\\u0000" in text else text)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
