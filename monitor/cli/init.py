"""`monitor init DIR`: a commented configuration with its seeds in a new place, nothing overwritten."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from monitor.errors import MonitorError

_FOLDERS = ("config", "seeds")
_SUFFIXES = {".yaml", ".json", ".txt", ".md"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="folder that gets config/ and seeds/")


def run(args: argparse.Namespace) -> int:
    """Copy the default configuration; 0, or `MonitorError` naming what is in the way."""
    from monitor.config.defaults import default_folder

    target: Path = args.dir
    source = default_folder()
    files = [path for name in _FOLDERS for path in sorted((source / name).rglob("*")) if path.suffix in _SUFFIXES]
    copies = {path: target / path.relative_to(source) for path in files if path.is_file()}
    in_the_way = [str(copy) for copy in copies.values() if copy.exists()]
    if in_the_way:
        raise MonitorError(
            "nothing was written, because these exist already:\n  "
            + "\n  ".join(in_the_way)
            + "\nMove them away or name another folder."
        )
    try:
        for path, copy in copies.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    except OSError as error:
        raise MonitorError(f"{error.filename or target} cannot be written ({error.strerror})") from error
    for copy in copies.values():
        print(f"written  {copy}")
    print(_next_steps(target))
    return 0


def _next_steps(target: Path) -> str:
    config = target / "config"
    program = sys.argv[0] if Path(sys.argv[0]).name == "monitor" else "python -m monitor"
    return f"""
Next:
  1. Say who reads and when:   {config / "recipients.yaml"}
  2. Say what is wanted:       {config / "watchlists"}
  3. See that it is right:     {program} check --config {config}
  4. Start:                    {program} run --config {config}
Digests land in {target / "var" / "outbox"} until monitor.yaml names a mail server."""
