from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.sources.fulltext import read_page
from monitor.sources.robots import ask_robots
from tests.sites import BODY, SENTENCE, TITLE, page

URL = "https://example.org/a"


def test_the_text_is_taken_without_menu_and_neighbours_and_all_titles_are_named() -> None:
    head = '<meta property="og:title" content="Putin &amp; Kim">'
    found = read_page(page(head=head), "text/html", URL)
    assert found.titles == ("Putin & Kim", f"{TITLE} - Antara", TITLE)
    assert found.text.count(SENTENCE) == 8
    assert "Beranda" not in found.text
    assert "sepak bola" not in found.text
    assert (found.reservation, found.is_paid) == ("", False)


SENTENCES = {
    "ko": (
        "푸틴 대통령이 평양에 도착해 김정은 위원장과 회담했다.",
        "양국은 군사 협력을 강화하는 조약에 서명했다.",
        "방북은 24년 만이다.",
    ),
    "ru": (
        "Президент России прибыл в Пхеньян.",
        "Его встретил лидер КНДР Ким Чен Ын.",
        "Стороны подписали договор о партнёрстве.",
    ),
    "id": (
        "Presiden Rusia tiba di Pyongyang.",
        "Ia disambut Kim Jong Un di bandara.",
        "Kedua negara meneken perjanjian militer.",
    ),
}
MENU = "".join(f"<li><a href='/{n}'>Rubrik {n}</a></li>" for n in range(20))
LINKS = "".join(f"<a href='/r{n}'>Judul berita lain {n}</a>" for n in range(10))


def paragraphs(sentences: tuple[str, ...]) -> list[str]:
    return [f"{sentence} ({n}) {sentences[n % 3]}" for n, sentence in enumerate(sentences * 2)]


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        (f"<div><ul>{MENU}</ul></div><div id=articleBody>", "<br/><br/>", f"</div><div class=related>{LINKS}</div>"),
        ("<table><tr><td>menu</td><td><div class=news_view><div>", "</div><div>", "</div></div></td></tr></table>"),
        ("<div class=entry-content><p>", "</p><p>", "</p><div class=sharedaddy>Bagikan</div></div>"),
        (f"<nav>{MENU}</nav><main><p>", "</p>\n<p>", f"</p></main><footer>{LINKS}</footer>"),
    ],
)
def test_layouts_of_the_wild_give_the_article_and_nothing_else(
    language: str, before: str, between: str, after: str
) -> None:
    given = paragraphs(SENTENCES[language])
    html = f"<html><head><title>T</title></head><body>{before}{between.join(given)}{after}</body></html>"
    text = read_page(html.encode(), "text/html", URL).text
    assert [part for part in given if part not in text] == []
    assert not [word for word in ("Rubrik", "Judul berita lain", "Bagikan") if word in text]


@pytest.mark.parametrize(
    ("head", "sign"),
    [
        ('<meta name="robots" content="noindex, NOAI">', "meta robots: noai"),
        ('<META NAME="Robots" CONTENT="nosnippet">', "meta robots: nosnippet"),
        ('<meta name="monitor" content="noai">', "meta monitor: noai"),
        ('<meta name="googlebot" content="nosnippet">', ""),
        ('<meta name="robots" content="noindex, nofollow, max-snippet:-1">', ""),
        ('<meta name="tdm-reservation" content="1">', "meta tdm-reservation: 1"),
        ('<meta name="tdm-reservation" content="0">', ""),
    ],
)
def test_a_page_may_reserve_its_text(head: str, sign: str) -> None:
    assert read_page(page(head=head), "text/html", URL).reservation == sign


@pytest.mark.parametrize(
    ("script", "is_paid"),
    [
        ('{"@type": "NewsArticle", "isAccessibleForFree": false}', True),
        ('{"isAccessibleForFree":"False"}', True),
        ('{"isAccessibleForFree": true}', False),
        ('{"headline": "isAccessibleForFree is false"}', False),
    ],
)
def test_a_page_may_say_that_it_is_not_free(script: str, is_paid: bool) -> None:
    head = f'<script type="application/ld+json">{script}</script>'
    assert read_page(page(head=head), "text/html", URL).is_paid is is_paid


@pytest.mark.parametrize("body", [b"", b" \n ", b"hello", b"\0" * 500, b"%PDF-1.7 ...", b'{"json": true}'])
def test_what_is_no_page_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ParseError, match=r"example\.org"):
        read_page(body, "text/html", URL)


@given(st.binary(max_size=400), st.sampled_from(["", "text/html; charset=utf-16", "text/html; charset=nonsense"]))
@settings(max_examples=10, deadline=None)
def test_no_bytes_break_the_reading_of_a_page(noise: bytes, content_type: str) -> None:
    body = page(body="<p>Putin tiba di Pyongyang.</p>")
    for hostile in (noise, body[:200] + noise + body[200:], b"<html>" + noise + b"</html>"):
        try:
            found = read_page(hostile, content_type, URL)
        except ParseError:
            continue
        assert all(title.isprintable() for title in found.titles)


@given(st.binary(max_size=300), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_the_reading_of_robots_txt(body: bytes, path: str) -> None:
    for rules in (body, b"User-agent: *\nDisallow: " + body, b"User-agent: *\nCrawl-delay: " + body):
        answer = ask_robots(rules, "monitor", f"https://example.org/{path}")
        assert answer.delay_s is None or answer.delay_s > 0


def test_pages_leave_no_caches_behind() -> None:
    from trafilatura.deduplication import LRU_TEST

    for n in range(3):
        read_page(page(f"{TITLE} {n}", BODY.replace("bagian", f"bagian {n}")), "text/html", URL)
    assert len(LRU_TEST.cache) == 0


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ('<link rel="canonical" href="/b?id=1">', "https://example.org/b?id=1"),
        ('<link href=" https://example.org/b " rel="shortlink CANONICAL">', "https://example.org/b"),
        ('<meta property="og:url" content="https://example.org/c">', "https://example.org/c"),
        ('<meta property=og:url content=/c><link rel=canonical href="//example.org/b">', "https://example.org/b"),
        ('<link rel=canonical href="/b"><link rel=canonical href="/b">', "https://example.org/b"),
        ('<link rel=canonical href="/b"><link rel=canonical href="/c">', ""),
        ('<link rel=canonical href="">', ""),
        ('<link rel=canonical href="http://[::1/">', ""),
        ('<link rel=canonical href="/' + "b" * 3000 + '">', ""),
        ("<link rel=alternate href=/b>", ""),
    ],
)
def test_the_address_that_a_page_calls_its_own_is_made_whole(head: str, address: str) -> None:
    assert read_page(page(head=head), "text/html", URL).address == address


def test_a_link_in_the_text_says_nothing_of_the_pages_address() -> None:
    assert read_page(page(body=f'<link rel="canonical" href="/b">{BODY}'), "text/html", URL).address == ""
