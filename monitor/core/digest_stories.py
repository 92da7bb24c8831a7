"""One story of a digest: which of its articles leads, what the recipient had of it, whose voices stand behind it.

What goes into a digest at all is `core.digests`' to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime

from monitor.core.origins import origins, wording_shared
from monitor.core.preferences import is_muted
from monitor.core.scoring import relevance
from monitor.model.articles import ArticleId, VerdictKind
from monitor.model.digests import DigestStory, Had, MatchedArticle, StoryState, Telling
from monitor.model.stories import Origin, StoryId

# A headline that can be read is worth a fifth of the points; set by judgement, not tuned.
NEAR_BEST = 0.8


def story_of(
    story_id: StoryId,
    group: Sequence[MatchedArticle],
    told_today: Set[ArticleId],
    muted_outlets: frozenset[str],
    language: str,
) -> DigestStory:
    """The story that these rows (of one story, some told, some not) make for a reader of `language`, without origins.

    `told_today` are the heads of what was told in full today; articles of `muted_outlets` lead nothing others tell.
    """
    untold = [row for row in group if not row.was_told]
    roots = _roots(group)
    told_roots = {roots[row.article.id] for row in group if row.was_told}
    voices = [row for row in untold if not is_muted(row.article.outlet, muted_outlets)] or untold
    news = [row for row in voices if roots[row.article.id] not in told_roots]
    state = StoryState.CARRIED if not news else StoryState.DEVELOPING if told_roots else StoryState.NEW
    lead = _lead(news or voices, language)
    others = sorted((row for row in untold if row is not lead), key=lambda row: (row.article.at, row.article.id))
    first = min((row.article for row in group), key=lambda article: article.at)
    return DigestStory(
        story_id=story_id,
        watchlist=lead.match.watchlist,
        state=state,
        lead=_telling(lead),
        others=tuple(_telling(row) for row in others),
        points=max(row.match.points for row in voices),
        threshold=lead.match.threshold,
        relevance=relevance(lead.match.points),
        first_at=first.at,
        first_day=first.day,
        told_before=len(group) - len(untold),
        had=_had(group),
        is_again=any(row.article.id in told_today for row in group),
    )


def completed(story: DigestStory, group: Sequence[MatchedArticle], withdrawn: Set[ArticleId]) -> DigestStory:
    """The story with the voices behind what is new, and with what else the whole group says of it.

    A copy of what was told before is no news, and no voice of its own.
    """
    roots = _roots(group)
    told_roots = {roots[row.article.id] for row in group if row.was_told}
    untold = [row for row in group if not row.was_told]
    news = [row for row in untold if roots[row.article.id] not in told_roots]
    return replace(
        story,
        origins=_origins(news or untold, roots),
        repeats=len(untold) - len(news) if news else 0,
        is_corrected=any(row.article.id in withdrawn for row in group),
    )


def _lead(rows: Sequence[MatchedArticle], language: str) -> MatchedArticle:
    """The original that speaks for a story: of those of nearly the best points one that the reader can read.

    All tell one event, so that little is lost with some points, and everything with a headline in a foreign script.
    """
    originals = [row for row in rows if row.verdict.kind is not VerdictKind.COPY] or rows
    enough = NEAR_BEST * max(row.match.points for row in originals)
    near = [row for row in originals if row.match.points >= enough] or originals
    return min(near, key=lambda row: (_distance(row.article.language, language), *_lead_order(row)))


def _distance(language: str | None, wanted: str) -> int:
    """How far a language is from the reader's: his own, English, any other."""
    tag, own = ((of or "").partition("-")[0].lower() for of in (language, wanted))
    return 0 if tag == own else 1 if tag == "en" else 2


def _had(group: Sequence[MatchedArticle]) -> Had | None:
    told = [row for row in group if row.was_told]
    if not told:
        return None
    last = max((row.told_at for row in told if row.told_at is not None), default=None)
    row = min((row for row in told if row.told_at == last), key=_lead_order, default=told[0])
    title = row.had.title if row.had is not None else row.article.title
    return Had(title=title, language=row.article.language, at=last)


def _lead_order(row: MatchedArticle) -> tuple[float, datetime, ArticleId]:
    return (-row.match.points, row.article.at, row.article.id)


def _origins(rows: Sequence[MatchedArticle], roots: Mapping[ArticleId, ArticleId]) -> tuple[Origin, ...]:
    """The voices behind what is told: by what the texts say of their source, by wording, and by verdicts."""
    articles = [row.article for row in rows]
    shared = wording_shared(articles)
    # Several copies of what was told before are one voice as well: the first of them stands for it.
    first: dict[ArticleId, ArticleId] = {article.id: article.id for article in articles}
    for article in sorted(articles, key=lambda one: (one.at, one.id)):
        voice = first.setdefault(roots[article.id], article.id)
        if voice != article.id:
            shared[article.id, voice] = 1.0
    return origins(articles, shared=shared)


def _roots(group: Sequence[MatchedArticle]) -> dict[ArticleId, ArticleId]:
    """Article → the article that its text comes from (itself, unless a copy), through copies of copies."""
    parents = {
        row.article.id: row.verdict.of
        for row in group
        if row.verdict.kind is VerdictKind.COPY and row.verdict.of is not None
    }
    roots: dict[ArticleId, ArticleId] = {}
    for row in group:
        root, seen = row.article.id, {row.article.id}
        while (parent := parents.get(root)) is not None and parent not in seen:
            root = parent
            seen.add(parent)
        roots[row.article.id] = root
    return roots


def _telling(row: MatchedArticle) -> Telling:
    return Telling(article=row.article, match=row.match, verdict=row.verdict)
