"""HTML → plain text, one-line titles, comparison forms and sentence bounds.

Owns: what of a feed's HTML is running text. Refuses: to render, to fix, or to trust it; everything returned is plain
text without control, bidi-override or zero-width characters, and still has to be escaped where it is shown.
Third-party: selectolax (the lexbor HTML5 parser), a pure function from text to tree.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from selectolax.lexbor import LexborHTMLParser

MAX_TITLE_CHARS = 300
"""Longer "titles" are bodies or attacks; real ones stay under 200 characters in every feed we looked at."""
MAX_TREE_TAGS = 4000
"""HTML5 scope checks make a tree quadratic in its depth (50,000 open <div>: 4 s); beyond this no tree is built."""

_DROPPED = "script,style,noscript,template,iframe,object,svg,math,figcaption,select,button,video,audio,textarea,title"
_BLOCKS = (
    "p,div,br,li,h1,h2,h3,h4,h5,h6,ul,ol,dl,dt,dd,table,blockquote,section,article,header,footer,hr,pre,figure,"
    "aside,main,nav,address,details,summary,form,fieldset,center"
)
_DROPPED_NAMES = frozenset(_DROPPED.split(","))
_BLOCK_NAMES = frozenset(_BLOCKS.split(",")) | {"td", "th", "tr"}
_EDGE = re.compile(rf"<(?:/(?!table)|(?=[^/]))(?:{_BLOCKS.replace(',', '|')})\b", re.IGNORECASE)
_CELL = re.compile(r"<t[dh](?:\s[^<>]*)?>|</table\s*>", re.IGNORECASE)
_HAS_DROPPED = re.compile(rf"<(?:{_DROPPED.replace(',', '|')})\b", re.IGNORECASE)
_TAG_NAME = re.compile(r"/?([a-z][a-z0-9]*)", re.IGNORECASE)
# What most feeds send: tags that do not move text, scripts, and references that mean one character to everybody.
_ATTRIBUTES = r"""(?>\s++[a-z][\w:-]*+(?:\s*+=\s*+(?:"[^"<>]*+"|'[^'<>]*+'|[^\s"'<>=`]++))?+)*+\s*+/?+>"""
_SIMPLE_TAG = re.compile(
    rf"""(?P<script>script|style){_ATTRIBUTES}
    |/?(?P<block>(?:p|br|div|ul|ol|li|h[1-6]|blockquote|hr|section|article)){_ATTRIBUTES}
    |/?(?:a|b|i|em|strong|u|span|img|small|sub|sup|cite|code){_ATTRIBUTES}""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands between "<" and ">", the latter included."""
_SIMPLE_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip|#(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d"
    r"|[1-9]\d{3}));"
)
_BREAK = "\x1e"
"""Marks a block's edge while white space is folded; the tree gets it as text, so it must not survive in input."""
_SIMPLE = {
    **dict.fromkeys(("p", "/p", "br", "br/", "br /", "div", "/div", "ul", "/ul", "ol", "/ol", "li", "/li"), _BREAK),
    **dict.fromkeys(
        ("a", "/a", "b", "/b", "i", "/i", "em", "/em", "strong", "/strong", "u", "/u", "span", "/span"), ""
    ),
}
"""The commonest tags as they are mostly written → what they leave."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)
# Seen in the wild: feeds escaped twice leave these in what a reader should see.
_LEFT_OVER = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[nm]dash|hellip|#0?39|#160|#82[12]\d|#x27);", re.IGNORECASE
)
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|cite|code|del|div|em|figure|font|h[1-6]|hr|i|iframe|img|ins|li|mark|ol|p|q|ruby|s|"
    r"script|small|span|strike|strong|style|sub|sup|table|td|tr|tt|u|ul|wbr)(?:\s[^<>]*)?/?>|<!--",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+|\n+")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")
# No letters of any script, and nothing that joins its neighbours.
_SIGNS = "“”‘’–—…•«»\u00a0"
_UNSEEN = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)]),
    **dict.fromkeys([0xAD, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
    **dict.fromkeys([*range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC), *range(0xD800, 0xE000), *range(0xE0000, 0xE0080)]),
}
"""Control characters, soft hyphen, zero width, bidi marks and overrides, tags, lone surrogates → nothing."""


def html_to_text(html: str) -> str:
    """The running text of an HTML fragment; paragraphs are parted by one newline, no line is empty.

    Scripts, styles, captions and form widgets are left out. Plain text passes: its blank lines part paragraphs.
    """
    if "<" not in html:
        # Only blank lines part paragraphs here: plain text is often wrapped at 72 columns.
        text = _BLANK_LINES.sub(_BREAK, unescape(html) if "&" in html else html)
        if "<" in text and _MARKUP.search(text):
            # Not one real tag, and markup among the escaped ones: the whole was escaped twice.
            text = _markup_text(text)
    else:
        text = _markup_text(html)
    if "&" in text and _LEFT_OVER.search(text):
        # Clearly escaped twice: what a reader would see holds entities. Once more, and tags if those come out.
        text = unescape(text)
        if _MARKUP.search(text):
            text = _markup_text(text)
    # Between "</p>" and "<p>" nothing stands but a line's end, if anything.
    lines = (_fold(line) for line in text.split(_BREAK) if line and line != "\n")
    return "\n".join(line for line in lines if line)


def title_text(raw: str) -> str:
    """A title as plain text: markup goes only where there is real markup, so "a < b" and "<Kim>" survive."""
    text = html_to_text(raw) if "<" in raw and _MARKUP.search(raw) else raw
    for _ in range(2):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = unescape(text)
        text = html_to_text(text) if "<" in text and _MARKUP.search(text) else text
    return text


def clean_line(text: str, *, max_chars: int = MAX_TITLE_CHARS) -> tuple[str, bool]:
    """One printable line, and whether it was cut; no line breaks, controls, bidi overrides or zero-width characters."""
    # Far beyond the cap nothing can survive it; folding 10 MB of spaces first would only cost.
    head = text[: max_chars * 8]
    line = _fold(head.replace(_BREAK, " "))
    if len(line) <= max_chars:
        return line, len(head) < len(text)
    return line[: max_chars - 1].rstrip() + "…", True


def as_ascii(text: str) -> bytes | None:
    """The text in ASCII, with "?" for each typographic sign; None where anything else stands beyond ASCII.

    Most Indonesian and English texts hold nothing else, and bytes are folded and cut in a fraction of the time.
    """
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return text.encode("ascii", "replace") if not beyond or beyond == sum(map(text.count, _SIGNS)) else None


def normalize(text: str) -> str:
    """A form to compare by: NFKC, casefold, unseen characters dropped, white space folded."""
    return _fold(unicodedata.normalize("NFKC", _fold(text)).casefold())


def letters_only(text: str) -> str:
    """A stricter form to compare titles by: `normalize`, then only letters, marks and digits, single spaces between."""
    kept = (c if c.isalnum() or unicodedata.combining(c) else " " for c in normalize(text))
    return " ".join("".join(kept).split())


_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "gen", "lt", "col", "sen", "rep", "gov", "sgt", "capt", "jr", "sr", "vs"}
    | {"no", "inc", "ltd", "co", "corp", "etc", "eg", "ie", "cf", "al", "fig", "vol", "jan", "feb", "mar", "apr", "jun"}
    | {"jul", "aug", "sep", "sept", "oct", "nov", "dec", "drs", "dra", "ir", "hj", "kh", "tn", "ny", "sdr", "yth", "jl"}
    | {"dll", "dkk", "dst", "hlm", "tgl", "pt", "tbk", "kol", "jend", "letjen", "brigjen", "mayjen", "irjen", "kapt"}
    | {"г", "гг", "в", "вв", "ул", "им", "тыс", "млн", "млрд", "трлн", "т", "д", "п", "руб", "см", "стр", "ген", "акад"}
)
# A run of stops is looked at once, at its first, and never again from within: "....x" a thousand times cost a second.
_SENTENCE_END = re.compile(r"(?<![.!?…؟।۔])([.!?…؟।۔]++[\"'”’»)\]]*+)(?=\s)|[。！？｡]++[」』”’）\)]*+|\n")
_LAST_WORD = re.compile(r"[^\W\d_]+\Z")


def sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence, in order, without surrounding white space; they cover all that is not space."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if match[1] and not _ends_here(text, match):
            continue
        start = _add_span(found, text, start, match.end())
    _add_span(found, text, start, len(text))
    return found


def _ends_here(text: str, match: re.Match[str]) -> bool:
    if match[1] != ".":
        following = text[match.end() : match.end() + 3].lstrip()[:1]
        return not following.islower()
    before = _LAST_WORD.search(text, max(0, match.start() - 20), match.start())
    word = before[0] if before else ""
    is_initial = len(word) == 1 and word.isupper()
    following = text[match.end() : match.end() + 3].lstrip()[:1]
    return not (is_initial or word.casefold() in _ABBREVIATIONS or following.islower())


def _add_span(found: list[tuple[int, int]], text: str, start: int, end: int) -> int:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    if left < right:
        found.append((left, right))
    return end


def _fold(text: str) -> str:
    if "  " not in text and text.isprintable():
        return text.strip(" ")  # of all that is printable, only this is space
    folded = " ".join(text.split())
    # The test costs a fiftieth of the translation, and nearly all text passes it.
    return folded if folded.isprintable() else " ".join(folded.translate(_UNSEEN).split())


def _simple_text(html: str) -> str | None:
    """`_tree_text` of a fragment of simple tags, without a tree; None where anything else stands in it."""
    if "\0" in html:
        return None
    head, *parts = html.replace(_BREAK, " ").split("<")
    kept = [head]
    script = ""
    for part in parts:
        tag, end, text = part.partition(">")
        if script:
            if not end or tag[:1] != "/" or tag[1:].rstrip().lower() != script:
                return None
            kept.append(text)
            script = ""
            continue
        meaning = _SIMPLE.get(tag) if end else None
        if meaning is None:
            found = _SIMPLE_TAG.fullmatch(tag + end)
            if found is None:
                return None
            script = (found["script"] or "").lower()
            meaning = _BREAK if found["block"] else ""
        if not script:
            kept += (meaning, text)
    if script:
        return None
    text = "".join(kept)
    if "&" not in text:
        return text
    return unescape(text) if text.count("&") == len(_SIMPLE_ENTITY.findall(text)) else None


def _markup_text(html: str) -> str:
    if html.count("<") > MAX_TREE_TAGS:
        return _strip_tags(html)
    simple = _simple_text(html)
    return _tree_text(html) if simple is None else simple


def _tree_text(html: str) -> str:
    # The breaks are put in before parsing: selecting blocks in the tree costs twice the parse. In a table only cells
    # may hold text; anything else there would be moved out in front of it ("foster parenting" in HTML5).
    marked = _EDGE.sub(_BREAK + r"\g<0>", html.replace(_BREAK, " "))
    body = LexborHTMLParser(_CELL.sub(r"\g<0>" + _BREAK, marked)).body
    if body is None:
        return ""
    if _HAS_DROPPED.search(html):
        for node in body.css(_DROPPED):
            node.decompose()
    return body.text(deep=True)


def _strip_tags(html: str) -> str:
    """Without a tree, in one pass: for documents whose sheer number of tags would make a tree slow."""
    kept = []
    skipped = ""
    for index, part in enumerate(html.replace(_BREAK, " ").split("<")):
        name, _, text = part.partition(">")
        tag = _TAG_NAME.match(name) if index else None
        if tag is None:
            if not skipped:
                kept.append(part if not index else "<" + part if not part.startswith(("!", "?")) else text)
            continue
        word = tag[1].lower()
        if skipped:
            skipped = "" if part.startswith("/") and word == skipped else skipped
        elif word in _DROPPED_NAMES:
            skipped = "" if part.startswith("/") else word
        if not skipped:
            kept.append((_BREAK if word in _BLOCK_NAMES else "") + text)
    return unescape("".join(kept))
