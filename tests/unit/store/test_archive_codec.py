"""Archives outlive the program that wrote them."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.core.archiving import archive_of, by_channel, without_texts
from monitor.core.digests import delivery_id
from monitor.errors import StoreError
from monitor.model.alerts import AlertFacts, AlertThread
from monitor.model.archives import Archive
from monitor.model.digests import Digest, Message
from monitor.store.archive_codec import decode_archive, decode_templates, encode_archive, encode_templates
from tests.factories import NOW, make_delivery
from tests.fakes import FixedLinks
from tests.golden.digests.samples import many, sample

FIRST = Path(__file__).parents[2] / "golden" / "archives" / "first.json"
"""Written when archives were new. It is never renewed: what it holds has to be readable for as long as stores live."""

RENDERER = EmailRenderer(
    "monitor@example.org", "Pemantau", unsubscribe_address="stop@example.org", links=FixedLinks("https://m.example.org")
)


def written(digest: Digest, language: str = "id", renderer: EmailRenderer = RENDERER) -> tuple[Message, Archive]:
    digest = without_texts(replace(digest, recipient=replace(digest.recipient, language=language)))
    id = delivery_id(digest.recipient.id, digest.slot.key, "smtp")
    message = renderer.render(digest, delivery_id=id, composed_at=NOW)
    archive = archive_of(digest, [make_delivery(id, message=message, composed_at=NOW)])
    assert archive is not None
    return message, archive


def stored(archive: Archive) -> Archive:
    kept = decode_archive(encode_archive(archive))
    assert kept.stationery is not None
    return replace(kept, stationery=replace(kept.stationery, templates=decode_templates(encode_templates(archive))))


def again(archive: Archive) -> Message:
    assert archive.stationery is not None
    id = delivery_id(archive.digest.recipient.id, archive.digest.slot.key, "smtp")
    return EmailRenderer.again(archive.stationery).render(
        archive.digest, delivery_id=id, composed_at=archive.composed_at
    )


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("count", [0, 1, 35])
def test_a_mail_is_written_again_byte_for_byte_from_what_is_kept(count: int, language: str) -> None:
    message, archive = written(many(count, language) if count else sample(language), language)
    assert again(stored(archive)) == message
    assert stored(archive) == archive


def test_templates_and_catalogue_that_were_changed_since_play_no_part() -> None:
    message, archive = written(sample("en"), "en")
    assert archive.stationery is not None
    templates = {
        name: text.replace("Why:", "Because:").replace("<h1>", '<h1 id="then">')
        for name, text in archive.stationery.templates.items()
    }
    then = again(replace(archive, stationery=replace(archive.stationery, templates=templates)))
    assert then.html == message.html.replace("Why:", "Because:").replace("<h1", '<h1 id="then"')
    assert "Because:" in then.text


def test_a_users_own_template_is_kept_as_it_was_with_what_it_includes(tmp_path: Path) -> None:
    (tmp_path / "digest.txt").write_text("{% include 'top.txt' %}{{ d.subject }}\n")
    (tmp_path / "top.txt").write_text("Ours: ")
    renderer = EmailRenderer("monitor@example.org", templates=tmp_path)
    message, archive = written(sample("en"), "en", renderer)
    (tmp_path / "digest.txt").write_text("changed")
    assert message.text.startswith("Ours: [Russia")
    assert again(stored(archive)) == message


def test_what_was_said_of_a_template_that_failed_is_said_again(tmp_path: Path) -> None:
    (tmp_path / "digest.html").write_text("{{ d.nothing_of_the_kind }}")
    renderer = EmailRenderer("monitor@example.org", templates=tmp_path)
    digest = sample("en")
    digest = replace(digest, recipient=replace(digest.recipient, is_operator=True))
    message, archive = written(digest, "en", renderer)
    assert "nothing_of_the_kind" in message.text
    assert again(stored(archive)) == message


def test_links_are_the_ones_that_were_given_then() -> None:
    message, archive = written(sample("en"), "en")
    assert archive.stationery is not None
    moved = tuple(
        replace(one, given=one.given.replace("m.example.org", "old.example.org"))
        for one in archive.stationery.links
        if one.given
    )
    then = again(replace(archive, stationery=replace(archive.stationery, links=moved)))
    assert then.html == message.html.replace("m.example.org", "old.example.org")
    assert then.text == message.text.replace("m.example.org", "old.example.org")
    assert b"List-Unsubscribe: <https://old.example.org/u/" in then.content


def test_a_reply_in_a_thread_names_the_same_mails_again_by_its_channel() -> None:
    ids = {"smtp": ("<d.1@example.org>", "<d.2@example.org>"), "maildir": ("<d.3@example.org>",)}
    thread = AlertThread(
        recipient_id="analyst", story_id=7, root="s.7", subject="Alert", message_ids=ids, times=2, told_at=NOW
    )
    digest = without_texts(many(1, "en"))
    digest = replace(digest, alert=AlertFacts(line=80.0, thread=thread, was_quiet=True))
    for channel in ids:
        told = by_channel(digest, channel)
        message = RENDERER.render(told, delivery_id="d" + "1" * 20, composed_at=NOW)
        archive = archive_of(digest, [make_delivery("d" + "1" * 20, message=message, composed_at=NOW)])
        assert archive is not None
        kept = stored(archive)
        assert kept.stationery is not None
        made = EmailRenderer.again(kept.stationery).render(
            by_channel(kept.digest, channel), delivery_id="d" + "1" * 20, composed_at=kept.composed_at
        )
        assert made == message
        assert f"In-Reply-To: {ids[channel][-1]}".encode() in made.content


def test_an_archive_holds_no_texts_of_articles() -> None:
    digest = sample()
    assert any(one.article.text for story in digest.stories for one in story.tellings)
    kept = without_texts(digest)
    assert not any(one.article.text + one.article.summary for story in kept.stories for one in story.tellings)
    assert not any(one.article.text for one in kept.changed)
    assert RENDERER.render(kept, delivery_id="d1", composed_at=NOW) == RENDERER.render(
        digest, delivery_id="d1", composed_at=NOW
    )


def test_what_the_first_program_kept_is_read_still() -> None:
    kept = json.loads(FIRST.read_bytes())
    archive = decode_archive(zlib.compress(FIRST.read_bytes()))
    assert [one.lead.article.title for one in archive.digest.stories] == [
        one["lead"]["article"]["title"] for one in kept["archive"]["digest"]["stories"]
    ]
    assert archive.digest.recipient.name == "Meja Luar Negeri"
    assert archive.stationery is not None
    assert archive.stationery.sender == "monitor@example.org"
    EmailRenderer("monitor@example.org").render(archive.digest, delivery_id="d1", composed_at=archive.composed_at)


def test_what_a_newer_program_wrote_beside_is_left_out() -> None:
    _, archive = written(sample())
    plain = json.loads(zlib.decompress(encode_archive(archive)))
    plain["archive"]["digest"]["mood"] = "good"
    plain["archive"]["digest"]["stories"][0]["lead"]["article"]["smell"] = 7
    bare = replace(archive, stationery=replace(archive.stationery, templates={})) if archive.stationery else archive
    assert decode_archive(zlib.compress(json.dumps(plain).encode())) == bare


@pytest.mark.parametrize("content", [b"", b"x", zlib.compress(b"{}"), zlib.compress(b'{"archive": {"digest": 1}}')])
def test_what_cannot_be_read_is_told_with_what_is_left(content: bytes) -> None:
    with pytest.raises(StoreError, match="monitor digest show"):
        decode_archive(content)


def test_a_title_that_no_text_file_could_hold_does_not_keep_a_digest_from_being_kept() -> None:
    _, archive = written(sample())
    odd = replace(archive, digest=replace(archive.digest, titles={"w\x00": "a\ud800b"}))
    assert stored(odd).digest.titles == {"w\ufffd": "a\ufffdb"}
