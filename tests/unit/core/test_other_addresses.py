"""What pages say of their addresses: what is believed, what is not, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.other_addresses import other_addresses
from monitor.core.sites import NO_SITES, Sites
from monitor.core.urls import url_key
from monitor.model.articles import Article
from monitor.model.urls import SiteRules, UrlRules
from tests.factories import NOW, make_article

TITLE = "Putin tiba di Pyongyang untuk bertemu Kim Jong Un"
SITES = Sites(UrlRules(sites=(SiteRules(host="example.org", aliases=("example.com",)),)))


def article(url: str, **facts: Any) -> Article:
    return make_article(TITLE, url=url, url_key=url_key(url), **facts)


def said(url: str, *, declared: str = "", found_at: str = "", sites: Sites = NO_SITES) -> list[tuple[str, str]]:
    """(outcome, reason) of each address that a page names beside the article's own."""
    found = other_addresses(article(url), found_at=found_at or url, declared=declared, now=NOW, sites=sites)
    for one in found:
        assert (one.url_key is None) == (one.decision.outcome == "refused")
        assert one.decision.stage == "address"
    return [(one.decision.outcome, str(one.decision.features["reason"])) for one in found]


BELIEVED = [
    ("https://example.org/read/77001?src=12345", "https://example.org/read/77001"),
    ("https://example.org/read/77001?src=a7", "https://example.org/read/77001"),
    ("https://example.org/view?cmpx=9&id=77001", "https://www.example.org/view?id=77001"),
    ("https://example.org/77001/kim-putin", "https://example.org/2024/06/19/77001/other-words-here-now"),
    ("https://example.org/dunia/kim-dan-putin-bertemu?ref=x1", "https://example.org/kim-dan-putin-bertemu"),
    ("https://example.org/x?a=b", "https://example.org/berita/putin-tiba-di-pyongyang.html"),
    ("https://example.org/a/c4ng5k1z2x3o?x=1", "https://example.org/articles/c4ng5k1z2x3o"),
    ("https://example.org/2024/6/19/77001?x=1", "https://example.org/2024/06/19/77001"),
    ("https://m.example.org/AKR20240619001?section=nk", "https://example.org/view/AKR20240619001"),
]


@pytest.mark.parametrize(("url", "declared"), BELIEVED)
def test_an_address_that_something_ties_to_the_article_is_taken(url: str, declared: str) -> None:
    assert said(url, declared=declared) == [("accepted", "its page calls this its address")]


REFUSED = [
    ("https://example.org/read/77001", "https://example.org/", "it is a home page"),
    ("https://example.org/read/77001", "https://www.example.org/index.html", "it is a home page"),
    ("https://example.org/read/77001", "https://example.org/read", "it leaves out 77001"),
    ("https://example.org/dunia/kim-putin-dan-rusia", "https://example.org/dunia", "nothing in it ties it"),
    ("https://example.org/articleView.html?idxno=1001", "https://example.org/articleView.html", "leaves out 1001"),
    (
        "https://example.org/articleView.html?idxno=1001",
        "https://example.org/articleView.html?idxno=1002",
        "idxno=1002",
    ),
    ("https://example.org/read?oid=1&aid=77001", "https://example.org/read?aid=77001&oid=2", "oid=2 instead of 1"),
    ("https://example.org/5555/77001", "https://example.org/5555/77002", "the number 77002 instead of 77001"),
    (
        "https://example.org/2024/06/19/kim-dan-putin",
        "https://example.org/2024/06/20/kim-dan-putin",
        "20 instead of 19",
    ),
    (
        "https://example.org/kolom/12/surat-dari-pyongyang-utara",
        "https://example.org/kolom/13/surat-dari-pyongyang-utara",
        "13",
    ),
    (
        "https://example.org/live/kim-dan-putin?post=55",
        "https://example.org/live/kim-dan-putin",
        "leaves out 55",
    ),
    (
        "https://example.org/2024/06/19/kabar-dari-seoul",
        "https://example.org/kabar-dari-seoul",
        "leaves out",
    ),
    ("https://example.org/read/77001", "https://other.example/read/77001", "at another host than the page"),
    ("https://id.example.org/read/77001", "https://en.example.org/read/77001", "at another host than the page"),
    ("https://example.org/read/5555/77001", "https://example.org/read/5555", "leaves out 77001"),
    ("https://example.org/read?oid=5555&aid=77001", "https://example.org/read?oid=5555", "leaves out 77001"),
    ("https://example.org/read/77001", "javascript:alert(1)", "it is no address"),
    ("https://example.org/read/77001", "https://example.org/tag/20240619", "instead of 77001"),
]


