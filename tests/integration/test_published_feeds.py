"""Feeds of watchlists, read back by who reads feeds: feedparser, and our own reader of JSON Feed."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.feeds import FeedFolder
from monitor.core.publishing import publication
from monitor.errors import DeliveryError
from monitor.model.commits import Intake
from monitor.model.digests import DigestStory
from monitor.model.publications import Publication, PublishedStory
from monitor.model.seeds import UNKNOWN_OUTLET
from monitor.pipeline.publish import PublishReport, PublishRules, publish
from monitor.sources.jsonfeed import parse_json
from tests.factories import NOW, make_article, make_match, make_matched, make_verdict
from tests.fakes import MemoryStore
from tests.golden.digests.samples import sample

HOUR = timedelta(hours=1)
BASE = "https://monitor.example.org/feeds"
RULES = PublishRules(titles={"russia-north-korea": "Russia–North Korea"}, language="en", entries=50, days=14)


def folder(path: Path, **facts: Any) -> FeedFolder:
    return FeedFolder(path, **{"authority": "example.org", "base_url": BASE, **facts})


def of(*stories: DigestStory, language: str = "en") -> Publication:
    entries = tuple(
        PublishedStory(story=story, published_at=story.first_at, updated_at=NOW - n * HOUR)
        for n, story in enumerate(stories)
    )
    return Publication(watchlist="russia-north-korea", title="Russia–North Korea", language=language, stories=entries)


def of_titles(*titles: str) -> Publication:
    rows = [make_matched(make_article(title, url=f"https://a.example.org/{n}")) for n, title in enumerate(titles)]
    return publication("russia-north-korea", rows, title="T", language="en", revised_at={}, limit=99)


@pytest.mark.parametrize("tag", ["en", "id"])
def test_both_feeds_are_read_back_whole(tmp_path: Path, tag: str) -> None:
    stories = sample(tag).stories
    files = folder(tmp_path).render(of(*stories, language=tag))
    atom = feedparser.parse(files["atom"])
    assert not atom.bozo
    assert (atom.version, atom.feed.title, atom.feed.language) == ("atom10", "Russia–North Korea", tag)
    assert atom.feed.id == "tag:example.org,2026:watchlist/russia-north-korea"
    assert atom.feed.links[0].href == f"{BASE}/russia-north-korea.atom"
    told = parse_json(files["json"], f"{BASE}/russia-north-korea.json")
    assert len(atom.entries) == len(told.entries) == len(stories)
    for n, (story, entry, item) in enumerate(zip(stories, atom.entries, told.entries, strict=True)):
        assert entry.id == item.guid == f"tag:example.org,2026:story/{story.story_id}"
        assert entry.title == item.title == story.lead.article.title
        assert entry.link == item.link == story.lead.article.url
        outlet = story.lead.article.outlet
        assert entry.author == (outlet if outlet != UNKNOWN_OUTLET or tag == "en" else "media tidak diketahui")
        assert datetime.fromisoformat(entry.updated) == NOW - n * HOUR
        assert all(telling.article.url in entry.content[0].value for telling in story.others)


def test_the_same_stories_give_the_same_bytes_and_no_file_is_touched(tmp_path: Path) -> None:
    made = of(*sample().stories)
    assert folder(tmp_path).render(made) == folder(tmp_path).render(made)


async def test_a_file_is_replaced_only_by_other_bytes(tmp_path: Path) -> None:
    made, place = of(*sample().stories), folder(tmp_path / "feeds")
    assert await place.put(made)
    inodes = {path.name: path.stat().st_ino for path in (tmp_path / "feeds").iterdir()}
    assert set(inodes) == {"russia-north-korea.atom", "russia-north-korea.json"}
    assert not await place.put(made)
    assert {path.name: path.stat().st_ino for path in (tmp_path / "feeds").iterdir()} == inodes
    assert await place.put(replace(made, stories=made.stories[1:]))
    (tmp_path / "feeds" / "russia-north-korea.json").unlink()
    assert await place.put(replace(made, stories=made.stories[1:])), "what was taken away comes back"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=4))
def test_any_title_gives_well_formed_feeds_that_say_it(titles: list[str]) -> None:
    made = of_titles(*titles)
    files = folder(Path("unused"), base_url="").render(made)
    ElementTree.fromstring(files["atom"])
    entries = feedparser.parse(files["atom"]).entries
    told = parse_json(files["json"], "https://monitor.example.org/x.json").entries
    assert len(entries) == len(told) == len(titles)
    assert [entry.id for entry in entries] == [item["id"] for item in json.loads(files["json"])["items"]]


def test_foreign_markup_stays_text(tmp_path: Path) -> None:
    files = folder(tmp_path).render(of_titles('<script>alert("1")</script> & ]]>'))
    (entry,) = feedparser.parse(files["atom"], sanitize_html=False).entries
    assert "&lt;script&gt;" in files["atom"].decode()
    assert "<script" not in entry.content[0].value
    assert "<script" not in json.loads(files["json"])["items"][0]["content_html"]


def test_a_feed_without_stories_is_a_feed(tmp_path: Path) -> None:
    files = folder(tmp_path, base_url="").render(of())
    parsed = feedparser.parse(files["atom"])
    assert (parsed.bozo, parsed.entries, parsed.feed.updated) == (False, [], "1970-01-01T00:00:00Z")
    assert json.loads(files["json"])["items"] == []
    assert "feed_url" not in json.loads(files["json"])


async def test_what_is_stored_is_published_and_grows_with_it(tmp_path: Path) -> None:
    store, place = MemoryStore(), folder(tmp_path)
    first = make_article("Pertama", url="https://a.example.org/1")
    await store.commit_intake(Intake(articles=(first,), verdicts=(make_verdict(first),), matches=(make_match(first),)))

    async def run() -> PublishReport:
        return await publish(["russia-north-korea"], store=store, publisher=place, rules=RULES, now=NOW)

    assert (await run()).written == ("russia-north-korea",)
    assert await run() == PublishReport()
    second = make_article("Kedua", url="https://a.example.org/2", first_seen_at=NOW + HOUR)
    await store.commit_intake(
        Intake(articles=(second,), verdicts=(make_verdict(second),), matches=(make_match(second),))
    )
    assert (await run()).written == ("russia-north-korea",)
    parsed = feedparser.parse((tmp_path / "russia-north-korea.atom").read_bytes())
    assert [entry.title for entry in parsed.entries] == ["Kedua", "Pertama"]


async def test_a_folder_that_cannot_be_written_is_reported_and_hides_no_other_watchlist(tmp_path: Path) -> None:
    (tmp_path / "feeds").write_text("in the way")
    place = folder(tmp_path / "feeds")
    with pytest.raises(DeliveryError, match="cannot write the feed"):
        await place.put(of())
    report = await publish(["a", "b"], store=MemoryStore(), publisher=place, rules=RULES, now=NOW)
    assert [name for name, _ in report.failures] == ["a", "b"]
    os.unlink(tmp_path / "feeds")
    report = await publish(["a", "b"], store=MemoryStore(), publisher=place, rules=RULES, now=NOW)
    assert report.written == ("a", "b")


def test_of_very_many_articles_the_first_are_listed_and_the_rest_is_counted(tmp_path: Path) -> None:
    story = sample("en").stories[0]
    many = replace(story, others=tuple(story.lead for _ in range(500)))
    entry = json.loads(folder(tmp_path).render(of(many))["json"])["items"][0]
    assert entry["content_html"].count("<a href=") == 30
    assert "and 470 more</p>" in entry["content_html"]
