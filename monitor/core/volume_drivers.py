"""What drives a spike: the words and outlets that more of today's stories have than those of the days before."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from monitor.model.digests import MatchedArticle

SHOWN = 4
_LEAST = 2
_WORD = re.compile(r"[^\W\d_]{4,}")


def drivers(
    rows: Sequence[MatchedArticle], *, since: datetime
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]:
    """(terms, outlets), each with the stories since then that have it, most out of the ordinary first.

    Held against the earlier ones of `rows`: a word that half of all stories have says nothing of today. Terms are the
    words of titles and what the watchlist found in them.
    """
    terms: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    outlets: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    stories: dict[bool, dict[int, list[MatchedArticle]]] = {True: defaultdict(list), False: defaultdict(list)}
    for row in rows:
        story = row.article.id if row.story is None else row.story.id
        stories[row.article.first_seen_at >= since][story].append(row)
    for is_now, groups in stories.items():
        for group in groups.values():
            words = [word for row in group for word in _words(row)]
            for word in words:
                forms[word.casefold()][word] += 1
            terms[is_now].update({word.casefold() for word in words})
            outlets[is_now].update({row.article.outlet for row in group})
    counts = len(stories[True]), len(stories[False])
    ranked = _ranked(terms[True], terms[False], *counts)
    return (
        tuple((forms[word].most_common(1)[0][0], count) for word, count in ranked),
        tuple(_ranked(outlets[True], outlets[False], *counts)),
    )


def _words(row: MatchedArticle) -> Iterable[str]:
    yield from _WORD.findall(row.article.title)
    for signal in row.match.signals:
        yield from (hit.text for hit in signal.hits)


def _ranked(now: Counter[str], before: Counter[str], stories: int, earlier: int) -> list[tuple[str, int]]:
    """By how many more there are than the days before would have brought, with those that at least two stories have."""
    excess = {
        name: count - stories * (before[name] + 0.5) / (earlier + 1.0) for name, count in now.items() if count >= _LEAST
    }
    best = sorted(
        (name for name in excess if excess[name] >= max(1, now[name] / 4)), key=lambda name: (-excess[name], name)
    )
    return [(name, now[name]) for name in best[:SHOWN]]
