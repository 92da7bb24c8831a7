"""Text as the matcher sees it, and where known spellings stand in it: boundaries by script.

What one finds decides everything (measured on 23,000 Korean and Japanese items): `\\b북한\\b` finds 55 % of 북한 and no
プーチン, a bare substring finds Pyongyang in 태평양 (Pacific). So:

- alphabetic scripts match whole words; a trailing `*` on a word matches any ending;
- Hangul matches from the left edge of a run of syllables (particles follow); one syllable alone only as a whole run;
- Han, kana and scripts without spaces match as substrings, with exceptions (`Alias.excluding`);
- Arabic words also match behind their proclitics (و ب ل ف ك ال).

Both sides are compared in one normal form: NFKC, casefold, look-alike letters of a mixed-script word folded, format
characters (soft hyphen, zero width, bidi) dropped, hyphens and apostrophes as word gaps; `Kim Jong-un`, `Kim Jong Un`
and `KimJongUn` are one spelling. Offsets lead back to the text as given. All spellings of all watchlists share one
table of words and one trie of phrases, so a text is walked once; no step is worse than linear in its length.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from monitor.model.watchlists import Alias

MAX_MARKS = 30
"""Combining marks kept on one letter: the limit of Unicode's stream-safe format (UAX #15), against quadratic sorting."""
NOT_NEAR_WORDS = 10
MIN_JOINED = 6
"""Shortest run-together spelling ("KimJongUn") that is derived from a phrase; shorter ones hit other words."""
_MEMO_LIMIT = 60_000
_MEMO_WORD = 40

# --- character classes -------------------------------------------------------------------------------------------

_HANGUL = "가-힣"
_UNSPACED = (  # Han, kana, bopomofo, Thai, Lao, Burmese, Khmer: written without spaces between words
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
)


def _ranges(wanted: Callable[[str], bool], stop: int) -> str:
    """A regex class body of all characters from U+0000 to `stop` that are wanted."""
    parts: list[str] = []
    start: int | None = None
    for code in range(stop + 1):
        if code < stop and wanted(chr(code)):
            start = code if start is None else start
        elif start is not None:
            parts.append(f"{re.escape(chr(start))}-{re.escape(chr(code - 1))}")
            start = None
    return "".join(parts)


# Word characters are everything but punctuation, symbols, separators and controls: `\w` would cut Indic and Thai
# words at their vowel signs and Arabic ones at their points.
_GAPS = _ranges(lambda char: unicodedata.category(char)[0] in "PSZC", 0x20000)
_MARKS = _ranges(lambda char: unicodedata.combining(char) != 0, 0x3100)
_WORD = re.compile(f"([{_HANGUL}]+|[{_UNSPACED}]+|[^{_GAPS}{_HANGUL}{_UNSPACED}]+)")
_UNSPACED_CHAR = re.compile(f"[{_UNSPACED}]")
_HANGUL_CHAR = re.compile(f"[{_HANGUL}]")
_DROPPED = "\u00ad\u034f\u061c\u0640\u064b-\u065f\u0670\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
_DROPS = re.compile(f"[{_DROPPED}]")
_FLOOD = re.compile(f"[{_MARKS}]{{{MAX_MARKS + 1}}}")
_CHUNK = re.compile(r"\s*\S*")
# One user-perceived unit of decomposed text: jamo of a syllable, or a character with its marks.
_CLUSTER = re.compile(f"[\u1100-\u115f]+[\u1160-\u11a7]*[\u11a8-\u11ff]*|.[{_MARKS}]*", re.DOTALL)


def _one_to_one() -> dict[int, str]:
    """Foldings that keep every character's place."""
    table = {code: " " for code in (0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)}
    table |= {ord(char): "-" for char in "‐‑‒–—―−﹘﹣－⁃"}
    table |= {ord(char): "'" for char in "‘’‚‛ʼʻʹ′｀´`＇"}
    table |= {ord(char): "·" for char in "・･ㆍ‧∙•⋅"}
    table |= {ord(char): "\n" for char in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code not in table}
    table |= {ord("…"): ".", ord("ё"): "е", ord("Ё"): "Е", ord("№"): "n", ord("™"): " ", ord("\t"): " "}
    table |= {ord(char): "ا" for char in "أإآٱ"} | {ord("ى"): "ي", ord("ة"): "ه", ord("ک"): "ك", ord("ی"): "ي"}
    return table


