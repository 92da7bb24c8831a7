"""What is remembered of items, and when new entries may be read without them."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.identity import entry_keys, shared_links
from monitor.core.known import MAX_ITEMS, known_digests, may_stand_alone, moved_guids, recent_known, remembered
from monitor.model.feeds import Entry, ParsedFeed


def parsed(entries: list[Entry], digests: list[int], known: tuple[int, ...] = ()) -> ParsedFeed:
    return ParsedFeed(
        kind="rss20", entries=tuple(entries), digests=tuple(digests), known=known, already_read=len(known)
    )


def entry(guid: str | None, link: str | None = None, title: str = "t") -> Entry:
    return Entry(guid=guid, link=link, title=title)


A, B, C = (entry(name, f"https://example.org/{name}") for name in "abc")


def test_a_record_holds_the_items_of_the_last_body() -> None:
    record = remembered(parsed([A, B], [1, 2]), b"", has_news=True)
    assert known_digests(record) == {1, 2}
    record = remembered(parsed([C], [3], known=(2,)), record, has_news=True)
    assert known_digests(record) == {2, 3}


def test_entries_without_digests_are_not_remembered() -> None:
    assert remembered(parsed([A, B], []), b"", has_news=True) == b""
    assert known_digests(remembered(parsed([A, B], [1, 0]), b"", has_news=True)) == {1}


def test_a_record_is_16_bytes_an_item_and_bounded() -> None:
    many = [entry(str(n)) for n in range(MAX_ITEMS + 50)]
    assert len(remembered(parsed(many[:5], [1, 2, 3, 4, 5]), b"", has_news=True)) == 80
    assert len(remembered(parsed(many, list(range(1, len(many) + 1))), b"", has_news=True)) == 16 * MAX_ITEMS


def test_a_guid_repeated_by_a_new_entry_asks_for_the_whole() -> None:
    record = remembered(parsed([A, B], [1, 2]), b"", has_news=True)
    assert may_stand_alone(parsed([C], [3], known=(1, 2)), record)
    assert not may_stand_alone(parsed([entry("a", "https://example.org/x")], [3], known=(1, 2)), record)


def test_a_link_repeated_in_another_spelling_asks_for_the_whole() -> None:
    record = remembered(parsed([A], [1]), b"", has_news=True)
    assert not may_stand_alone(
        parsed([entry("x", "http://www.example.org/a/?utm_source=rss")], [2], known=(1,)), record
    )


def test_an_item_that_has_left_the_body_claims_nothing() -> None:
    record = remembered(parsed([A, B], [1, 2]), b"", has_news=True)
    assert may_stand_alone(parsed([A], [3], known=(2,)), record)


def test_an_entry_without_guid_and_link_asks_for_the_whole() -> None:
    record = remembered(parsed([A], [1]), b"", has_news=True)
    assert not may_stand_alone(parsed([entry(None)], [2], known=(1,)), record)


_GUIDS = st.sampled_from([None, "1", "2", "3", "4"])
_LINKS = st.sampled_from([None, "https://example.org/1", "http://www.example.org/1?utm_source=x", "/2", "mailto:x"])
_ENTRIES = st.builds(Entry, guid=_GUIDS, link=_LINKS, title=st.sampled_from(["t", "u"]))


@given(st.lists(_ENTRIES, max_size=4), st.lists(_ENTRIES, max_size=4))
def test_entries_that_may_stand_alone_have_the_keys_of_the_whole(old: list[Entry], new: list[Entry]) -> None:
    known = tuple(range(1, len(old) + 1))
    record = remembered(parsed(old, list(known)), b"", has_news=True)
    alone = parsed(new, [100 + n for n in range(len(new))], known=known)
    if not may_stand_alone(alone, record):
        return
    assert entry_keys([*old, *new], "f")[len(old) :] == entry_keys(new, "f")
    links = set(shared_links([*old, *new])) - set(shared_links(old))
    assert links == set(shared_links(new))


def renamed(entries: list[Entry], suffix: str) -> list[Entry]:
    return [entry(f"{one.guid}-{suffix}", one.link) for one in entries]


def test_guids_made_anew_are_told_by_the_links_that_stayed() -> None:
    record = remembered(parsed([A, B, C], [1, 2, 3]), b"", has_news=True)
    new = entry("d", "https://example.org/d")
    assert moved_guids(renamed([A, B, C], "x"), record) == 3
    assert moved_guids([new, *renamed([A, B], "x")], record) == 2
    assert moved_guids([new, A, B], record) == 0
    assert moved_guids([new], record) == 0
    assert moved_guids(renamed([A], "x"), record) == 0
    assert moved_guids(renamed([A, B], "x"), b"") == 0


def test_links_that_all_items_share_prove_nothing() -> None:
    same = [entry(name, "https://example.org/") for name in "abcd"]
    record = remembered(parsed(same, [1, 2, 3, 4]), b"", has_news=True)
    assert moved_guids(renamed(same, "x"), record) == 0


def test_items_that_came_with_the_last_news_are_told_from_those_that_stay_for_weeks() -> None:
    pin, news = entry("pin", "https://example.org/pin"), [entry(n, f"https://example.org/{n}") for n in "abcd"]
    record = remembered(parsed([pin, news[0]], [1, 2]), b"", has_news=True)
    assert recent_known(parsed([], [], known=(1, 2)), record) == 2
    record = remembered(parsed([news[1]], [3], known=(1, 2)), record, has_news=True)
    assert recent_known(parsed([], [], known=(1, 2)), record) == 0
    assert recent_known(parsed([], [], known=(1, 2, 3)), record) == 1
    # A body without news, or with an item that was only edited, changes nothing of that.
    for edited in ([], [4]):
        record = remembered(parsed(news[:1] * len(edited), edited, known=(1, 3)), record, has_news=False)
        assert recent_known(parsed([], [], known=(1, 3)), record) == 1
    # Nor does one that was read whole.
    record = remembered(parsed([pin, news[1], news[2]], [1, 3, 5]), record, has_news=True)
    assert recent_known(parsed([], [], known=(1, 3, 5)), record) == 1
    assert known_digests(record) == {1, 3, 5}


@given(st.lists(st.tuples(st.sets(st.integers(1, 40), max_size=12), st.booleans()), max_size=8))
def test_a_record_holds_every_item_once_and_never_counts_more_recent_ones_than_there_are(
    bodies: list[tuple[set[int], bool]],
) -> None:
    record = b""
    for digests, has_news in bodies:
        known = known_digests(record)
        new = sorted(digests - known)
        body = parsed([entry(str(n)) for n in new], new, known=tuple(sorted(digests & known)))
        assert 0 <= recent_known(body, record) <= len(body.known)
        record = remembered(body, record, has_news=has_news)
        assert known_digests(record) == digests
        whole = parsed([], [], known=tuple(digests))
        assert set(new) <= digests
        assert recent_known(whole, record) >= len(new)
