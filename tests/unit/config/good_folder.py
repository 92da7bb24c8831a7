"""A small, good configuration: path → content."""

from __future__ import annotations

WATCHLIST = """name: {name}
title: {{en: Russia and North Korea}}
entities:
  russia: [Rusia]
  north_korea: [Korea Utara]
match: {{all: [{{entity: russia}}, {{entity: north_korea}}]}}
threshold: 50
"""
FILES = {
    "config/monitor.yaml": "log: {level: info}\n",
    "config/feeds.yaml": "feeds:\n  - {id: a, url: 'https://a.example.org/rss', outlet: A}\n",
    "config/watchlists/rus-prk.yaml": WATCHLIST.format(name="rus-prk"),
    "config/recipients.yaml": (
        "recipients:\n"
        "  - id: reader\n"
        "    address: reader@example.org\n"
        "    watchlists: [rus-prk]\n"
        "    schedule: {times: ['07:00']}\n"
        "    zone: Asia/Jakarta\n"
    ),
    "seeds/manifest.yaml": "seeds:\n  - {file: a.txt, title: T, outlet: O, language: id}\n",
    "seeds/a.txt": "Isi\n",
}