_TABLE = _one_to_one()
# Letters that look alike across scripts ("Рutin" with a Cyrillic Р): folded only in words that mix the scripts.
_CYRILLIC, _LATIN = "аеорсухівкмнт", "aeopcyxibkmht"
_TO_LATIN = str.maketrans(_CYRILLIC + "οανρτικ", _LATIN + "oavptik")
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_MIXED = re.compile(r"(?=.*[a-z])(?=.*[\u0370-\u03ff\u0400-\u04ff])")
_ARABIC = re.compile("[\u0600-\u06ff]")
_PROCLITICS = ("وال", "بال", "فال", "كال", "ولل", "ال", "لل", "و", "ب", "ل", "ف", "ك")
_MIN_ARABIC = 3


# --- normal form -------------------------------------------------------------------------------------------------


def normalise(raw: str) -> tuple[str, list[int] | None]:
    """The normal form of a text, and for each of its characters the offset in `raw` (None = the same offset)."""
    folded = raw.translate(_TABLE)
    if folded.isascii():
        return folded.lower(), None
    if _is_plain(folded):
        lowered = folded.casefold()
        if len(lowered) == len(raw):
            return lowered, None
    pieces: list[str] = []
    origin: list[int] = []
    for chunk in _CHUNK.finditer(folded):
        text, start = chunk.group(), chunk.start()
        if _is_plain(text) and len(lowered := text.casefold()) == len(text):
            pieces.append(lowered)
            origin.extend(range(start, chunk.end()))
            continue
        for cluster in _CLUSTER.finditer(text):
            kept = _DROPS.sub("", cluster.group())[: MAX_MARKS + 1]
            normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", kept).casefold())
            pieces.append(normal)
            origin.extend([start + cluster.start()] * len(normal))
    return "".join(pieces), origin


def _is_plain(text: str) -> bool:
    return not _DROPS.search(text) and not _FLOOD.search(text) and unicodedata.is_normalized("NFKC", text)


def split_words(normal: str) -> list[str]:
    """Gap, word, gap, word, …, gap: joined, they are the normal text again."""
    return _WORD.split(normal)


