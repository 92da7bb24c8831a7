"""What every store promises of what readers ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from monitor.model.preferences import Preference, PreferenceKind, Way
from tests.factories import NOW

HOUR = timedelta(hours=1)


def asked(kind: str = "unsubscribe", **facts: Any) -> Preference:
    return Preference(
        **{"recipient_id": "analyst", "at": NOW, "way": Way.ONE_CLICK, **facts}, kind=PreferenceKind(kind)
    )


async def test_what_was_asked_for_stands_and_asking_again_changes_nothing(store: Any) -> None:
    assert await store.preferences() == []
    assert await store.keep_preference(asked())
    assert not await store.keep_preference(asked(at=NOW + HOUR, way=Way.PAGE))
    assert await store.preferences() == [asked()]
    assert await store.preference_history("analyst") == [asked()]


async def test_what_was_taken_back_stands_no_more_and_its_history_is_kept(store: Any) -> None:
    words = [asked(), asked(is_on=False, at=NOW + HOUR), asked(at=NOW + 2 * HOUR)]
    for word in words[:2]:
        assert await store.keep_preference(word)
    assert await store.preferences() == []
    assert await store.keep_preference(words[2])
    assert await store.preferences() == words[2:]
    assert await store.preference_history("analyst") == words


async def test_a_word_older_than_what_stands_changes_nothing(store: Any) -> None:
    await store.keep_preference(asked(at=NOW + HOUR))
    assert not await store.keep_preference(asked(is_on=False))
    assert await store.preferences() == [asked(at=NOW + HOUR)]


async def test_what_stood_at_a_moment_is_known_though_it_was_taken_back_since(store: Any) -> None:
    for word in (asked(), asked(is_on=False, at=NOW + 2 * HOUR)):
        await store.keep_preference(word)
    assert await store.preferences(at=NOW - HOUR) == []
    assert await store.preferences(at=NOW + HOUR) == [asked()]
    assert await store.preferences(at=NOW + 2 * HOUR) == []


async def test_nothing_is_taken_back_that_was_not_asked_for(store: Any) -> None:
    assert not await store.keep_preference(asked(is_on=False))
    assert await store.preference_history("analyst") == []


async def test_of_two_words_of_one_moment_the_second_counts(store: Any) -> None:
    await store.keep_preference(asked())
    assert await store.keep_preference(asked(is_on=False))
    assert await store.preferences() == []


async def test_recipients_kinds_and_targets_stand_apart_in_the_order_of_asking(store: Any) -> None:
    words = [
        asked("mute-outlet", target="한겨레\U0001f4f0"),
        asked("less-often", at=NOW + HOUR),
        asked("unsubscribe", target="asean", at=NOW + 2 * HOUR),
        asked("unsubscribe", target="asean", recipient_id="desk", at=NOW + 3 * HOUR),
        asked("mute-story", target="123", at=NOW + 4 * HOUR),
    ]
    for word in reversed(words):
        await store.keep_preference(word)
    assert await store.preferences() == words
    assert await store.preference_history("desk") == [words[3]]
    await store.keep_preference(replace(words[2], is_on=False, at=NOW + 5 * HOUR))
    assert await store.preferences() == [*words[:2], *words[3:]]
