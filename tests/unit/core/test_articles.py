from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.articles import Dropped, read_entries, to_article
from monitor.core.urls import url_key
from monitor.model.articles import Article
from monitor.model.feeds import Entry
from tests.factories import NOW, make_feed

LINK = "https://www.example.org/berita/1?utm_source=rss"


def article(zone: ZoneInfo | None = None, feed: Any = None, **facts: Any) -> Article:
    entry = Entry(**{"guid": "1", "link": LINK, "title": "Putin tiba di Pyongyang", **facts})
    made = to_article(entry, feed or make_feed(), now=NOW, zone=zone)
    assert isinstance(made, Article)
    return made


def test_an_entry_becomes_an_article() -> None:
    made = article(
        content="<p>Presiden tiba.</p><p>Ia disambut.</p>",
        summary="<p>Ringkasan lain.</p>",
        published_raw="Rab, 19 Jun 2024 10:00:00 WIB",
    )
    assert (made.title, made.text, made.summary) == (
        "Putin tiba di Pyongyang",
        "Presiden tiba.\nIa disambut.",
        "Ringkasan lain.",
    )
    assert made.published_at == datetime(2024, 6, 19, 3, 0, tzinfo=UTC)
    assert (made.url, made.url_key, made.host) == (LINK, url_key("https://example.org/berita/1"), "example.org")
    assert (made.outlet, made.language, made.first_seen_at) == ("Antara-Dunia", "id", NOW)
    assert made.flags == ()


def test_the_same_address_gives_the_same_id_whoever_carries_it() -> None:
    other = make_feed("tass", outlet="TASS")
    assert article().id == article(feed=other, link="http://m.example.org/berita/1", guid="9").id
    assert article().title_key != article(feed=other).title_key


def test_an_entry_without_a_link_is_kept_under_its_guid() -> None:
    made, other = article(link=None), article(link=None, guid="2")
    assert (made.url, made.url_key, made.host) == ("", None, "")
    assert "no-link" in made.flags
    assert made.id != other.id


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "http://in\\@out/", "berita/1", "https://example.org/" + "a" * 9000],
)
def test_a_dangerous_or_broken_link_is_not_kept_but_the_article_is(link: str) -> None:
    made = article(link=link)
    assert (made.url, made.url_key) == ("", None)
    assert "bad-link" in made.flags


def test_a_link_is_kept_for_reading_in_one_line_and_without_credentials() -> None:
    assert article(link=" https://example.org/a\r\n b ").url == "https://example.org/a%20b"
    assert article(link="https://user:secret@example.org/a").url == "https://example.org/a"


def test_a_permalink_guid_stands_in_for_a_missing_link() -> None:
    assert article(link=None, guid="https://example.org/7", is_permalink=True).url == "https://example.org/7"


COUNTED = "http://feedproxy.google.com/~r/berita/~3/Zjf41PDVLAc/putin.html"


@pytest.mark.parametrize(
    ("link", "original", "url"),
    [
        (COUNTED, "https://example.org/7?utm_source=x", "https://example.org/7?utm_source=x"),
        ("http://feeds.example.org/~r/berita/~3/Zjf41PDVLAc/", "https://example.org/7", "https://example.org/7"),
        (COUNTED, "javascript:alert(1)", COUNTED),
        (COUNTED, None, COUNTED),
        ("https://example.org/8", "https://example.org/7", "https://example.org/8"),
    ],
)
def test_behind_a_feed_services_counter_stands_the_articles_own_address(
    link: str, original: str | None, url: str
) -> None:
    made = article(link=link, original_link=original)
    assert (made.url, made.url_key) == (url, url_key(url))


def test_a_home_page_link_identifies_nothing() -> None:
    made = article(link="https://example.org/")
    assert (made.url, made.url_key) == ("https://example.org/", None)
    assert "shared-link" in made.flags


def test_entries_that_all_share_one_link_do_not_collapse() -> None:
    entries = [Entry(link="https://example.org/live", title=title) for title in ("a", "b", "c")]
    readings = read_entries(entries, make_feed(), now=NOW, zone=None)
    made = [reading.result for reading in readings]
    assert len({reading.entry_key for reading in readings}) == 3
    assert all(isinstance(one, Article) and one.url_key is None for one in made)
    assert len({one.id for one in made if isinstance(one, Article)}) == 3


def test_only_an_entry_without_title_and_text_is_dropped() -> None:
    assert to_article(Entry(guid="1", link=LINK), make_feed(), now=NOW, zone=None) == Dropped(
        reason="no title and no text"
    )
    blank = Entry(guid="1", link=LINK, title="\u200b ", content="<p> </p><script>x()</script>")
    assert isinstance(to_article(blank, make_feed(), now=NOW, zone=None), Dropped)


def test_a_missing_title_is_taken_from_the_text() -> None:
    made = article(title="", summary="Presiden tiba di bandara. Ia disambut.")
    assert made.title == "Presiden tiba di bandara."
    assert "untitled" in made.flags