@pytest.mark.parametrize(("url", "declared", "why"), REFUSED)
def test_an_address_that_may_be_anothers_is_refused_with_the_reason(url: str, declared: str, why: str) -> None:
    ((outcome, reason),) = said(url, declared=declared)
    assert outcome == "refused"
    assert reason.startswith("its page calls this its address, but ")
    assert why in reason


def test_what_has_the_articles_key_is_no_other_address() -> None:
    url = "https://www.example.org/read/77001?utm_source=rss"
    assert said(url, declared="http://example.org/read/77001/", found_at="https://m.example.org/read/77001") == []
    assert said(url) == []


def test_hosts_that_the_user_calls_one_outlets_may_speak_for_each_other() -> None:
    url, declared = "https://example.com/x/77001?a=b", "https://example.org/77001"
    assert said(url, declared=declared)[0][0] == "refused"
    assert said(url, declared=declared, sites=SITES)[0][0] == "accepted"


@pytest.mark.parametrize(
    ("found_at", "outcome"),
    [
        ("https://example.org/read/77001", "accepted"),
        ("https://example.org/putin-tiba-di-pyongyang", "accepted"),
        ("https://example.org/dunia", "refused"),
        ("https://example.org/", "refused"),
        ("https://example.org/2024/06/19", "refused"),
        ("https://news.google.com/read/77001", "refused"),
    ],
)
def test_where_a_short_link_leads_is_the_articles_if_it_looks_like_one(found_at: str, outcome: str) -> None:
    assert [one for one, _ in said("https://t.co/AbCdEf1", found_at=found_at)] == [outcome]


def test_the_page_behind_a_short_link_speaks_for_its_own_host() -> None:
    found_at, declared = "https://example.org/read/77001?x=a", "https://example.org/read/77001"
    assert [one for one, _ in said("https://t.co/AbCdEf1", found_at=found_at, declared=declared)] == ["accepted"] * 2


def test_an_article_whose_link_identifies_nothing_gets_no_address() -> None:
    one = article("https://example.org/live", flags=("shared-link",))
    one = make_article(TITLE, url=one.url, url_key=None)
    assert other_addresses(one, found_at=one.url, declared="https://example.org/read/77001", now=NOW) == ()


PIECES = st.lists(st.sampled_from(["read", "77001", "kim-dan-putin", "2024", "a1b2c3", "%", "김", ""]), max_size=4)
ADDRESS = st.builds(
    "https://{}/{}{}".format,
    st.sampled_from(["example.org", "m.example.org", "other.example"]),
    PIECES.map("/".join),
    st.sampled_from(["", "?id=1", "?id=2", "?&=", "#!/x"]),
)


@settings(max_examples=200, deadline=None)
@given(url=ADDRESS, found_at=ADDRESS, declared=st.one_of(ADDRESS, st.text(max_size=20)))
def test_no_page_gives_an_article_a_home_page_its_own_key_or_the_same_address_twice(
    url: str, found_at: str, declared: str
) -> None:
    own = article(url)
    found = other_addresses(own, found_at=found_at, declared=declared, now=NOW)
    keys = [one.url_key for one in found if one.url_key is not None]
    assert len(keys) == len(set(keys)) <= 2
    assert own.url_key not in keys
    assert not {url_key("https://example.org/"), url_key("https://other.example/")} & set(keys)
