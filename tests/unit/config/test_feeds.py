"""feeds.yaml → feeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config.feeds import load_feeds, read_sections
from monitor.errors import ConfigError
from monitor.model.feeds import Feed

FEED = "feeds:\n  - {id: a, url: 'https://a.example.org/rss', outlet: A}\n"


def test_a_feed_takes_all_its_facts(write):
    path = write(
        "feeds:\n"
        "  - id: antara-dunia\n"
        "    url: https://example.org/rss\n"
        "    outlet: ANTARA\n"
        "    language: id\n"
        "    country: ID\n"
        "    zone: Asia/Jakarta\n"
        "    min_interval_s: 600\n"
        "    heeds_wishes: false\n"
        "    enabled: false\n"
    )
    assert load_feeds(path) == (
        Feed(
            id="antara-dunia",
            url="https://example.org/rss",
            outlet="ANTARA",
            language="id",
            country="ID",
            zone="Asia/Jakarta",
            min_interval_s=600,
            heeds_wishes=False,
            is_enabled=False,
        ),
    )


def test_only_id_url_and_outlet_are_needed(write):
    assert load_feeds(write(FEED)) == (Feed(id="a", url="https://a.example.org/rss", outlet="A"),)


def test_full_text_is_off_unless_asked_for(write):
    assert not load_feeds(write(FEED))[0].wants_full_text
    assert load_feeds(write(FEED.replace("outlet: A", "outlet: A, full_text: true")))[0].wants_full_text


def test_norwegian_and_norway_are_words(write):
    path = write(FEED.replace("outlet: A", "outlet: A, language: no, country: NO"))
    assert (load_feeds(path)[0].language, load_feeds(path)[0].country) == ("no", "NO")


@pytest.mark.parametrize(
    ("facts", "key", "words"),
    [
        ("{id: A b, url: 'https://a.example.org', outlet: A}", "id", "Did you mean 'a-b'?"),
        ("{id: a, url: 'feed://a.example.org', outlet: A}", "url", "must begin with https://"),
        ("{id: a, url: 'https://joe:hunter2@a.example.org', outlet: A}", "url", "holds credentials"),
        ("{id: a, url: 'https://a.example.org', outlet: ''}", "outlet", "must not be blank"),
        ("{id: a, url: 'https://a.example.org', outlet: A, language: jp}", "language", "Did you mean 'ja'?"),
        ("{id: a, url: 'https://a.example.org', outlet: A, country: UK}", "country", "Did you mean 'GB'?"),
        ("{id: a, url: 'https://a.example.org', outlet: A, zone: WIB}", "zone", "is no IANA time zone"),
        ("{id: a, url: 'https://a.example.org', outlet: A, min_interval_s: 5}", "min_interval_s", "at least 60"),
        ("{id: a, url: 'https://a.example.org', outlet: A, source: telegram}", "source", "expected 'feed'"),
        ("{id: a, url: 'https://a.example.org'}", "outlet", "is missing."),
    ],
)
def test_a_wrong_fact_is_named_with_its_key(write, problems_of, facts, key, words):
    path = write(f"feeds:\n  - {facts}\n")
    (problem,) = problems_of(lambda: load_feeds(path))
    assert (problem.line, problem.key) == (2, f"feeds.0.{key}")
    assert words in problem.message
    assert "hunter2" not in str(problem)


def test_no_feed_at_all_is_an_error(write, problems_of):
    path = write("feeds: []\n")
    (problem,) = problems_of(lambda: load_feeds(path))
    assert problem.message == "expected at least 1 of them, found none."
    assert "`monitor feeds discover PAGE`" in problem.cure


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example.org/rss",
        "http://a.example.org/rss",
        "https://A.Example.org:443/rss",
        "https://a.example.org/rss#top",
    ],
)
def test_one_address_twice_names_both_lines(write, problems_of, url):
    path = write(f"{FEED}  - {{id: b, url: '{url}', outlet: B}}\n")
    (problem,) = problems_of(lambda: load_feeds(path))
    assert (problem.line, problem.key) == (3, "feeds.1.url")
    assert problem.message == "this address is already feed 'a' (line 2)."


def test_one_id_twice_names_both_lines(write, problems_of):
    path = write(f"{FEED}  - {{id: a, url: 'https://b.example.org', outlet: B}}\n")
    (problem,) = problems_of(lambda: load_feeds(path))
    assert (problem.line, problem.key, problem.message) == (3, "feeds.1.id", "the id 'a' is taken (line 2).")


def test_other_queries_and_ports_are_other_feeds(write):
    path = write(
        f"{FEED}"
        "  - {id: b, url: 'https://a.example.org/rss?lang=en', outlet: A}\n"
        "  - {id: c, url: 'https://a.example.org:8443/rss', outlet: A}\n"
    )
    assert len(load_feeds(path)) == 3


def test_the_default_feeds_are_sixteen_and_three_searches_with_five_switched_off():
    feeds = load_feeds(Path("config/feeds.yaml"))
    polled = [feed for feed in feeds if feed.is_enabled]
    searches = [feed for feed in polled if feed.id.startswith("google-news-")]
    assert (len(polled) - len(searches), len(searches), len(feeds) - len(polled)) == (16, 3, 5)
    assert {feed.language for feed in polled} == {"id", "en", "ru", "ko"}
    assert all(feed.country for feed in polled if feed not in searches)


def test_gdelt_is_asked_no_more_often_than_its_index_is_renewed(write):
    path = write(FEED.replace("outlet: A", "outlet: A, source: gdelt, min_interval_s: 60"))
    assert (load_feeds(path)[0].source, load_feeds(path)[0].min_interval_s) == ("gdelt", 900)
    path = write(FEED.replace("outlet: A", "outlet: A, source: gdelt, min_interval_s: 3600"))
    assert load_feeds(path)[0].min_interval_s == 3600


def test_site_and_folder_are_kept_beside_the_feed(write):
    path = write(
        FEED.replace("outlet: A", "outlet: A, source: sitemap, site: 'https://a.example.org/', folder: Asia/Korea")
    )
    (section,) = read_sections(path)
    assert (section.source, section.site, section.folder) == ("sitemap", "https://a.example.org/", "Asia/Korea")
    facts = {"id": "a", "url": "https://a.example.org/rss", "outlet": "A", "site": "https://a.example.org/"}
    assert section.feed() == Feed(**facts, source="sitemap")


def test_an_unknown_kind_of_source_is_named_with_the_known_ones(write):
    with pytest.raises(ConfigError) as caught:
        load_feeds(write(FEED.replace("outlet: A", "outlet: A, source: sitemaps")))
    assert "Did you mean 'sitemap'?" in str(caught.value)
