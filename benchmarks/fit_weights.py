"""How far labelled articles would move the prior weights: a regression over the signals, held back by the prior.

Usage: python benchmarks/fit_weights.py LABELLED.jsonl [LABELLED.jsonl …]

Each signal of `core/scoring/weights.py` gets a multiplier; ridge regression pulls all multipliers to 1, that is, to the
table as it is. The print shows what the labels would make of each weight; the table itself is changed by hand. Rows
whose reason begins with "grey" are left out. See `bench_scoring.py` for the format.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.config.watchlists import load_watchlist
from monitor.core.scoring import Scorer, compile_watchlists
from monitor.model.articles import Article

DEFAULT = Path(__file__).parents[1] / "config" / "watchlists" / "russia-north-korea.yaml"
POINTS_A_LOGIT = 6.0
RIDGE = 3.0

_Array = NDArray[np.float64]


def signals_of(scorer: Scorer, paths: list[Path]) -> tuple[list[dict[str, float]], list[bool]]:
    """Points by signal (the side left out of its name) and label of every labelled article that passes the gate."""
    signals: list[dict[str, float]] = []
    labels: list[bool] = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            article = Article(
                id=0, feed_id="", outlet="", url="", url_key=None, host="", title=row["title"], title_key=0,
                text=row["text"], first_seen_at=datetime(2026, 1, 1, tzinfo=UTC), body_digest=0,
            )  # fmt: skip
            (score,) = scorer.score(article)
            if score.is_gated or str(row.get("reason", "")).startswith("grey"):
                continue
            points: dict[str, float] = {}
            for signal in score.signals:
                name = signal.name.partition(":")[0]
                points[name] = points.get(name, 0.0) + signal.points
            signals.append(points)
            labels.append(bool(row["label"]))
    return signals, labels


def fit(points: _Array, labels: _Array, threshold: float, steps: int = 60) -> _Array:
    """Multipliers by Newton's method: logistic loss plus `RIDGE` × squared distance from 1."""
    features = points / POINTS_A_LOGIT
    found = np.ones(features.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-np.clip(features @ found - threshold / POINTS_A_LOGIT, -30, 30)))
        slope = features.T @ (chance - labels) + RIDGE * (found - 1)
        curve = (features.T * (chance * (1 - chance))) @ features + RIDGE * np.eye(len(found))
        found = found - np.linalg.solve(curve, slope)
    return np.asarray(found, dtype=np.float64)


def main(arguments: list[str]) -> None:
    """Print the multiplier of every signal."""
    watchlist = load_watchlist(DEFAULT)
    signals, labels = signals_of(compile_watchlists([watchlist]), [Path(path) for path in arguments])
    names = sorted({name for points in signals for name in points})
    table = np.array([[points.get(name, 0.0) for name in names] for points in signals])
    found = fit(table, np.array(labels, dtype=np.float64), watchlist.threshold)
    print(f"{len(labels)} articles past the gate, {sum(labels)} relevant\n{'signal':20} {'seen':>5} {'times':>6}")
    for name, times in zip(names, found, strict=True):
        print(f"{name:20} {sum(name in points for points in signals):5} {times:6.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
