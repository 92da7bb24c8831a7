"""Made-up news on many subjects, to see whether a profile tells its examples from anything else.

Owns: a seeded set of short articles in Indonesian or English: home news, business, sport, culture and world news (wars,
missiles, summits, sanctions of other countries). Built from sentences written for this project; same seed, same set.
Refuses: to stand for real news in size, style or share of subjects. A user's own `--background` says more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from monitor.core.made_news_texts import SUBJECTS

SLOTS: dict[str, dict[str, tuple[str, ...]]] = {
    "id": {
        "p": (
            *("Bandung", "Surabaya", "Makassar", "Medan", "Kupang", "Ambon", "Palembang", "Pontianak", "Jayapura"),
            *("Semarang", "Padang", "Mataram", "Samarinda", "Manado", "Cirebon", "Bogor", "Ternate", "Banda Aceh"),
        ),
        "o": (
            *("Badan Pangan", "Dinas Perhubungan", "Kementerian Keuangan", "Dewan Perwakilan Rakyat", "Bank Sentral"),
            *("Kementerian Luar Negeri", "Badan Meteorologi", "Kepolisian Daerah", "Mahkamah Agung", "Dewan Kota"),
        ),
        "s": (
            *("Ratna", "Bagus", "Yohanes", "Siregar", "Wulandari", "Hamid", "Tampubolon", "Prasetyo", "Lestari"),
            *("Nugroho", "Siti", "Gunawan", "Marpaung", "Dewi", "Fauzan", "Kartika"),
        ),
        "d": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
        "c": (
            *("Jepang", "India", "Turki", "Mesir", "Brasil", "Australia", "Prancis", "Vietnam", "Malaysia", "Filipina"),
            *("Jerman", "Kanada", "Arab Saudi", "Meksiko", "Thailand", "Afrika Selatan"),
        ),
    },
    "en": {
        "p": (
            *("Bristol", "Leeds", "Denver", "Perth", "Cork", "Ottawa", "Durban", "Austin", "Cardiff", "Hobart"),
            *("Auckland", "Halifax", "Tampa", "Glasgow", "Mumbai", "Nairobi"),
        ),
        "o": (
            *("the housing agency", "the central bank", "the city council", "the transport ministry", "the high court"),
            *("the foreign ministry", "the weather service", "the trade commission", "the police", "the health board"),
        ),
        "s": ("Okafor", "Lindgren", "Moreno", "Haddad", "Walsh", "Nakamura", "Petersen", "Iyer", "Costa", "Brandt"),
        "d": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        "c": (
            *("Japan", "India", "Turkey", "Egypt", "Brazil", "Australia", "France", "Vietnam", "Malaysia", "Kenya"),
            *("Germany", "Canada", "Mexico", "Thailand", "Spain", "Chile"),
        ),
    },
}
LANGUAGES = frozenset(SUBJECTS)
"""Languages in which news can be made."""
MIN_SENTENCES = 4
ROUND_UP_EVERY = 4
ROUND_UP_PARTS = 6


@dataclass(frozen=True, slots=True)
class MadeArticle:
    """One made-up article."""

    name: str
    title: str
    text: str


def made_news(language: str, count: int, *, seed: int = 0) -> Iterator[MadeArticle]:
    """So many articles, the subjects in turn; nothing for a language that is not in `LANGUAGES`.

    Every fourth is a round-up of six: as long as a report, and of several subjects at once.
    """
    subjects = [_lines(text) for text in SUBJECTS.get(language, ())]
    for number in range(count if subjects else 0):
        parts = ROUND_UP_PARTS if number % ROUND_UP_EVERY == ROUND_UP_EVERY - 1 else 1
        dice = _Dice(f"{seed}/{language}/{number}")
        told = [_report(subjects[(number + 5 * part) % len(subjects)], language, dice) for part in range(parts)]
        yield MadeArticle(f"made {language} {number}", told[0][0], "\n".join(text for _, text in told))


def _report(subject: Sequence[str], language: str, dice: _Dice) -> tuple[str, str]:
    """Title and text."""
    titles, sentences = subject[:2], subject[2:]
    slots = {name: dice.pick(words) for name, words in SLOTS[language].items()}
    kept = dice.some(sentences, MIN_SENTENCES + dice.roll(len(sentences) - MIN_SENTENCES + 1))
    text = " ".join(sentence.format(n=dice.roll(900) + 2, **slots) for sentence in kept)
    return dice.pick(titles).format(n=dice.roll(90) + 2, **slots), text


def _lines(text: str) -> list[str]:
    return [line for line in text.strip().split("\n") if line]


class _Dice:
    """Choices that follow from a key alone, on every machine."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._rolls = 0

    def roll(self, sides: int) -> int:
        """A number from 0 up to, not including, `sides`."""
        self._rolls += 1
        digest = blake2b(f"{self._key}/{self._rolls}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % sides

    def pick(self, among: Sequence[str]) -> str:
        """One of them."""
        return among[self.roll(len(among))]

    def some(self, among: Sequence[str], count: int) -> list[str]:
        """So many of them, in their order."""
        left = list(range(len(among)))
        while len(left) > count:
            left.pop(self.roll(len(left)))
        return [among[index] for index in left]
