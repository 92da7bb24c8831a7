"""Profile files: the terms that `monitor profile` derives, written for a person to review, and read for a watchlist."""

from __future__ import annotations

import json
import re
from pathlib import Path

from pydantic import Field

from monitor.config.texts import Language, Line
from monitor.config.watchlist_files import ProfileTerms
from monitor.config.yaml_nodes import Strict, read_document, validate
from monitor.model.profiles import Profile, ProfileTerm

MADE_BY = "Made by `monitor profile`"
_HEAD = f"""# yaml-language-server: $schema=../profile.schema.json
#
# {MADE_BY} from examples; docs/watchlists.md says how. Read it before a watchlist names it as its
# profile: remove what is not of the subject, alter weights as you like. A weight is the z-score of the term's log-odds,
# examples against other news. Behind it: in how many examples, how often in all, how often it would be in any news.
"""
_PLAIN = re.compile(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*")
_READ_OTHERWISE = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class ProfileFile(Strict):
    """A profile: weighted terms of example documents, with where they come from."""

    language: Language | None = Field(default=None, description="That of the examples.")
    documents: int = Field(default=0, ge=0, description="How many examples it was made from.")
    min_documents: int = Field(default=0, ge=0, description="In how many of them a term had to stand.")
    background: Line | None = Field(default=None, description="What the examples were held against.")
    terms: ProfileTerms = Field(min_length=1, description="Term: weight.")


def load_profile(path: Path) -> dict[str, float]:
    """The terms of a profile file with their weights.

    Raises:
        ConfigError: With every problem.
    """
    return dict(validate(read_document(path), ProfileFile).terms)


def profile_text(profile: Profile) -> str:
    """A profile as YAML, the terms in order of their spelling; the same bytes for the same profile."""
    facts = (
        f"language: {profile.language}",
        f"documents: {profile.documents}",
        f"min_documents: {profile.min_documents}",
        f"background: {profile.background}",
        "terms:",
    )
    terms = [_line(term, profile) for term in sorted(profile.terms, key=lambda term: term.text)]
    return _HEAD + "\n".join((*facts, *terms)) + "\n"


def _line(term: ProfileTerm, profile: Profile) -> str:
    quote = f"; “{term.quote}”" if term.quote else ""
    evidence = f"in {term.documents} of {profile.documents}, {term.count} times, {term.expected:.2g} expected{quote}"
    return f"  {_key(term.text)}: {term.weight:g} # {evidence}"


def _key(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) is not None and text not in _READ_OTHERWISE
    return text if is_plain else json.dumps(text, ensure_ascii=False)
