"""Strategies that write feeds: well-formed, of all formats, with the oddities that decide which field counts."""

from __future__ import annotations

from html import escape
from typing import Any

from hypothesis import strategies as st

TEXTS = st.sampled_from(
    ["", " ", "Putin tiba di Pyongyang", "푸틴 평양 도착", "Путин & Ким", "a < b", "<b>tebal</b> teks", "x &amp; y",
     "&nbsp;é", "CafÃ© ganda", "\x93kutip\x94", "  tepi \n baris  ", "https://example.org/a?b=1&amp;c=2", "&#8217;",
     "]] >", "Ã©"]
)  # fmt: skip
LINKS = st.sampled_from(
    ["", "https://example.org/1", "/relatif/2", "http:////example.org/3", "?q=1&lang=id", "https://example.org/a?x=1&amp;y=2",
     "tag:example.org,2024:7", "mailto:redaksi@example.org", "http://[::1/rusak", "../naik", "#bagian"]
)  # fmt: skip
DATES = st.sampled_from(["", "Thu, 27 Jun 2024 10:00:00 +0700", "2024-06-27T03:00:00Z", "27 Agu 2024", "1719457200"])
NAMES = st.sampled_from(["Redaksi", "redaksi@example.org (Redaksi)", "", "redaksi@example.org"])
LANGUAGES = st.sampled_from(["", ' xml:lang="id"', ' xml:lang="ko_KR"', ' xml:lang=""', ' lang="ru"'])
BASES = st.sampled_from([""] * 20 + [' xml:base="https://base.example.org/x/"', ' xml:base="sub/"', ' xml:base=""'])
TYPES = st.sampled_from(["", "", ' type="text"', ' type="html"', ' type="text/plain"', ' type="HTML"', ' type="xhtml"'])
XHTML = st.sampled_from(
    ['<div xmlns="http://www.w3.org/1999/xhtml"><p>Satu &amp; <b a="1&quot;2">dua</b></p><br/> </div>',
     '\n <h:div xmlns:h="http://www.w3.org/1999/xhtml" class="c">tiga</h:div>\n',
     '<p xmlns="http://www.w3.org/1999/xhtml">a</p><p xmlns="http://www.w3.org/1999/xhtml">b</p>']
)  # fmt: skip
SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "dcterms": "http://purl.org/dc/terms/",
    "atom": "http://www.w3.org/2005/Atom",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "x": "https://example.org/ns",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "yandex": "http://news.yandex.ru",
    "a10": "http://www.w3.org/2005/Atom",
    "c": "http://purl.org/rss/1.0/modules/content/",
    "isi": "http://purl.org/dc/elements/1.1/",
    "mrss": "http://search.yahoo.com/mrss",
    "News": "https://example.org/bing",
}
"""Usual namespaces, some of them under unusual prefixes, and foreign ones."""
DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())


@st.composite
def texts(draw: Any) -> str:
    """The inside of an element: escaped or in CDATA."""
    text = draw(TEXTS)
    if "]]>" not in text and draw(st.booleans()):
        return f"<![CDATA[{text}]]>"
    return escape(text, quote=False)


