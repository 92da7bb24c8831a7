from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core import pages
from monitor.core.pages import DEFAULTS, PageLimits
from monitor.core.scoring import compile_watchlists
from monitor.model.articles import Article
from monitor.model.feeds import Fetched, FetchFailed
from monitor.model.pages import ClaimedPage, Page, PageState, PageText, PageWish, Redirected, Unweighed
from monitor.model.watchlists import Alias as Spelling
from monitor.model.watchlists import Match, NoneOf, Rule, Term
from tests.factories import NOW, make_article, make_feed, make_match, make_watchlist

TITLE = "Putin tiba di Pyongyang"
TEASER = "Kim Jong Un menyambutnya."
LONG = " ".join(f"Kalimat {n}: Putin tiba di Pyongyang dan disambut Kim Jong Un di bandara." for n in range(12))


def article(**facts: Any) -> Article:
    return make_article(**{"title": TITLE, "text": TEASER, **facts})


def page(**facts: Any) -> Page:
    base = pages.wanted(PageWish(article=article(), page=None), now=NOW)
    return type(base)(**{**{name: getattr(base, name) for name in base.__slots__}, "attempts": 1, **facts})


def read(text: str = LONG, of: Article | None = None, **facts: Any) -> Page:
    found = PageText(**{"titles": (f"{TITLE} - Antara",), "text": text, **facts})
    return pages.after_reading(page(), of or article(), found, now=NOW, limits=DEFAULTS)


def failure(kind: str = "status", status: int = 0, **facts: Any) -> FetchFailed:
    return FetchFailed(url="https://example.org/1", kind=kind, message="", status=status, **facts)


# -- which pages ------------------------------------------------------------------------------------------------------


def test_the_page_of_a_matched_article_is_wanted_at_once() -> None:
    one = article()
    wish = pages.wanted(PageWish(article=one, page=None), now=NOW)
    assert (wish.state, wish.url, wish.body_digest, wish.next_attempt_at) == (
        PageState.WANTED,
        one.url,
        one.body_digest,
        NOW,
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://news.google.com/rss/articles/CBMiX2h0dHBz?oc=5", "wraps"),
        ("https://www.bing.com/news/apiclick.aspx?ref=x", "wraps"),
        ("", "no address"),
        ("https://example.org/", "home page"),
    ],
)
def test_what_leads_to_no_article_is_dropped_with_the_reason(url: str, reason: str) -> None:
    wish = pages.wanted(PageWish(article=article(url=url), page=None), now=NOW)
    assert wish.state is PageState.DROPPED
    assert reason in wish.reason


def test_an_article_that_its_feed_changed_is_read_again_but_not_soon_and_not_for_ever() -> None:
    known = page(state=PageState.READ, reads=1, read_at=NOW - timedelta(minutes=5), text=LONG)
    again = pages.wanted(PageWish(article=article(), page=known), now=NOW)
    assert again.state is PageState.WANTED
    assert again.next_attempt_at == NOW + timedelta(minutes=55)
    assert (again.attempts, again.text) == (0, LONG)
    often = page(state=PageState.READ, reads=3, read_at=NOW - timedelta(days=1))
    assert pages.wanted(PageWish(article=article(), page=often), now=NOW).state is PageState.DROPPED


def test_a_page_is_not_asked_for_when_switched_off_or_told() -> None:
    claimed = ClaimedPage(page=page(), article=article())
    on = make_feed(wants_full_text=True)
    assert pages.not_needed(claimed, on) == ""
    assert "switched off" in pages.not_needed(claimed, make_feed())
    assert "switched off" in pages.not_needed(claimed, None)
    assert "told" in pages.not_needed(ClaimedPage(page=page(), article=article(), is_told=True), on)


# -- what becomes of an attempt ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_page_that_is_refused_or_gone_is_not_asked_for_again(status: int) -> None:
    after = pages.after_failure(page(), failure(status=status), now=NOW, chance=0.5)
    assert (after.state, after.reason) == (PageState.FAILED, f"answers {status}")


@pytest.mark.parametrize("kind", ["too_large", "refused", "redirect", "type"])
def test_a_page_of_a_wrong_kind_is_not_asked_for_again(kind: str) -> None:
    after = pages.after_failure(page(), failure(kind), now=NOW, chance=0.5)
    assert after.state is PageState.FAILED
    assert after.reason not in {"", kind}


@pytest.mark.parametrize(
    ("kind", "status"), [("timeout", 0), ("dns", 0), ("crash", 200), ("status", 503), ("status", 429)]
)
def test_what_may_pass_is_tried_again_with_growing_pauses_and_an_end(kind: str, status: int) -> None:
    pauses = []
    one = page(attempts=0)
    now = NOW
    while one.state is PageState.WANTED:
        one = page(attempts=one.attempts + 1)
        one = pages.after_failure(one, failure(kind, status), now=now, chance=0.5)
        if one.state is PageState.WANTED:
            pauses.append((one.next_attempt_at - now).total_seconds())
    assert pauses == [600, 3600, 21600]
    assert one.state is PageState.FAILED
    assert "tried 4 times" in one.reason


