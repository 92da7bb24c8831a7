"""Addresses through the composed program: an article found by any form of its own, rules read anew on a reload."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.app import open_runtime
from monitor.app.offline import load_configuration
from monitor.cli import main
from tests.servers import LoopbackServer
from tests.sites import TEASER, TITLE, configure, html, page, rss

LINK = "https://www.berita.example/2024/06/19/putin-kim?utm_source=rss&amp;id=7"
CLEAN = "https://berita.example/2024/06/19/putin-kim?id=7"
FORMS = [
    LINK.replace("&amp;", "&"),
    CLEAN,
    "berita.example/2024/06/19/putin-kim?id=7",
    "//m.berita.example/2024/06/19/putin-kim?id=7&fbclid=x",
    "http://amp.berita.example/2024/06/19/putin-kim/amp?id=7#comments",
    "https://www.google.com/url?q=" + quote(CLEAN, safe=""),
    "https://l.facebook.com/l.php?u=" + quote(CLEAN + "&fbclid=1", safe=""),
    "https://berita-example.cdn.ampproject.org/c/s/berita.example/2024/06/19/putin-kim?id=7",
    "https://eur01.safelinks.protection.outlook.com/?url=" + quote(CLEAN, safe="") + "&data=1",
]
RULES = """
sites:
  - host: berita.example
    aliases: [news.example]
    paths: [{pattern: /read/*/*, becomes: /read/$1}]
"""


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as opened:
        yield opened


async def test_why_and_story_find_an_article_by_any_form_of_its_address(
    server: LoopbackServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server["/rss"] = rss([(TITLE, LINK, TEASER)])
    config = configure(tmp_path, server, full_text=False)
    async with open_runtime(load_configuration(config, {})) as runtime:
        await runtime.cycle()
    for command in [["why", form] for form in FORMS] + [["story", "show", FORMS[2]]]:
        capsys.readouterr()
        assert await asyncio.to_thread(main, [*command, "--json", "--config", str(config)]) == 0, command
        assert TITLE in json.loads(capsys.readouterr().out)["title"]
    other = CLEAN.replace("id=7", "id=8")
    assert await asyncio.to_thread(main, ["why", other, "--config", str(config)]) == 1
    # Rules apply from now on; what was stored before is found all the same.
    (config / "urls.yaml").write_text("sites: [{host: berita.example, drop: [id]}]\n", encoding="utf-8")
    assert await asyncio.to_thread(main, ["why", CLEAN, "--config", str(config)]) == 0


@pytest.mark.parametrize("has_rules", [False, True])
async def test_a_reload_lets_new_rules_decide_what_the_same_page_is(
    server: LoopbackServer, tmp_path: Path, has_rules: bool
) -> None:
    server["/rss"] = rss([("Harga beras naik", "https://berita.example/read/1/beras", "Harga naik lagi.")])
    config = configure(tmp_path, server, full_text=False)
    fresh = load_configuration(config, {})
    async with open_runtime(fresh, reread=lambda: load_configuration(config, {})) as runtime:
        await runtime.cycle()
        if has_rules:
            (config / "urls.yaml").write_text(RULES, encoding="utf-8")
        await runtime.reload()
        server["/rss"] = rss([(TITLE, "https://berita.example/read/77/putin-tiba", TEASER)])
        first = (await runtime.cycle()).lines()
        renamed = "Kim Jong Un sambut Putin di bandara Pyongyang malam ini"
        server["/rss"] = rss([(renamed, "https://news.example/read/77/kim-sambut", "Tentara Korea Utara berbaris.")])
        second = (await runtime.cycle()).lines()
    assert [line for line in first if "1 new" in line]
    assert [line for line in second if ("0 new, 0 copies, 1 revised" if has_rules else "1 new") in line]


async def test_what_arrives_at_the_address_that_a_page_gave_is_the_article_that_was_read(
    server: LoopbackServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    link, declared = server.url("/s/77001"), server.url("/dunia/77001/putin-tiba")
    server["/rss"] = rss([(TITLE, link, TEASER)])
    server["/s/77001"] = html(page(head=f'<link rel="canonical" href="{declared}">'))
    config = configure(tmp_path, server)
    async with open_runtime(load_configuration(config, {})) as runtime:
        await runtime.cycle()
        renamed = "Kim Jong Un sambut Putin di bandara Pyongyang malam ini"
        server["/rss"] = rss([(renamed, declared, "Tentara Korea Utara berbaris.")])
        lines = (await runtime.cycle()).lines()
    assert [line for line in lines if "0 new, 0 copies, 1 revised" in line]
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["why", declared, "--config", str(config)]) == 0
    assert f"also at {declared}" in capsys.readouterr().out
