"""What of an article's change matters to somebody who was told its earlier state.

Owns: telling a new headline from a typo, a number or name changed in the lead, a passage taken out, a correction.
Refuses: what was only added, spelling, spacing, counters of views and clock times, and a shorter cut of the same text:
of these a reader learns nothing, and an alert that cries at each is soon unread. It knows no synonyms: a word of a
headline replaced by another counts. Its words and sizes come from general knowledge, tuned on no data.

Two feeds carry one page under different headlines and cuts; where the states come from different feeds, only a notice
of correction counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from monitor.core.common_words import ALMOST_EVERYWHERE
from monitor.core.corrections import new_notices, without_marks
from monitor.core.margins import margins
from monitor.core.similarity import spaced
from monitor.core.text import sentences
from monitor.model.articles import Change, ChangeKind, Revision

MIN_REMOVED = 160
"""Characters of a passage whose removal is told; a character of Han, kana or Hangul counts three times."""
MIN_KEPT = 0.5
"""Share of the old text that stands on: below, it is another text or a teaser, and nothing was taken out of it."""
LEAD_SENTENCES = 3
MAX_TITLE = 500
MAX_LEAD = 2000
MAX_TEXT = 30_000
"""Characters of a text that are compared."""
_SAME_SENTENCE = 0.5
_CUT_TAIL = 30
"""Characters at the end of a cut text that need not stand in the whole one."""
_TYPO_LETTERS = 4
_ENDING = 3
"""Letters that inflection or a particle may change at a word's end."""

# Words that turn a statement round or put it in doubt: dropped or added, they matter even alone.
_TURNING = """
tidak bukan belum batal membantah dibantah bantah hoaks diduga dikabarkan konon
not no never false fake denies denied deny hoax reportedly allegedly alleged cancelled canceled
не нет опроверг опровергла опровергли фейк якобы отменен отменён отменена
아니다 부인 취소 허위 의혹
"""
_TURNS = frozenset(_TURNING.split())
# Counters and clocks that pages print into their texts.
_COUNTERS = re.compile(
    r"(?:dibaca|dilihat|views?|просмотр\w*|조회수?|comments?|komentar|shares?)\s?[:：]?\s?\d[\d.,]*(?:\s?(?:kali|x|k)\b)?|"
    r"\d[\d.,]*\s?(?:kali dibaca|x dibaca|kali dilihat|k? ?views?|komentar|comments?|shares?|просмотр\w*|회 조회)|"
    r"(?<!\d)[0-2]?\d[:.][0-5]\d(?::[0-5]\d)?(?!\d)\s?(?:WIB|WITA|WIT|KST|MSK|МСК|GMT|UTC|[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"^\s*(?:[\[(（【<〈][^\])）】>〉]{1,20}[\])）】>〉]\s*)+|(?:\s*[\[(（【<〈][^\])）】>〉]{1,20}[\])）】>〉])+\s*$|"
    r"^\s*(?:update|wrapup|refile|lead|live|breaking)\s*\d*\s*[-–—:]\s*",
    re.IGNORECASE,
)
_SPACELESS = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W{_SPACELESS}]+")
_WIDE = re.compile(rf"[{_SPACELESS}\uac00-\ud7af]")
_NAME = re.compile(r"(?<=[\w,;:–—-] )[^\W\d_a-zа-яё][^\W\d_]+")
_ENDS = re.compile(r"[.!?。！？][\"'”’»)\]」』）]*\Z")


def changes_that_matter(old: Revision, new: Revision) -> tuple[Change, ...]:
    """What to tell of the way from one state to another, weightiest first; empty for what matters to nobody.

    The states need not be neighbours: a headline changed and changed back is no change.
    """
    before = "\n".join((old.title, old.summary, old.text))
    after = "\n".join((new.title, new.summary, new.text))
    found = [Change(kind=kind, after=line, reason="the outlet says so") for kind, line in new_notices(before, after)]
    is_one_feed = not old.feed_id or not new.feed_id or old.feed_id == new.feed_id
    if not is_one_feed:
        return tuple(found)
    old_text, new_text = _news(old), _news(new)
    if reason := title_change(old.title, new.title, old_text, new_text):
        found.append(Change(kind=ChangeKind.TITLE, before=old.title, after=new.title, reason=reason))
    if any(one.kind is ChangeKind.RETRACTION for one in found):
        return tuple(found)
    if not _is_beginning(new_text, old_text):
        found += _lead_changes(old_text, new_text)
        found += _removals(old_text, new_text)
    return tuple(found)


