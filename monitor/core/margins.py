"""The parts of a page's text that tell no news: captions, credits, datelines, bylines, links to other items, widgets.

Recognised by their shape, line by line, in the languages of the default feeds; nothing is recognised by its topic.
Scoring discounts what is named only there; the seeds are cleaned of it. What is not surely a margin stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MAX_CAPTION = 450
"""A photo credit further into a line than this belongs to a paragraph, not to a caption."""
DATELINE_LINES = 2
"""A dateline stands before the first paragraph, or before the second when the first is a deck."""
MAX_LINK_LINES = 6
MAX_HEADLINE = 160


class MarginKind(StrEnum):
    """What a margin is."""

    CAPTION = "caption"
    DATELINE = "dateline"
    BYLINE = "byline"
    LINK = "link"
    WIDGET = "widget"


@dataclass(frozen=True, slots=True)
class Margin:
    """A span of a text, in characters, that is no news."""

    kind: MarginKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """A non-empty line with its place; `gap_before` tells a blank line (or the text's start) before it."""

    text: str
    start: int
    gap_before: bool

    @property
    def end(self) -> int:
        """Where the line ends, its break not counted."""
        return self.start + len(self.text)


_PHOTO = r"(?:foto|photo|photograph|фото|photographie|bild|imagen|zdjęcie|ảnh|写真|図|사진|صورة)"
_CAPTION_START = re.compile(
    rf"\W*(?:file {_PHOTO}|{_PHOTO}(?: (?:file|ilustrasi))?|ilustrasi|keterangan foto|caption)\s*[:=：＝]\s*\S"
    r"|▲|\[사진|사진\s*[=:]|/사진|[（(]?[图圖][为為]|[（(【](?:资料|資料)?[图圖][／/:：）)】]"
    # Pages that name the parts of a picture in front of it, such as the BBC's in their many languages.
    r"|(?:image (?:source|caption)|[图圖]像(?:[来來]源|加[注註]文字)|[图圖]片(?:[来來]源|[说說]明)|画像(?:提供|説明)"
    r"|사진 (?:출처|설명)"
    r"|مصدر الصورة|التعليق على الصورة|sumber gambar|keterangan gambar|автор фото|подпись к фото)\s*[,，،:：]",
    re.I,
)
_CREDITS = (
    rf"\b{_PHOTO}\s*[:/=]",
    r"\bphoto (?:by|via)",
    r"\bvia (?:ap|reuters|afp|getty|kcna|epa)\b",
    r"(?:\bap|\bafp|reuters|\bepa|antara|kcna)\s?/\s?\w",
    r"\bdok(?:\.|/|umentasi\b)",
    r"\b(?:pool|getty images|handout|file photo|antara foto|ilustrasi)\b",
    "写真",
    "[资資]料[图圖]",
    r"[图圖][／/]",
    "[图圖]源",
)
_PARTICLES = "[를가에의은는로도와과들만]|까지|이라|입니"
# Korean pages run caption and article into one line: there only a credit that ends the line makes a caption of it.
_KOREAN_CREDIT = re.compile(
    r"[(（\[][^()（）\[\]\n]{0,40}(?:자료 ?사진|재판매|화면 ?캡처|갈무리|(?:TV|텔레비전|영상) 화면|제공|사진)"
    r"[^()（）\[\]\n]{0,30}[)）\]]"
    r"[^가-힣\n]{0,40}(?:\*?재판매 및 DB 금지)?\s*$"
)
# Such as: 握手する両首脳＝2023年9月17日、朝鮮中央通信
_JAPANESE_CAPTION = re.compile(
    r"[^。\n=＝]{5,160}[=＝][^。\n]{2,80}(?:共同|通信|ロイター|時事|撮影|提供|AFP|AP)[)）]?(?=【|\s*$)"
)
MAX_KOREAN_CAPTION = 250
MIN_TEXT = 10
"""Characters beside a glued caption that make a text of their own."""
_GLUED_CAPTION = re.compile(
    r"[^.!?\n\"”]{10,300}다\.\s?(?:20\d\d[.\-]\s?\d{1,2}[.\-]\s?\d{1,2}\.?\s?/?\s?)?ⓒ[^\n]{1,60}?(?:기자|(?=관련)|$)"
)
# Such pages also end in keywords and other items' headlines with nothing between.
_LINK_TAIL = re.compile(rf"관련\s?키워드(?=\S)|관련\s?기사(?=[\"“‘'\[\dA-Z가-힣\u4e00-\u9fff])(?!{_PARTICLES})")
_CREDIT = re.compile(
    r"[(（\[][^()（）\[\]\n]*?(?:" + "|".join(_CREDITS) + r")[^()（）\[\]\n]*[)）\]]",
    re.I,
)
_SOURCE_CUE = re.compile(
    r"\s*(?:sumber|source|quelle|fuente|источник|출처|来源|出典)(?:\s+(?:foto|photo|фото))?\s*[:：]\s*", re.I
)
_BULLET_CREDIT = re.compile(r"\s*[•·*-]\s*\S{2,40}\s*:\s*\S.{0,80}")

# Cues that open a link to another item whatever follows, and cues that do so only with a colon or alone on a line.
_LINK_CUES = (
    "baca (?:juga|selengkapnya|pula)", "lihat juga", "simak juga", "tonton juga", "simak video", "artikel terkait",
    "berita terkait", "read more", "read also", "also read", "(?:à )?lire aussi", "lesen sie auch", "lea también",
    "le puede interesar", "xem thêm", "đọc thêm", "czytaj (?:też|także)", "zobacz (?:też|także)", "leia também",
    "leggi anche", "lees ook", "чита(?:йте|ть) также", "также по теме", "материалы по теме",
    rf"관련\s?(?:기사|뉴스)(?!{_PARTICLES})",
    "함께 (?:본|보면 좋은|읽을) 기사", "☞", r"اقرأ (?:أيضا|المزيد)", "مواضيع ذات صلة",
    "推[荐薦][阅閱][读讀]", "更多[新报報][闻聞道導]", "[热熱]点推[荐薦]", "関連(?:ニュース|トピック)", "[■【]関連",
    "延伸[阅閱][读讀]", "相[关關](?:新闻|新聞|报道|報導|阅读)", "関連記事",
    "あわせて読みたい",
)  # fmt: skip
_LINK_START = re.compile(rf"\W*(?:{'|'.join(_LINK_CUES)})", re.I)
# Where a page's lines were run together, a cue with its colon stands inside the line.
_LINK_INLINE = re.compile(rf"(?<=[.!?”\"…)]\s)(?:{'|'.join(_LINK_CUES)})\s*[:：]", re.I)
# A scraped page that lost its markup: dots where a picture or a link was, the other item's headline stuck to both.
_LINK_GLUED = re.compile(
    r"\.\.(?<=\s\.\.)(?=[«“\"]?[A-ZÀ-ÞА-ЯЁ])[^\n]{10,200}?"
    r"(?:(?<=[a-zà-ÿа-яё»”?!.])(?=[«“]?[A-ZÀ-ÞА-ЯЁ])|(?<=[A-ZÀ-ÞА-ЯЁ]{2})(?=[A-ZÀ-ÞА-ЯЁ][a-zà-ÿа-яё])|$)"
)
_NEXT_SENTENCE = re.compile(r"[.!?…][\"”»’')\]]*\s+(?=[^\W\d_])")
_LINK_LABEL = re.compile(
    r"\W*(?:see also|related(?: stories| articles| news)?|more on this(?: story)?|more stories|по теме|ver también"
    r"|mehr zum thema|terkait|video terkait|topik terkait|tags?|많이 본 (?:뉴스|기사)"
    r"|인기 ?기사|관련 ?키워드|주요 ?뉴스|이 시각 주요뉴스"
    r"|[热熱]门(?:新闻|文章)|最新ニュース|アクセスランキング|人気記事|الأكثر قراءة|مواضيع متعلقة)\s*(?:[:：]|$)",
    re.I,
)
_WIDGETS = frozenset({
    "lanjutkan membaca", "loading", "video pilihan hari ini", "video pilihan", "video terkini", "populer",
    "terpopuler", "terkini", "berita terkini", "berita terkini selengkapnya", "berita selengkapnya", "selengkapnya",
    "advertisement", "iklan", "scroll to continue with content", "bagikan", "share", "share this", "copy link",
    "most read", "trending", "trending now", "newsletter", "реклама", "поделиться", "подписаться", "热门",
    "分享", "공유", "글자크기", "シェア",
})  # fmt: skip
_BYLINE = re.compile(
    r"\s*(?:oleh|by|penulis|editor|reporter|laporan|kontributor|автор|von|par|por)(?:\s*:\s*|\s+)(?P<names>\S.*)", re.I
)
_BYLINE_JOINS = frozenset({"dan", "and", "und", "et", "y", "и", "i", "di", "de", "van", "von", "bin", "al", "&", "|"})
_STAMP = re.compile(r"(?:^\s*|\s)(?:diterbitkan|diperbarui|published|updated|опубликовано)\b[^.]*\d", re.I)
_INITIALS = re.compile(r"[ \t]*\((?:[a-z]{2,5}(?:/[a-z]{2,5}){0,3})\)[ \t]*$")
_SIGNATURE = re.compile(r"\s*\([A-Z][\w'’-]+(?: [A-Z][\w.'’-]+){1,3}\)\s*")
_REPORTER = re.compile(r"[가-힣]{2,4} (?:기자|특파원)(?:\s*[=\w.@]{0,40})?\s*")

_UPPER = "A-ZÀ-ÞĄĆĘŁŃŚŹŻА-ЯЁ"
_IN_BRACKETS = r"\s*\([^)\n]{2,30}\)"
_DASH = r"\s*(?:--|[-–—])"
# Such as: (모스크바=연합뉴스), 【モスクワ＝時事】, （莫斯科3日綜合外電報導）
_AGENCY = (
    r"(?:[(（\[［][^()（）\[\]\n]{1,30}=[^()（）\[\]\n]{1,20}[)）\]］]|【[^】\n]{1,30}[＝=・][^】\n]{1,30}】"
    r"|【[^】\n]{1,20}(?:時事|共同|ロイター|AFP)】|（[^（）\n]{1,12}(?:時事|共同)）"
    r"|[(（【〔][^()（）【】〔〕\n]{1,30}(?:报道|報導|报导|外[电電]|[专專][电電]|[讯訊])[)）】〕])"
)
_TITLE_DATELINE = re.compile(rf"\s*{_AGENCY}")
_DATELINES = tuple(
    re.compile(r"\s*" + pattern)
    for pattern in (
        # such as: Situs.com, Jakarta -
        r"[\w-]+(?:\.(?:com|id|co|net|org))+(?:\s*,[^\n–—]{2,40}?)?\s+[-–—]\s*",
        # such as: MOSKOW - or SEOUL, Jan 6 (Reuters) -
        rf"[{_UPPER}][{_UPPER} .'/-]{{2,30}}(?:, [^\n–—]{{2,40}}?)?(?:{_IN_BRACKETS})?(?:{_DASH}|:)\s+",
        # such as: Jakarta (ANTARA) - or Pyongyang, January 16 (KCNA) --
        rf"[{_UPPER}][\w. ]{{1,25}}(?:, [^\n()–—]{{2,25}})?{_IN_BRACKETS}{_DASH}\s*",
        # such as: ПХЕНЬЯН, 5 июня. /ТАСС/.
        rf"[{_UPPER}][\w. ]{{1,25}}, \d{{1,2}} \w+\.?(?: \d{{4}})?\s*(?:\.?\s*/[^/\n]{{2,20}}/\.?|{_DASH})\s*",
        # such as: (서울=연합뉴스) or [서울=뉴시스], followed by the reporter
        rf"{_AGENCY}\s*(?:[가-힣○]{{2,4}} (?:기자|특파원|선임기자)\s*=?\s*)?",
        # such as: موسكو (رويترز) -
        r"[\u0620-\u06ff][\u0620-\u06ff\d ]{2,30}\s*[(（][^()（）\n]{2,25}[)）]\s*(?:--|[-–—:])\s*",
        r"[\u4e00-\u9fff]{2,12}\d{1,2}月\d{1,2}日(?:电|電|讯|訊)",
        # such as: Situs –Pemimpin, a dash that sticks to the text only on its right
        r"[A-Z]\w{2,14} [–—](?=[^\W\d_])",
    )
)
_ENDS_SENTENCE = re.compile(r"[.!?。！？…:;][\s\"”»’')\]]*$")


def lines_of(text: str) -> list[Line]:
    """The non-empty lines of a text."""
    lines: list[Line] = []
    position, gap = 0, True
    for raw in text.split("\n"):
        if raw.strip():
            lines.append(Line(raw, position, gap))
        gap = not raw.strip()
        position += len(raw) + 1
    return lines


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does, not as a heading does."""
    return _ENDS_SENTENCE.search(line) is not None


def title_margins(title: str) -> tuple[Margin, ...]:
    """The margin of a title: an agency's dateline in brackets before it."""
    dateline = _TITLE_DATELINE.match(title, 0, 60)
    return (Margin(MarginKind.DATELINE, dateline.start(), dateline.end()),) if dateline else ()


def margins(text: str) -> tuple[Margin, ...]:
    """The margins of a body or summary, in order, not overlapping; `title_margins` are a title's."""
    return tuple(margin for _, found in margins_by_line(text) for margin in found)


def margins_by_line(text: str) -> Iterator[tuple[int, list[Margin]]]:
    """The same line by line, each with where the line ends: who asks of the beginning only need not read it all."""
    lines = lines_of(text)
    news_lines = 0
    links_left = 0
    has_dateline = False
    for index, line in enumerate(lines):
        if links_left and not line.gap_before and len(line.text) < MAX_HEADLINE and not ends_sentence(line.text):
            links_left -= 1
            yield line.end, [_whole(MarginKind.LINK, line)]
            continue
        margin = _of_line(lines, index)
        links_left = MAX_LINK_LINES if margin and margin.kind is MarginKind.LINK and _is_label(line.text) else 0
        found = [margin] if margin else []
        start = margin.end if margin else line.start
        if start < line.end:
            is_open = news_lines < DATELINE_LINES and not has_dateline
            found.extend(_edges(text, start, line.end, is_open=is_open, is_last=index == len(lines) - 1))
            has_dateline = has_dateline or any(edge.kind is MarginKind.DATELINE for edge in found)
            news_lines += 1
        yield line.end, found


def _of_line(lines: list[Line], index: int) -> Margin | None:
    line = lines[index]
    text = line.text
    if _LINK_START.match(text):
        return _whole(MarginKind.LINK, line)
    caption = _caption_end(text)
    if caption:
        return Margin(MarginKind.CAPTION, line.start, line.start + caption)
    is_paragraph = len(text) > MAX_HEADLINE or (ends_sentence(text) and not text.rstrip().endswith((":", "：")))
    kind = None if is_paragraph else _of_short_line(lines, index)
    return _whole(kind, line) if kind else None


def _of_short_line(lines: list[Line], index: int) -> MarginKind | None:
    """What a line is that is short and ends no sentence."""
    text = lines[index].text
    if _bare(text) in _WIDGETS:
        return MarginKind.WIDGET
    if _LINK_LABEL.match(text):
        return MarginKind.LINK
    if _is_caption_title(lines, index) or _SOURCE_CUE.fullmatch(text) or _is_credit_bullet(lines, index):
        return MarginKind.CAPTION
    is_byline = _is_byline(text) or _SIGNATURE.fullmatch(text) or _REPORTER.fullmatch(text)
    return MarginKind.BYLINE if is_byline else None


def _whole(kind: MarginKind, line: Line) -> Margin:
    return Margin(kind, line.start, line.end)


def _bare(text: str) -> str:
    return re.sub(r"[^\w ]", "", text).strip().casefold()


def _is_label(text: str) -> bool:
    """A link cue with nothing after it: the headlines follow on the next lines."""
    is_bare = _LINK_LABEL.fullmatch(text.strip()) is not None
    return is_bare or (len(text.strip()) <= 30 and (text.rstrip().endswith((":", "：")) or len(text.split()) <= 2))


def _caption_end(text: str) -> int:
    """How much of a line is a caption: up to its photo credit, or all of it where it says "Foto:"."""
    has_bracket = "(" in text or "（" in text or "[" in text
    credit = _CREDIT.search(text, 0, MAX_CAPTION + 100) if has_bracket else None
    if credit and credit.end() <= MAX_CAPTION:
        return credit.end()
    if len(text) <= MAX_KOREAN_CAPTION and has_bracket and _KOREAN_CREDIT.search(text):
        return len(text)
    if japanese := _JAPANESE_CAPTION.match(text):
        return japanese.end()
    if _CAPTION_START.match(text):
        stop = re.search(r"[.!?。](?:\s|$)", text)
        return stop.end() if stop else len(text)
    return 0


def _is_caption_title(lines: list[Line], index: int) -> bool:
    """A short line directly above a caption or its source line repeats what the photo shows."""
    line = lines[index]
    if (
        index + 1 >= len(lines)
        or lines[index + 1].gap_before
        or len(line.text) > MAX_HEADLINE
        or ends_sentence(line.text)
    ):
        return False
    below = lines[index + 1].text
    return _caption_end(below) == len(below.rstrip()) or _SOURCE_CUE.match(below) is not None


def _is_credit_bullet(lines: list[Line], index: int) -> bool:
    is_below_cue = index > 0 and _SOURCE_CUE.match(lines[index - 1].text) is not None
    return is_below_cue and _BULLET_CREDIT.fullmatch(lines[index].text) is not None


def _is_byline(text: str) -> bool:
    """A short line of nothing but names after "oleh"/"by", or with the time of publication."""
    if len(text) > 120 or ends_sentence(text):
        return False
    if _STAMP.search(text):
        return True
    byline = _BYLINE.fullmatch(text)
    names = byline["names"].split() if byline else []
    return 0 < len(names) <= 10 and all(name[0].isupper() or name.casefold() in _BYLINE_JOINS for name in names)


def _edges(text: str, start: int, end: int, *, is_open: bool, is_last: bool) -> Iterator[Margin]:
    """A dateline before the first sentence, a link run into the line, an editor's initials behind the last."""
    if is_open:
        for pattern in _DATELINES:
            dateline = pattern.match(text, start, min(end, start + 120))
            if dateline:
                yield Margin(MarginKind.DATELINE, dateline.start(), dateline.end())
                break
    # What an expression cannot do without is looked for first: nearly every line lacks it, and `find` costs little.
    for glued in _LINK_GLUED.finditer(text, start, end) if _holds(text, "..", start, end) else ():
        yield Margin(MarginKind.LINK, glued.start(), glued.end())
        start = glued.end()
    tail = _LINK_TAIL.search(text, start, end) if _holds(text, "관련", start, end) else None
    last = tail.start() if tail else end
    caption = _GLUED_CAPTION.search(text, start, last) if _holds(text, "ⓒ", start, last) else None
    # A picture's story may be its caption alone: then that is the text.
    if caption and (caption.start() - start >= MIN_TEXT or last - caption.end() >= MIN_TEXT):
        yield Margin(MarginKind.CAPTION, caption.start(), caption.end())
        start = caption.end()
    has_colon = _holds(text, ":", start, last) or _holds(text, "：", start, last)
    link = _LINK_INLINE.search(text, start, last) if has_colon else None
    if link:  # up to the end of its headline; where that has none, to the end of the line
        stop = _NEXT_SENTENCE.search(text, link.end(), last)
        yield Margin(MarginKind.LINK, link.start(), stop.end() if stop else last)
    if tail:
        yield Margin(MarginKind.LINK, last, end)
    elif is_last:
        initials = _INITIALS.search(text, max(start, end - 40), end)
        if initials:
            yield Margin(MarginKind.BYLINE, initials.start(), end)


def _holds(text: str, needle: str, start: int, end: int) -> bool:
    return text.find(needle, start, end) >= 0
