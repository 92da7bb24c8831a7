from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import web
from monitor.channels.email import languages
from monitor.channels.email.render import EmailRenderer
from monitor.core.digests import delivery_id
from monitor.errors import RenderError
from monitor.model.articles import Change, ChangeKind
from monitor.model.digests import ChangedArticle, Digest, Message
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind
from monitor.model.stories import Evidence, Ground, Origin
from tests.eml_lint import contrast, lint
from tests.factories import NOW, make_article, make_digest, make_match, make_recipient, make_schedule, make_telling
from tests.golden.digests.renew import FOLDER, golden
from tests.golden.digests.samples import TITLES, many, sample

RENDERER = EmailRenderer("monitor@example.org", "Media monitor", unsubscribe_address="monitor@example.org")


def render(digest: Digest) -> Message:
    return RENDERER.render(digest, delivery_id=delivery_id("analyst", "2026-11-22T07:00", "smtp"), composed_at=NOW)


def notices(text: str = "Contoh") -> tuple[Notice, ...]:
    """One of every kind, with a text wherever a text may stand."""
    texts = {"outlet": text, "feed_id": text, "at": NOW - timedelta(hours=2), "detail": text, "address": text}
    told = [Notice(kind=NoticeKind.OUTAGE, condition=condition, **texts) for condition in Condition]  # type: ignore[arg-type]
    since = NOW - timedelta(days=3)
    told.append(Notice(kind=NoticeKind.RECOVERY, condition=Condition.GONE, from_at=since, **texts))  # type: ignore[arg-type]
    told += [
        Notice(kind=NoticeKind.GAP, missed=missed, times=times, from_at=since, until_at=NOW, **texts)  # type: ignore[arg-type]
        for missed, times in ((0, 1), (1, 1), (7, 3))
    ]
    return tuple(told)


def titled(title: str, **facts: object) -> Digest:
    return make_digest(make_article(title, **facts), titles=TITLES["en"])


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", ["eml", "html", "txt"])
def test_the_digest_is_the_one_that_was_looked_at(language: str, kind: str) -> None:
    """After a wanted change: python -m tests.golden.digests.renew, then look at what changed."""
    assert golden(language)[kind] == (FOLDER / f"{language}.{kind}").read_bytes()


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("count", [1, 5, 22])
def test_the_lint_finds_no_fault(language: str, count: int) -> None:
    assert lint(render(many(count, language)).content) == []


def test_the_lint_finds_no_fault_in_a_digest_of_all_kinds_of_stories() -> None:
    digest = sample("id")
    brief = tuple(replace(story, is_brief=n > 2) for n, story in enumerate(digest.stories))
    assert lint(render(replace(digest, stories=brief, rest=3, notices=notices())).content) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Above your budget of 2 a day: 3 more"), ("id", "Di atas jatah baca 2 berita sehari: 3 lagi")],
)
def test_what_is_above_the_days_budget_is_counted_and_linked(language: str, words: str) -> None:
    digest = many(5, language)
    stories = tuple(replace(one, is_brief=n > 1, is_above_budget=n > 1) for n, one in enumerate(digest.stories))
    message = render(replace(digest, recipient=replace(digest.recipient, stories_per_day=2), stories=stories))
    for shown in (message.html, message.text):
        assert shown.count(words) == 1
        below = shown.partition(words)[2]
        assert [str(story.lead.article.url) in below for story in stories] == [False, False, True, True, True]
    assert lint(message.content) == []
    assert "Above your budget" not in render(digest).text


def test_the_lint_is_not_blind() -> None:
    message = render(sample())
    for whole, broken in (
        ("#46505e", "#b6c0ce"),
        ("font-size:12px", "font-size:9px"),
        ("https://news.", "javascript:news."),
        ('role="presentation"', ""),
        ('lang="ko"', ""),
        ("color:#aab6c5", "color:#333333"),
        ("</h1>", "</h1><h1>two</h1>"),
        ("<p class", "<img src=x><p class"),
    ):
        assert whole in message.html
        html = message.html.replace(whole, broken)
        content = message_from_bytes(message.content, policy=policy.SMTP)
        content.get_payload(1).set_content(html, subtype="html", cte="quoted-printable")  # type: ignore[union-attr]
        assert lint(content.as_bytes()) != [], f"{broken!r} went unnoticed"


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


