"""Strings that hurt: what each expression of our parsers might choke on, and words to fill documents with."""

from __future__ import annotations

import random

ENCODINGS = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949", "euc-jp", "shift_jis", "gb18030", "windows-1251",
    "koi8-r", "iso-8859-1", "iso-2022-jp", "iso-2022-kr", "big5", "cp1252", "ascii",
)  # fmt: skip

TOKENS = (
    b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?", b"?>", b"&#0;", b"&#x110000;", b"&#xD800;", b"&#", b"&x;", b"&amp",
    b"&",
    b"\0", b"\x0b", b"\xff", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbf\xbf", b"<item>", b"</item>", b"<entry>",
    b"</entry>", b"<rss>", b"</rss>", b"<channel>", b"</channel>", b"<title>", b"</title>", b"<guid isPermaLink='x'>",
    b"<item/>", b"</", b"<", b">", b"'", b'"', b"<!DOCTYPE rss [<!ENTITY a 'b'>]>", b"<html>", b"<body>",
    b"xml:base='//'",
    b" xmlns='http://www.w3.org/2005/Atom'", b" xmlns:media='urn:x'", b"<media:group><media:title>", b"<link href='",
    b"<content type='application/octet-stream'>", b"<content mode='base64'>AAAA", b"<content type='xhtml'><div>",
    b"<image><title>x</title>", b"<slash:comments>1", b"<source url='", b"<author><name>", b"\xe2\x80\xae",
    b"\xcc\x81" * 99,
    b"&lt;script&gt;", b"<description>", b"<skipHours><hour>", b"<ttl>99999999999</ttl>", b"<a:b xmlns:a=''>",
)  # fmt: skip
"""What is put into documents where it does not belong."""

_WORDS = (
    "presiden", "menteri", "kapal", "selat", "perundingan", "kesepakatan", "pasukan", "bantuan", "gandum", "minyak",
    "sanksi", "delegasi", "pertemuan", "bandara", "Putin", "Kim", "Rusia", "Korea", "Pyongyang", "Moskow", "rudal",
    "latihan", "ekspor", "utusan", "dewan", "keamanan", "laporan", "perbatasan", "jembatan", "kereta", "Россия",
    "переговоры", "визит", "президент", "поставки", "북한", "러시아", "정상회담", "협력", "ロシア", "北朝鮮", "会談",
)  # fmt: skip

_DATES = (
    "Wed, 19 Jun 2024 03:00:00 +0700", "2024-06-19T03:00:00Z", "2024-06-19T03:00:00+09:00", "1718741000", "19 Jun 24",
    "Rab, 19 Jun 2024 10:00 WIB", "2024년 6월 19일 10:00", "9999-12-31T23:59:59Z", "0000-00-00",
    "Thu, 01 Jan 1970 00:00:00",
    "99999999999999999999", "2024-13-45T99:99:99", "now", "", "+++", "Mon, 32 Foo 20244 25:61:61 +9999", "1e400",
    "0001-01-01",
    "令和6年6月19日", "19/06/2024 오후 3:00", "2024-06-19T24:00:00-12:00", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:00-12:00",
)  # fmt: skip

_PIECES = (
    " ", "\n", "\n \n", "\t", "<", ">", "&", "&#", "&amp;", "&amp;amp;", "&lt;", "<td ", "<a ", "<a href='", "</",
    "<!", "<!--",
    "<p>", "<div>", "<td>", "</table >", "<table><tr><td>", "<script>", "<svg><p>", "<b><i>", "<br", "[", "]", "(",
    ")", "\\",
    "a", "A ", "aA", "0", "9:", "1 ", "1.", "12/", "12:", "00:", "-", "- ", " - ", ",", ".", "..", "!", "/", "//",
    "http://", "@",
    "%", "%2", "%25", "?a=b&", "&utm_x=1", "#", ";", "jan ", "pukul ", "오후 ", "+09:00 ", "gmt", "년", "1년 ", "월",
    "令和", "'",
    "’", "a’", "a.", "a/", "\u0301", "é", "\u202e", "\u200b", "\u00ad", "\x1e", "ﷺ", "㍿", "İ", "ß", "가", "ㅏ", "ร",
    "א", "😀",
    "👩\u200d", "\ud800", "\udfff", "Putin ", "Kim Jong Un ", "The post ", " appeared first on ", "Korea ", "rss/",
    "feed.", "xn--",
    "2024-", "--", "=", "\"", "_", "*", "\u2028", "\u3000", "１", "٣", "²", "Ⅷ", "Copyright © ", "Mr. ", "U.S. ",
    "No. 1, ",
)  # fmt: skip


def text(rng: random.Random, words: int = 8) -> str:
    """Some words."""
    return " ".join(rng.choices(_WORDS, k=words))


def date(rng: random.Random) -> str:
    """A date, or what stands in its place."""
    return rng.choice(_DATES)


def catastrophe(rng: random.Random, size: int) -> str:
    """A short pattern repeated, with another end than an expression hopes for."""
    pattern = "".join(rng.choices(_PIECES, k=rng.choice((1, 1, 2, 3))))
    head = rng.choice(("", "", "http://", "<a href=", "2024-", "<table>", "Putin "))
    return head + pattern * max(1, size // len(pattern)) + rng.choice(("", "!", "x", ">", "\x00", "</a>", " 2024"))
