"""What a morning's mail costs: digests composed, rendered and queued in a real store, beside rendering alone.

    python benchmarks/bench_mail.py [--recipients 300] [--stories 12] [--articles 3] [--seed 7] [--profile]

Seconds of CPU (all threads) and of wall time for one cycle of `compose`: matches gathered, digests built, rendered in
the recipients' languages with signed links, kept with their archives in SQLite. The floor is the renderer alone on the
same digests, nothing gathered and nothing kept. The watchlist is the shipped one; news are made up by `--seed`.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.app.composing import compose_rules
from monitor.app.links import SignedLinks
from monitor.channels.email.render import EmailRenderer
from monitor.config import Configuration, load
from monitor.core.link_tokens import link_key
from monitor.core.scoring import compile_watchlists
from monitor.model.articles import Article, Verdict, VerdictKind
from monitor.model.commits import Intake
from monitor.model.digests import Recipient, Schedule
from monitor.model.stories import Joining, Story
from monitor.pipeline.compose import ComposeReport, compose
from monitor.pipeline.matches import as_match
from monitor.store import open_store

CONFIG = Path(__file__).parents[1] / "config"
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
LINKS = SignedLinks([link_key(b"benchmark")], base_url="https://monitor.example.org")
OUTLETS = ("Harian Contoh", "Example Post", "Пример-ТВ", "예시일보", "صحيفة المثال", "Kabar Umpama")
TITLES = {
    "id": "Putin dan Kim Jong Un sepakati {what} di {where}",
    "en": "Putin and Kim Jong Un agree on {what} in {where}",
    "ru": "Путин и Ким Чен Ын договорились: {what}, {where}",
    "ko": "푸틴·김정은, {where}에서 {what} 합의",
}
SENTENCES = {
    "id": "Rusia dan Korea Utara membahas {what} di {where}, kata juru bicara Kremlin pada hari {n}.",
    "en": "Russia and North Korea discussed {what} in {where}, a Kremlin spokesman said on day {n}.",
    "ru": "Россия и КНДР обсудили {what} в {where}, сообщил представитель Кремля в день {n}.",
    "ko": "러시아와 북한은 {where}에서 {what} 문제를 논의했다고 크렘린 대변인이 {n}일 밝혔다.",
}
WHAT = ("pangan", "food", "боеприпасы", "포탄", "rail", "gas", "buruh", "satelit", "drone", "beras", "oil", "visa")
WHERE = ("Pyongyang", "Vladivostok", "Moskow", "Wonsan", "Rason", "Kazan", "Sochi", "Nampo", "Tumangang", "Khasan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds of one cycle and of the floor, and how many mails of how many bytes there were."""

    mails: int
    wire_bytes: int
    cpu_s: float
    wall_s: float
    floor_s: float


def made_articles(stories: int, articles: int, rng: random.Random) -> list[list[Article]]:
    """Stories of some articles each, in several languages, of some 2 kB."""
    made = []
    for n in range(stories):
        facts = {"what": f"{WHAT[n % len(WHAT)]} {n}", "where": WHERE[n % len(WHERE)]}
        group = []
        for place in range(articles):
            language = list(TITLES)[(n + place) % len(TITLES)]
            key = rng.getrandbits(62)
            text = " ".join(SENTENCES[language].format(n=day, **facts) for day in range(18))
            group.append(
                Article(
                    id=key,
                    feed_id=f"feed-{place}",
                    outlet=OUTLETS[(n + place) % len(OUTLETS)],
                    url=f"https://news.example.org/2026/11/{key}",
                    url_key=key,
                    host="news.example.org",
                    title=TITLES[language].format(**facts),
                    title_key=rng.getrandbits(62),
                    text=text,
                    language=language,
                    published_at=NOW - timedelta(minutes=20 * n + place + 30),
                    first_seen_at=NOW - timedelta(minutes=20 * n + place + 10),
                    body_digest=rng.getrandbits(62),
                )
            )
        made.append(group)
    return made


