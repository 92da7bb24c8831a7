"""Digests to look at: the shipped watchlist, the seeds and a made-up fortnight → HTML, and pictures where Chromium is.

    python scripts/pictures.py [--folder var/pictures] [--keep docs/img]

The pages are what the product writes: articles are judged, grouped and scored as the daemon does, and told to a reader
each morning, the seeds on the first; the last digest is kept as id.html, en.html and .txt. With Chromium it is drawn
light, dark, on a narrow screen, and with all colours inverted, as some mail programs do; `--keep` also stores the three
pictures of the README.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from monitor.app import load_configuration
from monitor.app.adapters import make_renderers
from monitor.channels.email.render import EmailRenderer
from monitor.core.documents import to_document
from monitor.core.features import gazetteer_of
from monitor.core.scoring import compile_watchlists
from monitor.core.seeds import to_seed_articles
from monitor.model.articles import Article
from monitor.model.digests import Slot
from monitor.model.links import LinkClaim
from monitor.pipeline.compose import ComposeRules, compose
from monitor.pipeline.intake import Intaker
from monitor.pipeline.judging import Judge
from monitor.pipeline.surveying import Survey
from monitor.ports import Links
from monitor.store import open_store

REPOSITORY = Path(__file__).parent.parent
# Sunday, seven in the morning in Jakarta.
UNTIL = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST_DAY = 16
VIEWS = {
    "light": ("id", 700, ()),
    "dark": ("id", 700, ("--blink-settings=preferredColorScheme=0",)),
    "narrow": ("en", 360, ()),
    "inverted": ("id", 700, ()),
}
KEPT = {"light": 1480, "dark": 1480, "narrow": 1500}


class ExampleLinks(Links):
    """Addresses of an installation that is not there."""

    def url(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return f"https://monitor.example.org/u/{hashlib.sha256(repr(claim).encode()).hexdigest()[:64]}1"

    def one_click(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return self.url(claim)

    def subject(self, claim: LinkClaim) -> str:
        """See `Links`."""
        return f"{claim.action.value} {hashlib.sha256(repr(claim).encode()).hexdigest()[:40]}1"


def made_articles() -> list[Article]:
    """The fortnight, in the order of time."""
    days: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "pictures.yaml").read_text(encoding="utf-8"))
    outlets = {"id": "Harian Contoh", "en": "Example Wire", "ko": "견본일보", "ru": "Вестник Образец"}
    told = [_article(one, one.get("days", 0)) for one in (*days["told"], *days["today"])]
    past = [
        _article({"outlet": outlets[one["language"]], "hour": 3, "text": f"{one['title']}.", **one}, one["days"])
        for one in days["past"]
    ]
    return sorted((*past, *told), key=lambda article: article.first_seen_at)


def _article(one: dict[str, Any], days: int) -> Article:
    at = UNTIL - days * DAY - timedelta(hours=6.4 - one["hour"])
    number = int(hashlib.sha256(one["title"].encode()).hexdigest()[:8], 16)
    return replace(
        to_document(
            source="made",
            identity=one["title"],
            title=one["title"],
            text=one["text"],
            url=f"https://news.example.org/{at:%Y/%m/%d}/{number}",
            outlet=one["outlet"],
            language=one["language"],
            published_at=at,
            first_seen_at=at + timedelta(minutes=9),
        ),
        country=one.get("country"),
    )


async def tell(folder: Path, language: str) -> None:
    """Live through the fortnight with a reader of this language and keep the last digest."""
    configuration = load_configuration(REPOSITORY / "config", {})
    scorer = compile_watchlists(configuration.watchlists)
    reader = replace(configuration.recipients[0], language=language, channels=("maildir",), is_operator=False)
    renderer = EmailRenderer("monitor@example.org", "Media monitor", links=ExampleLinks())
    assert set(make_renderers(configuration)) >= set(reader.channels)
    rules = ComposeRules(
        titles={watchlist.name: watchlist.title for watchlist in configuration.watchlists},
        look_back=timedelta(days=7),
        max_age=timedelta(hours=48),
    )
    with tempfile.TemporaryDirectory() as scratch:
        async with open_store(f"sqlite:///{scratch}/pictures.db") as store:
            judge = Judge(store, store, score=scorer.matches, gazetteer=gazetteer_of(configuration.watchlists))
            await judge.load(UNTIL - 20 * DAY)
            intaker = Intaker(store=store, judge=judge, zones={})
            waiting = made_articles()
            for days in range(FIRST_DAY, -1, -1):
                now = UNTIL - days * DAY
                fresh = [article for article in waiting if article.first_seen_at <= now]
                waiting = waiting[len(fresh) :]
                await intaker.take_in_documents(fresh, name="made", now=now)
                if days == FIRST_DAY:
                    seeds = to_seed_articles(configuration.seeds, now)
                    await intaker.take_in_documents(seeds, name="seeds", now=now)
                await store.set_digest_slot(reader.id, Slot(key=f"{now:%Y-%m-%d}", at=now))
                report = await compose(
                    [reader],
                    store=store,
                    renderers={"maildir": renderer},
                    rules=replace(rules, survey=Survey(store, store)),
                    now=now,
                )
                assert not report.failures, report.failures
            (delivery,) = report.composed[-1].deliveries
            (folder / f"{language}.html").write_text(delivery.message.html, encoding="utf-8")
            (folder / f"{language}.txt").write_text(delivery.message.text, encoding="utf-8")
            print(delivery.message.subject, len(delivery.message.html.encode()), len(delivery.message.content))


def draw(folder: Path, kept: Path | None) -> None:
    """Pictures of the pages, by headless Chromium."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("No Chromium here: pages only.", file=sys.stderr)
        return
    inverted = (folder / "id.html").read_text(encoding="utf-8")
    inverted = inverted.replace("<body", "<body class=inverted", 1)
    inverted = inverted.replace("</head>", "<style>html{filter:invert(1);background:#000}</style></head>", 1)
    (folder / "inverted.html").write_text(inverted, encoding="utf-8")
    for name, (language, width, flags) in VIEWS.items():
        page = folder / ("inverted.html" if name == "inverted" else f"{language}.html")
        for height, target in ((2600, folder / f"{name}.png"), (KEPT.get(name), kept and kept / f"digest-{name}.png")):
            if height and target:
                _shoot(browser, page, target, (width, height), flags)


def _shoot(browser: str, page: Path, target: Path, size: tuple[int, int], flags: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
            f"--screenshot={target}", f"--window-size={size[0]},{size[1]}", *flags, page.resolve().as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def main() -> int:
    """Pages first, then pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "var" / "pictures")
    parser.add_argument("--keep", type=Path, help="also store the README's pictures here")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for language in ("id", "en"):
        asyncio.run(tell(args.folder, language))
    draw(args.folder, args.keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
