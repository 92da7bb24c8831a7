"""`monitor health`: is the daemon alive? Reads the heartbeat that its loop writes; opens no store."""

from __future__ import annotations

import argparse
import json
import os
import time

# The daemon beats every ten seconds; three beats missed, doubled for a loaded machine.
STALE_S = 60.0


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""


def run(args: argparse.Namespace) -> int:
    """0 alive, 1 not, with one line saying why."""
    from monitor.config.loading import load_settings

    path = load_settings(args.config, os.environ).heartbeat
    try:
        beat = json.loads(path.read_text())
        age_s = time.time() - float(beat["at"])
    except FileNotFoundError:
        print(f"not running: there is no {path}")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"unknown: {path} cannot be read ({error})")
        return 1
    if age_s > STALE_S:
        print(f"not alive: the last sign of life is {age_s:.0f} s old ({path})")
        return 1
    print(f"alive: {beat.get('stage', 'idle')}, {age_s:.0f} s ago")
    return 0
