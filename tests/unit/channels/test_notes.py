"""Digests for channels that are no mail: bounded, cleaned, escaped where it counts, the same bytes every time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.channels.apprise import MAX_BYTES, AppriseRenderer
from monitor.channels.email.languages import language_tags
from monitor.channels.ntfy import MAX_MESSAGE_BYTES, NtfyRenderer
from monitor.channels.telegram import MAX_UNITS, TelegramRenderer
from monitor.channels.webhook.payload import WebhookRenderer
from monitor.model.alerts import AlarmKind, AlertFacts, VolumeAlarm
from monitor.model.digests import Digest, Heartbeat, Message
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from monitor.ports import Renderer
from tests.factories import NOW, make_article, make_digest, make_recipient
from tests.fakes import FixedLinks
from tests.golden.digests.samples import sample

RENDERERS: tuple[Renderer, ...] = (NtfyRenderer(tags=("newspaper",)), TelegramRenderer(), AppriseRenderer())
SCHEMA = json.loads(Path("monitor/channels/webhook/schema.json").read_text(encoding="utf-8"))
HOSTILE = st.text(min_size=0, max_size=300)


def rendered(renderer: Renderer, digest: Digest) -> Message:
    return renderer.render(digest, delivery_id="d1", composed_at=NOW)


def told(*titles: str, **facts: Any) -> Digest:
    articles = [make_article(title, url=f"https://a.example.org/{n}") for n, title in enumerate(titles)]
    return make_digest(*articles, **facts)


def parsed(message: Message) -> Any:
    return json.loads(message.content)


@pytest.mark.parametrize("tag", language_tags())
@pytest.mark.parametrize("renderer", [*RENDERERS, WebhookRenderer()], ids=lambda one: type(one).__name__)
def test_the_same_digest_gives_the_same_bytes_in_every_language(renderer: Renderer, tag: str) -> None:
    message = rendered(renderer, sample(tag))
    assert message == rendered(renderer, sample(tag))
    assert message.content
    assert message.message_id == "d1"
    assert (message.sender, message.recipient, message.html) == ("", "", "")


def test_a_note_has_the_first_stories_with_their_links_and_counts_the_rest() -> None:
    note = parsed(
        rendered(NtfyRenderer(priority=4, tags=("newspaper",)), told(*(f"Kabar {n}" for n in range(9)), rest=3))
    )
    assert (note["priority"], note["tags"], note["click"]) == (4, ["newspaper"], "https://a.example.org/0")
    lines = note["message"].split("\n")
    assert lines[:2] == ["• Kabar 0 (Antara)", "https://a.example.org/0"]
    assert lines[-1] == "and 7 more"
    assert len(lines) == 11
    assert note["title"].startswith("[Russia–North Korea] Kabar 0")


def test_words_of_the_note_are_in_the_readers_language() -> None:
    digest = told("Satu", "Dua", "Tiga", "Empat", "Lima", "Enam", recipient=make_recipient(language="id"))
    assert parsed(rendered(NtfyRenderer(), digest))["message"].endswith("dan 1 lainnya")


def test_foreign_words_are_escaped_for_telegram_and_nowhere_else() -> None:
    digest = told('<b>Kim & "Putin"</b>')
    text = parsed(rendered(TelegramRenderer(), digest))["text"]
    assert "&lt;b&gt;Kim &amp; &#34;Putin&#34;&lt;/b&gt;</a>" in text
    assert '<a href="https://a.example.org/0">' in text
    assert '<b>Kim & "Putin"</b>' in parsed(rendered(NtfyRenderer(), digest))["message"]
    assert parsed(rendered(WebhookRenderer(), digest))["stories"][0]["lead"]["title"] == '<b>Kim & "Putin"</b>'


def test_a_story_without_a_usable_link_is_told_without_one() -> None:
    digest = make_digest(make_article("Kabar", url="javascript:alert(1)"))
    assert "javascript" not in rendered(TelegramRenderer(), digest).text
    assert "click" not in parsed(rendered(NtfyRenderer(), digest))
    assert parsed(rendered(WebhookRenderer(), digest))["stories"][0]["lead"]["url"] is None


@settings(max_examples=25, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=12), st.integers(0, 3))
def test_any_titles_fit_and_count(titles: list[str], rest: int) -> None:
    digest = told(*titles, rest=rest)
    note, text = parsed(rendered(RENDERERS[0], digest)), parsed(rendered(RENDERERS[1], digest))["text"]
    assert 0 < len(note["message"].encode()) <= MAX_MESSAGE_BYTES
    assert 0 < len(text.encode("utf-16-le")) // 2 <= MAX_UNITS
    left = re.search(r"\nand (\d+) more$", text)
    assert text.count("\n• ") + int(left[1] if left else 0) == len(titles) + rest
    assert len(rendered(RENDERERS[2], digest).content) <= MAX_BYTES
    jsonschema.validate(parsed(rendered(WebhookRenderer(), digest)), SCHEMA)


def test_very_long_links_leave_room_for_the_count() -> None:
    stories = [make_article(f"Kabar {n}", url=f"https://a.example.org/{n}?{'x' * 1900}") for n in range(9)]
    text = parsed(rendered(TelegramRenderer(), make_digest(*stories)))["text"]
    assert text.count("• ") == 2
    assert text.endswith("and 7 more")


ALARM = VolumeAlarm(
    recipient_id="analyst",
    watchlist="russia-north-korea",
    kind=AlarmKind.SPIKE,
    episode="2026-11-22",
    day=NOW.date(),
    at=NOW,
    since_at=NOW - timedelta(hours=7),
    count=17,
    usual=4.0,
    false_alarm_days=90,
    terms=(("rudal", 9),),
)


def test_alarms_and_the_number_of_notices_are_told_beside_the_stories() -> None:
    notice = Notice(feed_id="a", kind=NoticeKind.OUTAGE, at=NOW, condition=Condition.GONE)
    digest = told("Satu <b>", alarms=(ALARM,), notices=(notice,), more_notices=2)
    text = parsed(rendered(NtfyRenderer(), digest))["message"].split("\n")
    assert text[0].startswith("Russia–North Korea: 17 stories since midnight; usual for a Sunday is 4")
    assert text[-1] == "3 notices about feeds"
    marked = parsed(rendered(TelegramRenderer(), digest))["text"].split("\n")
    assert marked[1:3] == ["", text[0]]
    assert marked[-1] == text[-1]
    call = parsed(rendered(WebhookRenderer(), digest))
    jsonschema.validate(call, SCHEMA)
    assert (call["alarms"][0]["count"], call["alarms"][0]["terms"], len(call["notices"])) == (17, ["rudal"], 1)


def test_an_alert_says_that_it_is_one() -> None:
    digest = told("Perang", alert=AlertFacts(line=80.0))
    assert parsed(rendered(NtfyRenderer(), digest))["priority"] == 4
    assert parsed(rendered(NtfyRenderer(priority=5), digest))["priority"] == 5
    call = parsed(rendered(WebhookRenderer(), digest))
    jsonschema.validate(call, SCHEMA)
    assert call["kind"] == "alert"


def test_that_there_is_nothing_is_told_by_every_channel() -> None:
    digest = make_digest(heartbeat=Heartbeat(since=NOW - timedelta(days=7), feeds=12, failing=1))
    for renderer in RENDERERS:
        message = rendered(renderer, digest)
        assert "Nothing new" in message.subject
        assert b"Nothing new" in message.content
    call = parsed(rendered(WebhookRenderer(), digest))
    jsonschema.validate(call, SCHEMA)
    assert call["heartbeat"] == {"since": "2026-11-15T07:00:00Z", "feeds": 12, "failing": 1}


def test_where_readers_can_reach_it_a_note_leads_to_the_whole_digest() -> None:
    links = FixedLinks("https://monitor.example.org")
    digest = told(*(f"Kabar {n}" for n in range(12)))
    note = parsed(rendered(NtfyRenderer(links=links), digest))
    assert note["click"].startswith("https://monitor.example.org/l/")
    assert note["message"].endswith(f"and 7 more\n{note['click']}")
    text = parsed(rendered(TelegramRenderer(links=links), digest))["text"]
    assert text.endswith(f'<a href="{note["click"]}">and 2 more</a>')
    assert rendered(AppriseRenderer(links=links), digest).text.endswith(note["click"])


def test_a_digest_of_corrections_alone_tells_them() -> None:
    digest = replace(sample("en"), stories=())
    message = rendered(NtfyRenderer(), digest)
    assert digest.changed
    assert "Correction:" in parsed(message)["message"]


@pytest.mark.parametrize("tag", language_tags())
def test_the_payload_of_a_hook_has_the_form_of_its_schema_and_all_of_the_digest(tag: str) -> None:
    digest = sample(tag)
    found = parsed(rendered(WebhookRenderer(), digest))
    jsonschema.validate(found, SCHEMA)
    ids = [one["id"] for story in found["stories"] for one in (story["lead"], *story["others"])]
    assert sorted(ids) == sorted(map(str, digest.article_ids))
    assert found["title"] == rendered(RENDERERS[0], digest).subject
    assert sum(reason["points"] for reason in found["stories"][0]["reasons"]) == found["stories"][0]["points"]


def test_the_schema_of_hooks_refuses_what_it_does_not_know_to_be_there() -> None:
    found = parsed(rendered(WebhookRenderer(), sample()))
    for change in ({"version": 2}, {"id": 5}, {"stories": [{}]}, {"since": "yesterday"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**found, **change}, SCHEMA)


def test_what_was_taken_back_comes_right_behind_the_first_news() -> None:
    lines = parsed(rendered(NtfyRenderer(), sample("en")))["message"].split("\n")[::2]
    assert [line.startswith("• Correction:") for line in lines[:5]] == [False, False, True, True, False]
