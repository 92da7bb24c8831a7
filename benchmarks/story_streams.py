"""Streams of articles whose events are known, what is said of a grouping of them, and groupings to compare with.

Owns: made streams (seeded) of headlines in ten languages and of English full texts, the stream that the labelled pairs
make, B-cubed (Bagga & Baldwin 1998) and the alert view, and the reference: one pass over TF-IDF centroids with decay.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations

from benchmarks.made_bodies import BODIES, DISTRICTS, SPEAKERS, sentences
from benchmarks.made_headlines import COUNTRIES, KINDS, PEOPLE, PLACES, wordings
from monitor.core.similarity import spaced

Pair = tuple[str, str, str, str, bool, str]
"""Title, text, title, text, whether of one event, language."""
_Text = tuple[str, str]
START = datetime(2024, 6, 1, tzinfo=UTC)
DAYS = 21
SIZES = (1, 1, 2, 2, 3, 4, 6, 8, 10, 14)
"""Reports of an event, five in the mean: of five wordings they use three and a half, so that about a third of all
titles stands word for word in another report, as the research report found it in a real stream (§3.3)."""
NEAR_IN_TIME = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One article of a stream: its event and the type of that; events of one type differ in who, where and when."""

    title: str
    body: str
    at: datetime
    event: int
    kind: str
    language: str


# Streams