def title_change(old: str, new: str, old_text: str = "", new_text: str = "") -> str:
    """Why another headline says something else, in one line; empty where it does not."""
    gone, come = _replaced(_title_words(old), _title_words(new))
    turned = [word for word in (*gone, *come) if word in _TURNS]
    if turned:
        return f"“{turned[0]}” {'is gone' if turned[0] in gone else 'was added'}"
    if gone and come:
        is_spaceless = all(_is_spaceless(word) for word in (*gone, *come))
        if is_spaceless and min(len(gone), len(come)) < 2:
            return ""
        joint = "" if is_spaceless else " "
        return f"“{joint.join(gone)}” became “{joint.join(come)}”"
    dropped = [word for word in gone if _has_digit(word) or _is_dropped_name(word, old_text, new_text)]
    return f"“{dropped[0]}” is gone" if dropped else ""


def _title_words(title: str) -> list[str]:
    return _words(_TAGS.sub("", without_marks(title[:MAX_TITLE])))


def _words(text: str) -> list[str]:
    common = _common()
    return [word for word in _TOKEN.findall(spaced(_COUNTERS.sub(" ", text))) if word not in common or word in _TURNS]


@cache
def _common() -> frozenset[str]:
    return frozenset(word for word in ALMOST_EVERYWHERE.split() if not word.startswith("-") and not word.endswith("-"))