def test_a_server_that_names_its_pause_gets_it_or_is_given_up() -> None:
    later = pages.after_failure(page(), failure(status=503, retry_after_s=7200.0), now=NOW, chance=0.5)
    assert later.next_attempt_at == NOW + timedelta(hours=2)
    never = pages.after_failure(page(), failure(status=503, retry_after_s=9e6), now=NOW, chance=0.5)
    assert (never.state, never.reason) == (PageState.FAILED, "answers 503, for too long")


def test_waiting_for_a_turn_counts_no_attempt_but_ends_too() -> None:
    later = pages.postponed(page(attempts=2), "its host wants quiet", now=NOW, wait_s=60)
    assert (later.attempts, later.next_attempt_at) == (1, NOW + timedelta(minutes=1))
    end = pages.postponed(page(), "its host wants quiet", now=NOW + timedelta(days=2), wait_s=60)
    assert end.state is PageState.FAILED


@given(st.floats(0, 0.999), st.integers(1, 9), st.floats(0, 1e9))
@settings(max_examples=60)
def test_every_attempt_ends_or_comes_later_and_before_patience_does(
    chance: float, attempts: int, wish_s: float
) -> None:
    one = page(attempts=attempts)
    after = pages.after_failure(one, failure(status=503, retry_after_s=wish_s), now=NOW, chance=chance)
    if after.state is PageState.WANTED:
        assert NOW < after.next_attempt_at <= one.wanted_at + timedelta(seconds=DEFAULTS.patience_s)
    else:
        assert after.reason


# -- what a text is good for ------------------------------------------------------------------------------------------


def test_a_longer_text_of_the_article_is_read() -> None:
    after = read()
    assert (after.state, after.text, after.reads, after.read_at) == (PageState.READ, LONG, 1, NOW)


def test_the_title_before_the_text_and_what_cannot_be_seen_are_left_out() -> None:
    after = read(f"{TITLE}\n\n{LONG}\u202e\x07\n\n  Akhir.")
    assert after.text == f"{LONG}\nAkhir."


@pytest.mark.parametrize(
    ("text", "facts", "reason"),
    [
        ("Aktifkan JavaScript untuk membaca.", {}, "34 characters"),
        (LONG, {"is_paid": True}, "not free"),
        (
            "Kami dan 842 mitra kami menyimpan informasi di perangkat Anda, seperti kuki. " * 6,
            {"titles": ("Persetujuan",)},
            "something else",
        ),
    ],
)
def test_a_page_without_the_articles_text_leaves_it_as_it_is(text: str, facts: dict[str, Any], reason: str) -> None:
    after = read(text, **facts)
    assert after.state is PageState.FAILED
    assert reason in after.reason
    assert after.text == ""


def test_a_text_no_longer_than_the_feeds_own_is_of_no_use() -> None:
    after = read(LONG, of=article(text=LONG + " Dan lagi."))
    assert (after.state, "no longer than the feed's" in after.reason) == (PageState.FAILED, True)


def test_a_page_that_reserves_its_text_is_refused_even_if_it_is_good() -> None:
    after = read(reservation="meta robots: noai")
    assert (after.state, after.reason) == (PageState.REFUSED, "the page reserves its text (meta robots: noai)")


def test_a_retitled_page_is_recognised_by_the_feeds_text() -> None:
    feed_text = LONG[: len(LONG) // 2]
    after = read(LONG, of=article(title="Kunjungan bersejarah dimulai", text=feed_text), titles=("Breaking",))
    assert after.state is PageState.READ


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("푸틴, 평양 도착", "푸틴이 평양에 도착했다. " * 30),
        ("Путин прибыл в Пхеньян", "Путин прибыл в Пхеньян, его встретил Ким Чен Ын. " * 12),
        ("普京抵达平壤", "俄罗斯总统普京抵达平壤" * 40),
    ],
)
def test_titles_are_found_in_texts_of_any_script(title: str, text: str) -> None:
    after = read(text, of=article(title=title, text=""), titles=())
    assert after.state is PageState.READ


# -- robots.txt -------------------------------------------------------------------------------------------------------


def test_robots_txt_follows_rfc_9309() -> None:
    rules = Fetched(url="u", status=200, body=b"User-agent: *", headers={}, validators=None)
    assert pages.robots_of(rules) == pages.Robots(rules=b"User-agent: *")
    assert pages.robots_of(failure(status=404)) == pages.Robots()
    assert pages.robots_of(failure(status=403)) == pages.Robots()
    assert pages.robots_of(Redirected(url="u", target="v")) == pages.Robots()
    for closed in (failure(status=503), failure(status=429), failure("timeout"), failure("dns"), failure("too_large")):
        assert pages.robots_of(closed).forbids
    assert pages.robots_of(failure(status=503)).forbids == "robots.txt cannot be had: answers 503"
    assert pages.robots_of(failure("refused")) == pages.Robots(), "the page itself is refused by the same guard"


