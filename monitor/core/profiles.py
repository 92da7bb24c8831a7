"""Example documents → the weighted terms that set them apart from other news: a profile.

Method: weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words",
Political Analysis 16:372-403). A term must stand in several of the documents: on five seeds that cut the noise of
single articles and gave the best profile of those tried (relevance.md C2: average precision .808 at three documents or
more, .753 at two). Counting is done by the matcher that scores articles, so a weight belongs to what it will find.

Refuses: scripts without blanks but Han and kana (Thai, Lao, Burmese, Khmer have no words to count here), and to judge:
the profile is a small share of a score (`scoring.weights.PROFILE_MAX`), made to be read and edited.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from monitor.core.background_words import COMMON_RATE, CommonWords, common_words
from monitor.core.matching import Matcher
from monitor.core.seeds import clean_document
from monitor.core.words import HANGUL_CHAR, UNSPACED_CHAR, Prepared, pattern_words
from monitor.model.profiles import Profile, ProfileTerm
from monitor.model.watchlists import Alias

MIN_DOCUMENTS = 3
TOP = 60
LIST_WORDS = 300_000
"""The shipped word list counts as so many words of evidence: a thousand articles outweigh it."""
PRIOR_WORDS = 500
"""Strength of the prior in words, one article: a term seen once in one document moves little."""
MIN_Z = 1.96
MIN_RATIO = 3.0
"""A term is at least so many times as frequent as in other news: the list's rates are no better than that."""
MAX_WORDS = 3
COVERED = 0.8
"""A word that stands inside a longer term so often is that term ("utara" in "korea utara")."""
TIED = 0.5
"""A phrase is one when its rarest word stands in it so often; else its words just met."""
MAX_QUOTE = 70
COMMON_SHARE = 0.2
"""A term that so many articles hold tells nothing by being there; so do the COMMON words of the shipped list."""
MIN_HELD = 10
"""Fewer articles than this prove no term common."""

_MIN_LETTERS = 3
_JOINING = re.compile(r"[ '-]?\Z")
_SENTENCE_BREAK = " . "
_HAN_OR_KATAKANA = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3005]+|[\u30a1-\u30fa\u30fc]+")
_PARTICLES = (
    *("으로부터", "에게서", "에서는", "에서도", "이라고", "이라며", "으로는", "으로도", "까지는", "에게는", "로부터"),
    *(
        "에서",
        "에게",
        "으로",
        "까지",
        "부터",
        "께서",
        "한테",
        "이나",
        "라고",
        "라며",
        "이며",
        "에는",
        "에도",
        "와의",
        "과의",
    ),
    *(
        "로의",
        "로는",
        "만을",
        "들은",
        "들이",
        "들을",
        "들의",
        "은",
        "는",
        "이",
        "가",
        "을",
        "를",
        "의",
        "에",
        "로",
        "와",
        "과",
    ),
    *("도", "만", "나", "들"),
)


class Text:
    """One document's words, ready to be counted: `raw` is title and body, each line once."""

    def __init__(self, name: str, title: str, text: str) -> None:
        self.name = name
        self.title = title
        self.text = text
        lines = (line.strip() for line in (title, *text.split("\n")))
        self.raw = "\n".join(dict.fromkeys(line for line in lines if line))

    @cached_property
    def prepared(self) -> Prepared:
        """Its normal form."""
        return Prepared(self.raw)

    @cached_property
    def size(self) -> int:
        """Its length in words; two characters of a script without blanks count as one."""
        return self.prepared.ordinals[-1] + 1 if self.prepared.words else 0

    def without(self, names: Matcher) -> tuple[Text, frozenset[str]]:
        """The same text with these spellings taken out, and the words of which they consisted."""
        spans = [place for places in names.find(self.prepared).values() for place in places]
        raw, position, words = [], 0, set[str]()
        for found in sorted(spans, key=lambda place: (place.start, -place.end)):
            start, end = self.prepared.raw_span(found.start, found.end)
            words.update(pattern_words(self.raw[start:end]))
            if end > position:
                raw += [self.raw[position : max(start, position)], _SENTENCE_BREAK]
                position = end
        raw.append(self.raw[position:])
        return Text(self.name, "", "".join(raw)), frozenset(words)