def _replaced(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words of the one that have no counterpart in the other, and the reverse, each in order."""
    gone, come = _without(old, new), _without(new, old)
    for word in list(gone):
        twin = next((other for other in come if _is_alike(word, other)), None)
        if twin is not None:
            gone.remove(word)
            come.remove(twin)
    return gone, come


def _without(words: Sequence[str], others: Iterable[str]) -> list[str]:
    known = set(others)
    return [word for word in words if word not in known]


def _is_alike(one: str, other: str) -> bool:
    """One word with another ending, or misspelt by a letter; never where a digit differs."""
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other) or one[0] != other[0] or {one, other} & _TURNS:
        return False
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    longer = max(len(one), len(other))
    if _WIDE.match(one):
        return shared >= 2 and longer - shared <= _ENDING - 1
    if shared >= 3 and shared >= 0.6 * longer and longer - shared <= _ENDING:
        return True
    return min(len(one), len(other)) >= _TYPO_LETTERS and _is_one_letter_off(one[shared:], other[shared:])


def _is_one_letter_off(one: str, other: str) -> bool:
    """Whether one letter replaced, added, dropped or swapped with the next makes the one the other."""
    if one[2:] == other[2:] and one[:2] == other[:2][::-1]:
        return True
    return one[1:] == other[1:] or one[1:] == other or one == other[1:]


def _is_dropped_name(word: str, old_text: str, new_text: str) -> bool:
    """A word that the old text wrote as a name, and that the new text has no more."""
    names = {name.casefold() for name in _NAME.findall(old_text)}
    return word in names and not any(word == other or _is_alike(word, other) for other in _words(new_text))


def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)


def _is_spaceless(word: str) -> bool:
    return re.fullmatch(rf"[{_SPACELESS}]+", word) is not None


def _news(state: Revision) -> str:
    """The text without captions, links and the like, which come and go with the page."""
    text = (state.text or state.summary)[:MAX_TEXT]
    kept, position = [], 0
    for margin in margins(text):
        kept.append(text[position : margin.start])
        position = margin.end
    return "".join([*kept, text[position:]])


def _is_beginning(text: str, of: str) -> bool:
    """Whether a text is another one cut short; the last letters may be half a word and a "read more"."""
    whole, part = spaced(of), spaced(text)
    return len(part) < len(whole) and whole.startswith(part[: max(len(part) - _CUT_TAIL, 1)])


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _lead_changes(old_text: str, new_text: str) -> list[Change]:
    """Sentences of the lead that stand on with another number, name or turn."""
    known = f" {spaced(new_text)} "
    lead = [(sentence, _words(sentence)) for sentence in _sentences(new_text[:MAX_LEAD])[: LEAD_SENTENCES + 2]]
    found = []
    for sentence in _sentences(old_text[:MAX_LEAD])[:LEAD_SENTENCES]:
        if f" {spaced(sentence)} " in known:
            continue
        words = _words(sentence)
        twin = max(lead, key=lambda other: _overlap(words, other[1]), default=None)
        if twin is None or _overlap(words, twin[1]) < _SAME_SENTENCE:
            continue
        if reason := _fact_change(sentence, words, *twin):
            found.append(Change(kind=ChangeKind.FACT, before=sentence, after=twin[0], reason=reason))
    return found


def _fact_change(old: str, old_words: Sequence[str], new: str, new_words: Sequence[str]) -> str:
    gone, come = _replaced(old_words, new_words)
    numbers = [word for word in gone if _has_digit(word)], [word for word in come if _has_digit(word)]
    if all(numbers):
        return f"number: {' '.join(numbers[0])} became {' '.join(numbers[1])}"
    names = _named(gone, old), _named(come, new)
    if all(names):
        return f"name: {' '.join(names[0])} became {' '.join(names[1])}"
    turned = [word for word in (*gone, *come) if word in _TURNS]
    return f"“{turned[0]}” {'is gone' if turned[0] in gone else 'was added'}" if turned else ""


def _named(words: Sequence[str], sentence: str) -> list[str]:
    names = {name.casefold(): name for name in _NAME.findall(sentence)}
    return [names[word] for word in words if word in names]


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    mine, theirs = set(one), set(other)
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0


def _removals(old_text: str, new_text: str) -> list[Change]:
    """The longest passage taken out of a text that otherwise stands on."""
    old, new = _sentences(old_text), _sentences(new_text)
    folded = {spaced(sentence) for sentence in new}
    is_kept = [spaced(sentence) in folded for sentence in old]
    stands = [sentence for sentence, kept in zip(old, is_kept, strict=True) if kept]
    if not old or _weight(stands) < MIN_KEPT * _weight(old):
        return []
    before = {spaced(sentence) for sentence in old}
    fresh = [_words(sentence) for sentence in new if spaced(sentence) not in before]
    is_kept = [
        kept or any(_overlap(_words(sentence), other) >= _SAME_SENTENCE for other in fresh)
        for sentence, kept in zip(old, is_kept, strict=True)
    ]
    if all(is_kept):
        return []
    last = max(index for index, kept in enumerate(is_kept) if kept)
    if _is_cut(old, new, spaced(old[last]), before):
        # What is missing at the end was cut off, or pushed out by what came in at the front: nobody took it back.
        old, is_kept = old[: last + 1], is_kept[: last + 1]
    passage = max(_runs(old, is_kept), key=lambda run: _weight([run]), default="")
    if _weight([passage]) < MIN_REMOVED:
        return []
    return [Change(kind=ChangeKind.REMOVAL, before=passage, reason=f"{len(_sentences(passage))} sentences are gone")]


def _is_cut(old: Sequence[str], new: Sequence[str], last_kept: str, before: set[str]) -> bool:
    is_rolling = bool(new) and spaced(new[0]) not in before and spaced(new[0]) != spaced(old[0])
    ends_with_it = bool(new) and spaced(new[-1]) == last_kept and _ENDS.search(new[-1]) is not None
    return is_rolling or not ends_with_it


def _runs(sentences: Sequence[str], is_kept: Sequence[bool]) -> list[str]:
    runs: list[list[str]] = [[]]
    for sentence, kept in zip(sentences, is_kept, strict=True):
        if kept:
            runs.append([])
        else:
            runs[-1].append(sentence)
    return [" ".join(run) for run in runs if run]


def _weight(sentences: Iterable[str]) -> int:
    return sum(len(sentence) + 2 * len(_WIDE.findall(sentence)) for sentence in sentences)
