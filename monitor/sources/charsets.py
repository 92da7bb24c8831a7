"""Bytes as served → UTF-8: the last word on charsets, for every reader of documents.

Owns: whom to believe. In order: a byte order mark, bytes that are valid UTF-8 (nothing else looks like it), the header,
the document's own declaration, and where these are missing, impossible or a server's thoughtless default (us-ascii,
ISO 8859-1), the letters themselves: EUC-KR, Shift-JIS, EUC-JP, GB 18030, Big5, windows-1251, windows-874 and KOI8-R are
told by how often the commonest letters of their languages come out. Refuses: to guess between Western charsets, and
to fail.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ZERO_PATTERNS = (
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00r\x00", "utf-16-le"),
    (b"\x00<\x00r", "utf-16-be"),
    (b"<\x00f\x00", "utf-16-le"),
    (b"\x00<\x00f", "utf-16-be"),
)
"""How a document begins in which every other byte is zero; a lone zero before "<?xml" is an accident."""
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}encoding\s*=\s*["']\s*([\w.:-]{1,40})\s*["']""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_SUPERSETS = {
    "euckr": "cp949",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "korean": "cp949",
    "windows949": "cp949",
    "ms949": "cp949",
    "uhc": "cp949",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "windows31j": "cp932",
    "mskanji": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "xgbk": "gb18030",
    "windows936": "gb18030",
    "big5": "big5hkscs",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "usascii": "cp1252",
    "ascii": "cp1252",
    "iso88599": "cp1254",
    "tis620": "cp874",
    "windows874": "cp874",
    "dos874": "cp874",
    "iso885911": "cp874",
    "xxbig5": "big5hkscs",
    "cnbig5": "big5hkscs",
    "xmaccyrillic": "mac-cyrillic",
    "koi": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8": "koi8-r",
    "koi8ru": "koi8-u",
    "unicode11utf8": "utf-8",
    **{f"{name}{page}": f"cp{page}" for page in range(1250, 1259) for name in ("cp", "windows", "win", "xcp", "mswin")},
}
"""What is written under these names is nearly always the vendor's superset (WHATWG Encoding Standard, §4.2)."""
_SHIFTING = ("utf-7", "utf7", "iso-2022", "iso2022", "hz", "csiso2022")
"""Charsets whose bytes are all ASCII; UTF-7 and HZ are not decoded at all (RFC 2152's own warning)."""
_ESCAPES = (
    (b"\x1b$)C", "iso2022_kr"),
    (b"\x1b$B", "iso2022_jp"),
    (b"\x1b$@", "iso2022_jp"),
    (b"\x1b(J", "iso2022_jp"),
)
_UNSAFE = frozenset({"utf-7", "hz"})
_NO_CHARSETS = ("idna", "punycode", "unicode", "raw_unicode", "mbcs", "oem")
"""Codecs of Python that are no charsets of documents."""
_DEFAULTS = frozenset({"cp1252", "cp1254"})
_MAX_BROKEN_SHARE = 0.02
_SAMPLE_BYTES = 16_000


@dataclass(frozen=True, slots=True)
class Document:
    """A document in UTF-8 without byte order mark and XML declaration; `remark` says where a claim was not believed."""

    body: bytes
    charset: str
    remark: str = ""


def as_utf8(body: bytes, content_type: str = "") -> Document:
    """The document in UTF-8. `content_type` is the header as served; bytes that mean nothing become U+FFFD."""
    return without_guessing(body, content_type) or _guessed(body, _claims(body, content_type))


