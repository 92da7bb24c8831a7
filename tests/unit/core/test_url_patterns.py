"""Patterns of addresses that bear two articles, and of noise that makes no other article, against each other."""

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.urls import canonicalize, readable, url_key

# One pattern a line, as sites of the world use them: what differs identifies.
DIFFERENT = {
    "idxno (Korean newsrooms)": ("news.example.kr/articleView.html?idxno=1001", "?idxno=1002"),
    "ELEMENT_ID (Bitrix)": ("example.ru/detail.php?ELEMENT_ID=11", "?ELEMENT_ID=12"),
    "oid": ("example.kr/read.nhn?oid=001&aid=77", "?oid=002&aid=77"),
    "aid": ("example.kr/read.nhn?oid=001&aid=77", "?oid=001&aid=78"),
    "cid": ("example.org/view?cid=5", "?cid=6"),
    "uid": ("example.org/view?uid=5", "?uid=6"),
    "eid": ("example.org/view?eid=5", "?eid=6"),
    "sid": ("example.org/view?sid=5", "?sid=6"),
    "clid": ("example.org/view?clid=5", "?clid=6"),
    "source_id": ("example.org/view?source_id=5", "?source_id=6"),
    "session (of a parliament)": ("example.org/view?session=5", "?session=6"),
    "v": ("example.org/watch?v=abcDEF", "?v=abcDEG"),
    "no": ("example.jp/news?no=3", "?no=4"),
    "p (WordPress)": ("example.org/?p=3", "?p=4"),
    "case of the query": ("example.org/view?id=AbC", "?id=aBc"),
    "case of the path": ("example.org/s/AbC", "/s/aBc"),
    "language hosts": ("en.example.kr/news/1", "//ko.example.kr/news/1"),
    "desks as hosts": ("sports.example.org/news/1", "//news.example.org/news/1"),
    "languages as paths": ("example.org/en/news/1", "/id/news/1"),
    "routes behind #!": ("example.org/#!/news/1", "/#!/news/2"),
    "routes behind #/": ("example.org/#/news/1", "/#/news/2"),
    "pages": ("example.org/news/1?page=1", "?page=2"),
    "an encoded slash": ("example.org/a%2Fb", "/a/b"),
    "ports": ("example.org:8080/news/1", "//example.org:8081/news/1"),
    "a section about print": ("example.org/news/print", "/news"),
    "sources as content": ("example.org/wire?source=antara", "?source=tass"),
    "editions": ("example.org/news/1?from=2024", "?from=2025"),
    "a number behind an escaped ampersand": ("example.org/index.php?cat=3&#038;p=7", "?cat=3&#038;p=8"),
    "tokens of Google News": ("news.google.com/rss/articles/CBMiAU_yqLx", "/rss/articles/CBMiAU_yqLy"),
    "short links": ("t.co/AbCdEf", "/AbCdEg"),
    "archived on two days": (
        "web.example.org/web/20240619/https://example.org/a",
        "/web/20240620/https://example.org/a",
    ),
}


def pair(pattern: str) -> tuple[str, str]:
    left, tail = DIFFERENT[pattern]
    host, _, path = left.partition("/")
    if tail.startswith("//"):
        right = tail[2:]
    else:
        right = host + tail if tail.startswith("/") else f"{host}/{path.partition('?')[0]}{tail}"
    return f"https://{left}", f"https://{right}"


TRACKERS = st.sampled_from(
    [
        "utm_source=rss",
        "UTM_Campaign=%D0%B0",
        "utm%5Fmedium=x",
        "fbclid=IwAR0",
        "gclid=1",
        "yclid=2",
        "ysclid=lx1",
        "mc_cid=77",
        "xtor=RSS-3",
        "at_medium=RSS",
        "amp;utm_term=a",
        "wt_mc=rss.x",
        "from=rss",
        "ref=twitter",
        "single=1",
        "page=all",
        "outputType=amp",
        "view=print",
        "srsltid=AfmB",
        "igsh=1",
        "__twitter_impression=true",
    ]
)
ANCHORS = st.sampled_from(["", "#comments", "#:~:text=Kim", "#Echobox=1718"])


def noised(url: str, trackers: list[str], anchor: str, at_front: bool) -> str:
    address, sign, route = url.partition("#") if "&#" not in url else (url, "", "")
    path, _, query = address.partition("?")
    fields = [*trackers, query] if at_front else [query, *trackers]
    asked = "&".join(field for field in fields if field)
    return path + ("?" + asked if asked else "") + (sign + route if sign else anchor)


def hosts(url: str, prefix: str, scheme: str) -> str:
    return f"{scheme}://{prefix}{url.removeprefix('https://')}"


def google(url: str) -> str:
    return f"https://www.google.com/url?rct=j&sa=t&url={quote(url, safe='')}&ct=ga"


def facebook(url: str) -> str:
    return f"https://l.facebook.com/l.php?u={quote(url, safe='')}&h=AT0"


def outlook(url: str) -> str:
    return f"https://eur01.safelinks.protection.outlook.com/?url={quote(url, safe='')}&data=05%7C&reserved=0"


def bing(url: str) -> str:
    return "https://www.bing.com/ck/a?!&&p=1&u=a1" + urlsafe_b64encode(url.encode()).decode().rstrip("=") + "&ntb=1"


def news(url: str) -> str:
    size = len(url.encode())
    head = b"\x08\x13\x22" + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7]))
    return (
        "https://news.google.com/rss/articles/" + urlsafe_b64encode(head + url.encode()).decode().rstrip("=") + "?oc=5"
    )