def test_the_same_digest_gives_the_same_bytes() -> None:
    again = EmailRenderer("monitor@example.org", "Media monitor", unsubscribe_address="monitor@example.org")
    assert again.render(sample(), delivery_id="d1", composed_at=NOW) == RENDERER.render(
        sample(), delivery_id="d1", composed_at=NOW
    )


def test_the_subject_carries_the_news_and_says_how_much_more_there_is() -> None:
    assert render(titled("Putin lands in Pyongyang")).subject == "[Russia–North Korea] Putin lands in Pyongyang"
    assert render(many(12, "en")).subject.endswith("… (+11)")
    assert len(render(titled("북한 " * 5000)).subject) <= 70


def test_a_digest_of_several_watchlists_names_each_and_each_storys() -> None:
    digest = sample("en")
    stories = (digest.stories[0], replace(digest.stories[1], watchlist="missiles"))
    message = render(replace(digest, stories=stories))
    assert "<h1" in message.html
    assert "Russia–North Korea · Missile tests" in message.html
    assert message.text.count("relevance 97% · Missile tests") == 1
    assert message.text.count("relevance 97% · Russia–North Korea") == 1
    assert "<russia-north-korea.example.org>" in message.content.decode()
    both = make_recipient(watchlists=("russia-north-korea", "missiles"))
    assert "List-Id: <digests.example.org>" in render(replace(digest, recipient=both)).content.decode()


def test_times_are_on_the_readers_clock() -> None:
    reader = make_recipient(schedule=make_schedule(zone="America/New_York"))
    message = render(make_digest(make_article(), recipient=reader, since=NOW - timedelta(days=1)))
    assert "21 Nov, 02:00 – 22 Nov 2026, 02:00 EST" in message.text


def test_a_zone_without_a_name_is_told_by_its_offset() -> None:
    reader = make_recipient(schedule=make_schedule(zone="Asia/Dubai"))
    assert "UTC+04:00" in render(make_digest(make_article(), recipient=reader)).text


def test_matched_terms_are_marked_in_the_quote_and_nowhere_inside_words() -> None:
    article = make_article()
    match = make_match(article, quote="Kim dan Kimchi: PUTIN tiba.")
    digest = make_digest(article)
    story = replace(digest.stories[0], lead=replace(digest.stories[0].lead, match=match))
    hits = replace(match.signals[0], hits=(*match.signals[0].hits, replace(match.signals[0].hits[0], text="Kim")))
    story = replace(story, lead=replace(story.lead, match=replace(match, signals=(hits,))))
    assert '"*Kim* dan Kimchi: *PUTIN* tiba."' in render(replace(digest, stories=(story,))).text.replace(
        "*Kim*chi", "X"
    )


def test_the_points_shown_add_up_to_the_score_shown() -> None:
    text = render(sample("en")).text
    story = text[text.index("\n1. ") : text.index("\n2. ")]
    score = re.search(r"Why: ([\d.]+) points, 50 needed", story)
    why = re.search(r"Why: (.*)", story)
    assert score is not None
    assert why is not None
    points = [float(sign + number) for sign, number in re.findall(r" ([+-])([\d.]+)", why.group(1).replace("−", "-"))]
    assert sum(points) == float(score.group(1))


def test_a_story_of_many_outlets_links_five_and_counts_the_rest() -> None:
    message = render(sample("en"))
    assert "8 articles, 8 outlets, 5 origins" in message.text
    assert "+2" in message.text
    assert message.html.count('href="https://news.example.org') + message.html.count('href="https://berita.') == 19