def without_guessing(body: bytes, content_type: str = "") -> Document | None:
    """The same where the bytes or a believable claim tell the charset; None where letters have to be weighed.

    That takes some 20 ms, and over 100 for bytes that are made for it.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], charset, "")
    for zeros, charset in _ZERO_PATTERNS:
        if body.startswith(zeros):
            return _decoded(body, charset, "")
    claims = _claims(body, content_type)
    if body.isascii():
        return _ascii(body, claims)
    if _utf8_error(body) is not None:
        telling = next((name for name in _believable(body, claims) if name not in _DEFAULTS), "")
        return _decoded(body, telling, "") if telling else None
    wrong = next((claim for claim in claims if codec(claim) not in {"utf-8", ""}), "")
    remark = f"declared as {wrong}, but it is UTF-8" if wrong and codec(wrong) not in _DEFAULTS else ""
    return Document(_without_declaration(body), "utf-8", remark)


def codec(name: str) -> str:
    """Python's codec for a declared charset, "" for an unknown or an unsafe one."""
    plain = name.lower().strip()
    if plain.startswith(_NO_CHARSETS) or "escape" in plain:
        return ""
    if plain.startswith(_SHIFTING) and not plain.startswith(("iso-2022", "iso2022")):
        return ""
    bare = re.sub(r"[^a-z0-9]", "", plain)
    if known := _SUPERSETS.get(bare):
        return known
    try:
        "".encode(plain)
        b"".decode(plain)
        is_unsafe = codecs.lookup(plain).name in _UNSAFE  # "U7" is a name of UTF-7, too
    except (LookupError, ValueError, TypeError):
        return ""
    return "" if is_unsafe else "utf-8" if bare == "utf8" else plain


def _claims(body: bytes, content_type: str) -> list[str]:
    """What header and declaration say, in the order in which they are believed (RFC 7303 §3.2)."""
    header = _CHARSET.search(content_type)
    own = _ENCODING.search(body[:400])
    found = [header[1]] if header else []
    found += [own[1].decode("ascii", "replace")] if own else []
    return [claim.lower() for claim in found]


def _ascii(body: bytes, claims: list[str]) -> Document:
    """A body of ASCII bytes, which may all the same switch to another charset by escape sequences."""
    if any(claim.startswith(("iso-2022", "iso2022")) for claim in claims):
        for name in filter(None, map(codec, claims)):
            return _decoded(body, name, "")
    for escape, name in _ESCAPES:
        if escape in body:
            return _decoded(body, name, f"no charset declared; it switches as {name} does")
    return Document(_without_declaration(body), "ascii")


def _utf8_error(body: bytes) -> int | None:
    """Where a body stops being UTF-8."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _believable(body: bytes, claims: list[str]) -> list[str]:
    """The claimed codecs that a body which is not UTF-8 can be in."""
    return [name for name in map(codec, claims) if name not in {"", "utf-8"} and _decodes(body, name)]


def _guessed(body: bytes, claims: list[str]) -> Document:
    """A body without a telling claim: the letters' own charset, else broken UTF-8, a common claim, or Western."""
    believable = next(iter(_believable(body, claims)), "")
    if _is_broken_utf8(body):
        return _decoded(body, "utf-8", f"broken UTF-8 at byte {_utf8_error(body) or 0:,}")
    guess = detect(body)
    if guess:
        said = f"declared as {claims[0]}, but it" if claims else "no charset declared; it"
        return _decoded(body, guess, f"{said} reads like {guess}")
    remark = "" if believable else f"declared as {claims[0]}, but it is not" if claims else "no charset declared"
    return _decoded(body, believable or "cp1252", remark)


def _decodes(body: bytes, name: str) -> bool:
    """Whether the bytes are possible in that charset, but for a few broken ones."""
    if name.startswith(("utf-16", "utf-32", "utf_16", "utf_32", "utf16", "utf32")) and b"\0" not in body:
        return False
    try:
        body.decode(name)
    except UnicodeDecodeError:
        sample = body[:_LOOKED_AT]
        broken = sample.decode(name, "replace").count("\ufffd")
        return broken <= max(2, len(sample.translate(None, _ASCII)) * _MAX_BROKEN_SHARE)
    except (LookupError, ValueError, TypeError):
        return False
    return True


_ASCII = bytes(range(0x80))
_LOOKED_AT = 65_536


def _is_broken_utf8(body: bytes) -> bool:
    """Mostly valid sequences of several bytes: texts cut in the middle of a character, pieces of another charset."""
    # From the first byte beyond ASCII: charsets that are told apart by a few letters deep in a document are rare.
    first = len(body) - len(body.lstrip(_ASCII))
    text = body[first : first + _LOOKED_AT].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return whole > 4 * broken


