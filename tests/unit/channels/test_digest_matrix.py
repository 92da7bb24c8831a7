"""Digests of every size, in both languages, of stories in four scripts, with titles that mean harm: no fault at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.channels.email.render import EmailRenderer
from monitor.core.digests import MAX_HTML_BYTES, MAX_WIRE_BYTES, delivery_id, shrink
from monitor.model.digests import Digest, Heartbeat, Message
from tests.eml_lint import lint
from tests.factories import NOW
from tests.fakes import FixedLinks
from tests.golden.digests.samples import article, sample, signals, story

RENDERER = EmailRenderer(
    "monitor@example.org",
    "Media monitor",
    unsubscribe_address="monitor@example.org",
    links=FixedLinks("https://monitor.example.org"),
)
TITLES = {
    "ko": "북한, 러시아에 포탄 추가 공급 정황…위성사진 공개",
    "ru": "Лавров прибыл в Пхеньян на переговоры",
    "ar": "روسيا وكوريا الشمالية توقعان اتفاقا",
    "zh": "俄罗斯与朝鲜签署粮食合作协议",
}
QUOTES = {
    "ko": "위성사진에는 나진항에서 컨테이너가 실리는 모습이 담겼다.",
    "ru": "Стороны обсудят выполнение договора между Россией и КНДР.",
    "ar": "وقع الجانبان الروسي والكوري الشمالي اتفاقا يشمل الحبوب.",
    "zh": "双方在平壤签署了涵盖粮食和化肥的协议，外交部发言人表示。",
}
OUTLETS = {"ko": "예시일보", "ru": "Пример-ТВ", "ar": "صحيفة المثال", "zh": "示例日报"}
HOSTILE = (
    "",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "Putin\r\nBcc: all@example.org",
    "\u202eevil\u202c \u2066mixed\u2069",
    "x" * 10_000,
    "{{ 7*7 }}{% raw %}",
    "=?utf-8?q?encoded?=",
    "\x00\x07\x1b[31m",
    "&amp;&#x3c;b&#x3e; <!-- ]]>",
    "%(num)s %s {zone}",
    "a\u0301" * 5000,
)


def digest(count: int, language: str, script: str) -> Digest:
    """A digest of `count` stories in one foreign script, every third with a title that means harm."""
    title, quote, outlet = TITLES[script], QUOTES[script], OUTLETS[script]
    stories = []
    for n in range(count):
        told = HOSTILE[n // 3 % len(HOSTILE)] if n % 3 == 2 else f"{title} ({n + 1})"
        one = story(
            [
                article(told, outlet, 1 + n / 10, script),
                article(f"{title} {n}", f"{outlet} {n % 7}", 2 + n / 10, script),
            ],
            quote,
            signals(("all_in_title", 40.0, ""), ("near", 25.0 - n / 100, ""), hits=(title.split()[0], quote[:4])),
        )
        stories.append(replace(one, story_id=n + 1))
    made = sample(language, stories=tuple(stories), changed=(), more_changed=0, mergers=(), held_back=0)
    return made if count else replace(made, heartbeat=Heartbeat(since=None, feeds=7, failing=1))


def rendered(digest: Digest) -> tuple[Digest, Message]:
    """As large as one mail carries, as the pipeline makes it."""
    id = delivery_id("analyst", digest.slot.key, "smtp")
    while True:
        message = RENDERER.render(digest, delivery_id=id, composed_at=NOW)
        smaller = shrink(digest, html_bytes=len(message.html.encode()), wire_bytes=len(message.content))
        if smaller is None:
            return digest, message
        digest = smaller


@pytest.mark.parametrize("script", TITLES)
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("count", [0, 1, 5, 35, 200])
def test_no_digest_has_a_fault(count: int, language: str, script: str) -> None:
    told, message = rendered(digest(count, language, script))
    assert lint(message.content) == []
    assert len(message.html.encode()) <= MAX_HTML_BYTES
    assert len(message.content) <= MAX_WIRE_BYTES
    assert len(told.stories) + told.rest == count
