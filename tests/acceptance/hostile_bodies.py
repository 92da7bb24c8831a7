"""Seeded hostile bodies: documents built to hurt, and damage done to documents that are well.

`body(rng, corpus)` is one body with its Content-Type; the same `rng` state gives the same body. Sizes are drawn so that
most bodies are small and some reach the caps: a hundred thousand of them have to be fetched within minutes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.acceptance.hostile_strings import ENCODINGS, TOKENS, catastrophe, date, text

Body = tuple[bytes, str]
"""A body and its Content-Type ("" for none)."""

CORPORA = Path("../shared/data/feeds")
MAX_BASE = 6_000
_TYPES = (
    "application/rss+xml", "application/atom+xml; charset=utf-8", "text/xml", "text/html; charset=utf-8",
    "application/json", "text/plain; charset=utf-16", "application/xml; charset=utf-7", "text/xml; charset=EUC-KR",
    "image/png", "", "text/xml; charset=\"", "text/xml; charset=idna", "text/xml; charset=rot13", ";;;=", "a" * 3000,
)  # fmt: skip


def corpus(rng: random.Random) -> list[bytes]:
    """The documents that are damaged: our own, and the third parties' where they are present."""
    found = [
        writer(rng).encode("utf-8", "replace") for writer in (rss, atom, rdf, sitemap, json_feed) for _ in range(6)
    ]
    if CORPORA.is_dir():
        for path in sorted(CORPORA.rglob("*")):
            if path.is_file() and path.suffix in {".xml", ".rss", ".atom", ".json", ".txt"}:
                found.append(path.read_bytes())
    return found


# -- documents that are well -----------------------------------------------------------------------------------------


def items(rng: random.Random, count: int, name: str = "item") -> str:
    """RSS items."""
    return "".join(
        f"<{name}><title>{text(rng)}</title><link>http://example.org/{rng.randrange(10**9)}</link>"
        f"<guid>{rng.randrange(10**9)}</guid><pubDate>{date(rng)}</pubDate>"
        f"<description>{text(rng, 30)}</description></{name}>"
        for _ in range(count)
    )