def _decoded(body: bytes, name: str, remark: str) -> Document:
    text = body.decode(name, "replace").removeprefix("\ufeff")
    found = _DECLARATION.match(text)
    text = text[found.end() :] if found else text
    return Document(text.encode("utf-8", "replace"), name, remark)


_DECLARED = re.compile(rb"\A<\?xml[^>]*>")


def _without_declaration(body: bytes) -> bytes:
    found = _DECLARED.match(body)
    return body[found.end() :] if found else body


# -- telling charsets by their letters --------------------------------------------------------------------------------

_KOREAN = frozenset("이다는에의을가고하로은한지를사기인서도대어리자시정나일해스아있부제조회원러보전국북")
_RUSSIAN = frozenset("оеаинтсрвлкмдпуяы")
_JAPANESE = frozenset("のにはをたがでてとしれさるいあもなかっすりこ、。ーン")
_CHINESE = frozenset("的一是不了在人有我他这中大来上国和地到以说时要就出会也你对年后方多为发")
_TAIWANESE = frozenset("的一是不了在人有我他這中大來上國和地到以說時要就出會也你對年後方多為發與於並")
_THAI = frozenset("านรอกเงคมยลวดทสตะปบแหใพช่้ีัิืุู")
_LETTERS: dict[str, tuple[frozenset[str], float]] = {
    "cp949": (_KOREAN, 0.42),
    "cp932": (_JAPANESE, 0.45),
    "euc-jp": (_JAPANESE, 0.45),
    "gb18030": (_CHINESE, 0.22),
    "big5hkscs": (_TAIWANESE, 0.22),
    "cp874": (_THAI, 0.9),
    "cp1251": (_RUSSIAN, 0.82),
    "koi8-r": (_RUSSIAN, 0.82),
}
"""Charset → (commonest letters of its language, their usual share among letters of running news text).

The letters are those that any frequency list of the language begins with; the shares were counted on texts of our own
writing, and only a third of them is asked for.
"""
_ASKED_SHARE = 0.5
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_ODD = re.compile("[\ufffd\ue000-\uf8ff\u2500-\u257f\u0080-\u009f]")
_IMPROBABLE = re.compile("[а-яё][А-ЯЁ]|[A-Za-z][А-Яа-яёก-๛]|[А-Яа-яёก-๛][A-Za-z]|(?<![ก-๎])[ัิ-ฺ็-๎]|[ิ-ฺ][ัิ-ฺ]")
"""Russian has no capitals inside words, and words of one script: é between Latin letters is no й, and nothing Thai.
Thai marks need a letter below them, and no two vowels share one."""


def detect(body: bytes) -> str:
    """The codec whose letters come out most like its language; "" when none is convincing."""
    sample = _high_parts(body)
    if len(sample) < 8:
        return ""
    scores = {name: _likeness(sample, name) for name in _LETTERS}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _ASKED_SHARE else ""


_RUN = re.compile(rb"[A-Za-z]?[\x80-\xff][\x21-\x7e\x80-\xff]*")


def _high_parts(body: bytes) -> bytes:
    """The words with bytes beyond ASCII, up to a sample's size; second bytes of Japanese may be ASCII."""
    parts: list[bytes] = []
    size = 0
    for run in _RUN.finditer(body):
        piece = run[0].partition(b"<")[0][:_SAMPLE_BYTES]
        parts.append(piece)
        size += len(piece)
        if size > _SAMPLE_BYTES:
            break
    return b" ".join(parts)


def _likeness(sample: bytes, name: str) -> float:
    """1 for usual text of the charset's language, 0 or less for what cannot be it."""
    text = sample.decode(name, "replace")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    if not letters:
        return 0.0
    common, usual = _LETTERS[name]
    share = sum(text.count(letter) for letter in common) / letters
    wrong = len(_ODD.findall(text)) + len(_HALF_WIDTH.findall(text)) + len(_IMPROBABLE.findall(text))
    return share / usual - 4 * wrong / letters
