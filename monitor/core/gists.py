"""What an article says happened, side by side with another: opening words, title names, dates.

Owns: the gist of an article (the words of its opening, what its title names, all the words it holds, the days it
names) and three measures between two gists. Refuses: the line above which two tell one event (see `stories`).

A cosine of all words measures the topic. Two reports of one event each hold what the other opens with; and where each
of two titles names somebody whom the other's whole text never mentions, they tell two events. Measured on the Telegram
pairs in docs/adr/0011-events.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np

from monitor.core.features import Features, Frequencies
from monitor.core.lead_dates import LeadDate, lead_dates
from monitor.core.quantities import quantities, small_numbers
from monitor.core.tokens import numbered_words, words_of
from monitor.model.stories import Gist

STEM = 5
"""Letters by which forms of one word are taken for one: inflection stands at the end in most languages fed to it."""
OPENING_WITHIN = 250
NAMES_WITHIN = 1500
MENTIONS_WITHIN = 4000
DATES_WITHIN = 500
MOST_MENTIONS = 600
ALL_CAPITALISED = 0.6
"""Share of a title's longer words with a capital from which capitals there say nothing (headline style)."""
LEAST_FRAME = 3
"""Words that two titles share around other names; below that too little is shared to call it a frame."""
NOUNS_CAPITALISED = 0.25
"""Share of a body's inner words with a capital from which capitals mark nouns, not names (German)."""

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'»”)\]]*\s+|\n")
_DENSE = re.compile("[\u0e00-\u11ff\u3040-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


def gist(
    read: Features, frequencies: Frequencies, *, title: str, body: str, language: str | None = None, outlet: str = ""
) -> Gist:
    """The gist of an article; weights are those of the moment, and stay with it."""
    opening = f"{title}\n{body[:OPENING_WITHIN]}"
    dates = lead_dates(f"{title}\n{body}", limit=len(title) + DATES_WITHIN)
    days = {date.day for date in dates}
    return Gist(
        title_names=tuple(_title_names(title, body[:NAMES_WITHIN])),
        opening=_weighed(opening, read, frequencies),
        mentions=_joined(list(dict.fromkeys(_stems(f"{title}\n{body[:MENTIONS_WITHIN]}")))[:MOST_MENTIONS]),
        dates=tuple(date.key for date in dates),
        numbers=tuple(sorted(quantities(f"{title}\n{body[:NAMES_WITHIN]}"))),
        title_numbers=tuple(sorted(small_numbers(title) - days)),
        lead_numbers=tuple(sorted(small_numbers(opening) - days)),
        title_actors=tuple(sorted(read.title_actors)),
        language=language or "",
        outlet=outlet,
        has_body=read.has_body,
    )


def stems_of_names(words: Iterable[str]) -> frozenset[str]:
    """Folded words as `title_names` holds them."""
    return frozenset(word[:STEM] for word in words)


def coverage(one: Gist, other: Gist) -> float:
    """How much of each one's opening the other's text holds, by weight; the worse of both directions."""
    return min(_covered(one.opening, other.mentions), _covered(other.opening, one.mentions))


def unmentioned(one: Gist, other: Gist) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of each title that the other article never mentions; nothing without bodies."""
    if not (one.has_body and other.has_body):
        return (), ()
    return _missing(one.title_names, other.mentions), _missing(other.title_names, one.mentions)


def is_next_report(one: Gist, other: Gist) -> bool:
    """Whether both are of one outlet, and their titles name what the other never mentions: each one, or one two.

    An outlet tells an event once, and the next one in the same words: of 29 Telegram pairs of one outlet 5 are of one
    event (of the 221 others 112), and none of these five has such titles, but 11 of the 24 do.
    """
    ours, theirs = unmentioned(one, other)
    return bool(one.outlet) and one.outlet == other.outlet and (bool(ours and theirs) or len(ours) + len(theirs) > 1)


def differ_in_names_only(one: str, other: str) -> bool:
    """Whether two titles are one frame around other names ("Погода в Бресте на 17 мая", "Погода в Гомеле на 17 мая").

    All words without a capital are the same and in the same order, `LEAST_FRAME` of them and half of each title at
    least; each names somebody whom the other does not, and they name nobody in common behind the first word: with a
    common name the others may be two words for one thing ("Pyongyang", "North Korea"). False in headline style, and
    in scripts without case. Of the Telegram pairs one is so, and not of one event.
    """
    ours, theirs = _WORD.findall(one), _WORD.findall(other)
    frame = [_stem(word) for word in ours if word[0].islower()]
    if len(frame) < LEAST_FRAME or 2 * len(frame) < max(len(ours), len(theirs)):
        return False
    if frame != [_stem(word) for word in theirs if word[0].islower()]:
        return False
    names, others = ([_stem(word) for word in words[1:] if word[0].isupper()] for words in (ours, theirs))
    own = [name for name in names if name not in others]
    its = [name for name in others if name not in names]
    # The same beginning: one name in two spellings, or split elsewhere ("Jong-un", "Jong Un").
    return bool(own and its) and own == names and its == others and "".join(own)[:3] != "".join(its)[:3]


def days_apart(one: Gist, other: Gist) -> int:
    """Days between the nearest two explicit dates of the openings; 0 where one side names none."""
    if not (one.dates and other.dates):
        return 0
    left, right = ([LeadDate.from_key(key) for key in side.dates] for side in (one, other))
    return min(a.days_from(b) for a in left for b in right)


def _joined(stems: Iterable[str]) -> str:
    """One string with a space around each: a tenth of a set's memory, and found in it almost as fast."""
    return f" {' '.join(stems)} "


def _missing(names: Iterable[str], mentions: str) -> tuple[str, ...]:
    """Names that do not stand there; a short one may with another last letter ("Туле", "Тулы")."""
    return tuple(
        name
        for name in names
        if f" {name} " not in mentions and (len(name) < 4 or not name.isalpha() or f" {name[:-1]}" not in mentions)
    )


def _covered(opening: Mapping[str, float], mentions: str) -> float:
    whole = sum(opening.values())
    held = _held(mentions)
    return sum([weight for stem, weight in opening.items() if stem in held]) / whole if whole else 0.0


@lru_cache(maxsize=128)
def _held(mentions: str) -> frozenset[str]:
    """The stems of `_joined`; a text is compared with several others, one after the other."""
    return frozenset(mentions.split(" "))


def _weighed(opening: str, read: Features, frequencies: Frequencies) -> dict[str, float]:
    """The stems of the opening, in order, each with the mean weight of its word's n-grams (of several forms the most).

    Those that weigh nothing are left out.
    """
    words, word_at = numbered_words(opening)
    at, places = read.spots
    is_inside = places + 1 < len(word_at)  # the text that the n-grams were read from begins with the opening
    spots = word_at[places[is_inside] + 1]
    inside = at[is_inside]
    each = frequencies.weights(read.terms[inside], None if read.shares is None else read.shares[inside])
    counts = np.bincount(spots, minlength=len(words))
    means = np.bincount(spots, weights=each, minlength=len(words)) / np.maximum(counts, 1)
    weights: dict[str, float] = {}
    is_dense = _DENSE.search(" ".join(words)) is not None
    for word, mean in zip(words, means.round(3).tolist(), strict=False):
        for stem in _stems_of(word) if is_dense else (word[:STEM],):
            weights[stem] = max(mean, weights.get(stem, 0.0))
    return {stem: weight for stem, weight in weights.items() if weight}


def _stems(text: str) -> list[str]:
    folded = words_of(text)
    words = folded.split()
    if not _DENSE.search(folded):
        return [word[:STEM] for word in words]
    return [stem for word in words for stem in _stems_of(word)]


def _stems_of(word: str) -> list[str]:
    """A word's beginning; pairs of neighbours where a character is a syllable or more."""
    if _DENSE.search(word):
        return [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    return [word[:STEM]]


@lru_cache(maxsize=1 << 14)
def _stem(word: str) -> str:
    return "".join(words_of(word).split())[:STEM]


def _title_names(title: str, body: str) -> list[str]:
    """Stems of what a title names: numbers of two digits and more, and words with a capital that do not open it.

    In headline style, and for the word that opens it, only what the body writes with a capital inside a sentence. None
    where every noun has one.
    """
    inner = [word for sentence in _SENTENCE.split(body) for word in _WORD.findall(sentence)[1:]]
    capital = {word for word in inner if word[0].isupper()}
    if len(inner) >= 40 and sum(map(capital.__contains__, inner)) > NOUNS_CAPITALISED * len(inner):
        return []
    words = _WORD.findall(title)
    longer = [word for word in words if len(word) > 3 and word[0].isalpha()]
    is_headline = sum(word[0].isupper() for word in longer) > ALL_CAPITALISED * len(longer)
    known = frozenset(map(_stem, capital)) if is_headline or words[:1] else frozenset()
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        is_number = word[0].isdigit() and sum(map(str.isdigit, word)) > 1
        is_name = word[0].isupper() and ((place > 0 and not is_headline) or _stem(word) in known)
        if is_number or is_name:
            found[_stem(word)] = None
    found.pop("", None)
    return list(found)
