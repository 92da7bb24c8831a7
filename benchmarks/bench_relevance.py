"""Relevance: what the points are worth as a percentage, and how well the default watchlist tells by language.

Usage: python -m benchmarks.bench_relevance FITTING.jsonl… [--held HELD.jsonl…]

The files have one JSON object a line with "title", "text", "lang", "label" (0 or 1) and "reason" or "why"; reasons
beginning with "grey" are left out. The logistic curve (Platt 1999) is fitted to the points of the fitting files, the
articles that no gate let through left out; beside it stands the curve that is shipped (`core.scoring.calibration`).
The held files are only measured. A bin's gap is what the shipped curve says less what was found.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp
from pathlib import Path

from benchmarks.bench_scoring import DEFAULT, average_precision
from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import Scorer, compile_watchlists, relevance, relevance_of
from monitor.core.scoring.calibration import EVEN, POINTS_A_LOGIT
from monitor.model.articles import Article
from monitor.model.watchlists import Score

BINS = 10
PRIOR = 0.01
"""Weight of the penalty on the squared slope: a set that the points part cleanly has no finite fit."""


@dataclass(frozen=True, slots=True)
class Item:
    """A labelled article and its score."""

    language: str
    is_relevant: bool
    score: Score


def read_items(paths: Iterable[Path], scorer: Scorer) -> list[Item]:
    """The labelled articles of some files, scored; grey ones are left out."""
    found = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if str(row.get("reason", "")).startswith("grey"):
                continue
            article = Article(
                id=0, feed_id="", outlet="", url="", url_key=None, host="", title=row["title"], title_key=0,
                text=row["text"], language=row["lang"], first_seen_at=datetime(2026, 1, 1, tzinfo=UTC), body_digest=0,
            )  # fmt: skip
            found.append(Item(row["lang"].split("-")[0], bool(row["label"]), scorer.score(article)[0]))
    return found


def fit(points: Sequence[float], labels: Sequence[bool]) -> tuple[float, float]:
    """The points at even odds and the points a logit of the logistic curve that fits best (Newton's method)."""
    bias, slope = 0.0, 1 / POINTS_A_LOGIT
    for _ in range(100):
        gradient = [0.0, -PRIOR * slope]
        hessian = [[1e-9, 0.0], [0.0, PRIOR]]
        for value, label in zip(points, labels, strict=True):
            x = value - EVEN
            p = 1 / (1 + exp(-max(-30.0, min(30.0, bias + slope * x))))
            gradient[0] += label - p
            gradient[1] += (label - p) * x
            weight = p * (1 - p)
            hessian[0][0] += weight
            hessian[0][1] += weight * x
            hessian[1][1] += weight * x * x
        determinant = hessian[0][0] * hessian[1][1] - hessian[0][1] ** 2
        step = (
            (hessian[1][1] * gradient[0] - hessian[0][1] * gradient[1]) / determinant,
            (hessian[0][0] * gradient[1] - hessian[0][1] * gradient[0]) / determinant,
        )
        bias, slope = bias + step[0], slope + step[1]
        if max(map(abs, step)) < 1e-9:
            break
    return EVEN - bias / slope, 1 / slope


def quality_table(name: str, items: Sequence[Item]) -> None:
    """Precision, recall and average precision at the default threshold by language."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.language].append(item)
        groups["all"].append(item)
    print(f"\n{name:>12}: {'n':>5} {'P':>6} {'R':>6} {'AP':>6}")
    for language, group in sorted(groups.items()):
        told = [item for item in group if item.score.is_match]
        hits = sum(item.is_relevant for item in told)
        wanted = sum(item.is_relevant for item in group)
        ap = average_precision((relevance_of(i.score) and i.score.points, i.is_relevant) for i in group)
        print(f"{language:>12}: {len(group):5} {hits / max(len(told), 1):6.3f} {hits / max(wanted, 1):6.3f} {ap:6.3f}")


def reliability_table(name: str, items: Sequence[Item]) -> None:
    """What the shipped curve says in ten bins, and what was found; one line more for what no gate let through."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for item in items:
        said = relevance_of(item.score)
        place = -1 if item.score.is_gated else min(int(said * BINS), BINS - 1)
        bins[place].append((said, item.is_relevant))
    print(f"\n{name}: relevance said and found")
    print(f"{'bin':>10} {'n':>5} {'said':>6} {'found':>6} {'gap':>6}")
    for place, rows in sorted(bins.items()):
        said = sum(value for value, _ in rows) / len(rows)
        found = sum(label for _, label in rows) / len(rows)
        label = "gate shut" if place < 0 else f"{place / BINS:.1f}–{(place + 1) / BINS:.1f}"
        print(f"{label:>10} {len(rows):5} {said:6.3f} {found:6.3f} {said - found:+6.3f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fitting", nargs="+", type=Path)
    parser.add_argument("--held", nargs="*", type=Path, default=[])
    args = parser.parse_args()
    scorer = compile_watchlists([load_watchlist(DEFAULT)])
    fitting = read_items(args.fitting, scorer)
    opened = [item for item in fitting if not item.score.is_gated]
    even, points_a_logit = fit([item.score.points for item in opened], [item.is_relevant for item in opened])
    print(f"fitted to {len(opened)}: even odds at {even:.1f} points, {points_a_logit:.2f} points a logit")
    print(f"shipped: even odds at {EVEN:g} points, {POINTS_A_LOGIT:g} a logit; 50 points say {relevance(50):.0%}")
    quality_table("fitting", fitting)
    reliability_table("fitting", fitting)
    for name, path in [(path.stem, path) for path in args.fitting]:
        quality_table(name, read_items([path], scorer))
    if args.held:
        held = read_items(args.held, scorer)
        quality_table("held out", held)
        reliability_table("held out", held)


if __name__ == "__main__":
    main()
