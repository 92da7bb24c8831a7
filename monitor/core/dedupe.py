"""Is an article known, another one's copy, a revision, or new: one fold over a batch, every answer with its reason.

Owns: the order of the levels (address, title at the outlet, wording, short text), the lines between the answers, and
what a revision changed. Refuses: which stored articles to look at (the caller brings them), grouping by event (see
`stories`), and any closure: an article is compared with earlier ones, never with what those resemble.

The lines come from docs/adr/0004-similarity.md; the wording levels from Broder 1997 and the caution within one host
from what readers of one outlet expect (its daily columns share a frame, not an event).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.core.batch import Batch, shared_hashes
from monitor.core.changes import change_between
from monitor.core.identity import IDENTITY_BITS, digest62
from monitor.core.likeness import LINES, CopyLines, Likeness, boilerplate, compare, likeness
from monitor.core.similarity import TINY_TOKENS, Reading, Readings, differ_in_digits_only, trigram_jaccard
from monitor.core.stories import Wording
from monitor.model.articles import (
    Article,
    ArticleId,
    Candidate,
    Decision,
    LedgerState,
    Revision,
    Sketch,
    Verdict,
    VerdictKind,
)
from monitor.model.commits import Identities

VERSION = "dedupe-1"
SHARED_LINK = "shared-link"
"""Flag of an article whose address also leads to another one."""


_STATES = {
    VerdictKind.NEW: LedgerState.STORED,
    VerdictKind.COPY: LedgerState.COPY,
    VerdictKind.REVISION: LedgerState.REVISION,
    VerdictKind.KNOWN: LedgerState.KNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one article of a batch.

    `article` is to be stored when `is_stored`; `target_id` is the stored article that its entry ended in, itself or
    the earlier one. `revised` is that earlier article in its new state, when this one changed it.
    """

    article: Article
    verdict: Verdict
    target_id: ArticleId
    is_stored: bool
    revised: Article | None = None
    wordings: tuple[Wording, ...] = ()
    frames: tuple[Article, ...] = ()
    """Articles of something else that share its frame: what they have in common is no evidence for one event."""
    change: str = ""

    @property
    def state(self) -> LedgerState:
        """The ledger's word for it."""
        return _STATES[self.verdict.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A judged batch: outcomes in the order the articles were given in, and what is to be kept of them."""

    outcomes: tuple[Outcome, ...]
    revisions: tuple[Revision, ...]
    aliases: Mapping[int, ArticleId]
    sketches: Mapping[ArticleId, Sketch]
    stop_hashes: frozenset[int]
    decisions: tuple[Decision, ...]


def judge_batch(
    articles: Sequence[Article],
    *,
    identities: Identities,
    candidates: Mapping[ArticleId, Sequence[Candidate]],
    entries: Mapping[ArticleId, ArticleId] | None = None,
    common_hashes: frozenset[int] = frozenset(),
    readings: Readings | None = None,
    lines: CopyLines = LINES,
) -> Judgement:
    """Judge articles one after the other, the earliest published first, each also against those before it.

    Args:
        articles: Normalised entries that the ledger does not know in this state.
        identities: The stored articles behind their URL and title keys.
        candidates: Per article the stored ones that share sampled shingles with it.
        entries: Per article the stored one that the same entry of the same feed led to before, if any.
        common_hashes: Sampled hashes that the store finds in too many articles.
        readings: A memo to share between batches.
    """
    readings = readings or Readings()
    batch = Batch(readings=readings, lines=lines, stop_hashes=set(common_hashes), shared=set())
    batch.shared |= shared_hashes(map(batch.sample_of, articles))
    stored = _Stored(identities, candidates, entries or {})
    outcomes: dict[int, Outcome] = {}
    for place in sorted(range(len(articles)), key=lambda at: (articles[at].at, articles[at].id, at)):
        outcomes[place] = _judge(articles[place], batch, stored)
        _accept(outcomes[place], batch)
    ordered = tuple(outcomes[place] for place in range(len(articles)))
    return Judgement(
        outcomes=ordered,
        revisions=tuple(_revision(outcome) for outcome in outcomes.values() if outcome.revised is not None),
        aliases=batch.aliases,
        sketches=batch.sketches(),
        stop_hashes=frozenset(batch.stop_hashes),
        decisions=tuple(_decision(outcome) for outcome in ordered),
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the store knows of a batch."""

    identities: Identities
    candidates: Mapping[ArticleId, Sequence[Candidate]]
    entries: Mapping[ArticleId, ArticleId]


def _judge(article: Article, batch: Batch, stored: _Stored) -> Outcome:
    notes: list[str] = []
    if article.url_key is not None and article.url_key in stored.identities.forgotten:
        ground = Ground("url", "the page was seen before; its text is no longer kept")
        return _known(article, stored.identities.forgotten[article.url_key], ground)
    outcome = _by_address(article, batch, stored, notes)
    is_stranger = bool(notes)
    outcome = outcome or _by_title(article, batch, stored, notes)
    if outcome is None and article.id in stored.entries and not is_stranger:
        ground = Ground("guid", "the feed gives an entry that it gave before another text")
        outcome = _revised(article, replace(article, id=stored.entries[article.id]), ground)
        outcome = replace(outcome, change="the feed's entry, its earlier text is not at hand")
    if outcome is not None:
        return outcome
    if article.id in batch.articles or _is_taken(article, stored.identities):
        article = _rekeyed(article)
    return _by_wording(article, batch, stored, notes)


def _by_address(article: Article, batch: Batch, stored: _Stored, notes: list[str]) -> Outcome | None:
    key = article.url_key
    twin = batch.articles.get(batch.by_url.get(key, -1)) if key is not None else None
    old = twin or (stored.identities.by_url.get(key) if key is not None else None)
    if old is None:
        return None
    if article.body_digest == old.body_digest:
        return _known(article, old.id, Ground("url", f"the same page as {_named(old)}", 1.0))
    mine, theirs = batch.readings.of(article), batch.readings.of(old)
    alike = round(likeness(mine, theirs), 4)
    is_later = article.is_dated and old.is_dated and abs(article.at - old.at) > batch.lines.same_day
    if _are_strangers(mine, theirs, alike, is_twin=twin is not None, is_later=is_later, lines=batch.lines):
        notes.append(f"shares its address with {_named(old)}, but neither title nor text")
        return None
    if article.feed_id != old.feed_id and mine.size <= theirs.size:
        return _known(article, old.id, Ground("url", f"another feed's text of the same page as {_named(old)}", alike))
    return _revised(article, old, Ground("url", f"the page of {_named(old)} changed", alike))


def _are_strangers(
    mine: Reading, theirs: Reading, alike: float, *, is_twin: bool, is_later: bool, lines: CopyLines
) -> bool:
    """Whether one address bears two articles: a feed whose items all link to one page, a page written anew daily.

    Short texts seen at different times are not told apart so: a headline and a teaser are rewritten as news unfolds.
    Of long ones that share nothing and bear other days (`is_later`), the same title makes a column, no revision.
    """
    is_short = mine.is_short or theirs.is_short
    if is_short and not is_twin:
        return False
    line = lines.stranger_short if is_short else lines.stranger_text
    is_column = is_later and not is_short
    return alike < line and (is_column or trigram_jaccard(mine.title, theirs.title) < lines.stranger_title)


def _by_title(article: Article, batch: Batch, stored: _Stored, notes: list[str]) -> Outcome | None:
    """The same title at the same outlet within a week is the same article only if its text agrees."""
    lines, mine = batch.lines, batch.readings.of(article)
    found = {old.id: batch.current(old) for old in stored.identities.by_title.get(article.title_key, ())}
    found |= {of: batch.articles[of] for of in batch.by_title.get(article.title_key, ())}
    for old in sorted(found.values(), key=lambda old: (old.at, old.id)):
        apart = abs(article.at - old.at)
        if apart > lines.title_window:
            continue
        theirs = batch.readings.of(old)
        alike = round(likeness(mine, theirs), 4)
        if not _is_same_piece(mine, theirs, alike, is_same_day=apart <= lines.same_day, lines=lines):
            notes.append(f"has the title of {_named(old)}, but another text or day (likeness {alike:.2f})")
            continue
        if article.body_digest == old.body_digest:
            return _known(article, old.id, Ground("title", f"the outlet's title and text of {_named(old)} again", 1.0))
        if article.feed_id != old.feed_id and mine.size <= theirs.size:
            return _known(article, old.id, Ground("title", f"another feed's text of {_named(old)}", alike))
        return _revised(article, old, Ground("title", f"the outlet changed {_named(old)} under its title", alike))
    return None


def _is_same_piece(mine: Reading, theirs: Reading, alike: float, *, is_same_day: bool, lines: CopyLines) -> bool:
    if is_same_day:
        # A bare title, or a teaser written anew, can only be told by the day.
        is_bare = max(mine.size, theirs.size) < TINY_TOKENS
        is_teaser = (mine.is_short or theirs.is_short) and mine.title.count(" ") + 1 >= TINY_TOKENS
        return alike >= lines.revision or is_bare or is_teaser
    if min(mine.size, theirs.size) < TINY_TOKENS or differ_in_digits_only(mine.text, theirs.text):
        return False
    return alike >= lines.same_host_copy


def _by_wording(article: Article, batch: Batch, stored: _Stored, notes: list[str]) -> Outcome:
    mine = batch.readings.of(article)
    others = {old.id: old for old in batch.resembling(batch.sample_of(article))}
    for candidate in stored.candidates.get(article.id, ()):
        others.setdefault(candidate.article.id, batch.current(candidate.article))
    others.pop(article.id, None)
    likes = [compare(article, old, batch.readings, batch.lines) for old in others.values()]
    batch.stop_hashes |= boilerplate(mine, [like.theirs for like in likes if like.is_frame], batch.lines)
    copied = [like for like in likes if like.kind is VerdictKind.COPY]
    revised = [like for like in likes if like.kind is VerdictKind.REVISION]
    wordings = tuple(
        Wording(article_id=like.old.id, containment=like.measure)
        for like in sorted(likes, key=lambda like: (-like.measure, like.old.id))
        if like.is_edge
    )
    if copied:
        return _attached(article, min(copied, key=lambda like: (like.old.at, like.old.id)), wordings)
    frames = tuple(like.old for like in likes if like.is_other)
    if revised:
        nearest = min(revised, key=lambda like: (-like.measure, like.old.at, like.old.id))
        return replace(_attached(article, nearest, wordings), frames=frames)
    verdict = Verdict(
        article_id=article.id,
        kind=VerdictKind.NEW,
        similarity=max((like.measure for like in likes), default=None),
        reason="; ".join([*notes, _why_new(mine, likes)]),
    )
    return Outcome(
        article=article, verdict=verdict, target_id=article.id, is_stored=True, wordings=wordings, frames=frames
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """Which level recognised an article, in which words, how alike it was."""

    level: str
    reason: str
    similarity: float | None = None

    def verdict(self, article: Article, kind: VerdictKind, of: ArticleId) -> Verdict:
        """The verdict that this supports."""
        return Verdict(
            article_id=article.id, kind=kind, of=of, similarity=self.similarity, level=self.level, reason=self.reason
        )


def _attached(article: Article, like: Likeness, wordings: tuple[Wording, ...]) -> Outcome:
    kind = like.kind or VerdictKind.NEW
    unit = "characters" if like.level == "short-text" else "wording"
    what = "a copy" if kind is VerdictKind.COPY else "a revised or abridged text"
    verdict = Verdict(
        article_id=article.id,
        kind=kind,
        of=like.old.id,
        similarity=round(like.measure, 4),
        level=like.level,
        reason=f"{what} of {_named(like.old)}: {like.measure:.0%} shared {unit}",
    )
    return Outcome(article=article, verdict=verdict, target_id=article.id, is_stored=True, wordings=wordings)


def _why_new(mine: Reading, likes: Sequence[Likeness]) -> str:
    if len(mine.shingles) < LINES.min_shared:
        return "too short to be compared"
    if not likes:
        return "no earlier text shares its wording"
    nearest = max(likes, key=lambda like: (like.measure, -like.old.id))
    note = f" ({nearest.note})" if nearest.note else ""
    return f"nearest is {_named(nearest.old)} with {nearest.measure:.0%} shared wording{note}"


def _known(article: Article, target: ArticleId, ground: Ground) -> Outcome:
    return Outcome(
        article=article, verdict=ground.verdict(article, VerdictKind.KNOWN, target), target_id=target, is_stored=False
    )


def _revised(article: Article, old: Article, ground: Ground) -> Outcome:
    """The earlier article in its new state. It keeps its id, keys and first dates: it is the same piece."""
    now = replace(old, title=article.title, summary=article.summary, text=article.text, body_digest=article.body_digest)
    return Outcome(
        article=article,
        verdict=ground.verdict(article, VerdictKind.REVISION, old.id),
        target_id=old.id,
        is_stored=False,
        revised=now,
        change=change_between(old, now),
    )


def _accept(outcome: Outcome, batch: Batch) -> None:
    """Let the articles that follow see this one."""
    article = outcome.article
    if article.url_key is not None:
        batch.by_url.setdefault(article.url_key, outcome.target_id)
        batch.aliases.setdefault(article.url_key, outcome.target_id)
    if outcome.is_stored:
        batch.articles[article.id] = article
        batch.by_title.setdefault(article.title_key, []).append(article.id)
        # Copies stay out of the index: fifty of them would make the text look like boilerplate.
        if outcome.verdict.kind is not VerdictKind.COPY:
            batch.index(article)
    elif outcome.revised is not None:
        batch.articles[outcome.revised.id] = outcome.revised
        batch.index(outcome.revised)


def _is_taken(article: Article, identities: Identities) -> bool:
    stored = identities.by_url.get(article.url_key) if article.url_key is not None else None
    return stored is not None


def _rekeyed(article: Article) -> Article:
    """The article under an id of its own: its address belongs to another one already."""
    mask = (1 << IDENTITY_BITS) - 1
    own = digest62(f"{article.id}\x1f{article.title_key}\x1f{article.body_digest}") & mask
    return replace(
        article,
        id=(article.id & ~mask) | own,
        url_key=None,
        flags=tuple({**dict.fromkeys(article.flags), SHARED_LINK: None}),
    )


def _revision(outcome: Outcome) -> Revision:
    revised = outcome.revised
    assert revised is not None
    return Revision(
        article_id=revised.id,
        seen_at=outcome.article.first_seen_at,
        title=revised.title,
        summary=revised.summary,
        text=revised.text,
        body_digest=revised.body_digest,
        change=outcome.change,
        feed_id=outcome.article.feed_id,
    )


def _decision(outcome: Outcome) -> Decision:
    verdict = outcome.verdict
    return Decision(
        article_id=outcome.target_id,
        stage="dedupe",
        outcome=verdict.kind.value,
        level=verdict.level,
        other_id=verdict.of if outcome.is_stored else None,
        measure=verdict.similarity,
        features={"reason": verdict.reason, **({"change": outcome.change} if outcome.change else {})},
        version=VERSION,
        at=outcome.article.first_seen_at,
    )


def _named(article: Article) -> str:
    return f"“{article.title}” ({article.outlet})"
