from __future__ import annotations

import errno
import mailbox
import os
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.channels.maildir import MaildirChannel
from monitor.errors import DeliveryError
from monitor.model.digests import Delivery
from tests.factories import NOW, make_delivery
from tests.golden.digests.samples import sample


async def mark() -> None:
    """Nothing of a Maildir is uncertain."""


def digest_delivery() -> Delivery:
    message = EmailRenderer("monitor@example.org").render(sample(), delivery_id="d1", composed_at=NOW)
    return make_delivery("d1", message=message)


def mails(path: Path) -> list[bytes]:
    box = mailbox.Maildir(path, create=False)
    return [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118 - a mailbox iterates over its mails


async def test_a_mail_reader_finds_the_mail_and_a_browser_the_page(tmp_path: Path) -> None:
    delivery = digest_delivery()
    place = await MaildirChannel(tmp_path / "outbox").send(delivery, mark)
    page = tmp_path / "outbox" / "2026-11-22T07-00-analyst.html"
    assert place == str(page)
    assert page.read_text() == delivery.message.html
    (content,) = mails(tmp_path / "outbox")
    assert content.replace(b"\n", b"\r\n") == delivery.message.content
    assert message_from_bytes(content, policy=policy.default)["Subject"] == delivery.message.subject


async def test_delivering_again_does_not_double(tmp_path: Path) -> None:
    for _ in range(2):
        await MaildirChannel(tmp_path).send(digest_delivery(), mark)
    assert len(mails(tmp_path)) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_mail_that_was_read_meanwhile_is_recognised(tmp_path: Path) -> None:
    channel = MaildirChannel(tmp_path)
    await channel.send(digest_delivery(), mark)
    (new,) = (tmp_path / "new").iterdir()
    new.rename(tmp_path / "cur" / f"{new.name}:2,S")
    await channel.send(digest_delivery(), mark)
    assert list((tmp_path / "new").iterdir()) == []


async def test_two_deliveries_of_one_second_are_two_mails(tmp_path: Path) -> None:
    channel = MaildirChannel(tmp_path)
    await channel.send(make_delivery("d1"), mark)
    await channel.send(make_delivery("d2", recipient_id="editor"), mark)
    assert len(mails(tmp_path)) == 2


async def test_names_from_outside_stay_inside_the_folder(tmp_path: Path) -> None:
    box = tmp_path / "outbox"
    await MaildirChannel(box).send(make_delivery("../../d1", recipient_id="../../etc/passwd", slot_key="..\x00"), mark)
    assert {path.name for path in tmp_path.iterdir()} == {"outbox"}
    assert len(mails(box)) == 1


async def test_a_folder_that_cannot_be_made_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match=r"Maildir .*outbox.*writable") as caught:
        await MaildirChannel(tmp_path / "outbox").send(digest_delivery(), mark)
    assert (caught.value.permanent, caught.value.uncertain, caught.value.blame) == (False, False, "channel")


async def test_a_folder_without_write_permission_is_an_error_with_a_cure(unwritable_folder: Path) -> None:
    with pytest.raises(DeliveryError, match="writable"):
        await MaildirChannel(unwritable_folder / "outbox").send(digest_delivery(), mark)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
async def test_a_full_disk_leaves_no_half_mail_and_says_so(tmp_path: Path) -> None:
    channel = MaildirChannel(tmp_path)
    await channel.send(make_delivery("d1"), mark)
    draft = tmp_path / "tmp" / f"2026-11-22T07-00-analyst.html.{os.getpid()}"
    draft.symlink_to("/dev/full")
    with pytest.raises(DeliveryError, match=os.strerror(errno.ENOSPC)):
        await channel.send(digest_delivery(), mark)
    assert len(mails(tmp_path)) == 1
    assert not draft.is_symlink()
