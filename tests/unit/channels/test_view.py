"""What a digest says beside its stories' headlines: how much there is, what the reader had, that there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.model.digests import Digest, Had, Heartbeat, Message, StoryState
from monitor.model.links import LinkAction, LinkClaim
from monitor.model.volumes import Volume, VolumeDay
from tests.eml_lint import lint
from tests.factories import NOW, make_article, make_digest, make_recipient, make_telling
from tests.fakes import FixedLinks
from tests.golden.digests.samples import TITLES, sample

RENDERER = EmailRenderer(
    "monitor@example.org", unsubscribe_address="m@example.org", links=FixedLinks("https://monitor.example.org")
)
DAYS = tuple(
    VolumeDay(day=date(2026, 11, 8) + timedelta(days=n), stories=count)
    for n, count in enumerate((None, 0, 4, 8, 2, 2, 2, 2, 2, 2, 2, 2, 2, 6))
)
VOLUME = Volume(days=DAYS, stories=6, span=1, usual=2.5, is_weekend=True)


def render(digest: Digest) -> Message:
    return RENDERER.render(digest, delivery_id="d1", composed_at=NOW)


def with_volume(language: str, **facts: object) -> Message:
    digest = make_digest(make_article(), titles=TITLES[language], recipient=make_recipient(language=language))
    return render(replace(digest, volume=replace(VOLUME, **facts)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "facts", "sentence"),
    [
        ("en", {}, "6 stories in the last 24 hours; usual for a weekend day: 2.5."),
        ("en", {"is_weekend": False}, "6 stories in the last 24 hours; usual for a working day: 2.5."),
        ("en", {"usual": None, "stories": 1}, "1 story in the last 24 hours; too few days are known to say what is us"),
        ("en", {"span": 7, "usual": 31.0}, "6 stories in the last 7 days; 31 in the 7 days before."),
        ("en", {"span": 14, "usual": None}, "6 stories in the last 14 days.\n"),
        ("id", {}, "6 berita dalam 24 jam terakhir; biasanya pada akhir pekan: 2,5 sehari."),
    ],
)
def test_the_volume_is_said_in_words_in_both_forms(language: str, facts: dict[str, object], sentence: str) -> None:
    message = with_volume(language, **facts)
    assert sentence in message.text
    assert sentence.strip() in message.html


def test_the_chart_is_cells_whose_heights_follow_the_days_and_whose_label_tells_the_same() -> None:
    message = with_volume("en")
    figures = "Stories a day, 8 Nov to 21 Nov: –, 0, 4, 8, 2, 2, 2, 2, 2, 2, 2, 2, 2, 6"
    assert f'<div role="img" aria-label="{figures}">' in message.html
    assert figures in message.text
    chart = message.html[message.html.index('role="img"') : message.html.index("8 Nov</td>")]
    # Without the unknown day; the smallest bar can be seen, the highest is four times that of two stories.
    assert [int(part.split('"')[0]) for part in chart.split(' height="')[1:] if not part.startswith("34")] == [
        2, 16, 32, 8, 8, 8, 8, 8, 8, 8, 8, 8, 24,
    ]  # fmt: skip
    assert "<img" not in message.html
    assert lint(message.content) == []


def test_a_quiet_fortnight_has_a_chart_as_well() -> None:
    quiet = tuple(replace(day, stories=0) for day in DAYS)
    assert lint(with_volume("id", days=quiet, stories=0, usual=0.0).content) == []


@pytest.mark.parametrize(
    ("language", "heartbeat", "said", "subject"),
    [
        (
            "en",
            Heartbeat(since=NOW, feeds=19, failing=2),
            "since 22 Nov, 14:00; 19 feeds are polled, 2 of them fail.",
            "N",
        ),
        ("en", Heartbeat(since=None, feeds=1, failing=0), "Nothing has matched yet; 1 feed is polled.", "Nothing new"),
        (
            "id",
            Heartbeat(since=NOW, feeds=19, failing=1),
            "sejak 22 Nov, 14.00; 19 feed diperiksa, 1 di antar",
            "Tidak",
        ),
    ],
)
def test_a_heartbeat_says_that_there_is_nothing_and_that_feeds_are_polled(
    language: str, heartbeat: Heartbeat, said: str, subject: str
) -> None:
    digest = make_digest(titles=TITLES[language], recipient=make_recipient(language=language), heartbeat=heartbeat)
    message = render(digest)
    assert said in message.text
    assert said in message.html
    assert f"] {subject}" in message.subject
    assert "Points are" not in message.text + message.html  # nothing here needs to be explained
    assert lint(message.content) == []


def test_new_stories_come_before_news_of_told_ones_whatever_their_points() -> None:
    digest = sample("en")
    text = render(digest).text
    places = [text.index(f"\n{n}. ") for n in range(1, 7)]
    assert places == sorted(places)
    heading = text.index("News of stories that you have")
    assert places[4] < heading < places[5]
    assert text.index("\n6. 북한, 러시아에 포탄") > heading


def test_a_developing_story_says_what_the_reader_had_and_when_and_adds_up() -> None:
    text = render(sample("en")).text
    before = 'Before: "North Korea ships shells to Russia, Seoul says" (you had 3 articles, the last on 21 Nov, 07:00)'
    assert before in text
    assert "2 new articles, 2 outlets, 2 origins, 1 repeats what you had, story began 20 Nov, 07:00" in text


def test_a_corrected_story_bears_the_mark_and_points_to_the_correction() -> None:
    digest = make_digest(make_article(), titles=TITLES["en"])
    had = Had(title="Putin di Pyongyang", language="id", at=None)
    story = replace(digest.stories[0], state=StoryState.DEVELOPING, told_before=1, had=had, is_corrected=True)
    message = render(replace(digest, stories=(story,)))
    assert "[Developing] [Corrected]" in message.text
    assert ">Corrected</b>" in message.html
    assert '"Putin di Pyongyang" (you had 1 article). An outlet corrected what you had: see below.' in message.text
    assert lint(message.content) == []


def test_a_story_that_is_ordered_by_another_articles_points_says_so() -> None:
    digest = make_digest(make_article(), titles=TITLES["en"])
    better = replace(digest, stories=(replace(digest.stories[0], points=75.5),))
    assert "Why: 60 points (its best article has 75.5), 50 needed – " in render(better).text
    assert "Why: 60 points, 50 needed – " in render(digest).text


def test_a_story_names_the_ids_that_commands_take() -> None:
    article = make_article(id=2**62 - 1)
    digest = make_digest(article, titles=TITLES["en"])
    assert "(id 3zzzzzzzzzzzz)" in render(digest).text
    other = replace(digest, stories=(replace(digest.stories[0], story_id=32),))
    assert "(article 3zzzzzzzzzzzz, story 0000000000010)" in render(other).text


def test_a_headline_that_can_be_read_heads_the_mail_where_its_points_come_near() -> None:
    titles = {"ar": "بوتين", "en": "Putin in Pyongyang", "id": "Putin di Pyongyang"}
    base = make_digest(*(make_article(title, language=tag) for tag, title in titles.items()), titles=TITLES["id"])

    def headed(*points: float) -> Message:
        stories = (replace(story, points=of) for story, of in zip(base.stories, points, strict=True))
        ranked = tuple(sorted(stories, key=lambda story: -story.points))
        return render(replace(base, stories=ranked, recipient=make_recipient(language="id")))

    assert "Putin di Pyongyang (+2)" in headed(90, 80, 75).subject
    assert headed(90, 80, 75).text.startswith("Putin di Pyongyang · بوتين · Putin in Pyongyang\n")
    assert "Putin in Pyongyang (+2)" in headed(90, 80, 60).subject
    assert "بوتين (+2)" in headed(90, 60, 60).subject


def test_the_same_names_behind_several_reasons_are_said_once() -> None:
    article = make_article()
    digest = make_digest(article, titles=TITLES["en"])
    signals = digest.stories[0].lead.match.signals
    twice = (signals[0], replace(signals[1], hits=signals[0].hits))
    lead = make_telling(article, match=replace(digest.stories[0].lead.match, signals=twice))
    text = render(replace(digest, stories=(replace(digest.stories[0], lead=lead),))).text
    assert "Why: 60 points, 50 needed – both sides in the title (Putin) +50 · close together +10\n" in text


def test_the_page_of_a_digest_holds_what_the_mail_had_no_room_for_under_the_same_numbers() -> None:
    digest = sample("en")
    stories = tuple(replace(story, is_brief=n > 0) for n, story in enumerate(digest.stories))
    mail = render(replace(digest, stories=stories))
    page = RENDERER.page(replace(digest, stories=stories), delivery_id="d1")
    assert "2 more outlets" in mail.html
    assert "2 more outlets" not in page
    assert ">Portal Ibarat</a>" in page
    assert "1 smaller reason" not in page
    assert "Стороны обсудят" not in mail.html
    assert "Стороны обсудят" in page
    numbered = [part.split(". ")[0] for part in page.split("<h2")[1:] if ". <a" in part]
    assert [int(part.rpartition(">")[2]) for part in numbered] == [1, 3, 4, 5, 6, 2]


@pytest.mark.parametrize("language", ["en", "id"])
def test_what_no_mail_had_room_for_is_counted_with_a_link_to_the_page_that_lists_it(language: str) -> None:
    first, second, third = (make_article(title) for title in ("Putin tiba", "Kim & Lavrov", "Kereta Tumangang"))
    digest = make_digest(first, recipient=make_recipient(language=language), titles=TITLES[language])
    left = make_digest(second, third).stories
    cut = replace(digest, rest=9, waiting=tuple(replace(story, is_brief=True) for story in left))
    mail, page = render(cut), RENDERER.page(cut, delivery_id="d1")
    claim = LinkClaim(action=LinkAction.VIEW, recipient_id="analyst", target="d1")
    view = FixedLinks("https://monitor.example.org").url(claim)
    said = "9 more stories did not fit" if language == "en" else "9 berita lagi tidak muat"
    for text in (mail.html, mail.text):
        assert "Tumangang" not in text
        assert str(view) in text[text.index(said) :][:250]
    assert "Kim &amp; Lavrov" in page
    assert str(third.url) in page
    assert ("In line for the next digests" if language == "en" else "Menunggu giliran") in page
    assert lint(mail.content) == []
    # Without a page there is only the count.
    bare = EmailRenderer("monitor@example.org").render(cut, delivery_id="d1", composed_at=NOW)
    assert "https://monitor.example.org" not in bare.text
    assert said in bare.text


HOSTILE = (
    "Kim " * 2500,
    "Putin\r\nBcc: all@example.org",
    "\u202egnp.exe\u202c\u2066",
    "<b>a</b> & <script>",
    "",
    "\u202e",
)


@pytest.mark.parametrize("title", HOSTILE)
def test_any_title_makes_a_mail_that_can_be_read_whatever_else_is_missing(title: str) -> None:
    """A title of 10 kB, with line breaks, with overrides of direction, with `<`, with nothing; no date, no link."""
    article = make_article(title, url="", published_at=None, outlet="", language=None)
    digest = make_digest(article, titles=TITLES["en"])
    had = Had(title=title, language=None, at=NOW)
    story = replace(digest.stories[0], state=StoryState.DEVELOPING, had=had, told_before=2)
    message = render(replace(digest, stories=(story, replace(digest.stories[0], story_id=7)), volume=VOLUME))
    # What looks like markup in a title stands in the plain text as the outlet wrote it.
    assert set(lint(message.content)) <= ({"HTML in the plain text"} if "<b>" in title else set())
    assert 0 < len(message.subject) <= 70
    assert len(message.html) < 20_000
    assert "no usable link" in message.html
    assert "undated, seen 22 Nov, 13:00" in message.html
    assert "\u202e" not in message.html + message.text + message.subject
    if not title.strip("\u202e"):
        assert "(no title)" in message.html
