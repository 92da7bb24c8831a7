"""What was sent can be looked at, written again and sent once more, beside a daemon that holds the store."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import open_runtime
from monitor.app.preview import preview
from monitor.app.sent import read_deliveries, read_sent, rebuild, resend
from monitor.app.stories import to_change
from monitor.cli import main
from monitor.config import Configuration, load
from monitor.errors import StoreError, UsageError
from monitor.model.alerts import ALERT_SLOT
from monitor.model.digests import DeliveryState
from monitor.model.preferences import Preference, PreferenceKind, Way
from tests.eml_lint import lint

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
FEEDS = """feeds:
- {id: none, url: "http://127.0.0.1:9/rss", outlet: Nobody, language: id, enabled: false}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The default configuration with its seeds and no feed that is asked."""
    for name in ("config", "seeds"):
        shutil.copytree(name, tmp_path / name)
    (tmp_path / "config" / "feeds.yaml").write_text(FEEDS)
    return tmp_path / "config"


def changed(config: Path) -> Configuration:
    """The same installation after its settings, recipient and watchlist were changed in all that a mail shows."""
    (config / "monitor.yaml").write_text(
        "mail: {sender: desk@news.example.org, sender_name: Desk, unsubscribe_address: stop@news.example.org}\n"
    )
    recipients = (config / "recipients.yaml").read_text()
    assert "language: id" in recipients
    (config / "recipients.yaml").write_text(
        recipients.replace("language: id", "language: en").replace("Asia/Jakarta", "Europe/Paris")
    )
    for path in (config / "watchlists").glob("*.yaml"):
        path.write_text(path.read_text().replace("Hubungan Rusia–Korea Utara", "Judul lain"))
    fresh = load(config, {})
    assert (fresh.recipients[0].language, fresh.watchlists[0].title["id"]) == ("en", "Judul lain")
    return fresh


async def test_a_digest_is_shown_rebuilt_and_sent_once_more_whatever_changed_since(config: Path) -> None:
    configuration = load(config, {})
    async with open_runtime(configuration) as runtime:
        await runtime.start()
        assert len((await runtime.deliver()).sent) == 1
        # From here on the runtime is the daemon that holds the store.
        (first,) = await read_deliveries(configuration, None, limit=9)
        sent = await read_sent(configuration, first.id[:8])
        assert sent.delivery == first
        assert sent.archive is not None
        assert sent.archive.digest.article_ids

        assert (await rebuild(configuration, first.id)).is_same
        fresh = changed(config)
        again = await rebuild(fresh, first.id)
        assert (again.is_same, again.message.content) == (True, first.message.content)

        resent = await resend(configuration, first.id)
        assert resent.id != first.id
        with pytest.raises(StoreError, match="still on its way"):
            await resend(configuration, first.id)
        assert len((await runtime.deliver()).sent) == 1
        newest, oldest = await read_deliveries(configuration, "reader", limit=9)
        assert (newest.resend_of, newest.state, oldest.id) == (first.id, DeliveryState.SENT, first.id)
        assert newest.message == first.message
        assert (await rebuild(fresh, newest.id)).is_same
        third = await resend(configuration, newest.id)
        assert (third.resend_of, third.id not in {newest.id, oldest.id}) == (first.id, True)


async def test_a_preview_is_the_digest_that_comes_and_marks_nothing(config: Path) -> None:
    configuration = load(config, {})
    with pytest.raises(StoreError, match="There is no store"):
        await preview(configuration, None, None)
    async with open_runtime(configuration) as runtime:
        await runtime.prepare()
        before = await preview(configuration, "reader", None)
        assert await preview(configuration, "reader", before.at) == before
        await runtime.digests()
        (delivery,) = await read_deliveries(configuration, None, limit=9)
        assert before.message.subject == delivery.message.subject
        assert before.message.message_id == delivery.message.message_id
        assert lint(before.message.content) == []

        after = await preview(configuration, "reader", None)
        assert after.last == delivery
        assert after.message == delivery.message
        later = before.at + timedelta(days=400)
        assert (await preview(configuration, "reader", later)).at == later

        then = await preview(configuration, "reader", before.at)
        assert then.last is None
        assert before.digest is not None
        assert then.digest is not None
        assert then.digest.stories == before.digest.stories
        with pytest.raises(StoreError, match="nothing to show"):
            await preview(configuration, "reader", before.at - timedelta(days=1))
        with pytest.raises(UsageError, match="no recipient nobody; there are: reader"):
            await preview(configuration, "nobody", None)


async def test_with_nothing_new_a_preview_shows_the_last_digest_and_no_alert(config: Path) -> None:
    configuration = load(config, {})
    async with open_runtime(configuration) as runtime, to_change(configuration) as store:
        await runtime.start()
        (digest,) = await read_deliveries(configuration, None, limit=9)
        alert = replace(digest, id="d" + "0" * 20, slot_key=f"{ALERT_SLOT}x", composed_at=datetime.now(UTC))
        await store.keep_resend(alert)
        assert (await preview(configuration, "reader", None)).last == digest


def test_a_template_of_ones_own_is_seen_on_a_made_up_digest_without_a_store(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config / "monitor.yaml").write_text("mail: {sender: desk@news.example.org, templates: templates}\n")
    own = config.parent / "templates" / "digest.txt"
    own.parent.mkdir()
    own.write_text("{% for story in d.stories %}*** {{ story.title.text }}{% endfor %}")
    assert main(["preview", "--sample", "--config", str(config)]) == 0
    output = capsys.readouterr()
    assert output.out.strip() == "*** A headline <with> & signs"
    assert "a made-up digest in the language of reader" in output.err

    own.write_text("{{ d.storeys }}")
    assert main(["preview", "--sample", "--config", str(config), "--out", str(own.with_name("x.txt"))]) == 0
    assert f"your template was not used: {own}:1: " in capsys.readouterr().out
    assert not (config.parent / "var").exists()


async def test_what_cannot_be_sent_once_more_says_why(config: Path) -> None:
    configuration = load(config, {})
    async with open_runtime(configuration) as runtime:
        await runtime.start()
        with pytest.raises(StoreError, match=r"still on its way \(pending\)"):
            await resend(configuration, "d")
        await runtime.deliver()
        recipients = (config / "recipients.yaml").read_text()
        address = configuration.recipients[0].address
        (config / "recipients.yaml").write_text(recipients.replace(address, "other@example.org"))
        with pytest.raises(StoreError, match=r"reads at other@example\.org now"):
            await resend(load(config, {}), "d")
        (config / "recipients.yaml").write_text(recipients.replace("id: reader", "id: somebody"))
        with pytest.raises(StoreError, match="no recipient any more"):
            await resend(load(config, {}), "d")
        with pytest.raises(StoreError, match="no delivery x"):
            await resend(configuration, "x")
        assert len(await read_deliveries(configuration, None, limit=9)) == 1


async def test_to_who_unsubscribed_nothing_is_sent_once_more(config: Path) -> None:
    configuration = load(config, {})
    async with open_runtime(configuration) as runtime, to_change(configuration) as store:
        await runtime.start()
        await runtime.deliver()
        (sent,) = await read_deliveries(configuration, None, limit=9)
        ended = Preference(recipient_id="reader", kind=PreferenceKind.UNSUBSCRIBE, at=NOW, way=Way.ONE_CLICK)
        await store.keep_preference(ended)
        with pytest.raises(StoreError, match="reader unsubscribed on 2026-11-22 07:00 UTC"):
            await resend(configuration, sent.id)
        assert len(await read_deliveries(configuration, None, limit=9)) == 1


async def _one_digest(config: Path) -> str:
    async with open_runtime(load(config, {})) as runtime:
        await runtime.start()
        await runtime.deliver()
    (delivery,) = await read_deliveries(load(config, {}), None, limit=2)
    return delivery.id


async def test_the_commands_print_and_write_what_was_sent(
    config: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    id = await _one_digest(config)
    (delivery,) = await read_deliveries(load(config, {}), None, limit=2)

    def said(*words: str) -> str:
        # On a thread: the command runs a loop of its own.
        capfd.readouterr()
        code = main([*words, "--config", str(config)])
        out, err = capfd.readouterr()
        assert code == 0, err
        return out

    def all_of_them() -> None:
        assert id in said("digest", "list")
        assert "sent" in said("digest", "show", id)
        assert said("digest", "show", id, "--html").rstrip() == delivery.message.html.rstrip()
        assert said("digest", "show", id, "--eml").split() == delivery.message.content.decode("ascii").split()
        assert '"stories"' in said("digest", "show", id, "--json")
        assert "the same body and headers" in said("digest", "rebuild", id, "--out", str(tmp_path / "x.eml"))
        assert (tmp_path / "x.eml").read_bytes() == delivery.message.content
        assert "Queued once more" in said("digest", "resend", id)
        assert f"(resend of {id})" in said("digest", "list")
        for form in ("html", "txt", "eml"):
            assert "by what is known now; this is the last digest" in said(
                "preview", "--out", str(tmp_path / f"p.{form}")
            )
        assert (tmp_path / "p.eml").read_bytes() == delivery.message.content
        then = said("preview", "--at", "2099-03-04T05:06", "--out", str(tmp_path / "p.txt"))
        assert "nothing new to tell reader at 04 Mar 2099 05:06" in then

    await asyncio.to_thread(all_of_them)


def test_a_file_of_an_unknown_form_and_a_time_that_is_none_are_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "--config", str(config), "--out", "x.pdf"]) == 2
    assert "end the name in .html, .txt, .eml" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["preview", "--config", str(config), "--at", "yesterday"])
    assert "is no time" in capsys.readouterr().err
