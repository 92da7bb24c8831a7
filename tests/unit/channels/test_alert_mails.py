"""Alerts as mail: what the lint says of them, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.model.alerts import AlarmKind, AlertFacts, AlertThread, VolumeAlarm
from monitor.model.digests import Alerted, Digest
from tests.eml_lint import lint
from tests.factories import NOW, make_article, make_digest, make_recipient

ID = "d" + "0" * 20
THREAD = AlertThread(
    recipient_id="analyst",
    story_id=7,
    root="s.7",
    subject="[Russia–North Korea] Путин прибыл в Пхеньян",
    message_ids={},
    times=3,
    told_at=NOW,
)
REPLY = AlertFacts(
    line=85.0,
    thread=THREAD,
    replies_to=tuple(f"<d.{n:020}@example.org>" for n in range(3)),
    is_last_of=10,
    was_quiet=True,
)
HOSTILE = "<i>Putin</i> & \u202eKim\u202c “tiba”\r\nBcc: x@example.org " + "x" * 300


def alarm(kind: AlarmKind, count: int) -> VolumeAlarm:
    return VolumeAlarm(
        recipient_id="analyst",
        watchlist="russia-north-korea",
        kind=kind,
        episode="2026-11-22",
        day=date(2026, 11, 22),
        at=NOW,
        since_at=NOW - timedelta(hours=7),
        count=count,
        usual=4.25,
        false_alarm_days=90.0,
        terms=((HOSTILE, 12), ("김정은", 3), ("بوتين", 2)),
        outlets=((HOSTILE, 3), ("朝鲜中央通讯社", 2)),
    )


DIGESTS = {
    "one story": make_digest(make_article(HOSTILE), alert=AlertFacts(line=85.0)),
    "a group": make_digest(*(make_article(f"평양 {n}", language="ko") for n in range(4)), alert=AlertFacts(line=85.0)),
    "a reply": make_digest(make_article("Они подписали", language="ru"), alert=REPLY),
    "a spike": make_digest(alert=AlertFacts(), alarms=(alarm(AlarmKind.SPIKE, 17),)),
    "silences": make_digest(alarms=(alarm(AlarmKind.SILENCE, 0), alarm(AlarmKind.SILENCE, 4))),
    "a digest after alerts": make_digest(
        make_article("Putin tiba"), alerted=(Alerted(article=make_article("وصل بوتين", language="ar"), at=NOW),)
    ),
}


def rendered(digest: Digest, tag: str) -> bytes:
    digest = replace(digest, recipient=make_recipient(language=tag))
    renderer = EmailRenderer("monitor@example.org", "Media monitor", unsubscribe_address="monitor@example.org")
    return renderer.render(digest, delivery_id=ID, composed_at=NOW).content


@pytest.mark.parametrize("tag", ["en", "id"])
@pytest.mark.parametrize("name", DIGESTS)
def test_the_lint_finds_nothing(name: str, tag: str) -> None:
    assert lint(rendered(DIGESTS[name], tag)) == []
