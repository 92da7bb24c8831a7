"""A recipient's `alerts:` → the model's rules."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.config.schedules import check_time
from monitor.config.wording import shown
from monitor.config.yaml_nodes import Strict
from monitor.model.alerts import AlertRules

_HOURS = "([01]?[0-9]|2[0-3]):[0-5][0-9]"


def check_quiet_hours(text: str) -> str:
    """Two times of day with a dash between, like "22:00-06:30"; they may go over midnight."""
    parts = re.split(r"\s*[-–]\s*", text.strip())
    if len(parts) != 2:
        raise ValueError(f'{shown(text)} are no quiet hours. Write them like "22:00-06:30".')
    start, end = (_minutes(check_time(part)) for part in parts)
    if start == end:
        raise ValueError(f"{shown(text)} begin and end at the same time. Leave alerts out to have none at all.")
    return text


def _minutes(time: str) -> int:
    hour, _, minute = time.partition(":")
    return int(hour) * 60 + int(minute)


QuietHours = Annotated[
    str,
    AfterValidator(check_quiet_hours),
    Field(json_schema_extra={"pattern": f"^\\s*{_HOURS}\\s*[-–]\\s*{_HOURS}\\s*$"}),
]


class AlertsSection(Strict):
    """Mail at once, for matches at or over a watchlist's alert_threshold; what cannot go waits for the digest."""

    quiet_hours: QuietHours | None = Field(
        default=None, description='No alerts then, in the recipient\'s zone, like "22:00-06:30".'
    )
    per_day: int = Field(default=10, ge=1, le=200, description="At most so many alerts on a day; the last one says so.")
    group_minutes: int = Field(
        default=10, ge=0, le=720, description="So long after an alert, what comes is gathered for the next one."
    )

    def rules(self) -> AlertRules:
        """The model's form."""
        quiet = None
        if self.quiet_hours is not None:
            start, end = re.split(r"\s*[-–]\s*", self.quiet_hours.strip())
            quiet = (_minutes(start), _minutes(end))
        return AlertRules(quiet=quiet, per_day=self.per_day, group=timedelta(minutes=self.group_minutes))
