"""`monitor schema`: the JSON Schemas that editors check the configuration's files with."""

from __future__ import annotations

import argparse
from pathlib import Path

from monitor.errors import MonitorError


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--dir", type=Path, default=Path("config"), metavar="DIR", help="folder to write them into (default: config)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the schemas, replacing older ones; 0."""
    from monitor.config.schemas import schema_texts

    folder: Path = args.dir
    if not folder.is_dir():
        raise MonitorError(f"{folder} is no folder; --dir names the one that holds monitor.yaml")
    for name, text in schema_texts().items():
        path = folder / name
        is_current = path.is_file() and path.read_text(encoding="utf-8") == text
        if not is_current:
            try:
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                raise MonitorError(f"{path} cannot be written ({error.strerror})") from error
        print(f"{path}  {'current' if is_current else 'written'}")
    return 0