def rss(rng: random.Random) -> str:
    """A small RSS feed."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{text(rng)}</title><ttl>60</ttl>'
        f"<skipHours><hour>3</hour></skipHours>{items(rng, rng.randint(1, 6))}</channel></rss>"
    )


def atom(rng: random.Random) -> str:
    """A small Atom feed."""
    entries = "".join(
        f"<entry><id>urn:{rng.random()}</id><title type='html'>{text(rng)}</title>"
        f"<link href='/a/{rng.randrange(10**9)}'/><updated>{date(rng)}</updated><content type='xhtml'>"
        f"<div xmlns='http://www.w3.org/1999/xhtml'>{text(rng, 20)}</div></content></entry>"
        for _ in range(rng.randint(1, 5))
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='id'><title>{text(rng)}</title>{entries}</feed>"


def rdf(rng: random.Random) -> str:
    """A small RSS 1.0 feed."""
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://example.org/"><title>x</title></channel>'
        f"{items(rng, 3)}</rdf:RDF>"
    )


def sitemap(rng: random.Random) -> str:
    """A small news sitemap."""
    urls = "".join(
        f"<url><loc>http://example.org/{rng.randrange(10**9)}</loc><news:news><news:publication><news:name>N</news:name>"
        f"<news:language>id</news:language></news:publication><news:publication_date>{date(rng)}</news:publication_date>"
        f"<news:title>{text(rng)}</news:title></news:news></url>"
        for _ in range(3)
    )
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    )


def json_feed(rng: random.Random) -> str:
    """A small JSON Feed."""
    found = [
        {"id": str(rng.random()), "url": f"/{rng.randrange(10**9)}", "title": text(rng), "content_html": text(rng, 20)}
        for _ in range(3)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": found})


# -- damage -----------------------------------------------------------------------------------------------------------


def damaged(rng: random.Random, bases: Sequence[bytes]) -> Body:
    """One to six injuries to a document."""
    body = _piece(rng, rng.choice(bases))
    for _ in range(rng.randint(1, 6)):
        body = rng.choice(_INJURIES)(rng, body, bases)[: 20 * MAX_BASE]
    return body, rng.choice(_TYPES) if rng.random() < 0.3 else "application/rss+xml"


def _piece(rng: random.Random, base: bytes) -> bytes:
    """The whole of a small document, most often the head and some of the rest of a large one."""
    if len(base) <= MAX_BASE or rng.random() < 0.02:
        return base
    at = rng.randrange(len(base) - MAX_BASE // 2)
    return base[: MAX_BASE // 2] + base[at : at + MAX_BASE // 2]


def _flip(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    changed = bytearray(body)
    for _ in range(min(len(changed), rng.choice((1, 3, 30)))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut_off(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    return body[: rng.randrange(len(body) + 1)]


def _cut_out(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    start = rng.randrange(len(body) + 1)
    return body[:start] + body[start + rng.randrange(400) :]


def _repeat(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    start = rng.randrange(len(body) + 1)
    return body[:start] + body[start : start + rng.randrange(300)] * rng.choice((2, 5, 40)) + body[start:]


def _insert(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    for _ in range(rng.choice((1, 2, 10))):
        at = rng.randrange(len(body) + 1)
        body = body[:at] + rng.choice(TOKENS) * rng.choice((1, 1, 1, 2, 200)) + body[at:]
    return body


def _splice(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    other = _piece(rng, rng.choice(bases))
    return body[: rng.randrange(len(body) + 1)] + other[rng.randrange(len(other) + 1) :]


def _encode(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    return body.decode("utf-8", "replace").encode(rng.choice(ENCODINGS), "replace")


def _declare(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    name = rng.choice((*ENCODINGS, "utf-7", "nonsense", "idna", "zlib", "", "x" * 50)).encode()
    return b'<?xml version="1.0" encoding="' + name + b'"?>' + body


def _mark(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    marks = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\0", b"\x1f\x8b", b"+/v8-")
    return b"".join(rng.choices(marks, k=rng.randint(1, 3))) + body


def _retag(rng: random.Random, body: bytes, bases: Sequence[bytes]) -> bytes:
    names = (b"item", b"entry", b"title", b"link", b"guid", b"channel", b"description", b"rss", b"pubDate", b"a:b:c")
    return body.replace(rng.choice(names), rng.choice(names), rng.choice((1, 2, -1)))


_INJURIES: tuple[Callable[[random.Random, bytes, Sequence[bytes]], bytes], ...] = (
    _flip, _cut_off, _cut_out, _repeat, _insert, _insert, _splice, _encode, _declare, _mark, _retag,
)  # fmt: skip


# -- documents built to hurt ------------------------------------------------------------------------------------------


def _size(rng: random.Random, most: int) -> int:
    """Mostly small, at times the most."""
    return most if rng.random() < 0.02 else int(2 ** rng.uniform(2, 11))


def _in_feed(inner: str, rng: random.Random, head: str = "") -> str:
    return f"{head}<rss version='2.0'><channel><title>t</title>{inner}{items(rng, 1)}</channel></rss>"


def _entities(rng: random.Random) -> str:
    depth, width = rng.randint(2, 12), rng.randint(2, 40)
    bomb = "<!ENTITY e0 'boom'>" + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * width}'>" for n in range(1, depth))
    outside = rng.choice((
        "<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;", "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
        "<!ENTITY x SYSTEM 'http://127.0.0.1:1/x'>", "<!ATTLIST item a CDATA 'v'>", "<!ENTITY x '&x;'>", "",
    ))  # fmt: skip
    doctype = (
        f"<!DOCTYPE rss [{bomb}{outside}]>" if rng.random() < 0.9 else "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/d'>"
    )
    inner = f"<item><title>&e{depth - 1};&x;</title><guid>1</guid><description>&e1;</description></item>"
    return _in_feed(inner, rng, doctype)


def _nesting(rng: random.Random) -> str:
    depth, tag = _size(rng, 10_000), rng.choice(("x", "item", "div", "channel", "rss", "a:b", "entry", "description"))
    body = f"<{tag}>" * depth + ("deep" + f"</{tag}>" * depth if rng.random() < 0.7 else "")
    wrapped = rng.choice((body, f"<item><description><![CDATA[{body}]]></description></item>", f"<item>{body}</item>"))
    return _in_feed(wrapped, rng)


def _floods(rng: random.Random) -> str:
    n = _size(rng, 100_000)
    return _in_feed(
        rng.choice((
            lambda: f"<item {' '.join(f'a{i}=''1''' for i in range(n))}><title>x</title></item>",
            lambda: f"<item a='{'v' * n * 10}'><title>x</title></item>",
            lambda: f"<{'n' * n * 10}/>",
            lambda: f"<item><title>{'t' * n * 10}</title><guid>{'g' * n * 5}</guid></item>",
            lambda: "".join(f"<item xmlns:p{i}='urn:{i}'/>" for i in range(n // 10)),
            lambda: f"<item><description><![CDATA[{text(rng, 50) * (n // 50)}]]></description></item>",
            lambda: items(rng, min(n, 300)),
            lambda: "<item><title>x</title></item>" * n,
            lambda: "<item/>" * n,
            lambda: "<item><guid>same</guid><title>same</title><link>http://example.org/</link></item>" * min(n, 3000),
            lambda: "<item><title>x</title>" + "<link>http://example.org/a</link>" * n + "</item>",
            lambda: "<item><title>x</title>" + "<author><name>n</name></author>" * n + "</item>",
            lambda: "<![CDATA[" * n,
            lambda: "<!--" * n,
            lambda: "<item><title>" + "]]>" * n + "</title></item>",
        ))(),
        rng,
    )  # fmt: skip


def _strings(rng: random.Random) -> str:
    """What our expressions might choke on, in every field."""
    n = _size(rng, 60_000)
    field = rng.choice(("title", "description", "guid", "link", "pubDate", "author", "dc:date", "source", "category"))
    value = catastrophe(rng, n)
    value = value if rng.random() < 0.5 else f"<![CDATA[{value}]]>"
    where = rng.random()
    if where < 0.7:
        return _in_feed(f"<item><guid>{rng.random()}</guid><{field}>{value}</{field}></item>", rng)
    return _in_feed(f"<{field}>{value}</{field}>", rng) if where < 0.9 else value


def _mixed_up(rng: random.Random) -> str:
    feed, page = rss(rng), f"<html><head><title>x</title></head><body>{text(rng, 9)}</body></html>"
    inner = rng.choice((atom, rdf, sitemap, json_feed, rss))(rng)
    return rng.choice((
        page.replace("</body>", feed + "</body>"), _in_feed(page, rng), _in_feed(f"<item>{page}{inner}</item>", rng),
        feed + inner, f"PHP Warning: {page}\n{feed}", f"<!-- {feed} -->{inner}", f"{{{feed}}}", page * 3,
        _in_feed(f"<item><description>{inner}</description></item>", rng), "<rss/>", "<feed/>", "<rss", "<", "{}", "[]",
        "<rss><channel><item xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='file:///etc/passwd' "
        "parse='text'/><title>x</title></item></channel></rss>",
        "<?xml-stylesheet href='file:///etc/passwd'?>" + feed,
        f"<div xml:base='{catastrophe(rng, 300)}'>{inner}</div>",
        feed.replace("<channel>", f"<channel xml:base='http://[::1' xml:lang='{'x' * 500}'>"),
    ))  # fmt: skip


def _json(rng: random.Random) -> str:
    n = _size(rng, 100_000)
    head = '{"version": "https://jsonfeed.org/version/1.1", "items": '
    return rng.choice((
        lambda: "[" * n, lambda: '{"a":' * n, lambda: head + "[" * n + "]" * n + "}",
        lambda: head + '[{"id": 1e400, "title": NaN, "url": -Infinity, "date_published": 1e999}]}',
        lambda: head + '[{"id": ' + "9" * n + ', "title": "x"}]}',
        lambda: head + '[{"id": "a", "id": "b", "title": "\\ud800", "url": "http://\\udfff/", "summary": "\\u0000"}]}',
        lambda: head + "[" + ",".join(['{"id": "same", "title": "t"}'] * min(n, 5000)) + "]}",
        lambda: head + '[{"id": {}, "title": [], "url": true, "authors": [[[]]], "author": 3}]}',
        lambda: head + '[{"id":"1","title":"' + "\\u202e" * n + '","content_text":"' + "&#38;" * n + '"}]}',
        lambda: head + '{"not": "a list"}}', lambda: head + "[null, 1, [], {}]}",
        lambda: json.dumps({"articles": [{"url": text(rng), "title": catastrophe(rng, 300), "seendate": date(rng)}]}),
        lambda: '{"articles": [{"url": 1, "title": "\\' + "x" * n + '"}]}', lambda: '{"articles": ' + "[" * n,
    ))()  # fmt: skip


def _sitemaps(rng: random.Random) -> str:
    inner = "".join(f"<sitemap><loc>{loc}</loc></sitemap>" for loc in (
        "/self", "", "http://[", "file:///etc/passwd", "//10.0.0.1/x", "/self", "\0", "http://a b/"
    ))  # fmt: skip
    n = _size(rng, 20_000)
    return rng.choice((
        f"<sitemapindex>{inner}</sitemapindex>",
        f"<sitemapindex>{inner * min(n, 200)}",
        "<urlset>" + "<url><loc>http://example.org/</loc><news:news><news:title>&e;</news:title></news:news></url>" * n,
        "<!DOCTYPE urlset [<!ENTITY e '" + "e" * 100 + "'>]>" + sitemap(rng).replace("<news:title>", "<news:title>&e;"),
        "<urlset>" + "<url>" * n, sitemap(rng).replace("news:", "n:n:"), "monitor-sitemaps/1 x\n99999 99999\n<urlset>",
        "monitor-sitemaps/1 \n" + "1 1\nab" * n, sitemap(rng)[: rng.randrange(600)],
    ))  # fmt: skip


def _bytes(rng: random.Random) -> bytes:
    n = _size(rng, 1_000_000)
    return rng.choice((
        lambda: rng.randbytes(n), lambda: b"\0" * n, lambda: b" " * n, lambda: b"<" * n, lambda: b"&" * n,
        lambda: b"\xff" * n, lambda: b"<rss>" + b"\xed\xa0\x80" * n, lambda: b"<rss>" + b"\xb0\xa1" * n,
        lambda: "<rss><channel><item><title>북한".encode("cp949") + rng.randbytes(200),
        lambda: b"\xef\xbb\xbf" * n, lambda: b"<?xml " + b"a" * n, lambda: b"<?xml encoding='" * n, lambda: b"",
        lambda: b"<rss>" + b"\x1b$B" * min(n, 10_000), lambda: b"<rss>+ADw-script+AD4-" * 9,
        lambda: rss(rng).encode("utf-16") * 2, lambda: rss(rng).encode("utf-32")[:-2],
    ))()  # fmt: skip


_BUILT: tuple[Callable[[random.Random], str | bytes], ...] = (
    _entities, _nesting, _floods, _strings, _strings, _strings, _mixed_up, _mixed_up, _json, _sitemaps, _bytes,
)  # fmt: skip


def built(rng: random.Random) -> Body:
    """One document built to hurt."""
    made = rng.choice(_BUILT)(rng)
    body = made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")
    return body, rng.choice(_TYPES)


def body(rng: random.Random, bases: Sequence[bytes]) -> Body:
    """Four in five are damaged documents, the others are built."""
    return damaged(rng, bases) if rng.random() < 0.8 else built(rng)
