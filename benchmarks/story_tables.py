"""How well streams are grouped: B-cubed by language, and the alert view by the line of joining.

Owns: the tables of streams, printed by `bench_stories`. The reference stands beside every figure, run on the same
stream, at the line that suits it best there (which no user could know); ours stands at the fixed lines.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from benchmarks.bench_dedupe import make_article
from benchmarks.made_headlines import LANGUAGES
from benchmarks.story_streams import (
    Pair,
    Quality,
    Report,
    exact_titles,
    made_stream,
    pair_stream,
    quality,
    reference,
)
from monitor.core.features import Frequencies, Gazetteer, features
from monitor.core.open_stories import OpenStories
from monitor.core.stories import assign
from monitor.core.story_lines import LINES, StoryLines

Grouping = tuple[list[int], list[int]]
NOBODY = Gazetteer({})
REFERENCE_LINES = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
CURVE = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
WANTED = 0.94
"""The share of new stories to be alerted."""


def grouped(stream: Sequence[Report], lines: StoryLines = LINES) -> Grouping:
    """Our groups and openings, one article at a time, with nothing known at the start; each report of its own outlet.

    Copies are placed by their words like all others; nothing is repaired afterwards.
    """
    stories, frequencies = OpenStories(), Frequencies()
    groups, opened = [], []
    for at, report in enumerate(stream):
        made = make_article(f"r{at}", report.title, report.body, host=f"h{at}.example", at=report.at)
        article = replace(made, language=report.language)
        read = features(article, NOBODY)
        stories.close(report.at - timedelta(days=30))
        placed = assign(article, read, stories=stories, frequencies=frequencies, now=report.at, lines=lines)
        stories.keep(placed.story)
        frequencies.add(read.terms)
        groups.append(placed.story.id)
        if placed.joining.is_first:
            opened.append(at)
    return groups, opened


def at_line(line: float) -> Callable[[Sequence[Report]], Grouping]:
    return lambda stream: grouped(stream, replace(LINES, join=line, join_title_only=line))


def mean(streams: Sequence[Sequence[Report]], way: Callable[[Sequence[Report]], Grouping]) -> Quality:
    """The mean quality over streams."""
    each = [quality(stream, *way(stream)) for stream in streams]
    names = ("precision", "recall", "type_merges", "alerted", "per")
    return Quality(**{name: statistics.mean(getattr(one, name) for one in each) for name in names})


def best_reference(streams: Sequence[Sequence[Report]]) -> tuple[float, Quality]:
    tried = [(line, mean(streams, lambda stream, at=line: reference(stream, line=at))) for line in REFERENCE_LINES]
    return max(tried, key=lambda one: one[1].f1)


def stream_table(pairs: Sequence[Pair], *, events: int, seeds: Sequence[int]) -> None:
    print(
        f"\nStreams: B-cubed, and pairs of one type but two events put together; made: {events} events × {len(seeds)}"
    )
    print(f"{'stream':26}{'measure':24}{'P':>7}{'R':>7}{'F1':>7}{'merged':>8}{'alerted':>9}{'per story':>11}")
    for name, streams in named_streams(pairs, events, seeds):
        line, best = best_reference(streams)
        print_quality(name, "equal titles (floor)", mean(streams, exact_titles))
        print_quality(name, f"reference, best line {line:.2f}", best)
        print_quality(name, "ours, fixed lines", mean(streams, grouped))


def named_streams(pairs: Sequence[Pair], events: int, seeds: Sequence[int]) -> Iterable[tuple[str, list[list[Report]]]]:
    for language in LANGUAGES:
        yield f"made {language} headlines", [made_stream(language, events=events, seed=seed) for seed in seeds]
    yield "made en full texts", [made_stream("en", events=events, seed=seed, with_body=True) for seed in seeds]
    for language in sorted({pair[5] for pair in pairs}):
        yield f"pairs {language} headlines", [pair_stream(pairs, language, with_body=False)]
        yield f"pairs {language} full texts", [pair_stream(pairs, language, with_body=True)]


def print_quality(stream: str, name: str, found: Quality) -> None:
    figures = f"{found.precision:7.3f}{found.recall:7.3f}{found.f1:7.3f}{found.type_merges:8.3f}"
    print(f"{stream:26}{name:24}{figures}{found.alerted:9.3f}{found.per:11.2f}")


def alert_table(
    pairs: Sequence[Pair], *, events: int, seeds: Sequence[int], languages: Sequence[str] = LANGUAGES
) -> None:
    """The curve of alerted stories over alerts a story, by the line."""
    print(f"\nAlerts: share of stories alerted @ alerts a story, by the line of joining; wanted {WANTED:.2f}")
    print(f"{'stream':26}{'':11}{''.join(f'{line:>11.2f}' for line in CURVE)}{f'at {WANTED:.2f}':>9}")
    headlines = [made_stream(language, events=events, seed=seed) for language in languages for seed in seeds]
    rows = [("made headlines", headlines)]
    rows.append(("made en full texts", [made_stream("en", events=events, seed=seed, with_body=True) for seed in seeds]))
    for language in sorted({pair[5] for pair in pairs}):
        rows.append((f"pairs {language} headlines", [pair_stream(pairs, language, with_body=False)]))
        rows.append((f"pairs {language} full texts", [pair_stream(pairs, language, with_body=True)]))
    for name, streams in rows:
        print_curve(name, "reference", [mean(streams, lambda one, at=line: reference(one, line=at)) for line in CURVE])
        print_curve(name, "ours", [mean(streams, at_line(line)) for line in CURVE])


def print_curve(stream: str, name: str, curve: Sequence[Quality]) -> None:
    points = "".join(f"{f'{one.alerted:.2f}@{one.per:.2f}':>11}" for one in curve)
    print(f"{stream:26}{name:11}{points}{at_wanted(curve):>9}")


def at_wanted(curve: Sequence[Quality]) -> str:
    """Alerts a story where `WANTED` are alerted, between the two nearest lines; "-" where the curve does not reach."""
    for before, after in pairwise(curve):
        if before.alerted < WANTED <= after.alerted:
            share = (WANTED - before.alerted) / (after.alerted - before.alerted)
            return f"{before.per + share * (after.per - before.per):.2f}"
    return f"<{curve[0].per:.2f}" if curve[0].alerted >= WANTED else "-"
