"""What many readers share is written once, and nobody can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.channels.email.drafts import MAX_DRAFTS, OPEN
from monitor.channels.email.render import EmailRenderer
from monitor.core.digests import delivery_id
from monitor.model.digests import Digest, Message
from monitor.model.links import LinkClaim
from tests.factories import NOW
from tests.fakes import FixedLinks
from tests.golden.digests.samples import many, sample


class CountingRenderer(EmailRenderer):
    """Counts the digests for which words were chosen."""

    written = 0

    def _bodies(self, *args: object) -> object:  # type: ignore[override]
        self.written += 1
        return super()._bodies(*args)  # type: ignore[arg-type]


def make_renderer(base: str | None = "https://m.example.org") -> CountingRenderer:
    return CountingRenderer(
        "monitor@example.org",
        unsubscribe_address="stop@example.org",
        links=FixedLinks(base) if base else None,
    )


def to(digest: Digest, id: str, **facts: object) -> Digest:
    return replace(digest, recipient=replace(digest.recipient, id=id, **facts))  # type: ignore[arg-type]


def render(renderer: EmailRenderer, digest: Digest) -> Message:
    id = delivery_id(digest.recipient.id, digest.slot.key, "smtp")
    return renderer.render(digest, delivery_id=id, composed_at=NOW)


READERS = [
    ("one", {"address": "one@example.org"}),
    ("two", {"address": "a&b'c@example.org", "name": 'Doe, "J" & <sons>'}),
    ("x" * 64, {"address": "{{d.subject}}@example.org", "name": "평양"}),
]


@pytest.mark.parametrize(
    ("language", "base"), [("id", "https://m.example.org"), ("en", "http://m.example.org"), ("en", None)]
)
def test_a_mail_out_of_a_draft_is_byte_for_byte_the_one_written_for_its_reader(language: str, base: str | None) -> None:
    shared = make_renderer(base)
    for digest in (sample(language), many(1, language)):
        for id, facts in READERS:
            digest_to = to(digest, id, **facts)
            message, alone = render(shared, digest_to), render(make_renderer(base), digest_to)
            direct = render(EmailRenderer.again(message.stationery), digest_to) if message.stationery else None
            assert message == alone == direct
            assert OPEN not in message.html + message.text
    assert shared.written == 2


@pytest.mark.parametrize("facts", [{"language": "en"}, {"max_stories": 7}, {"is_operator": True}])
def test_readers_who_differ_in_more_than_their_own_share_nothing(facts: dict[str, object]) -> None:
    renderer = make_renderer()
    one, other = to(sample("id"), "one"), to(sample("id"), "two", **facts)
    render(renderer, one)
    assert render(renderer, other) == render(make_renderer(), other)
    assert renderer.written == 2


def test_a_digest_with_a_mark_in_an_address_is_written_for_its_reader() -> None:
    digest = sample()
    story = digest.stories[0]
    article = replace(story.lead.article, url=f"https://news.example.org/{OPEN}0\ue001")
    story = replace(story, lead=replace(story.lead, article=article))
    digest = replace(digest, stories=(story, *digest.stories[1:]))
    renderer = make_renderer()
    for id in ("one", "two"):
        assert f"https://news.example.org/{OPEN}0\ue001" in render(renderer, to(digest, id)).text
    assert renderer.written == 2


class SomeLinks(FixedLinks):
    """Gives one reader no addresses."""

    def url(self, claim: LinkClaim) -> str | None:
        return None if claim.recipient_id == "two" else super().url(claim)


def test_a_reader_who_gets_other_links_gets_a_mail_of_its_own() -> None:
    links = SomeLinks("https://m.example.org")
    renderer = EmailRenderer("monitor@example.org", links=links)
    for id in ("one", "two", "one"):
        alone = EmailRenderer("monitor@example.org", links=links)
        assert render(renderer, to(sample("en"), id)) == render(alone, to(sample("en"), id))


def test_only_the_last_drafts_are_kept() -> None:
    renderer = make_renderer()
    digests = [replace(many(1, "en"), rest=n) for n in range(MAX_DRAFTS + 1)]
    for digest in (*digests, digests[-1], digests[0]):
        render(renderer, digest)
    assert renderer.written == MAX_DRAFTS + 2
