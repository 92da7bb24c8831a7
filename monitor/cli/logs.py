"""Log lines: JSON where a program reads them, one readable line where a person does.

Levels: INFO tells the day (a cycle that brought something, a digest, a change of health), DEBUG every unit of work.
Addresses of feeds are logged without credentials; secrets never reach a logger.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any, ClassVar, TextIO

# Attributes that every LogRecord has; what else stands in its __dict__ was given as `extra` and belongs to the event.
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, event, and the facts given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Never raises: a fact that JSON does not know is written as its string."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({key: value for key, value in record.__dict__.items() if key not in _STANDARD})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class ReadableFormatter(logging.Formatter):
    """`07:00:03  message  key=value`; warnings and errors carry their level, coloured on a terminal."""

    _COLOURS: ClassVar = {logging.WARNING: "33", logging.ERROR: "31", logging.CRITICAL: "31;1"}

    def __init__(self, *, is_coloured: bool) -> None:
        super().__init__()
        self._is_coloured = is_coloured

    def format(self, record: logging.LogRecord) -> str:
        """The facts given as `extra` follow the message, in the order given."""
        facts = "".join(f"  {key}={value}" for key, value in record.__dict__.items() if key not in _STANDARD)
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        line = f"{clock}  {level}{record.getMessage()}{facts}"
        if self._is_coloured and record.levelno in self._COLOURS:
            line = f"\x1b[{self._COLOURS[record.levelno]}m{line}\x1b[0m"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def set_up(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send all logging to `stream` (standard error). `form` is "json", "text", or "auto": by what the stream is."""
    target = stream or sys.stderr
    is_terminal = target.isatty()
    handler = logging.StreamHandler(target)
    is_json = form == "json" or (form == "auto" and not is_terminal)
    handler.setFormatter(JsonFormatter() if is_json else ReadableFormatter(is_coloured=is_terminal))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries speak at WARNING: their INFO is about themselves (every job that APScheduler runs, every migration).
    for name in ("alembic", "aiohttp", "asyncio", "sqlalchemy"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # It warns whenever a round outlasts its alarm; that is what alarms without a queue are for.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