def test_a_story_without_title_date_or_link_is_told_all_the_same() -> None:
    message = render(titled(" \u202e ", url="javascript:alert(1)", published_at=None))
    assert "(no title)" in message.text
    assert "no usable link" in message.text
    assert "undated, seen 22 Nov, 13:00" in message.text
    assert "javascript" not in message.html
    assert lint(message.content) == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//example.org/x", "https://", "ftp://example.org/x",
        'https://example.org/"onclick="x', "https://example.org/a\r\nb", "https://bank@example.org/", "https://[::1",
        "https://example.org/" + "x" * 3000, "",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert "href=" not in render(titled("Putin", url=url)).html.split("</h2>")[0]


HOSTILE = [
    "<script>alert(1)</script>", "Putin\r\nBcc: all@example.org", "\u202eevil\u202c", "x" * 10_000, "kata " * 2000,
    "북한" * 5000, "{{ 7*7 }}{% raw %}", "=?utf-8?q?encoded?=", "%(num)s %s {zone}", "\ud800 lone", "a\u0301" * 5000,
    "'\"><img src=x onerror=alert(1)>", "\x00\x07\x1b[31m", "&amp;&#x3c;b&#x3e;", "<!--", "]]>", "\u2028line", "…",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_anywhere_makes_a_clean_mail(text: str) -> None:
    article = replace(make_article(), title=text, outlet=text, language=text[:9], country=text[:9])
    digest = make_digest(article, recipient=make_recipient(name=text), titles={"russia-north-korea": text})
    story = digest.stories[0]
    match = make_match(article, quote=text)
    signals = tuple(replace(s, evidence=text, label={"en": text}, name=text) for s in match.signals)
    story = replace(story, lead=replace(story.lead, match=replace(match, signals=signals)))
    other = make_telling(replace(article, id=article.id + 1))
    evidence = Evidence(article_id=article.id, ground=Ground.ATTRIBUTION, line=text, quote=text)
    story = replace(story, others=(other,), origins=(Origin(name=text, is_agency=True, evidence=(evidence,)),))
    changes = tuple(Change(kind=kind, before=text, after=text) for kind in ChangeKind)
    changed = ChangedArticle(article=article, at=NOW, changes=changes, state=1)
    updates = {"changed": (changed,), "mergers": ((text, text),), "partings": ((text, text),)}
    for told in (
        replace(digest, stories=(story,), notices=notices(text)[-4:]),
        replace(digest, stories=(), **updates),  # type: ignore[arg-type]
    ):
        message = render(told)
        # What the configuration says (a label, a title of a watchlist) is in the reader's language by definition.
        assert [fault for fault in lint(message.content) if not fault.startswith("foreign text")] == []
        headers = message_from_bytes(message.content, policy=policy.default)
        assert headers["Bcc"] is None
        assert len(message.html) < 40_000


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(max_size=30), st.text(max_size=60))
def test_any_text_escapes_and_no_line_break_enters_a_header(title: str, outlet: str, name: str) -> None:
    article = replace(make_article(), title=title, outlet=outlet)
    digest = make_digest(article, recipient=make_recipient(name=name))
    assert lint(render(digest).content) == []


def test_an_address_no_mail_can_be_sent_to_is_an_error_that_names_reader_and_cure() -> None:
    for address, cure in (("ярослав@example.org", "ASCII alias"), ("nobody", "name@example.org")):
        with pytest.raises(RenderError, match=cure) as caught:
            render(make_digest(make_article(), recipient=make_recipient(address=address)))
        assert "analyst" in str(caught.value)


def test_an_international_domain_is_written_as_dns_knows_it() -> None:
    message = render(make_digest(make_article(), recipient=make_recipient(address="a@bücher.example")))
    assert message.recipient == "a@xn--bcher-kva.example"


def test_a_language_without_catalogue_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(RenderError, match="choose one of en, id"):
        render(make_digest(make_article(), recipient=make_recipient(language="tlh")))


