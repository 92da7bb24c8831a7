from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.identity import (
    EPOCH,
    digest62,
    entry_digest,
    entry_keys,
    make_article_id,
    shared_links,
)
from monitor.model.feeds import Entry
from monitor.model.ids import format_id, parse_id

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def keys(*entries: Entry) -> list[int]:
    return [key for key, _ in entry_keys(entries, "antara")]


def test_ids_sort_by_day_of_first_sight() -> None:
    assert make_article_id("z", NOW) < make_article_id("a", NOW + timedelta(days=1))


def test_ids_of_one_day_differ_by_identity_alone() -> None:
    assert make_article_id("a", NOW) == make_article_id("a", NOW + timedelta(hours=3))
    assert make_article_id("a", NOW) != make_article_id("b", NOW)


@pytest.mark.parametrize("when", [EPOCH - timedelta(days=9), EPOCH, NOW, EPOCH + timedelta(days=80_000)])
def test_ids_fit_63_bits_at_any_time(when: datetime) -> None:
    assert 0 <= make_article_id("a", when) < 2**63


@given(st.integers(0, 2**63 - 1))
def test_a_written_id_is_read_back(article_id: int) -> None:
    text = format_id(article_id)
    assert len(text) == 13
    assert parse_id(text) == article_id
    assert parse_id(f" {text.upper()[:6]}-{text[6:]} ") == article_id


def test_mistyped_letters_are_read_as_meant() -> None:
    assert parse_id("OOOOOOOOOOOIL") == parse_id("0000000000011")


@pytest.mark.parametrize("text", ["", "123", "u" * 13, "0" * 14, "z" * 13, "00000000000-é"])
def test_what_is_no_id_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match="no article id"):
        parse_id(text)


@given(st.text())
def test_digests_are_stable_and_fit_62_bits(text: str) -> None:
    assert digest62(text) == digest62(text)
    assert 0 <= digest62(text) < 2**62


def test_a_unique_guid_identifies_an_entry_whatever_else_changes() -> None:
    before, after = Entry(guid="1", link="/a", title="x"), Entry(guid="1", link="/b", title="y")
    assert keys(before) == keys(after)


def test_a_repeated_guid_gives_way_to_the_link() -> None:
    one, two, three = keys(Entry(guid="g", link="/1"), Entry(guid="g", link="/2"), Entry(guid="h", link="/3"))
    assert len({one, two, three}) == 3


def test_repeated_guids_and_links_give_way_to_title_and_date() -> None:
    entries = [Entry(guid="g", link="/", title="a"), Entry(guid="g", link="/", title="b")]
    dated = [Entry(guid="g", link="/", title="a", published_raw=day) for day in ("Mon", "Tue")]
    assert len(set(keys(*entries))) == 2
    assert len(set(keys(*dated))) == 2


def test_entries_that_agree_in_everything_are_one() -> None:
    twin = Entry(guid="g", link="/1", title="a")
    assert len(set(keys(twin, twin))) == 1


def test_entries_with_a_text_only_are_told_apart_by_it() -> None:
    assert len(set(keys(Entry(summary="a"), Entry(summary="b")))) == 2


def test_the_same_guid_in_another_feed_is_another_entry() -> None:
    entry = Entry(guid="12345")
    assert entry_keys([entry], "antara") != entry_keys([entry], "tass")


def test_the_digest_follows_content_and_ignores_dates() -> None:
    entry = Entry(guid="1", title="a", published_raw="Mon", updated_raw="now")
    assert entry_digest(entry) == entry_digest(Entry(guid="1", title="a", published_raw="Tue"))
    assert entry_digest(entry) != entry_digest(Entry(guid="1", title="a", content="b"))
    assert entry_digest(Entry(title="ab")) != entry_digest(Entry(title="a", summary="b"))


def test_a_link_under_several_titles_identifies_none_of_them() -> None:
    entries = [
        Entry(link="https://example.org/live", title="a"),
        Entry(link="https://example.org/live?utm_source=rss", title="b"),
        Entry(link="https://example.org/1", title="c"),
        Entry(link="https://example.org/1#top", title="C "),
    ]
    assert len(shared_links(entries)) == 1
