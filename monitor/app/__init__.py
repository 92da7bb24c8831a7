"""The composition root: settings → adapters → stages; the only place that names concrete classes.

`runtime` is what a process runs, `adapters` builds what it needs, `offline` serves the commands that need no daemon.
"""

from monitor.app.offline import (
    FeedPast,
    Probes,
    Status,
    load_configuration,
    make_replay,
    probe_feeds,
    read_feed,
    read_status,
)
from monitor.app.reports import CycleReport
from monitor.app.runtime import Runtime, open_runtime

__all__ = [
    "CycleReport",
    "FeedPast",
    "Probes",
    "Runtime",
    "Status",
    "load_configuration",
    "make_replay",
    "open_runtime",
    "probe_feeds",
    "read_feed",
    "read_status",
]