def made_stream(language: str, *, events: int, seed: int, with_body: bool = False) -> list[Report]:
    """Reports of made events in the order of their times."""
    rng = random.Random(f"{seed} {language} {with_body}")
    reports: list[Report] = []
    for event in range(events):
        kind = KINDS[event % len(KINDS)]
        slots = filling(language, event // len(KINDS), rng)
        begins = START + timedelta(days=rng.random() * DAYS)
        for template in rng.choices(wordings(language, kind), k=rng.choice(SIZES)):
            at = begins + timedelta(hours=rng.expovariate(1 / 18))
            body = made_body(kind, slots, rng) if with_body else ""
            title = template.format(**slots)
            reports.append(Report(title=title, body=body, at=at, event=event, kind=kind, language=language))
    return sorted(reports, key=lambda report: (report.at, report.title))


def filling(language: str, turn: int, rng: random.Random) -> dict[str, str]:
    """Names and numbers of the turn-th event of a type: never the names of an earlier one, but those of other types."""
    slots = {"n": str(rng.randint(2, 9)), "m": str(rng.randint(0, 1)), "k": str(rng.randint(11, 98))}
    names = {}
    for slot, known in (("p", PLACES), ("a", COUNTRIES), ("b", COUNTRIES), ("w", PEOPLE)):
        every = known[language].split()
        names[slot] = every[(2 * turn + (slot == "b") if known is COUNTRIES else turn) % len(every)]
    for slot, name in names.items():
        forms = name.split("/")
        slots[slot], slots[f"{slot}g"], slots[f"{slot}l"] = forms[0], forms[min(1, len(forms) - 1)], forms[-1]
    return slots | {"d": rng.choice(DISTRICTS), "s": rng.choice(SPEAKERS), "o": rng.choice(BODIES)}


def made_body(kind: str, slots: Mapping[str, str], rng: random.Random) -> str:
    leads, others = sentences(kind)
    chosen = [rng.choice(leads), *rng.sample(others, rng.randint(3, 6))]
    return " ".join(sentence.format(**slots) for sentence in chosen)


def pair_stream(pairs: Sequence[Pair], language: str, *, with_body: bool) -> list[Report]:
    """The labelled pairs of a language as a stream of one day.

    Pairs of one event, and articles with the same title, are closed transitively; all else counts as different, which
    a pair across two rows need not be: precision is a lower bound. All are of one "kind", so that its row tells how
    many pairs labelled different, or never looked at, were joined.
    """
    chosen = [pair for pair in pairs if pair[5] == language]
    articles = list(dict.fromkeys(article for pair in chosen for article in (pair[:2], pair[2:4])))
    event = closure([(pair[:2], pair[2:4]) for pair in chosen if pair[4]], articles)
    order = sorted(articles, key=lambda article: random.Random(repr(article)).random())
    return [
        Report(
            title=article[0],
            body=article[1] if with_body else "",
            at=START + timedelta(minutes=2 * place),
            event=event[article],
            kind="any",
            language=language,
        )
        for place, article in enumerate(order)
    ]


def closure(same: Iterable[tuple[_Text, _Text]], articles: Sequence[_Text]) -> dict[_Text, int]:
    """A number for each article: one for all that are tied by pairs of one event or by equal titles."""
    event = {article: at for at, article in enumerate(articles)}
    first: dict[str, _Text] = {}
    titles = [(first.setdefault(spaced(article[0]), article), article) for article in articles]
    for one, other in (*same, *titles):
        kept, gone = event[one], event[other]
        event = {article: kept if number == gone else number for article, number in event.items()}
    return event


# Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """B-cubed, the share of pairs of one type but two events put together, and the alert view, all in [0, 1] but `per`.

    `alerted` is the share of events of which some report opened a group; `per` the groups opened for each event.
    """

    precision: float
    recall: float
    type_merges: float
    alerted: float
    per: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def quality(stream: Sequence[Report], groups: Sequence[int], opened: Sequence[int]) -> Quality:
    """How well `groups` (one number a report) fit the events; `opened` are the places of reports that opened one."""
    own: dict[int, list[int]] = defaultdict(list)
    for at, group in enumerate(groups):
        own[group].append(at)
    sizes = Counter(report.event for report in stream)
    precision = recall = 0.0
    for members in own.values():
        events = Counter(stream[at].event for at in members)
        precision += sum(count * count for count in events.values()) / len(members)
        recall += sum(count * count / sizes[event] for event, count in events.items())
    alike = merged = 0
    for one, other in combinations(range(len(stream)), 2):
        a, b = stream[one], stream[other]
        if a.kind == b.kind and a.event != b.event and b.at - a.at <= NEAR_IN_TIME:
            alike += 1
            merged += groups[one] == groups[other]
    return Quality(
        precision=precision / len(stream),
        recall=recall / len(stream),
        type_merges=merged / max(alike, 1),
        alerted=len({stream[at].event for at in opened}) / len(sizes),
        per=len(opened) / len(sizes),
    )


# The reference


@dataclass(slots=True)
class _Cluster:
    sums: dict[str, float]
    mean_at: float
    last_at: float
    size: int = 1
    length: float = 1.0


def character_grams(text: str) -> Counter[str]:
    return Counter(text[at : at + 4] for at in range(max(len(text) - 3, 1)))


def words(text: str) -> Counter[str]:
    return Counter(text.split())


def reference(
    stream: Sequence[Report],
    *,
    line: float,
    terms: Callable[[str], Counter[str]] = character_grams,
    tau_days: float = 7.0,
    lead: int = 1500,
) -> tuple[list[int], list[int]]:
    """Groups and openings by one pass: cosine of TF-IDF with a centroid × exp(−days / tau), 7 days of look-back.

    The research report's measured baseline: document frequencies grow with the stream, terms are log-scaled.
    """
    seen: Counter[str] = Counter()
    clusters: list[_Cluster] = []
    groups: list[int] = []
    opened: list[int] = []
    for at, report in enumerate(stream):
        counts = terms(f" {spaced(report.title)} {spaced(report.body[:lead])} ")
        seen.update(counts.keys())
        own = _unit({term: (1 + math.log(n)) * math.log((at + 2) / (seen[term] + 0.5)) for term, n in counts.items()})
        day = report.at.timestamp() / 86_400
        best, score = -1, line
        for place, cluster in enumerate(clusters):
            if day - cluster.last_at > 7:
                continue
            dot = sum(weight * cluster.sums.get(term, 0.0) for term, weight in own.items())
            value = dot / cluster.length * math.exp(-abs(day - cluster.mean_at) / tau_days)
            if value >= score:
                best, score = place, value
        if best < 0:
            opened.append(at)
            groups.append(len(clusters))
            clusters.append(_Cluster(own, day, day))
            continue
        groups.append(best)
        cluster = clusters[best]
        for term, weight in own.items():
            cluster.sums[term] = cluster.sums.get(term, 0.0) + weight
        cluster.mean_at += (day - cluster.mean_at) / (cluster.size + 1)
        cluster.last_at, cluster.size = day, cluster.size + 1
        cluster.length = math.sqrt(sum(weight * weight for weight in cluster.sums.values())) or 1.0
    return groups, opened


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()} if length else {}


def exact_titles(stream: Iterable[Report]) -> tuple[list[int], list[int]]:
    """Groups and openings by equal folded titles."""
    known: dict[str, int] = {}
    groups, opened = [], []
    for at, report in enumerate(stream):
        if (title := spaced(report.title)) not in known:
            opened.append(at)
        groups.append(known.setdefault(title, len(known)))
    return groups, opened
