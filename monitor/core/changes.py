"""What a later state of an article changed, in one line for readers and for `why`."""

from __future__ import annotations

import re

from monitor.core.similarity import spaced
from monitor.model.articles import Article

TITLE_CHARS = 120

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n+")


def change_between(old: Article, new: Article) -> str:
    """ "title: “…” → “…”; +2 sentences, −1" — only what a reader would notice; never empty."""
    parts = []
    if spaced(old.title) != spaced(new.title):
        parts.append(f"title: “{_short(old.title)}” → “{_short(new.title)}”")
    added, removed = _sentence_changes(old.text, new.text)
    if added or removed:
        parts.append(_counted(added, removed))
    elif spaced(old.text) != spaced(new.text):
        parts.append("sentences in another order")
    if not parts and spaced(old.summary) != spaced(new.summary):
        parts.append("another summary")
    return "; ".join(parts) or "punctuation or spacing only"


def _sentence_changes(old: str, new: str) -> tuple[int, int]:
    before, after = _sentences(old), _sentences(new)
    return len(after - before), len(before - after)


def _sentences(text: str) -> set[str]:
    return {folded for sentence in _SENTENCE_END.split(text) if (folded := spaced(sentence))}


def _counted(added: int, removed: int) -> str:
    if added and removed:
        return f"+{added} sentence{'s' if added > 1 else ''}, −{removed}"
    sign, count = ("+", added) if added else ("−", removed)
    return f"{sign}{count} sentence{'s' if count > 1 else ''}"


def _short(title: str) -> str:
    return title if len(title) <= TITLE_CHARS else title[: TITLE_CHARS - 1].rstrip() + "…"