def read_text(name: str, raw: str, *, title: str | None = None) -> Text:
    """A saved page without its captions, links, widgets and spliced headlines, as seeds are cleaned."""
    document = clean_document(raw, title=title)
    return Text(name, document.title, document.text)


@dataclass(frozen=True)
class Background:
    """Other news of a language: its shipped word list, refined by the counts of articles where there are any."""

    language: str
    articles: Sequence[Text] = ()

    @cached_property
    def words(self) -> CommonWords:
        """The shipped list; empty for a language without one."""
        return common_words(self.language)

    @cached_property
    def size(self) -> float:
        """Words of evidence."""
        return LIST_WORDS + sum(text.size for text in self.articles)

    def counts(self, terms: Sequence[str]) -> dict[str, float]:
        """How often each term stands in `size` words, never 0; terms that most news holds are left out."""
        counted: Counter[str] = Counter()
        held: Counter[str] = Counter()
        for found in _places(terms, self.articles):
            counted.update({term: len(places) for term, places in found.items()})
            held.update(found.keys())
        common = max(MIN_HELD, COMMON_SHARE * len(self.articles))
        rate = self.words.rate
        return {term: counted[term] + LIST_WORDS * rate(term.split(" ")) for term in terms if held[term] <= common}

    def without(self, examples: Sequence[Text]) -> Background:
        """The same without articles that are among the examples, and without empty ones."""
        known = {tuple(text.prepared.words) for text in examples}
        kept = (text for text in self.articles if text.size and tuple(text.prepared.words) not in known)
        return Background(self.language, tuple(kept))

    def __str__(self) -> str:
        articles = f"{len(self.articles):,} articles of {self.size - LIST_WORDS:,.0f} words"
        listed = f"the shipped list of {len(self.words):,} common words" if len(self.words) else ""
        return " and ".join(part for part in (articles if self.articles else "", listed) if part) or "nothing"


def derive(
    documents: Sequence[Text],
    background: Background,
    *,
    top: int = TOP,
    min_documents: int = MIN_DOCUMENTS,
    names: Matcher | None = None,
) -> Profile:
    """The profile of some documents of one language; the same documents in any order give the same profile.

    Args:
        top: Most terms kept.
        min_documents: In how many documents a term must stand; in all of them where there are fewer.
        names: Spellings that are told of elsewhere: no term holds one, and no word of one is a term.
    """
    needed = min(min_documents, len(documents))
    ordered = sorted(documents, key=lambda text: (text.raw, text.name))
    parts = [text.without(names) if names else (text, frozenset[str]()) for text in ordered]
    texts = [text for text, _ in parts]
    barred = frozenset[str]().union(*(words for _, words in parts))
    stems = _stems(texts)
    held: Counter[str] = Counter()
    for text in texts:
        held.update(frozenset(_candidates(text, background.words, stems)))
    wanted = sorted(term for term, number in held.items() if number >= needed and barred.isdisjoint(term.split(" ")))
    terms = sorted(_weighed(wanted, texts, background, needed), key=lambda term: (-term.weight, term.text))
    return Profile(
        language=background.language,
        documents=len(documents),
        min_documents=needed,
        background=str(background),
        terms=_quoted(terms[:top], ordered),
    )


def _weighed(
    wanted: Sequence[str], texts: Sequence[Text], background: Background, needed: int
) -> Iterator[ProfileTerm]:
    count: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for found in _places(wanted, texts):
        count.update({term: len(places) for term, places in found.items()})
        documents.update(found.keys())
    elsewhere = background.counts(wanted)
    size = sum(text.size for text in texts)
    for term in _independent(list(elsewhere), count):
        rate = elsewhere[term] / background.size
        z = log_odds(count[term], size, elsewhere[term], background.size, prior=PRIOR_WORDS)
        if documents[term] >= needed and z >= MIN_Z and count[term] >= MIN_RATIO * rate * size:
            yield ProfileTerm(
                text=term,
                weight=round(z, 1),
                documents=documents[term],
                count=count[term],
                expected=rate * size,
            )


