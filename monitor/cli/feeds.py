"""`monitor feeds …`: everything about single feeds. One module a sub-command, each with `configure` and `run`."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

# Sub-command → (module in this package, what it does). One line a sub-command.
SUBCOMMANDS: dict[str, tuple[str, str]] = {
    "list": ("feeds_list", "the feeds of the configuration, and how their last checks went"),
    "show": ("feeds_show", "all that is known of one feed"),
    "add": ("feeds_add", "add a feed by its address, or by that of a page that has one"),
    "discover": ("feeds_discover", "the feed addresses of a page, best first"),
    "import": ("feeds_import", "add the feeds of an OPML file"),
    "export": ("feeds_export", "write the feeds as an OPML file"),
    "parse": ("feeds_parse", "what is made of the bytes of a feed"),
    "poll": ("feeds_poll", "look at feeds now, keeping nothing"),
    "pause": ("feeds_pause", "stop polling feeds, without forgetting them"),
    "resume": ("feeds_pause", "poll paused feeds again"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands, each with its own arguments."""
    children = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for name, (module, summary) in SUBCOMMANDS.items():
        child = children.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        child.add_argument(
            "--config", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of the configuration"
        )
        import_module(f"monitor.cli.{module}").configure(child)


def run(args: argparse.Namespace) -> int:
    """Run the sub-command asked for."""
    return int(import_module(f"monitor.cli.{SUBCOMMANDS[args.subcommand][0]}").run(args))