def test_one_can_leave_by_mail_where_an_address_is_given_and_nothing_is_offered_where_not() -> None:
    message = render(sample("en"))
    assert b"List-Unsubscribe: <mailto:monitor@example.org?subject=unsubscribe%20analyst>\r\n" in message.content
    assert b"List-Unsubscribe-Post" not in message.content
    without = EmailRenderer("monitor@example.org").render(sample("en"), delivery_id="d1", composed_at=NOW)
    assert b"List-Unsubscribe" not in without.content
    assert "mailto:" not in without.html


FOUND_WORDS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")]


@pytest.mark.parametrize("tag", languages.language_tags())
def test_every_word_stands_in_every_catalogue_and_no_other(tag: str) -> None:
    folder = Path(languages.__file__).parent
    strict = {"**.html": {"silent": "false"}, "**.txt": {"silent": "false"}}
    folders = (folder.parent, Path(web.__file__).parent)
    used = {row[2] for of in folders for row in extract_from_dir(of, method_map=FOUND_WORDS, options_map=strict)}
    with (folder / "catalogs" / f"{tag}.po").open("rb") as source:
        catalogue = read_po(source, locale=tag)
    known = {message.id for message in catalogue if message.id}
    assert {tuple(word) if isinstance(word, (tuple, list)) else word for word in used} == known
    for message in catalogue:
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        assert all(forms), f"{message.id!r} has no words in {tag}"
        assert not list(message.check(catalogue)), message.id


def test_both_languages_are_there() -> None:
    assert {"en", "id"} <= set(languages.language_tags())


def test_origins_are_told_with_what_shows_them_and_none_where_every_outlet_speaks_for_itself() -> None:
    message = render(sample("en"))
    assert 'KCNA (4 articles): Harian Contoh, dateline "PYONGYANG (KCNA) –"; Example Post, attribution' in message.text
    assert "Пример-ТВ, 예시일보, صحيفة المثال, Warta Misal: names no agency" in message.text
    assert "“state news agency KCNA reported”" in message.html
    assert message.text.count("names no agency") == 1
    assert "5 sumber asal" in render(sample("id")).text


def test_shared_wording_is_told_with_its_share() -> None:
    first, second = make_article("Satu", outlet="Antara"), make_article("Dua", outlet="unknown outlet")
    own = Evidence(article_id=second.id, ground=Ground.OWN, line="")
    copied = Evidence(article_id=first.id, ground=Ground.WORDING, line="", other_id=second.id, share=0.914)
    origin = Origin(name="unknown outlet", is_agency=False, evidence=(own, copied))
    digest = make_digest(second, titles=TITLES["id"], recipient=make_recipient(language="id"))
    story = replace(digest.stories[0], others=(make_telling(first),), origins=(origin,))
    text = render(replace(digest, stories=(story,))).text
    assert "media tidak diketahui (2 artikel): Antara, 91% kata-katanya sama dengan media tidak diketahui" in text
    assert "unknown outlet" not in text


def test_an_outlets_own_reports_are_named_without_an_empty_line_of_evidence() -> None:
    reports = [make_article(title, outlet=outlet) for title, outlet in (("Satu", "Suara"), ("Dua", "Suara"))]
    wired = make_article("Tiga", outlet="Antara")
    own = tuple(Evidence(article_id=report.id, ground=Ground.OWN, line="") for report in reports)
    dateline = Evidence(article_id=wired.id, ground=Ground.DATELINE, line="(KCNA)", quote="(KCNA)")
    voices = (
        Origin(name="Suara", is_agency=False, evidence=own),
        Origin(name="KCNA", is_agency=True, evidence=(dateline,)),
    )
    digest = make_digest(wired, titles=TITLES["en"], recipient=make_recipient(language="en"))
    story = replace(digest.stories[0], others=tuple(make_telling(one) for one in reports), origins=voices)
    text = render(replace(digest, stories=(story,))).text
    assert "Suara (2 articles): names no agency" in text