def _quoted(terms: Sequence[ProfileTerm], texts: Sequence[Text]) -> tuple[ProfileTerm, ...]:
    """The terms with their first places in the texts, spelled as there where the normal form is no spelling (ة)."""
    first: dict[str, tuple[str, str]] = {}
    for text, found in zip(texts, _places([term.text for term in terms], texts), strict=True):
        for term, (place, *_) in found.items():
            if term not in first:
                start, end = text.prepared.raw_span(*place)
                spelling = " ".join(text.raw[start:end].casefold().split())
                is_spelling = (
                    not term.isascii() and spelling.isprintable() and " ".join(pattern_words(spelling)) == term
                )
                first[term] = spelling if is_spelling else term, _quote(text.raw, start, end)
    return tuple(replace(term, text=first[term.text][0], quote=first[term.text][1]) for term in terms)


def log_odds(count: float, size: float, other_count: float, other_size: float, *, prior: float) -> float:
    """The z-score of a term's log-odds in one body of text against another (Monroe et al., equations 16, 20 and 22).

    The prior is the other body's own rate, worth `prior` words.
    """
    alpha = prior * other_count / other_size
    own, other = count + alpha, other_count + alpha
    own_odds = math.log(own / (size + prior - own))
    other_odds = math.log(other / (other_size + prior - other))
    return (own_odds - other_odds) / math.sqrt(1 / own + 1 / other)


def terms_in(text: Text, matcher: Matcher) -> frozenset[str]:
    """Those of a matcher's terms that stand in a text."""
    return frozenset(matcher.atoms[number].alias.text for number in matcher.find(text.prepared))


def matcher_of(terms: Iterable[str]) -> Matcher:
    """What finds terms in texts."""
    return Matcher(Alias(text=term) for term in terms)


# --- terms of a text ---------------------------------------------------------------------------------------------


def _places(terms: Sequence[str], texts: Iterable[Text]) -> Iterator[dict[str, list[tuple[int, int]]]]:
    """For each text, term → its places in the normal form."""
    matcher = matcher_of(terms)
    number = {matcher.atom_of(Alias(text=term)): term for term in terms}
    for text in texts:
        found = matcher.find(text.prepared)
        yield {number[atom]: [(one.start, one.end) for one in places] for atom, places in found.items()}


def _candidates(text: Text, common: CommonWords, stems: Mapping[str, str]) -> Iterator[str]:
    """Words and phrases of a text, as spellings, repeated where they are; no common word stands alone."""
    for run in _runs(text.prepared):
        if UNSPACED_CHAR.match(run[0]):
            found = _pieces(run[0], common.stop)
        else:
            found = _phrases([stems.get(word, word) for word in run], common.stop)
        yield from (term for term in found if common.rates.get(term, 0) < COMMON_RATE and _is_spelled(term))


def _is_spelled(term: str) -> bool:
    """Whether a term holds a letter or digit: marks alone are words to the reader of text, but no spelling."""
    return any(char.isalnum() and not "\u02b0" <= char <= "\u02ff" for char in term)


def _phrases(words: Sequence[str], stop: frozenset[str]) -> Iterator[str]:
    for start in range(len(words)):
        for end in range(start + 1, min(start + MAX_WORDS, len(words)) + 1):
            if _is_term(words[start:end], stop):
                yield " ".join(words[start:end])