def test_robots_txt_stands_at_the_root_of_scheme_host_and_port() -> None:
    assert pages.robots_url("https://u:p@Example.org:8443/a/b?c#d") == "https://example.org:8443/robots.txt"
    assert pages.robots_url("http://example.org") == "http://example.org/robots.txt"


@pytest.mark.parametrize(
    ("robots", "tdm", "sign"),
    [
        ("noai, noimageai", "", "X-Robots-Tag: noai"),
        ("noindex, nosnippet", "", "X-Robots-Tag: nosnippet"),
        ("monitor: noai", "", "X-Robots-Tag: noai"),
        ("otherbot: noai", "", ""),
        ("noindex, nofollow", "", ""),
        ("max-snippet:-1, max-image-preview:large", "", ""),
        ("", "1", "tdm-reservation: 1"),
        ("", "0", ""),
    ],
)
def test_an_answer_may_reserve_its_text_by_its_headers(robots: str, tdm: str, sign: str) -> None:
    assert pages.reservation_of(robots, tdm) == sign


# -- what a text does -------------------------------------------------------------------------------------------------


def weighed(text: str, one: Article, **facts: Any) -> tuple[Match, ...]:
    scorer = compile_watchlists([make_watchlist(**{"threshold": 1.0, **facts})])
    match = make_match(one, points=1.0)
    unweighed = Unweighed(article=one, text=text, matches=(match,))
    found = pages.weigh(unweighed, scorer.score(one), scorer.score(pages.in_full(one, text)), now=NOW)
    assert found.weighed == (("russia-north-korea", "v1"),)
    assert [decision.features["feed_points"] for decision in found.decisions] == [scorer.score(one)[0].points]
    return found.matches


def test_the_page_raises_the_score_and_gives_the_quote() -> None:
    one = make_article("Kunjungan ke Pyongyang", text="Presiden Putin disambut.")
    (match,) = weighed("Presiden Rusia Vladimir Putin tiba di Pyongyang, Korea Utara, dan disambut Kim Jong Un.", one)
    (feed_score,) = compile_watchlists([make_watchlist(threshold=1.0)]).score(one)
    assert match.is_of_page
    assert match.points > feed_score.points
    assert match.points == sum(signal.points for signal in match.signals)
    assert "tiba di Pyongyang" in match.quote


def test_a_page_that_says_less_leaves_the_feeds_score() -> None:
    one = make_article(TITLE, text="Presiden Rusia Putin disambut Kim Jong Un di Pyongyang, Korea Utara.")
    (match,) = weighed("Cuaca cerah. " * 40, one)
    assert not match.is_of_page
    assert match.quote in one.text


def test_a_page_behind_the_gate_takes_no_match_away() -> None:
    barred = Term(aliases=(Spelling(text="sepak bola"),))
    watchlist = make_watchlist(threshold=1.0)
    gate = type(watchlist.match)(children=(*watchlist.match.children, NoneOf(children=(barred,))))  # type: ignore[union-attr, call-arg]
    one = make_article(TITLE, text="Putin disambut Kim Jong Un.")
    (match,) = weighed(f"{LONG} Baca juga: sepak bola.", one, match=gate)
    assert not match.is_of_page


def test_a_penalty_on_the_page_cannot_lower_the_score() -> None:
    rule = Rule(name="sport", when=Term(aliases=(Spelling(text="sepak bola"),)), points=-500.0)
    one = make_article(TITLE, text="Putin disambut Kim Jong Un.")
    (match,) = weighed(f"{LONG} Baca juga: sepak bola.", one, rules=(rule,))
    assert not match.is_of_page


def test_a_match_of_a_watchlist_that_changed_waits() -> None:
    one = make_article(TITLE)
    match = make_match(one, version="v0")
    scorer = compile_watchlists([make_watchlist(threshold=1.0)])
    found = pages.weigh(
        Unweighed(article=one, text=LONG, matches=(match,)), scorer.score(one), scorer.score(one), now=NOW
    )
    assert (found.matches, found.decisions) == ((), ())


def test_a_summary_that_the_text_begins_with_is_not_counted_twice() -> None:
    one = make_article(TITLE, summary="Putin tiba di ibu kota …", text="")
    assert pages.in_full(one, "Putin tiba di ibu kota Korea Utara pagi ini.").summary == ""
    assert pages.in_full(one, "Kim Jong Un menunggu.").summary == "Putin tiba di ibu kota …"


def test_limits_are_asked_of_every_decision() -> None:
    strict = PageLimits(attempts=1)
    assert pages.after_failure(page(), failure("timeout"), now=NOW, chance=0.5, limits=strict).state is PageState.FAILED