def made_intake(groups: Sequence[Sequence[Article]], configuration: Configuration) -> Intake:
    """The articles as a cycle would keep them: scored by the shipped watchlist, each group one story."""
    scorer = compile_watchlists(configuration.watchlists)
    everything = [article for group in groups for article in group]
    stories = [
        Story(
            id=group[0].id,
            title=group[0].title,
            lead_id=group[0].id,
            first_at=min(one.at for one in group),
            last_at=max(one.at for one in group),
            mean_at=group[0].at,
            size=len(group),
        )
        for group in groups
    ]
    return Intake(
        articles=tuple(everything),
        verdicts=tuple(Verdict(article_id=one.id, kind=VerdictKind.NEW) for one in everything),
        matches=tuple(as_match(one.id, score, now=NOW) for one in everything for score in scorer.matches(one)),
        stories=tuple(stories),
        joinings=tuple(
            Joining(article_id=one.id, story_id=group[0].id, is_first=one is group[0])
            for group in groups
            for one in group
        ),
    )


def made_recipients(count: int, watchlists: tuple[str, ...]) -> list[Recipient]:
    """Readers of the same watchlists, every other in Indonesian."""
    return [
        Recipient(
            id=f"reader-{n:03}",
            address=f"reader-{n:03}@example.org",
            name=f"Reader {n}",
            watchlists=watchlists,
            schedule=Schedule(zone="Asia/Jakarta", times=(7 * 60,)),
            language=("id", "en")[n % 2],
            channels=("smtp",),
        )
        for n in range(count)
    ]


async def measure(configuration: Configuration, *, recipients: int, intake: Intake, folder: Path) -> Cost:
    """One cycle over a fresh store in `folder`, then the floor."""
    readers = made_recipients(recipients, tuple(one.name for one in configuration.watchlists))
    mails = EmailRenderer(
        "monitor@example.org", "Media monitor", unsubscribe_address="monitor@example.org", links=LINKS
    )
    async with open_store(f"sqlite:///{folder}/monitor.db") as store:
        await store.commit_intake(intake)
        rules = compose_rules(configuration, {}, store)
        await compose(readers[:1], store=store, renderers={"smtp": mails}, rules=rules, now=NOW)  # warm: caches, types
        cpu, wall = time.process_time(), time.perf_counter()
        report = await compose(readers[1:], store=store, renderers={"smtp": mails}, rules=rules, now=NOW)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(
        mails=len(report.composed),
        wire_bytes=max(len(one.message.content) for plan in report.composed for one in plan.deliveries),
        cpu_s=cpu,
        wall_s=wall,
        floor_s=floor(report, mails),
    )


def floor(report: ComposeReport, mails: EmailRenderer) -> float:
    """Seconds of CPU to render the digests once more."""
    begun = time.process_time()
    for plan in report.composed:
        assert plan.digest is not None
        for one in plan.deliveries:
            mails.render(plan.digest, delivery_id=one.id, composed_at=one.composed_at)
    return time.process_time() - begun


def main(argv: Sequence[str] | None = None) -> Cost:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=300)
    parser.add_argument("--stories", type=int, default=12)
    parser.add_argument("--articles", type=int, default=3, help="of each story")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--profile", action="store_true", help="say where the main thread's time goes")
    args = parser.parse_args(argv)
    configuration = load(CONFIG, {})
    intake = made_intake(made_articles(args.stories, args.articles, random.Random(args.seed)), configuration)
    profile = cProfile.Profile() if args.profile else None
    with tempfile.TemporaryDirectory() as folder:
        work = measure(configuration, recipients=args.recipients + 1, intake=intake, folder=Path(folder))
        found = profile.runcall(asyncio.run, work) if profile else asyncio.run(work)
    each = 1000 / max(found.mails, 1)
    print(f"{'mails':>6} {'bytes':>7} {'CPU s':>7} {'wall s':>7} {'ms a mail':>10} {'floor ms':>9} {'ratio':>6}")
    print(
        f"{found.mails:>6} {found.wire_bytes:>7} {found.cpu_s:>7.2f} {found.wall_s:>7.2f} {found.cpu_s * each:>10.2f} "
        f"{found.floor_s * each:>9.2f} {found.cpu_s / max(found.floor_s, 1e-9):>6.2f}"
    )
    if profile is not None:
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    return found


if __name__ == "__main__":
    main()
