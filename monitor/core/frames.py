"""Wording that is not the news: one frame around different things, and how that is told.

Owns: the signs that two texts with much wording in common tell of two things all the same (an instalment of a series, a
paywall under any title, an item of a round-up), and a text without what it shares with others. Refuses: the measure of
shared wording itself (see `likeness`), and any list of phrases: frames are known by what they stand around.

House rules, tuned on no data; what they are held to is tests/acceptance/stories.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from monitor.core.common_words import ALMOST_EVERYWHERE, OFTEN
from monitor.core.similarity import body_of, containment, shingles, spaced
from monitor.core.text import sentences
from monitor.core.tokens import words_of
from monitor.model.articles import Article

WITHIN = 4000
"""Characters of a text in which the words of titles are looked for."""
STEM = 5
TOLD = 0.34
"""A text that holds less of a title's words than a third says nothing of it."""
NOTHING_TOLD = 0.15
LEAST_WORDS = 3
OPENING = 300
LEAST_SENTENCE = 12
"""Characters of a sentence that is worth taking out."""


def names_apart(
    title: str, body: str, other_title: str, other_body: str, *, numbers_only: bool = False
) -> tuple[str, ...]:
    """A word of each title that its own text repeats and the other's article never has; nothing unless both have one.

    Copies share their texts, whatever headlines they bear, so that no such words are left. Instalments of a series
    (another sign of the zodiac, another day, another year) have them on both sides. With `numbers_only` other words do
    not count: another outlet rewrites a text and its headline in words of its own.
    """
    mine, theirs = _words(body), _words(other_body)
    ours = _naming(title) & mine - theirs - _words(other_title)
    yours = _naming(other_title) & theirs - mine - _words(title)
    if numbers_only:
        ours, yours = (frozenset(word for word in words if word[0].isdigit()) for words in (ours, yours))
    return (min(ours), min(yours)) if ours and yours else ()


def tells_neither(title: str, body: str, other_title: str, other_body: str) -> bool:
    """Whether two texts say nothing of either's title: a paywall, a notice on cookies, a mere footer."""
    return _told_share(title, body) < TOLD and _told_share(other_title, other_body) < TOLD


def opens_alike(longer: str, shorter: str) -> bool:
    """Whether a shorter text holds what a longer one opens with: then it may be an excerpt of it.

    What only stands further down in a text several times as long is an item of a round-up, a live blog, an archive.
    """
    return containment(shingles(longer[:OPENING]), shingles(shorter)) >= 0.5


def without_shared(body: str, others: Iterable[str]) -> str:
    """A text without the sentences and lines that stand in the others, too."""
    known = {sentence for other in others for sentence in map(spaced, _sentences(other))}
    kept = [
        sentence for sentence in _sentences(body) if len(sentence) < LEAST_SENTENCE or spaced(sentence) not in known
    ]
    return "\n".join(kept)


def without_frames(article: Article, others: Sequence[Article]) -> Article:
    """An article as it is to be grouped: without what it shares with articles of something else.

    A text that has nothing of its own title (a paywall, "read more on our page") is left out whole.
    """
    if _told_share(article.title, body_of(article)) < NOTHING_TOLD:
        return replace(article, text="", summary="")
    if not others:
        return article
    bodies = [body_of(other) for other in others]
    if article.text:
        return replace(article, text=without_shared(article.text, bodies))
    return replace(article, summary=without_shared(article.summary, bodies))


def _sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text)]


def _words(text: str) -> frozenset[str]:
    return frozenset(words_of(text[:WITHIN]).split())


def _naming(title: str) -> frozenset[str]:
    """Numbers, and words that not nearly every text has; days of the week are among them."""
    return frozenset(word for word in _words(title) if word.isdigit() or (len(word) > 2 and word not in _everywhere()))


def _told_share(title: str, body: str) -> float:
    """The share of a title's telling words that its text has, by their beginnings; 1 where it has too few of them."""
    stems = {word[:STEM] for word in _words(title) if len(word) > 2 and word not in _common()}
    if len(stems) < LEAST_WORDS:
        return 1.0
    return len(stems & {word[:STEM] for word in _words(body)}) / len(stems)


@cache
def _everywhere() -> frozenset[str]:
    return frozenset(word for word in ALMOST_EVERYWHERE.split() if "-" not in word)


@cache
def _common() -> frozenset[str]:
    return _everywhere() | frozenset(word for word in OFTEN.split() if "-" not in word)
