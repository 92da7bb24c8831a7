"""How common words are in news, for each language of the default watchlist: what a profile is held against.

Owns: per language three bands of words: `STOP` (grammar, found in any text: never a term), `COMMON` (found in most
news), `NEWSY` (found in much of the news: offices, verbs of saying, money, law, disaster). They are a start, until the
user's own articles or a daemon's store give real counts (`core.profiles.Background`).
Refuses: topics and names, but for the language's own country and capital and the powers that any world news names.
Written from general knowledge of the languages for this project: neither counted on a corpus nor taken from a list.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.core.background_texts import BANDS
from monitor.core.words import pattern_words

COMMON_RATE = 2.5e-3
"""Share of all words that one COMMON word is thought to make up: the upper end of Zipf's ranks 50 to 300."""
NEWSY_RATE = 4e-4
"""The same of a NEWSY word: ranks 300 to 2,000."""
OTHER_RATE = 1e-5
"""The same of any other word: ranks beyond 10,000."""


@dataclass(frozen=True, slots=True)
class CommonWords:
    """The words of one language, in normal form."""

    stop: frozenset[str]
    rates: dict[str, float]
    """Word → share of all words."""

    def rate(self, words: list[str]) -> float:
        """The share of a term among all words; a phrase has a tenth of its rarest word's, `OTHER_RATE` at least."""
        rarest = min(self.rates.get(word, OTHER_RATE) for word in words)
        return rarest if len(words) == 1 else max(OTHER_RATE, rarest / 10)

    def __len__(self) -> int:
        return len(self.stop) + len(self.rates)


LANGUAGES = frozenset(BANDS)
"""Languages that have such words."""


def common_words(language: str) -> CommonWords:
    """The words of a language, by its primary tag; none for a language that has no list."""
    stop, common, newsy = (_words(text) for text in BANDS.get(language, ("", "", "")))
    rates = dict.fromkeys(newsy, NEWSY_RATE) | dict.fromkeys(common, COMMON_RATE)
    return CommonWords(frozenset(stop), {word: rate for word, rate in rates.items() if word not in stop})


def _words(text: str) -> list[str]:
    return [word for written in text.split() for word in pattern_words(written)]