def _runs(text: Prepared) -> Iterator[list[str]]:
    """Words with nothing but a blank, a hyphen or an apostrophe between; runs without blanks stand alone."""
    run: list[str] = []
    for index, word in enumerate(text.words):
        is_unspaced = UNSPACED_CHAR.match(word) is not None
        if run and (is_unspaced or word.isdigit() or not _JOINING.match(text.gap(index))):
            yield run
            run = []
        if is_unspaced:
            yield [word]
        elif not word.isdigit():
            run.append(word)
    if run:
        yield run


def _is_term(words: Sequence[str], stop: frozenset[str]) -> bool:
    edges = (words[0], words[-1])
    if any(word in stop or (len(word) < _MIN_LETTERS and not HANGUL_CHAR.match(word)) for word in edges):
        return len(words) > 1 and all(word not in stop and len(word) > 1 for word in edges)
    return len(words) > 1 or len(words[0]) > 1


def _pieces(run: str, stop: frozenset[str]) -> Iterator[str]:
    """Two to four characters of Han that follow each other, whole words of katakana."""
    for block in _HAN_OR_KATAKANA.findall(run):
        if "\u30a1" <= block[0] <= "\u30fc":
            if len(block) > 1 and block not in stop:
                yield block
            continue
        for start in range(len(block)):
            for end in range(start + 2, min(start + 4, len(block)) + 1):
                piece = block[start:end]
                if piece not in stop and piece[0] not in stop and piece[-1] not in stop:
                    yield piece


def _stems(texts: Sequence[Text]) -> dict[str, str]:
    """Korean word → the word without its particle, where the texts hold that stem alone or with another particle."""
    words = {word for text in texts for word in text.prepared.words if HANGUL_CHAR.match(word)}
    parted = {word: _parted(word) for word in sorted(words)}
    endings: dict[str, set[str]] = {}
    for word, options in parted.items():
        for stem in options:
            endings.setdefault(stem, set()).add(word[len(stem) :])
    return {
        word: min(known, key=len)
        for word, options in parted.items()
        if (known := [stem for stem in options if stem in words or len(endings[stem]) > 1])
    }


def _parted(word: str) -> list[str]:
    ends = (particle for particle in _PARTICLES if word.endswith(particle) and len(word) - len(particle) >= 2)
    return [word[: -len(particle)] for particle in ends]


def _independent(terms: Sequence[str], count: Mapping[str, int]) -> Iterator[str]:
    """Terms that are no mere part of a longer one, and no chance meeting of shorter ones."""
    covered: set[str] = set()
    loose: set[str] = set()
    known = frozenset(terms)
    for term in sorted(terms, key=lambda term: (-len(term.split(" ")), -len(term), term)):
        parts = [part for part in _parts(term) if part in known]
        if parts and count[term] < TIED * min(count[part] for part in parts):
            loose.add(term)
        elif term not in loose:
            covered.update(part for part in parts if count[term] >= COVERED * count[part])
    return (term for term in terms if term not in covered and term not in loose)


def _parts(term: str) -> Iterator[str]:
    """The shorter terms inside a term."""
    if UNSPACED_CHAR.match(term):
        for size in range(2, len(term)):
            yield from (term[start : start + size] for start in range(len(term) - size + 1))
        return
    words = term.split(" ")
    yield from words if len(words) > 1 else ()
    yield from (" ".join(pair) for pair in pairwise(words) if len(words) > 2)


def _quote(raw: str, start: int, end: int) -> str:
    """The words around a place, as they stand in the document."""
    room = max(MAX_QUOTE - (end - start), 0) // 2
    left = max(raw.rfind("\n", 0, start) + 1, start - room)
    right = min(raw.find("\n", end) % (len(raw) + 1), end + room)  # -1, not found, is the end
    before, after = raw[left:start], raw[end:right]
    if left and raw[left - 1] != "\n" and " " in before:
        before = before.partition(" ")[2]
    if right < len(raw) and raw[right] != "\n" and " " in after:
        after = after.rpartition(" ")[0]
    words = " ".join((before + raw[start:end] + after).split())
    return "".join(char for char in words if char.isprintable())  # YAML refuses others, even in a comment
