"""How an id is written down: for mails, the terminal and links, so that people can name articles and stories."""

from __future__ import annotations

from monitor.model.articles import ArticleId

_ID_CHARS = 13
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {**{char: value for value, char in enumerate(_ALPHABET)}, "o": 0, "i": 1, "l": 1}
"""Crockford's base 32: what a reader mistypes (o, i, l) is read as meant."""


def format_id(article_id: ArticleId) -> str:
    """13 lower-case characters of Crockford's base 32."""
    if not 0 <= article_id < 2**63:
        raise ValueError(f"{article_id} is no article id: ids have 63 bits")
    return "".join(_ALPHABET[article_id >> shift & 31] for shift in range(5 * (_ID_CHARS - 1), -1, -5))


def parse_id(text: str) -> ArticleId:
    """The id that `format_id` wrote, tolerant of case, hyphens and o/i/l; raises ValueError with the reason."""
    chars = text.strip().lower().replace("-", "")
    if len(chars) != _ID_CHARS or any(char not in _VALUES for char in chars):
        raise ValueError(f"{text!r} is no article id: 13 letters and digits are wanted, as printed in a digest")
    value = 0
    for char in chars:
        value = value << 5 | _VALUES[char]
    if value >= 2**63:
        raise ValueError(f"{text!r} is no article id: it is too large")
    return value
