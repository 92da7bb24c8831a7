"""Commands: one file each; they parse arguments and print, nothing else.

A command module has `configure(parser)` and `run(args) -> exit code`. Only the module of the command asked for is
imported, and it imports what is heavy inside `run`: `monitor --help` must answer at once (health checks call it).

Exit codes, of every command: 0 done; 1 something failed, or the answer is no (an article that is not stored, a file
that cannot be read, a feed that does not answer); 2 the command line or the configuration is wrong (an unknown option,
a number out of range, a name that the configuration does not have): nothing was begun.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from monitor import __version__
from monitor.errors import ConfigError, MonitorError, UsageError

# Command → (module in this package, what it does). One line a command; `docs` and the tests read this table.
COMMANDS: dict[str, str] = {
    "run": "run the daemon: poll feeds, score, mail digests, until told to stop",
    "once": "one cycle of everything, then exit",
    "init": "write a commented configuration into a new folder",
    "check": "validate the configuration; --online polls every feed once",
    "lint": "what in the watchlists is odd: dead terms, missing spellings, rules that cannot fire",
    "status": "what the store holds: feeds, stories, digests, the outbox",
    "health": "exit 0 when the daemon is alive, 1 when not (for container health checks)",
    "feeds": "list, show, add, discover, import, export, poll, pause and resume feeds",
    "recipients": "who gets digests, what they asked for; take it back",
    "preview": "the digest that a recipient would get now, sending nothing",
    "digest": "what was sent: list, show, rebuild from what it was composed from, resend",
    "why": "why an article is in a digest, or is not",
    "story": "show a story with its reasons; join two, split one",
    "replay": "run JSON lines of articles through dedupe, grouping and scoring in a throw-away store",
    "backtest": "what a changed watchlist would have gained, lost and moved in the last days",
    "budget": "the threshold for so many stories a day",
    "profile": "derive weighted terms from example documents, for a watchlist's profile",
    "vote": "say of an article: more like this, or less",
    "propose": "what readers' votes speak for: an edit of a watchlist, with its backtest",
    "test-mail": "send a small mail and show what the mail server really answers",
    "test-channel": "send a small digest by any channel and show what its receiver really answers",
    "schema": "write the JSON Schemas of the configuration files",
}
WITHOUT_CONFIG = {"init", "schema"}


def module_of(command: str) -> str:
    """The module of a command."""
    return f"monitor.cli.{command.replace('-', '_')}"


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """The parser, with the arguments of one command filled in (the others only have their line of help)."""
    parser = argparse.ArgumentParser(
        prog="monitor",
        description="Watch news feeds, tell each story once, explain every match, mail digests.",
        epilog="monitor COMMAND --help tells more. Start with: monitor init DIR, monitor check, monitor run. Exit "
        "codes: 0 done; 1 something failed, or the answer is no; 2 the command line or the configuration is wrong.",
    )
    parser.add_argument("--version", action="version", version=f"monitor {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        child = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name not in WITHOUT_CONFIG:
            child.add_argument(
                "--config",
                type=Path,
                default=Path("config"),
                metavar="DIR",
                help="folder of the configuration (default: config)",
            )
        if name == command:
            import_module(module_of(name)).configure(child)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; errors that a user may meet become one plain message on standard error."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in words if word in COMMANDS), None)
    args = build_parser(command).parse_args(words)
    try:
        return int(import_module(module_of(args.command)).run(args))
    except ConfigError as error:
        print(f"The configuration cannot be used:\n{error}", file=sys.stderr)
        return 2
    except UsageError as error:
        print(f"monitor {args.command}: {error}", file=sys.stderr)
        return 2
    except MonitorError as error:
        print(f"monitor {args.command}: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output (head, less) has gone: nothing to say, nobody to say it to
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130