def test_the_longer_of_content_and_summary_is_the_text() -> None:
    assert article(content="Baca…", summary="<p>Presiden tiba di bandara dan disambut.</p>").text.startswith("Presiden")
    assert article(content="", summary="Ringkas.").text == "Ringkas."


def test_a_summary_that_repeats_the_beginning_is_left_out() -> None:
    body = "<p>Presiden tiba di bandara dan disambut pemimpin.</p><p>Lalu berunding.</p>"
    assert article(content=body, summary="Presiden tiba di bandara dan…").summary == ""


def test_the_wordpress_tail_is_no_text() -> None:
    tail = '<p>The post <a href="x">Putin</a> appeared first on <a href="y">Contoh News</a>.</p>'
    assert article(content=f"<p>Presiden tiba.</p>{tail}").text == "Presiden tiba."


@pytest.mark.parametrize("dash", [" - ", " – ", " — ", " | "])
def test_an_aggregators_outlet_is_taken_from_the_entry_and_off_the_title(dash: str) -> None:
    made = article(title=f"Putin tiba - di Pyongyang{dash}Kantor Contoh", outlet="Kantor Contoh")
    assert (made.title, made.outlet) == ("Putin tiba - di Pyongyang", "Kantor Contoh")


def test_an_aggregators_outlet_counts_even_where_the_title_bears_no_tail() -> None:
    google = make_feed("google", url="https://news.google.com/rss/search?q=kim")
    assert article(feed=google, outlet="Kantor Contoh").outlet == "Kantor Contoh"
    assert article(outlet="Antara rubrik dunia").outlet == "Antara-Dunia"


@pytest.mark.parametrize(
    ("entry_language", "feed_language", "expected"),
    [("en-US", "id", "en"), (None, "id", "id"), (None, "pt_BR", "pt"), ("in", None, "id"), ("kr", None, "ko"),
     (None, None, "id"), ("not a tag!", None, "id"), (None, "mul", "id"), ("und", "mul", "id"), ("und", "en", "en")],
)  # fmt: skip
def test_the_language_is_declared_or_guessed(
    entry_language: str | None, feed_language: str | None, expected: str
) -> None:
    text = "Presiden tiba di bandara dan disambut oleh pemimpin dengan upacara"
    assert article(language=entry_language, feed=make_feed(language=feed_language), content=text).language == expected


def test_an_unreadable_publication_date_gives_way_to_the_update() -> None:
    assert article(published_raw="kemarin", updated_raw="2024-06-19T00:00:00Z").published_at == datetime(
        2024, 6, 19, tzinfo=UTC
    )


def test_a_missing_date_stays_unknown_and_the_first_sight_stands_in() -> None:
    made = article()
    assert made.published_at is None
    assert (made.at, made.is_dated) == (NOW, False)
    assert article(published_raw=None).flags == ("undated",)


def test_a_date_in_2099_is_clamped_and_flagged() -> None:
    made = article(published_raw="Thu, 01 Jan 2099 00:00:00 GMT")
    assert made.published_at == NOW
    assert "future-date" in made.flags


def test_the_zone_of_the_feed_holds_for_dates_without_one() -> None:
    assert article(ZoneInfo("Asia/Seoul"), published_raw="2024.06.27 10:00").published_at == datetime(
        2024, 6, 27, 1, tzinfo=UTC
    )


def test_a_hostile_title_is_harmless_and_its_cut_is_told() -> None:
    made = article(title="<script>alert(1)</script>Putin\r\nBcc: x\u202e" + "y" * 10_000)
    assert made.title.startswith("Putin Bcc: xyyy")
    assert "truncated" in made.flags


def test_the_body_digest_ignores_markup_and_sees_words() -> None:
    assert (
        article(content="<p>Presiden tiba.</p>").body_digest
        == article(content="<div>Presiden  TIBA.</div>").body_digest
    )
    assert article(content="<p>Presiden tiba.</p>").body_digest != article(content="<p>Presiden pergi.</p>").body_digest


LINES = st.none() | st.text(max_size=40)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            Entry,
            guid=LINES,
            link=LINES | st.just(LINK),
            title=st.text(max_size=60),
            summary=st.text(max_size=60),
            content=st.text(alphabet="<p>/ab &;", max_size=60),
            published_raw=LINES,
            language=LINES,
            outlet=LINES,
            is_permalink=st.booleans(),
        ),
        max_size=4,
    )
)
def test_every_entry_ends_as_an_article_or_with_a_reason(entries: list[Entry]) -> None:
    readings = read_entries(entries, make_feed(language=None), now=NOW, zone=None)
    assert len(readings) == len(entries)
    for reading in readings:
        if isinstance(reading.result, Dropped):
            assert reading.result.reason
        else:
            assert reading.result.title
            assert "\n" not in reading.result.title
            assert reading.result.url == "" or reading.result.url.startswith(("http://", "https://", "HTTP"))
            assert reading.result.at.tzinfo is not None
