"""Profiles: does each seed, left out of the profile, rank above nearly all of a background?

Usage: python -m benchmarks.bench_profile [--made N] [--data FOLDER]

The background: N made-up Indonesian articles (default 1,000; every fourth a round-up as long as a report) and N/4
English ones, among them wars, missiles, summits and sanctions of other countries; what the watchlist says that it must
not match; and, where FOLDER (default ../shared/data) has them, real news in English and Russian (pairs/tgcontest) and
labelled items that name one side or both without telling of their relation (relevance/dev.jsonl, label 0, grey ones
left out). Ranked by the profile alone with the names of the sides in it, by the profile as the watchlist ships it
(without them), and by the whole watchlist; a tie counts against the seed.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from monitor.config.watchlists import load_watchlist
from monitor.core.made_news import made_news
from monitor.core.profile_cards import names_of, negatives_of, score_card
from monitor.core.profiles import Background, Text, read_text
from monitor.core.scoring import run_examples
from monitor.core.scoring.scorer import compile_watchlists
from monitor.model.profiles import Standing
from monitor.model.watchlists import Watchlist

ROOT = Path(__file__).parents[1]
WATCHLIST = ROOT / "config" / "watchlists" / "russia-north-korea.yaml"
TARGET = 0.99


def seeds(folder: Path = ROOT / "seeds") -> list[Text]:
    """The seed documents."""
    return [read_text(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.txt"))]


def background(made: int, data: Path, watchlist: Watchlist) -> dict[str, list[Text]]:
    """Name of the set → its articles; sets that are not there are left out."""
    sets = {
        "made up, Indonesian": _made("id", made),
        "made up, English": _made("en", made // 4),
        "must_not_match of the watchlist": negatives_of(watchlist),
        "real news, English and Russian (tgcontest)": list(_pairs(data / "pairs" / "tgcontest")),
        "labelled, not of the relation (dev.jsonl)": list(_labelled(data / "relevance" / "dev.jsonl")),
    }
    return {name: texts for name, texts in sets.items() if texts}


def _made(language: str, count: int) -> list[Text]:
    return [Text(made.name, made.title, made.text) for made in made_news(language, count, seed=1)]


def _pairs(folder: Path) -> Iterator[Text]:
    csv.field_size_limit(10_000_000)
    known = set()
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                for which in ("first", "second"):
                    title, text = row[f"INPUT:{which}_title"] or "", row[f"INPUT:{which}_text"] or ""
                    if (title, text) not in known:
                        known.add((title, text))
                        yield Text(row[f"INPUT:{which}_url"] or "", title, text)


def _labelled(path: Path) -> Iterator[Text]:
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["label"] == 0 and not row["reason"].startswith("grey"):
                yield Text(str(row["id"]), row["title"], row["text"])


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; 1 when a seed does not match, or misses the target by the whole watchlist."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--made", type=int, default=1_000, metavar="N")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER")
    args = parser.parse_args(argv)
    watchlist = load_watchlist(WATCHLIST)
    documents, sets = seeds(), background(args.made, args.data, watchlist)
    total = sum(map(len, sets.values()))
    print(f"{len(documents)} seeds against {total:,} articles")
    for name, texts in sets.items():
        print(f"  {len(texts):>6,}  {sum(text.size for text in texts) / len(texts):>5.0f} words each  {name}")
    started = time.process_time()
    rows = ranked(documents, sets, watchlist)
    elapsed = time.process_time() - started
    print(f"\n{'left out of the profile':<32}" + "".join(f"{name:>28}" for name in rows))
    for place, document in enumerate(documents):
        cells = (f"{one[place].ahead + 1}., above {one[place].below:.2%}" for one in rows.values())
        print(f"{document.name:<32}" + "".join(f"{cell:>28}" for cell in cells))
    failed = [one.example.file for one in run_examples(watchlist, compile_watchlists([watchlist])) if one.example.file]
    matched = len(documents) - len(failed)
    reached = sum(one.below >= TARGET for one in rows["whole watchlist"])
    print(
        f"\n{matched} of {len(documents)} seeds match; {reached} rank above {TARGET:.0%} or more by the whole watchlist"
    )
    print(f"{elapsed:.1f} s of CPU for {2 * len(documents)} profiles and {3 * len(documents)} rankings")
    return 0 if matched == reached == len(documents) else 1


def ranked(
    documents: Sequence[Text], sets: Mapping[str, Sequence[Text]], watchlist: Watchlist
) -> dict[str, Sequence[Standing]]:
    """Way of ranking → one standing a seed."""
    language = Background("id")
    bare = score_card(documents, language, sets)
    full = score_card(documents, language, sets, names=names_of(watchlist), watchlist=watchlist)
    return {
        "profile with names": bare.by_profile,
        "profile as shipped": full.by_profile,
        "whole watchlist": full.by_watchlist,
    }


if __name__ == "__main__":
    sys.exit(main())
