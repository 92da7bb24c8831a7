"""What an outlet says of its own mistakes: corrections, clarifications and withdrawals, in a text or a title.

Owns: the marks and sentences of id, en, ru, ko by which newsrooms announce them. Refuses: to tell whether a statement
is a mistake, and the same words about anything else ("a correction of prices", "the Department of Corrections"): a
mark counts only where a notice begins. Written from general knowledge of newsroom style, tuned on no data.
"""

from __future__ import annotations

import re
from itertools import islice

from monitor.core.similarity import spaced
from monitor.core.text import sentences
from monitor.model.articles import ChangeKind

MAX_PASSAGE = 400
"""Characters of a notice that are kept."""
MAX_NOTICES = 3
_REACH = 40
"""Characters looked at on either side of a mark."""
_BARE = 12
"""A line with no more characters behind its mark's colon is a heading: the notice follows on the next."""
_HEADING = 24
"""So is a line of no more characters without a colon."""
MAX_STARTS = 50
"""Beginnings of notices that are looked at; a text of more is no news."""

_MARKS = {
    ChangeKind.CORRECTION: (
        "koreksi|ralat|klarifikasi|perbaikan|catatan redaksi|hak jawab|"
        "correction|corrections|corrected|clarification|clarified|editor[’']s note|editors[’'] note|corrects|erratum|"
        "исправление|исправлено|уточнение|поправка|опровержение|от редакции|примечание редакции|"
        "정정|정정보도|정정보도문|바로잡습니다|반론보도|고침|정정합니다"
    ),
    ChangeKind.RETRACTION: (
        "pencabutan berita|berita dicabut|dicabut|retraction|retracted|withdrawn|kill notice|mandatory kill|"
        "отозвано|аннулировано|аннулирование|новость отозвана|기사 취소|기사취소|전문 취소|전문취소|기사 철회"
    ),
}
_PHRASES = {
    ChangeKind.CORRECTION: (
        r"(?:berita|artikel|judul)(?: ini)? (?:telah|sudah) (?:dikoreksi|diralat|diperbaiki)|"
        r"dalam versi (?:sebelumnya|awal)|versi (?:sebelumnya|awal) (?:artikel|berita) ini|"
        r"(?:article|story|report|headline|post)(?: \w+)? (?:has been|was) (?:corrected|clarified|amended)|"
        r"(?:an |the )?(?:earlier|previous|original) version of (?:this|the) (?:article|story|report|headline|post)|"
        r"в (?:более ранней|предыдущей|первоначальной|прежней) версии (?:материала|новости|статьи|текста|заметки)|"
        r"в (?:тексте|материале|заголовке|новости) (?:исправлен\w*|была допущена|допущена) ошибк\w|"
        r"기사를? (?:바로잡|정정)|잘못된? .{0,20}바로잡"
    ),
    ChangeKind.RETRACTION: (
        r"(?:berita|artikel)(?: ini)? (?:telah |sudah )?(?:dicabut|ditarik)|"
        r"(?:article|story|report)(?: \w+)? (?:has been|was|is) (?:retracted|withdrawn|removed)|"
        r"(?:we|editors) (?:have )?(?:retracted|withdrawn|retract|withdraw) (?:this|the) (?:article|story|report)|"
        r"(?:материал|новость|сообщение|статья|заметка) (?:был\w? )?(?:отозван|аннулирован|удал[её]н|снят с публикации)"
        "|"
        r"기사를? (?:취소|철회|삭제)"
    ),
}
_MARK = {kind: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for kind, words in _MARKS.items()}
_PHRASE = {kind: re.compile(rf"(?<!\w)(?:{words})", re.IGNORECASE) for kind, words in _PHRASES.items()}
_OPENS = re.compile(r"(?:^|[\n.!?…。])[\s\"'“”‘’«»*_()\[\]【】（）<>〈〉=※▲—–-]*\Z")
_BRACKETS = frozenset("[(（【<〈〔")
_BRACKET = re.compile(r"[\[(（【<〈〔]\s*\Z")
# A dash joined to the next word is a wire's slug ("CORRECTED-Putin lands"), one within a word is not ("koreksi-diri").
_CLOSES = re.compile(r"\s*[\])）】>〉〕]?\s*(?:[:：]|[—–]|-(?=\s|[A-ZА-ЯЁ])|\n|\Z)")
_CLOSED = re.compile(r"[^\])）】>〉〕\n]{0,200}[\])）】>〉〕]")


def new_notices(before: str, after: str) -> list[tuple[ChangeKind, str]]:
    """The notices of a text that did not stand in an earlier one, in order, each as one line; withdrawals first."""
    known = f" {spaced(before)} "
    found: list[tuple[ChangeKind, str]] = []
    for kind in (ChangeKind.RETRACTION, ChangeKind.CORRECTION):
        for start in _starts(after, kind)[:MAX_STARTS]:
            line = _passage(after, start)
            is_told = any(line in told or told in line for _, told in found)
            if not is_told and f" {spaced(line)} " not in known:
                found.append((kind, line))
    return found[:MAX_NOTICES]


def without_marks(title: str) -> str:
    """A title without the mark that it is a correction."""
    for pattern in _MARK.values():
        for mark in pattern.finditer(title):
            if _is_mark(title, mark):
                rest = title[: mark.start()] + title[mark.end() :]
                return rest.strip(" \t[](){}（）【】<>〈〉〔〕:：—–-")
    return title


def _starts(text: str, kind: ChangeKind) -> list[int]:
    marks = (mark.start() for mark in _MARK[kind].finditer(text) if _is_mark(text, mark))
    phrases = (_sentence_start(text, phrase.start()) for phrase in islice(_PHRASE[kind].finditer(text), MAX_STARTS))
    return sorted({*islice(marks, MAX_STARTS), *phrases})


def _is_mark(text: str, mark: re.Match[str]) -> bool:
    """Whether a notice begins here: at the beginning of a line or sentence, closed by a colon, dash or bracket."""
    before = text[max(0, mark.start() - _REACH) : mark.start()]
    is_open = _OPENS.search(before if mark.start() > _REACH else f"\n{before}") is not None
    if _BRACKET.search(before):
        # "(Corrects paragraph 3)", "[정정]", also at the end of a title.
        return _CLOSED.match(text, mark.end()) is not None
    return is_open and _CLOSES.match(text, mark.end()) is not None


def _sentence_start(text: str, at: int) -> int:
    first = max(0, at - MAX_PASSAGE)
    line = text.rfind("\n", first, at) + 1
    window = text[max(line, first) : at + 1]
    return at + 1 - len(window) + sentences(window)[-1][0]


def _passage(text: str, start: int) -> str:
    while start and text[start - 1] in _BRACKETS:
        start -= 1
    line, is_ended, rest = text[start : start + 2 * MAX_PASSAGE].partition("\n")
    head, is_closed, notice = line.partition(":")
    is_heading = len(notice) <= _BARE if is_closed else len(head) <= _HEADING
    if is_ended and is_heading and not line.rstrip().endswith((".", "!", "?", "。")):
        line = f"{line} {rest.partition(chr(10))[0]}"
    return " ".join(line.split())[:MAX_PASSAGE]