WRAPPERS = [google, facebook, outlook, bing]
NOISE = st.tuples(st.lists(TRACKERS, max_size=4), ANCHORS, st.booleans())


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("pattern", DIFFERENT)
@given(left=NOISE, right=NOISE)
def test_noise_never_merges_two_articles(
    pattern: str, left: tuple[list[str], str, bool], right: tuple[list[str], str, bool]
) -> None:
    one, other = pair(pattern)
    keys = url_key(noised(one, *left)), url_key(noised(other, *right))
    assert None not in keys
    assert keys[0] != keys[1]


@settings(max_examples=25, deadline=None)
@pytest.mark.parametrize("pattern", sorted(set(DIFFERENT) - {"pages"}))  # page=1 beside page=all is a contradiction
@given(noise=NOISE, wrapper=st.sampled_from([str, *WRAPPERS]), more=st.sampled_from([str, google, facebook]))
def test_noise_and_wrappers_never_part_an_article_from_itself(
    pattern: str, noise: tuple[list[str], str, bool], wrapper: object, more: object
) -> None:
    assert callable(wrapper)
    assert callable(more)
    for url in pair(pattern):
        noisy = more(wrapper(noised(url, *noise)))
        assert url_key(noisy) == url_key(url), noisy
        canonical = canonicalize(noisy)
        assert canonical is not None
        assert canonicalize(canonical) == canonical
        assert url_key(readable(noisy)) == url_key(url)


PLAIN = "https://news.example.org/2024/06/19/putin-kim-summit"


@pytest.mark.parametrize(
    "url",
    [
        *(wrap(PLAIN + "?utm_source=x") for wrap in [*WRAPPERS, news]),
        news(PLAIN + "?utm_content=" + "x" * 120),
        "https://news.url.google.com/url?q=" + PLAIN,
        "https://www.facebook.com/l.php?u=" + quote(PLAIN, safe=""),
        "https://l.threads.net/?u=" + quote(PLAIN, safe=""),
        "https://out.reddit.com/t3_1dj?url=" + quote(PLAIN, safe=""),
        "https://duckduckgo.com/l/?uddg=" + quote(PLAIN, safe="") + "&rut=1",
        "https://t.me/iv?url=" + quote(PLAIN, safe="") + "&rhash=1",
        "https://www.linkedin.com/safety/go?url=" + quote(PLAIN, safe=""),
        "https://ok.ru/dk?cmd=logExternal&st.link=" + quote(PLAIN, safe=""),
        "https://clck.yandex.ru/redir/dv/*" + PLAIN,
        "https://clck.yandex.ru/redir/dv/*" + quote(PLAIN, safe=""),
        "https://us.rd.yahoo.com/dailynews/rss/*" + PLAIN + "?utm_source=x",
        "https://urldefense.com/v3/__" + PLAIN + "__;!!abc!def$",
        "https://urldefense.proofpoint.com/v2/url?u="
        + PLAIN.replace("-", "-2D").replace(":", "-3A").replace("/", "_")
        + "&d=1",
        "https://news-example-org.bing-amp.com/c/s/news.example.org/2024/06/19/putin-kim-summit?amp=1",
        "https://news-example-org.cdn.ampproject.org/v/s/news.example.org/2024/06/19/putin-kim-summit?usqp=mq331&amp_js_v=0.1",
        PLAIN + "/amp.html",
        PLAIN + "/amphtml",
        PLAIN + "/amp/index.html",
        PLAIN + "/print",
        PLAIN + "/print/?utm_source=x",
        "https://news.example.org/print/2024/06/19/putin-kim-summit",
        PLAIN + "?print=1",
        PLAIN + "?view=print&mode=mobile",
        PLAIN + ";jsessionid=0A1B2C",
        PLAIN + "?PHPSESSID=abc",
        "https://news.example.org//2024/06/19/putin-kim-summit",
        PLAIN + "/default.aspx",
        PLAIN + "?amp;utm_source=x&amp;utm_medium=y",
        PLAIN + "?utm_source=x&#38;utm_medium=y",
    ],
)
def test_wrappers_and_other_forms_of_a_page_lead_to_its_key(url: str) -> None:
    assert url_key(url) == url_key(PLAIN)


def test_a_host_may_name_its_mobile_form_behind_the_language() -> None:
    assert url_key("https://id.m.example.org/wiki/Kim") == url_key("https://id.example.org/wiki/Kim")
    assert url_key("https://id.m.org/a") != url_key("https://id.org/a")


@pytest.mark.parametrize(
    "url",
    [
        "https://news.google.com/rss/articles/CBMiSkFVX3lxTE5",
        "https://news.google.com/rss/articles/CBMi====",
        "https://www.bing.com/ck/a?u=a1L25ld3M",
        "https://www.bing.com/ck/a?u=a1gA",
        "https://urldefense.com/v3/__https://example.org/a*b__;Kw!!abc!def$",
        "https://urldefense.com/v3/__https://example.org/a",
        "https://eur01.safelinks.protection.outlook.com/?url=mailto:a%40example.org",
        "https://t.co/AbCdEf",
        "https://feedproxy.google.com/~r/example/~3/Xy/",
    ],
)
def test_what_cannot_be_unwrapped_stays_as_it_is(url: str) -> None:
    canonical = canonicalize(url)
    assert canonical is not None
    assert canonical.partition("/")[2].startswith("/" + url.split("/")[2])


def test_an_ampersand_escaped_twice_neither_cuts_nor_renames_parameters() -> None:
    assert canonicalize("https://example.org/?cat=3&#038;p=7") == "https://example.org/?cat=3&p=7"
    assert canonicalize("https://example.org/?cat=3&amp;amp;p=7") == "https://example.org/?cat=3&p=7"
    assert readable("https://example.org/?p=7&#038;cat=3") == "https://example.org/?p=7&cat=3"
