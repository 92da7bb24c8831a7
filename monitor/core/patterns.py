"""Regular expressions that users write, matched by RE2: linear in the text, so that none can hang the daemon.

The only importer of re2. An expression sees a text as a reader does (`words.legible`): NFKC, without soft hyphens and
other invisible characters, all dashes as "-", all apostrophes as "'", all blanks as " "; letters keep their case. It
sees one line at a time (the title, a paragraph), `^` and `$` are a line's ends. Case is ignored unless asked for.

Refused when compiled, each with a cure: what RE2 does not know (look-around, back-references), programs above
`MAX_PROGRAM` instructions, what matches the empty text, and `\\b` or `\\w` beside letters other than a–z: RE2 means
ASCII, and `\\bПутин\\b` would match nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import re2

from monitor.core.words import legible

MAX_CHARS = 500
"""Longest expression."""
MAX_PROGRAM = 3000
"""Instructions, twelve hundred of which say "any letter": where RE2's automaton outgrows its memory, it goes on at
about 2 ns an instruction and character (measured)."""
MAX_MEMORY = 1 << 20
"""Bytes that one expression's automaton may take."""
MAX_PLACES, MIN_PLACES = 100, 10
MAX_READ = 1_000_000
"""Characters read for one expression in one text, all searches together: each place begins a new search, which may
read to the end. A long text is searched for fewer places, never less than `MIN_PLACES`."""

_EACH_LINE = "(?m)"
_ASCII_ONLY = re.compile(r"(?<!\\)(?:\\\\)*(\\[bBwW])")
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLES = ("", "a", "ж 1", "- a")
"""Texts in which an expression that matches the empty text does so."""
_KNOWN_CURES = (
    ("invalid perl operator", "RE2 knows no look-around: use `not`, `not_near` or `near` instead."),
    ("invalid escape sequence", "RE2 knows no back-references, and \\d, \\s, \\pL, \\p{Greek}, … of the escapes."),
    ("invalid repetition size", "Repeat at most 1000 times."),
    ("missing ", "Close it, or write \\ before a bracket that stands for itself."),
    ("no argument for repetition", "Write \\ before a *, + or ? that stands for itself."),
    ("bad repetition operator", "Write (?:…) around what is to be repeated again."),
)


class PatternError(ValueError):
    """An expression that is refused; `cure` says what to write instead."""

    def __init__(self, message: str, cure: str = "") -> None:
        self.message = message
        self.cure = cure
        super().__init__(f"{message} {cure}".rstrip())


@dataclass(frozen=True, slots=True)
class Legible:
    """A text as expressions see it; `origin` has each character's offset in the text as given (None = the same)."""

    text: str
    origin: list[int] | None
    length: int

    @classmethod
    def of(cls, raw: str) -> Legible:
        """The legible form of a text."""
        return cls(*legible(raw), len(raw))

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """A span as one of the text as given; `end` leads to where the next character begins."""
        if self.origin is None:
            return start, end
        last = self.origin[end - 1]
        # What a ligature or an ellipsis was read as shares one origin: the end is where the next character begins.
        while end < len(self.origin) and self.origin[end] == last:
            end += 1
        return self.origin[start], self.origin[end] if end < len(self.origin) else self.length


class Expression:
    """A compiled expression."""

    def __init__(self, regex: str, *, is_cased: bool = False) -> None:
        """Raises `PatternError`."""
        regex = unicodedata.normalize("NFC", regex)
        _check_text(regex)
        options = re2.Options()
        options.max_mem = MAX_MEMORY
        options.log_errors = False  # it would write to stderr
        options.never_nl = True
        options.never_capture = True
        options.case_sensitive = is_cased
        try:
            self._regex = re2.compile(_EACH_LINE + regex, options)
        except re2.error as error:
            raise _explained(error) from None
        if self._regex.programsize > MAX_PROGRAM:
            raise _too_large()
        if any((match := self._regex.search(text)) and not match.group() for text in _SAMPLES):
            raise PatternError(
                "matches the empty text, so it would match everywhere.", "Write + in place of *, or drop the last `|`."
            )

    def places(self, text: Legible) -> list[tuple[int, int]]:
        """Where it matches, as spans of the text as given, in order."""
        found: list[tuple[int, int]] = []
        most = max(MIN_PLACES, min(MAX_PLACES, MAX_READ // (len(text.text) + 1)))
        for match in self._regex.finditer(text.text):
            start, end = match.span()
            if start < end:
                found.append(text.raw_span(start, end))
            if len(found) >= most:
                break
        return found


def _check_text(regex: str) -> None:
    if len(regex) > MAX_CHARS:
        raise PatternError(f"is longer than {MAX_CHARS} characters.", "Write long lists as `terms`.")
    if any("\ud800" <= char <= "\udfff" for char in regex):
        raise PatternError("holds half a character.", "Save the file as UTF-8.")
    for char in regex:
        seen = legible(char)[0]
        if seen != char and not unicodedata.combining(char):
            cure = f"Write {seen!r}: that is how texts are read." if seen else "Remove it: texts are read without."
            raise PatternError(f"holds {char!r} (U+{ord(char):04X}), which no text does.", cure)
    foreign = next((char for char in _LETTER.findall(regex) if not char.isascii()), "")
    if foreign and (found := _ASCII_ONLY.search(regex)):
        raise PatternError(
            f"holds {found[1]} beside “{foreign}”: RE2's {found[1]} knows the letters a–z only.",
            "Write (?:^|\\PL) or (?:\\PL|$) at the edge of a word and \\pL for a letter, or use `terms`: those "
            "match whole words.",
        )


def _explained(error: Exception) -> PatternError:
    told = error.args[0] if error.args else ""
    said = (told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)).replace(_EACH_LINE, "")
    if "too large" in said:
        return _too_large()
    cure = next((cure for start, cure in _KNOWN_CURES if said.startswith(start)), "")
    return PatternError(f"cannot be read: {said}.", cure)


def _too_large() -> PatternError:
    return PatternError("is too large.", "Use smaller repetitions, fewer of \\pL, or split it into several.")