class Prepared:
    """One text in normal form, cut into words; offsets of words are those of the normal form."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.normal, self._origin = normalise(raw)
        parts = split_words(self.normal)
        edges = list(accumulate(map(len, parts), initial=0))
        self.words = parts[1::2]
        self.gaps = parts[::2]
        self.starts = edges[1:-1:2]
        self.ends = edges[2::2]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """A span of the normal form as a span of the raw text."""
        if self._origin is None:
            return start, end
        last = self._origin[end - 1]
        # What a cluster folds into shares one origin: the end is where the next unit begins.
        following = end
        while following < len(self._origin) and self._origin[following] == last:
            following += 1
        stop = self._origin[following] if following < len(self._origin) else len(self.raw)
        return self._origin[start], self._trimmed(last, stop)

    def _trimmed(self, last: int, stop: int) -> int:
        """`stop` without dropped characters that follow the span's last unit."""
        while stop > last + 1 and _DROPS.match(self.raw[stop - 1]):
            stop -= 1
        return stop

    @cached_property
    def ordinals(self) -> list[int]:
        """For each word the number of words before it; two characters of unspaced script count as one word."""
        if not _UNSPACED_CHAR.search(self.normal):
            return list(range(len(self.words)))
        sizes = ((len(word) + 1) // 2 if _UNSPACED_CHAR.match(word) else 1 for word in self.words)
        return list(accumulate(sizes, initial=0))[:-1]

    def word_at(self, position: int) -> int:
        """Index of the last word that starts at or before a position of the normal form."""
        return max(bisect_right(self.starts, position) - 1, 0)

    def ordinal_at(self, position: int) -> int:
        """How many words stand before a position of the normal form."""
        if not self.words:
            return 0
        index = self.word_at(position)
        inside = position - self.starts[index]
        return self.ordinals[index] + (inside // 2 if _UNSPACED_CHAR.match(self.words[index]) else 0)


# --- spellings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a spelling stands: offsets into the normal form."""

    atom: int
    start: int
    end: int


@dataclass(slots=True)
class _Node:
    """A state of the phrase trie: the next word patterns, and the spellings that end here."""

    following: dict[int, _Node] = field(default_factory=dict)
    atoms: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Atom:
    """A spelling with what limits it, ready to be checked; `where` is left to the scorer, who knows the fields."""

    alias: Alias
    cased_words: tuple[str, ...]
    excluding: tuple[str, ...]
    not_near: tuple[str, ...]
    needs_hangul: bool

    @property
    def is_free(self) -> bool:
        """Whether every place counts."""
        return not (self.cased_words or self.excluding or self.not_near or self.needs_hangul)


def pattern_words(text: str) -> list[str]:
    """The words of a spelling in normal form, `*` kept at the ends where it stands ("kore*")."""
    normal, _ = normalise(text)
    parts = split_words(normal)
    return [word + ("*" if parts[2 * index + 2].startswith("*") else "") for index, word in enumerate(parts[1::2])]


def is_unspaced(text: str) -> bool:
    """Whether a spelling is matched as a substring."""
    return _UNSPACED_CHAR.search(text) is not None


def _atom(alias: Alias) -> Atom:
    cased: tuple[str, ...] = ()
    if alias.is_cased:
        parts = split_words(unicodedata.normalize("NFKC", alias.text).translate(_TABLE))
        cased = tuple(
            word + ("*" if parts[2 * index + 2].startswith("*") else "") for index, word in enumerate(parts[1::2])
        )
    hanja = alias.language == "ko" and is_unspaced(alias.text)
    return Atom(
        alias=alias,
        cased_words=cased,
        excluding=tuple(normalise(text)[0] for text in alias.excluding),
        not_near=tuple(" " + " ".join(pattern_words(text)).removesuffix("*") for text in alias.not_near),
        needs_hangul=hanja,  # 北 stands for North Korea in Korean headlines only
    )


class _Memo(dict[str, tuple[int, ...]]):
    """Word → the word patterns it matches; filled on first sight (news repeats its words), bounded."""

    def __init__(self, lookup: Callable[[str], tuple[int, ...]]) -> None:
        super().__init__()
        self._lookup = lookup

    def __missing__(self, word: str) -> tuple[int, ...]:
        found = self._lookup(word)
        if len(word) <= _MEMO_WORD:
            if len(self) >= _MEMO_LIMIT:
                self.clear()
            self[word] = found
        return found


class Matcher:
    """All given spellings at once; `atom_of` names each, `find` says where they stand."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self.atoms: list[Atom] = []
        self._atom_of: dict[tuple[object, ...], int] = {}
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._is_hangul: dict[int, int] = {}
        self._root = _Node()
        self._substrings: dict[str, list[tuple[str, int]]] = {}
        for alias in aliases:
            self._add(alias)
        self._lengths = sorted({len(stem) for stem in self._prefixes})
        self._memo = _Memo(self._patterns_of)
        firsts = "".join(re.escape(char) for char in self._substrings)
        self._first = re.compile(f"[{firsts}]") if firsts else None

    def atom_of(self, alias: Alias) -> int:
        """The number under which `find` reports a spelling."""
        return self._atom_of[_key(alias)]

    def find(self, text: Prepared) -> dict[int, list[Found]]:
        """Every place of every spelling that its limits allow, by atom, in order of place."""
        found: dict[int, list[Found]] = {}
        memo = self._memo
        patterns = [memo[word] for word in text.words]
        for index, candidates in enumerate(patterns):
            if candidates:
                self._walk(text, patterns, index, found)
        if self._first:
            self._find_substrings(text, found)
        return found

    # --- building ---

    def _add(self, alias: Alias) -> None:
        key = _key(alias)
        words = pattern_words(alias.text)
        if key in self._atom_of or not words:
            return
        number = self._atom_of[key] = len(self.atoms)
        self.atoms.append(_atom(alias))
        if is_unspaced(alias.text):
            needle = normalise(alias.text)[0].replace("*", "")
            self._substrings.setdefault(needle[0], []).append((needle, number))
            return
        self._insert(words, number)
        joined = "".join(words)
        is_joinable = len(words) > 1 and "*" not in joined[:-1] and len(joined) >= MIN_JOINED
        if is_joinable and not alias.is_cased and not _HANGUL_CHAR.search(joined):
            self._insert([joined], number)

    def _insert(self, words: Sequence[str], number: int) -> None:
        node = self._root
        for word in words:
            node = node.following.setdefault(self._pattern(word), _Node())
        if number not in node.atoms:
            node.atoms.append(number)

    def _pattern(self, word: str) -> int:
        """The number of a word pattern; Hangul of two syllables or more is open at its right."""
        stem = word.removesuffix("*")
        is_hangul = _HANGUL_CHAR.match(stem) is not None
        table = self._prefixes if word.endswith("*") or (is_hangul and len(stem) > 1) else self._exact
        number = table.setdefault(stem, len(self._exact) + len(self._prefixes))
        if is_hangul:
            self._is_hangul[number] = len(stem)
        return number

    # --- finding ---

    def _patterns_of(self, word: str) -> tuple[int, ...]:
        found = self._lookup(word)
        if not word.isascii():
            if _ARABIC.match(word):
                for clitic in _PROCLITICS:
                    if word.startswith(clitic) and len(word) - len(clitic) >= _MIN_ARABIC:
                        found += self._lookup(word[len(clitic) :])
            elif len(word) <= _MEMO_WORD and _MIXED.match(word):
                found += self._lookup(word.translate(_TO_LATIN)) + self._lookup(word.translate(_TO_CYRILLIC))
        return tuple(dict.fromkeys(found))

    def _lookup(self, word: str) -> tuple[int, ...]:
        found = [self._exact[word]] if word in self._exact else []
        for length in self._lengths:
            if length > len(word):
                break
            number = self._prefixes.get(word[:length])
            if number is not None:
                found.append(number)
        return tuple(found)

    def _walk(
        self, text: Prepared, patterns: list[tuple[int, ...]], first: int, found: dict[int, list[Found]]
    ) -> None:
        states = [(self._root, -1)]
        index = first
        while states and index < len(patterns):
            if index > first and not _joins(text, index):
                return
            states = [
                (following, pattern)
                for node, _ in states
                for pattern in patterns[index]
                if (following := node.following.get(pattern)) is not None
            ]
            for node, pattern in states:
                for number in node.atoms:
                    size = self._is_hangul.get(pattern)
                    end = text.ends[index] if size is None else text.starts[index] + size
                    self._keep(text, Found(number, text.starts[first], end), found)
            index += 1

    def _find_substrings(self, text: Prepared, found: dict[int, list[Found]]) -> None:
        assert self._first is not None
        normal = text.normal
        for place in self._first.finditer(normal):
            start = place.start()
            for needle, number in self._substrings[place.group()]:
                if normal.startswith(needle, start):
                    self._keep(text, Found(number, start, start + len(needle)), found)

    def _keep(self, text: Prepared, hit: Found, found: dict[int, list[Found]]) -> None:
        atom = self.atoms[hit.atom]
        if atom.is_free or _is_allowed(text, hit, atom):
            places = found.setdefault(hit.atom, [])
            if not places or places[-1].start < hit.start or places[-1].end < hit.end:
                places.append(hit)


def _key(alias: Alias) -> tuple[object, ...]:
    hanja = alias.language == "ko"
    return (alias.text, alias.is_cased, alias.fields, alias.excluding, alias.not_near, hanja)


def _joins(text: Prepared, index: int) -> bool:
    """Whether the gap before a word can lie inside a phrase: blanks, hyphens, apostrophes; "N. Korea" has a dot."""
    gap = text.gaps[index]
    if gap in {" ", "-", ""}:
        return True
    if len(gap) > 3 or "\n" in gap:
        return False
    if gap[0] == ".":
        return len(text.words[index - 1]) <= 2 and not gap[1:].strip(" ")
    return not gap.strip(" -'·")


def _is_allowed(text: Prepared, hit: Found, atom: Atom) -> bool:
    if atom.needs_hangul and not _HANGUL_CHAR.search(_line_around(text, hit)):
        return False
    if atom.cased_words and not _is_cased(text, hit, atom.cased_words):
        return False
    if any(_covers(text.normal, longer, hit) for longer in atom.excluding):
        return False
    return not (atom.not_near and _has_near(text, hit, atom.not_near))


def _line_around(text: Prepared, hit: Found) -> str:
    start = text.normal.rfind("\n", max(0, hit.start - 200), hit.start) + 1 or max(0, hit.start - 200)
    end = text.normal.find("\n", hit.end, hit.end + 200)
    return text.normal[start : end if end >= 0 else hit.end + 200]


def _is_cased(text: Prepared, hit: Found, wanted: tuple[str, ...]) -> bool:
    start, end = text.raw_span(hit.start, hit.end)
    slice_ = unicodedata.normalize("NFKC", _DROPS.sub("", text.raw[start:end][:400])).translate(_TABLE)
    words = split_words(slice_)[1::2]
    return len(words) == len(wanted) and all(
        word.startswith(stem[:-1]) if stem.endswith("*") else word == stem
        for word, stem in zip(words, wanted, strict=True)
    )


def _covers(normal: str, longer: str, hit: Found) -> bool:
    """Whether the hit lies inside an occurrence of a longer string."""
    earliest = max(0, hit.end - len(longer))
    place = normal.find(longer, earliest, hit.start + len(longer))
    return place >= 0 and place <= hit.start and place + len(longer) >= hit.end


def _has_near(text: Prepared, hit: Found, wanted: tuple[str, ...]) -> bool:
    first, last = text.word_at(hit.start), text.word_at(hit.end - 1)
    before: list[str] = []
    for index in range(first, max(0, first - NOT_NEAR_WORDS), -1):
        if "\n" in text.gaps[index]:
            break
        before.append(text.words[index - 1])
    after: list[str] = []
    for index in range(last + 1, min(len(text.words), last + 1 + NOT_NEAR_WORDS)):
        if "\n" in text.gaps[index]:
            break
        after.append(text.words[index])
    around = (" " + " ".join(reversed(before)) + " ", " " + " ".join(after) + " ")
    return any(needle in side for needle in wanted for side in around)
