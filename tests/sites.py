"""A small news site on loopback for tests of full text: a feed of teasers, pages behind them, and a robots.txt."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from tests.servers import LoopbackServer, Reply

TITLE = "Putin tiba di Pyongyang untuk bertemu Kim Jong Un"
TEASER = "Presiden Rusia tiba di Korea Utara."
SENTENCE = (
    "Presiden Rusia Vladimir Putin dan pemimpin Korea Utara Kim Jong Un menandatangani perjanjian kerja sama militer"
)
BODY = "".join(f"<p>{SENTENCE} di ibu kota Pyongyang, kata juru bicara pada bagian ke-{n}.</p>" for n in range(8))
CONFIG = Path(__file__).parent.parent / "config"


def page(title: str = TITLE, body: str = BODY, head: str = "") -> bytes:
    """A page as outlets serve it: a menu, the article, a list of other articles."""
    return (
        f"<!DOCTYPE html><html lang=id><head><meta charset=utf-8><title>{title} - Antara</title>{head}</head><body>"
        f"<nav><a href=/>Beranda</a> <a href=/dunia>Dunia</a></nav><article><h1>{title}</h1>{body}</article>"
        "<aside><h2>Baca juga</h2><ul><li><a href=/bola>Hasil sepak bola</a></li></ul></aside></body></html>"
    ).encode()


def html(body: bytes, **facts: object) -> Reply:
    """A page as an answer."""
    return Reply(body, **{"content_type": "text/html; charset=utf-8", **facts})  # type: ignore[arg-type]


def rss(items: Sequence[tuple[str, str, str]]) -> Reply:
    """A feed of (title, link, teaser), all published now."""
    date = format_datetime(datetime.now(UTC))
    body = "".join(
        f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid><pubDate>{date}</pubDate>"
        f"<description>{teaser}</description></item>"
        for title, link, teaser in items
    )
    return Reply(f'<rss version="2.0"><channel><title>Berita</title>{body}</channel></rss>'.encode())


def site(server: LoopbackServer, pages: Mapping[str, Reply | object], *, robots: object | None = None) -> None:
    """Serve a feed at /rss whose items lead to these pages."""
    server["/rss"] = rss([(f"{TITLE} {path}", server.url(path), TEASER) for path in pages])
    for path, reply in pages.items():
        server[path] = reply  # type: ignore[assignment]
    if robots is not None:
        server["/robots.txt"] = robots  # type: ignore[assignment]


def configure(folder: Path, server: LoopbackServer, *, full_text: bool = True, allowed: str = "127.0.0.1") -> Path:
    """A configuration that polls the site, with the default watchlist and a Maildir."""
    config = folder / "config"
    config.mkdir(parents=True)
    for name in ("watchlists", "aliases", "profiles"):
        shutil.copytree(CONFIG / name, config / name)
    shutil.copytree(CONFIG.parent / "seeds", folder / "seeds")  # the watchlist's own tests read them
    (config / "monitor.yaml").write_text(
        f"polling: {{allow_private_hosts: ['{allowed}'], timeout_s: 5}}\nseeds: {{folder: null}}\n", "utf-8"
    )
    switch = "\n    full_text: true" if full_text else ""
    (config / "feeds.yaml").write_text(
        f"feeds:\n  - id: antara\n    url: {server.url('/rss')}\n    outlet: Antara\n    language: id{switch}\n",
        "utf-8",
    )
    (config / "recipients.yaml").write_text(
        "recipients:\n  - id: reader\n    address: reader@example.org\n    watchlists: [russia-north-korea]\n"
        "    schedule: {times: ['07:00']}\n    zone: Asia/Jakarta\n    language: id\n    channel: maildir\n",
        "utf-8",
    )
    return config
