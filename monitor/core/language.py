"""Which language a text looks like: by script, then by its small words. For display and as a last resort only.

Refuses: to be a classifier. What a feed or its configuration declares always wins; a wrong guess here may colour a
label, never a score.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from monitor.core.text import as_ascii

MIN_LETTERS = 12
MIN_WORDS = 2
"""So many small words of one language must be seen before a Latin-script text is called anything."""
MAX_CHARS = 600
"""A paragraph: more letters say no more."""

_SCRIPTS: tuple[tuple[str, int, int], ...] = (
    ("latin", 0x41, 0x5A), ("latin", 0x61, 0x7A), ("latin", 0xC0, 0x24F), ("latin", 0x1E00, 0x1EFF),
    ("el", 0x370, 0x3FF), ("cyrillic", 0x400, 0x52F), ("hy", 0x530, 0x58F), ("he", 0x590, 0x5FF),
    ("arabic", 0x600, 0x77F), ("hi", 0x900, 0x97F), ("bn", 0x980, 0x9FF), ("ta", 0xB80, 0xBFF), ("th", 0xE00, 0xE7F),
    ("lo", 0xE80, 0xEFF), ("my", 0x1000, 0x109F), ("ka", 0x10A0, 0x10FF), ("ko", 0x1100, 0x11FF),
    ("km", 0x1780, 0x17FF), ("ja", 0x3041, 0x30FF), ("han", 0x3400, 0x9FFF), ("ko", 0xAC00, 0xD7AF),
)  # fmt: skip
_SCRIPT_NAMES = ("", *dict.fromkeys(name for name, _, _ in _SCRIPTS))

_SMALL_WORDS: dict[str, str] = {
    "id": "yang dan di dengan untuk dari ini itu pada dalam tidak akan oleh karena juga bahwa kata telah sebagai bisa"
    " para mereka menurut tersebut saat antara",
    "ms": "yang dan di dengan untuk dari ini itu pada dalam tidak akan oleh kerana juga bahawa kata telah sebagai boleh"
    " beliau berkata ialah daripada kepada",
    "tl": "ang ng mga sa na ay si ni kay para hindi ito siya niya kanyang nang",
    "en": "the of and to in a is that for on with as was by at from has have it said be are will",
    "de": "der die das und in den von zu mit ist im des nicht auf ein eine sich dem auch für",
    "fr": "le la les de des et en du un une est que pour dans qui sur au par pas avec",
    "es": "el la los las de y en del que un una es por con para se su al como no",
    "pt": "o a os as de e em do da que um uma é por com para se não ao na no dos",
    "it": "il lo la gli le di e in del della che un una è per con non si al da nel",
    "nl": "de het een van en in is dat op te voor met zijn niet aan door om ook er",
    "pl": "w i na z do że się nie jest to o jak po przez dla od za oraz",
    "sv": "och att det som är på av för med den till inte har ett om från efter sig vid under",
    "da": "og at det er på af til med den ikke har et som der for fra efter sig ved blev være",
    "no": "og at det er på av til med den ikke har et som for fra etter seg ved ble være",
    "fi": "ja on ei että se hän oli joka mutta myös kun ovat sekä jonka mukaan",
    "cs": "je se na že to by který jsou jako ale podle bylo při také bude roku",
    "sk": "je sa na že to by ktorý sú ako ale podľa bolo pri tiež bude roku",
    "hu": "az és hogy nem egy ez meg volt el már csak mint szerint",
    "ro": "și de la în că cu pe din care pentru este nu sunt fost mai",
    "hr": "je u na da se za od su koji što nije bi i će kako rekao",
    "tr": "ve bir bu için ile de da olarak çok daha olan gibi kadar sonra",
    "vi": "và của các là có cho được trong với một những người không đã này khi để",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _small in dict.fromkeys(_words.split()):
        _LANGUAGES_OF.setdefault(_small, []).append(_language)
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS = bytes(code if chr(code).isalpha() else ord(" ") for code in range(128)) + bytes(128)
_CYRILLIC = (
    ("be", "ўЎ"),
    ("sr", "јљњћђЈЉЊЋЂ"),
    ("mk", "ѓќѕЃЌЅ"),
    ("kk", "қғңұәҚҒҢҰӘ"),
    ("mn", "өүӨҮ"),
    ("uk", "іїєґІЇЄҐ"),
)
"""Letters that Russian has not, those of fewer languages first."""
_BULGARIAN = re.compile("ъ[абвгджзийклмнопрстуфхцчшщ]")
"""Their ъ is a vowel and stands before consonants."""
_ARABIC = (("ur", "ٹڈڑںےھ"), ("fa", "پچژگ"))


def guess_language(text: str) -> str | None:
    """A BCP 47 primary tag, or None where the text is too short or says nothing."""
    sample = text[:MAX_CHARS]
    plain = as_ascii(sample)
    if plain is not None:
        letters = plain.lower().translate(_ASCII_LETTERS)
        is_enough = len(letters) - letters.count(b" ") >= MIN_LETTERS
        return _by_small_words(letters.decode().split()) if is_enough else None
    scripts = _scripts(sample)
    total = sum(scripts.values())
    # Kana decides over Han, and Hangul over both: Japanese and Korean mix them, Chinese does not.
    for language, share in (("ja", 0.05), ("ko", 0.2)):
        if scripts.get(language, 0) >= max(2, total * share):
            return language
    script, count = max(scripts.items(), key=lambda item: item[1], default=("", 0))
    if not count or count < total / 2:
        return None
    if script == "latin":
        return _by_small_words(_WORD.findall(sample.casefold())) if total >= MIN_LETTERS else None
    if script == "cyrillic":
        return _by_letters(sample, _CYRILLIC, "bg" if _BULGARIAN.search(sample) else "ru")
    return _by_letters(sample, _ARABIC, "ar") if script == "arabic" else {"han": "zh"}.get(script, script)


def _by_letters(text: str, letters: Iterable[tuple[str, str]], other: str) -> str:
    """The first language of whose own letters one stands in the text, else the other."""
    return next((language for language, own in letters if any(map(text.__contains__, own))), other)


def _scripts(text: str) -> dict[str, int]:
    """How many letters of each script; where two are the most, in order of appearance."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    scripts = _script_table().take(codes, mode="clip")
    counts = np.bincount(scripts, minlength=1).tolist()
    found = [number for number, count in enumerate(counts) if number and count]
    most = sorted(counts[1:])[-2:]
    if len(most) == 2 and most[0] == most[1]:  # only then does their order decide
        found.sort(key=lambda number: int((scripts == number).argmax()))
    return {_SCRIPT_NAMES[number]: counts[number] for number in found}


@cache
def _script_table() -> NDArray[np.intp]:
    """Character of the basic plane → place of its script in `_SCRIPT_NAMES`; the last one stands for all beyond."""
    table = np.zeros(0x10000, np.intp)
    for name, low, high in reversed(_SCRIPTS):
        table[low : high + 1] = _SCRIPT_NAMES.index(name)
    return table


def _by_small_words(words: Iterable[str]) -> str | None:
    """The language most of whose small words stand among these, in lower case."""
    hits = Counter(chain.from_iterable(filter(None, map(_LANGUAGES_OF.get, words))))
    most = max(hits.values(), default=0)
    best = [language for language, count in hits.items() if count == most]
    if most < MIN_WORDS:
        return None
    # Indonesian and Malay share their small words; a tie is broken towards the larger press.
    return "id" if {"id", "ms"} == set(best) else best[0] if len(best) == 1 else None
