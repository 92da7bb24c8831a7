"""`monitor replay FILE|-`: an archive of articles as JSON lines, judged as the daemon would have judged them."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from monitor.errors import MonitorError


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("file", metavar="FILE|-", help="JSON lines with id, url, title, text; - reads standard input")
    parser.add_argument(
        "--watchlist", metavar="NAME|W.yaml", help="only this one, or one of a file that is not live (default: all)"
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="merge stories that turn out to be one, every hour of the articles' clock, as the daemon does",
    )
    parser.epilog = (
        "Optional keys of a line: summary, lang, published (ISO 8601 or epoch seconds), outlet. One line of JSON is "
        "written for each: verdict, of, similarity, reason, story, storyline, event, decisions (stage, outcome, level, "
        "other, measure, features with their reason, version), matches (score, relevance, threshold, matched, every "
        "signal, and excluded: what kept the article from matching). With --repair also mergers: the stories that went "
        "into others before the article came (story, into, at, and the decision as above); lines written before keep "
        "the story that they had. It takes about a millisecond a story and hour."
    )


def run(args: argparse.Namespace) -> int:
    """0, or 1 when a line could not be read; the others are judged all the same."""
    from monitor.app import load_configuration, make_replay
    from monitor.app.why import chosen
    from monitor.pipeline.replay import LineError, read_line

    configuration = load_configuration(args.config, os.environ)
    watchlists = tuple(chosen(configuration, args.watchlist, args.config))
    replay = make_replay(replace(configuration, watchlists=watchlists), is_repairing=args.repair)

    async def judge(lines: Iterable[str]) -> int:
        unread = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                print(json.dumps(await replay.judge_document(read_line(line)), ensure_ascii=False))
            except LineError as error:
                unread += 1
                print(json.dumps({"id": error.name, "line": number, "error": str(error)}, ensure_ascii=False))
                print(f"{args.file}:{number}: {error}; the line is skipped", file=sys.stderr)
        return unread

    with _opened(args.file) as (stream, size):
        return 1 if asyncio.run(judge(_shown(stream, size))) else 0


@contextmanager
def _opened(name: str) -> Iterator[tuple[TextIO, int]]:
    """The input as text, and its size in bytes (0 when unknown)."""
    if name == "-":
        yield sys.stdin, 0
        return
    try:
        with Path(name).open(encoding="utf-8", errors="replace") as stream:
            yield stream, os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise MonitorError(f"{name} cannot be read: {error.strerror}") from error


def _shown(stream: TextIO, size: int) -> Iterator[str]:
    """The lines, with a bar on standard error when a person is looking and the lines go elsewhere."""
    if not size or not sys.stderr.isatty() or sys.stdout.isatty():
        yield from stream
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("replaying", total=size)
        for line in stream:
            yield line
            progress.advance(task, len(line.encode()))