@pytest.mark.parametrize(
    ("ground", "quote", "told"),
    [
        (Ground.DATELINE, "JAKARTA, Nov 22 (Reuters) –", 'Origin: Reuters: dateline "JAKARTA, Nov 22 (Reuters) –"'),
        (Ground.OUTLET, "Reuters", None),
        (Ground.OWN, "", None),
    ],
)
def test_a_single_article_has_an_origin_where_its_text_names_an_agency(
    ground: Ground, quote: str, told: str | None
) -> None:
    article = make_article("One", outlet="Example Post", language="en")
    evidence = Evidence(article_id=article.id, ground=ground, line="", quote=quote)
    origin = Origin(name="Reuters", is_agency=ground is not Ground.OWN, evidence=(evidence,))
    digest = make_digest(article, titles=TITLES["en"], recipient=make_recipient(language="en"))
    message = render(replace(digest, stories=(replace(digest.stories[0], origins=(origin,)),)))
    if told is None:
        assert "Origin:" not in message.text + message.html
    else:
        assert told in message.text
        assert "Origin:</b> <b>Reuters</b>: dateline “JAKARTA, Nov 22 (Reuters) –”" in message.html


def test_what_changed_is_told_in_both_forms_and_counted_at_the_top() -> None:
    for language, heading in (("en", "Changed since we told you"), ("id", "Berubah sejak kami sampaikan")):
        message = render(sample(language))
        for content in (message.html, message.text):
            assert heading in content
            assert "Pyongyang confirms troops in Kursk" in content
            assert "국정원은 북한군 1만명이 도착했다고 밝혔다." in content
    assert "6 changed" in render(sample("en")).text
    # The label is not said twice where the notice begins with it.
    assert 'Koreksi: "Berita ini semula' in render(sample("id")).text


@pytest.mark.parametrize(("language", "what"), [("en", "Correction:"), ("id", "Koreksi:")])
def test_a_mail_of_changes_alone_says_so_in_its_subject(language: str, what: str) -> None:
    corrected = sample().changed[1:3]
    message = render(sample(language, stories=(), changed=corrected, more_changed=0, rest=0, held_back=0))
    assert f"] {what} Kim Jong-un Kunjungi" in message.subject
    assert message.subject.endswith("(+1)")
    assert len(message.subject) <= 70
    carried = replace(sample().stories[-1])
    assert what in render(sample(language, stories=(carried,), changed=corrected)).subject
    other = render(sample(language, stories=(), changed=sample().changed[2:3], more_changed=0))
    assert ("Changed:" if language == "en" else "Berubah:") in other.subject


def test_a_date_without_a_time_is_told_as_a_date_in_every_zone() -> None:
    seed = datetime.fromisoformat("2023-09-14T12:00:00+00:00")
    midnights = [datetime.fromisoformat(f"2023-09-14T00:00:00{offset}") for offset in ("-08:00", "+00:00", "+11:00")]
    for published_at in (seed, *midnights):
        for zone in ("Asia/Jakarta", "America/Los_Angeles", "Asia/Vladivostok"):
            digest = titled("Kim", published_at=published_at, flags=("date-only",))
            recipient = make_recipient(schedule=make_schedule(zone=zone))
            text = render(replace(digest, recipient=recipient)).text
            assert "Antara · 14 Sep 2023 · in" in text
    vague = titled("Kim", published_at=seed, flags=("imprecise-date",))
    assert "Antara · 2023 · in" in render(vague).text


def test_since_when_a_story_is_told_names_no_time_that_nobody_gave() -> None:
    first, second = make_article("Satu"), make_article("Dua", outlet="Tempo")
    digest = titled("Satu")
    story = replace(digest.stories[0], others=(make_telling(second),), first_at=first.at, first_day=date(2026, 11, 21))
    assert "first reported 21 Nov\n" in render(replace(digest, stories=(story,))).text
