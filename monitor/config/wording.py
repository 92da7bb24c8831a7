"""What the configuration says about a value that it cannot use: plain words for pydantic's error types, near misses.

Owns wording only; where a problem stands in a file is `yaml_nodes`' business. Never repeats a value that may be
secret.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

SECRET_KEY = re.compile(r"pass(word|wd|phrase)?$|secret|token|credential|api_?key", re.IGNORECASE)
# Up to the last @: a password may hold slashes. Query parameters may be passwords, too.
_CREDENTIALS = re.compile(r"(?<=://).*@|(?<=[?&])(?i:[^=&]*(?:pass|pwd|secret|token|key)[^=&]*)=[^&]*", re.DOTALL)
_SHOWN_CHARS = 60

# pydantic's error type → what was expected. "{limit}" and the like are filled from the error's context.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping (key: value)",
    "mapping_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "none_required": "nothing",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "union_tag_invalid": "{expected_tags}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
}
_LISTS = {"list_type", "tuple_type"}
TYPE_ERRORS = frozenset(name for name in _EXPECTED if name.endswith("_type")) | {"none_required"}


# What other query languages call what is known here under another key.
_FOREIGN = {
    **dict.fromkeys(("and", "must", "every"), "all"),
    **dict.fromkeys(("or", "should", "some"), "any"),
    **dict.fromkeys(("not", "must_not", "except"), "none"),
    **dict.fromkeys(("term", "phrase", "keyword", "keywords"), "terms"),
    **dict.fromkeys(("pattern", "regexp"), "regex"),
}


def foreign_key(key: str, names: Iterable[str]) -> str:
    """What a key of another query language is called here, as a sentence; empty where that is no key here."""
    known = _FOREIGN.get(key.casefold())
    if known is None or known not in names:
        return ""
    return f"Here that is `{known}: …`." if known == "regex" else f"Here that is `{known}: [ … ]`."


def is_wrong_kind(error_type: str, value: object) -> bool:
    """Whether an error says that another kind of value was wanted (and not: another value of this kind)."""
    return error_type in TYPE_ERRORS or (error_type in {"literal_error", "enum"} and isinstance(value, list | dict))


def near_miss(word: str, choices: Iterable[str], *, cutoff: float = 0.6) -> str:
    """The choice closest to `word`, as a sentence fit for a `cure`; empty when none is `cutoff` close (0 to 1)."""
    known = sorted(set(choices))
    folded = {choice.casefold(): choice for choice in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return f"Did you mean {folded[close[0]]!r}?" if close else ""


def one_of(choices: Iterable[str], limit: int = 16) -> str:
    """Choices as a line for a message, cut after `limit` (with a word about the rest)."""
    known = sorted(set(choices))
    rest = f" and {len(known) - limit} more" if len(known) > limit else ""
    return ", ".join(known[:limit]) + rest


def shown(value: object, key: str = "") -> str:
    """A value as a message may repeat it: short, on one line, without passwords."""
    if SECRET_KEY.search(key):
        return "a value that is not shown here"
    if isinstance(value, str):
        text = _CREDENTIALS.sub("…", value)
        return repr(text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 1] + "…")
    if value is None or isinstance(value, bool | int | float):
        return "nothing" if value is None else str(value).lower()
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def expected(error_type: str, context: Mapping[str, Any]) -> str:
    """What pydantic wanted, in words; empty for an error type without a wording of ours."""
    pattern = _EXPECTED.get(error_type, "")
    whole = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in context.items()
    }
    return pattern.format(**whole) if pattern else ""


def cure_for(error_type: str, value: object, context: Mapping[str, Any]) -> str:
    """What the user may do about a value of the wrong kind; empty when the message says it all."""
    if error_type == "string_type" and isinstance(value, bool | int | float):
        return "Put it in quotes to make it text."
    if error_type == "bool_type" and isinstance(value, str):
        return "Write true or false (yes, no, on and off are plain words here)."
    if error_type in _LISTS and isinstance(value, str | dict):
        return (
            "Put it in brackets: [ … ]." if isinstance(value, str) else "Put a dash before each, or brackets around it."
        )
    if error_type in {"int_type", "float_type"} and isinstance(value, str) and re.fullmatch(r"[-+]?[\d.]+", value):
        return "Take the quotes away to make it a number."
    if error_type in {"literal_error", "enum", "union_tag_invalid"}:
        choices = re.findall(r"'([^']*)'", str(context.get("expected", context.get("expected_tags", ""))))
        return near_miss(str(value if isinstance(value, str) else context.get("tag", "")), choices)
    return ""
