"""What is built once for many readers is what would have been built for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from monitor.core import digests
from monitor.core.archiving import without_texts
from monitor.model.digests import MatchedArticle
from monitor.pipeline.building import MAX_BUILDS, SharedBuilds
from tests.factories import NOW, make_article, make_match, make_recipient, make_slot, make_verdict

FACTS: dict[str, Any] = {"since": None, "until": NOW, "titles": {"russia-north-korea": "Rusia–Korea Utara"}}


def row(title: str = "Putin tiba", **facts: Any) -> MatchedArticle:
    article = make_article(title)
    return MatchedArticle(
        **{"article": article, "verdict": make_verdict(article), "match": make_match(article), "story": None, **facts}
    )


def test_readers_alike_share_what_is_told_and_keep_what_is_their_own() -> None:
    shared = SharedBuilds()
    one, two = make_recipient("one"), make_recipient("two", address="two@example.org", name="Two")
    first = shared.build(one, make_slot(), [row()], **FACTS)
    second = shared.build(two, make_slot(), [row()], **FACTS)
    assert first is not None
    assert second is not None
    assert second.stories is first.stories
    built = digests.build(two, make_slot(), [row()], **FACTS)
    assert built is not None
    assert second == without_texts(built)


def test_whoever_differs_in_anything_gets_a_digest_of_its_own() -> None:
    shared, reader = SharedBuilds(), make_recipient("one")
    shared.build(reader, make_slot(), [row()], **FACTS)
    for recipient, rows, facts in (
        (replace(reader, language="id" if reader.language == "en" else "en"), [row()], FACTS),
        (replace(reader, max_stories=1), [row(), row("Kim")], FACTS),
        (reader, [row(was_told=True, told_at=NOW), row("Kim")], FACTS),
        (reader, [row()], {**FACTS, "muted": 3}),
        (reader, [row()], {**FACTS, "titles": {"russia-north-korea": "Other"}}),
    ):
        found, built = (
            shared.build(recipient, make_slot(), rows, **facts),
            digests.build(recipient, make_slot(), rows, **facts),
        )
        assert built is not None
        assert found == without_texts(built)


def test_nothing_to_say_is_remembered_as_well_and_only_the_last_are_kept() -> None:
    shared, reader = SharedBuilds(), make_recipient("one")
    assert shared.build(reader, make_slot(), [], **FACTS) is None
    assert shared.build(make_recipient("two"), make_slot(), [], **FACTS) is None
    first = shared.build(reader, make_slot(), [row("first")], **FACTS)
    for n in range(MAX_BUILDS):
        shared.build(reader, make_slot(), [row(str(n))], **FACTS)
    again = shared.build(reader, make_slot(), [row("first")], **FACTS)
    assert again == first
    assert again is not None
    assert first is not None
    assert again.stories is not first.stories