@st.composite
def fields(draw: Any) -> str:
    """One child of an item, of any format."""
    kind = draw(st.integers(0, 23))
    text, attributes = draw(texts()), draw(LANGUAGES) + draw(BASES)
    link = escape(draw(LINKS))
    if kind <= 3:
        name = draw(st.sampled_from(["title", "title", "dc:title", "media:title", "atom:title", "TITLE"]))
        return f"<{name}{attributes}{draw(TYPES.filter(lambda t: 'xhtml' not in t))}>{text}</{name}>"
    if kind <= 6:
        name = draw(
            st.sampled_from(["description", "summary", "content:encoded", "content", "media:description", "abstract"])
        )
        if draw(st.integers(0, 4)) == 0:
            return f'<{name}{attributes} type="xhtml">{draw(XHTML)}</{name}>'
        return f"<{name}{attributes}{draw(TYPES)}>{text}</{name}>"
    if kind <= 8:
        return f"<link{attributes}>{link}</link>"
    if kind <= 10:
        rel = draw(
            st.sampled_from(["", ' rel="alternate"', ' rel="self"', ' rel="via"', ' rel="Related"', ' rel="enclosure"'])
        )
        kind_ = draw(st.sampled_from(["", ' type="text/html"', ' type="application/json"', ' type="html"']))
        name = draw(st.sampled_from(["link", "atom:link"]))
        return f'<{name}{rel}{kind_} href="{link}"/>'
    if kind <= 12:
        permalink = draw(st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"', ' ispermalink="False"']))
        return f"<guid{permalink}>{link}</guid>" if draw(st.booleans()) else f"<id{attributes}>{link}</id>"
    if kind <= 14:
        name = draw(
            st.sampled_from(
                ["pubDate", "published", "updated", "dc:date", "modified", "issued", "created", "dcterms:issued"]
            )
        )
        return f"<{name}>{draw(DATES)}</{name}>"
    if kind <= 16:
        return draw(_authors())
    if kind == 17:
        return draw(
            st.sampled_from(
                [f'<source url="{link}">{text}</source>', "<language>id-ID</language>", "<dc:language>ko</dc:language>",
                 f"<category domain='d'>{text}</category>", f'<enclosure url="{link}" length="1" type="image/jpeg"/>',
                 "<image>https://example.org/a.png</image>", "<slash:comments>7</slash:comments>"]
            )
        )  # fmt: skip
    if kind == 18:
        return (
            f'<media:group><media:content url="{link}"><media:title>{text}</media:title></media:content></media:group>'
        )
    if kind == 19:
        return f"<x:blok a='1'><x:isi>{text}</x:isi></x:blok><bebas>{text}</bebas><x:kosong/>"
    if kind == 21:
        name = draw(
            st.sampled_from(
                ["yandex:full-text", "feedburner:origLink", "c:encoded", "isi:date", "isi:title", "a10:updated",
                 "dcterms:created", "mrss:title", "mrss:description", "News:Source", "itunes:summary",
                 "itunes:title", "fullitem", "a10:content"]
            )
        )  # fmt: skip
        return f"<{name}>{draw(st.sampled_from([text, draw(DATES), link]))}</{name}>"
    if kind == 22:
        return draw(
            st.sampled_from(
                ["<link/>", "<link></link>", "<guid/>", "<title/>", "<description/>", "<pubDate/>",
                 "<content:encoded/>",
                 '<link rel="" href="/kosong"/>', "<guid>g1</guid>", "<guid>12345</guid>", "<id>urn:uuid:1</id>"]
            )
        )  # fmt: skip
    if kind == 23:
        inside = f"<title>{text}</title><link href='{link}'/><id>s</id><updated>{draw(DATES)}</updated>"
        return f"<source{attributes}>{inside}</source>"
    return f"<wadah><title>{text}</title><pubDate>{draw(DATES)}</pubDate><link>{link}</link></wadah>"


@st.composite
def _authors(draw: Any) -> str:
    name = escape(draw(NAMES), quote=False)
    return draw(
        st.sampled_from(
            [f"<author>{name}</author>", f"<dc:creator>{name}</dc:creator>", f"<itunes:author>{name}</itunes:author>",
             f"<author><name>{name}</name></author>",
             f"<author> <name>{name}</name><email>a@example.org</email></author>",
             "<author><email>a@example.org</email><uri>/orang</uri></author>",
             f"<contributor><name>{name}</name></contributor>"]
        )
    )  # fmt: skip


@st.composite
def items(draw: Any, name: str = "item") -> str:
    """One item or entry."""
    inside = draw(st.sampled_from(["", "\n  "])).join(draw(st.lists(fields(), max_size=8)))
    return f"<{name}{draw(LANGUAGES)}{draw(BASES)}>{inside}</{name}>"


@st.composite
def shells(draw: Any) -> tuple[str, str, str]:
    """(what stands before the items, the name of an item, what stands after them)."""
    kind = draw(st.sampled_from(["rss", "rss", "rss091", "atom", "atom", "atom03", "rdf"]))
    language, base = draw(LANGUAGES), draw(BASES)
    title = f"<title>{draw(texts())}</title>"
    head = "".join(draw(st.lists(st.sampled_from([
        title, title, "<language>id</language>", "<description>d</description>", "<itunes:summary>s</itunes:summary>",
        "<lastBuildDate>x</lastBuildDate>", '<atom:link rel="self" href="https://example.org/feed"/>',
        "<image><url>u</url><title>gambar</title><link>l</link></image>", "<!-- <item> -->",
        "<x:apa>b</x:apa>", "<author><name>n</name></author>", "<copyright>c</copyright>",
    ]), max_size=5)))  # fmt: skip
    if kind.startswith("atom"):
        space = "http://www.w3.org/2005/Atom" if kind == "atom" else "http://purl.org/atom/ns#"
        version = ' version="0.3"' if kind == "atom03" else ""
        return f'<feed xmlns="{space}"{version}{DECLARED}{language}{base}>{head}', "entry", "</feed>"
    if kind == "rdf":
        spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        return (
            f'<rdf:RDF {spaces}{DECLARED}{language}{base}><channel rdf:about="u">{head}</channel>',
            "item",
            "</rdf:RDF>",
        )
    version = "2.0" if kind == "rss" else "0.91"
    return f'<rss version="{version}"{DECLARED}{language}{base}><channel>{head}', "item", f"{title}</channel></rss>"


@st.composite
def feeds(draw: Any) -> bytes:
    """A whole document."""
    before, name, after = draw(shells())
    return f"{before}{''.join(draw(st.lists(items(name), max_size=5)))}{after}".encode()
