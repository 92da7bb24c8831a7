"""recipients.yaml → the model's recipients; that their watchlists and channels exist is checked by `load`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.config.alerts import AlertsSection
from monitor.config.channels import SECRETS as CHANNEL_KINDS
from monitor.config.schedules import ScheduleSection
from monitor.config.texts import Address, Line, Slug, Zone
from monitor.config.wording import near_miss, one_of, shown
from monitor.config.yaml_nodes import Document, Many, Strict, problem_at, read_document, validate
from monitor.errors import ConfigError, Problem
from monitor.model.digests import Recipient


class RecipientSection(Strict):
    """Who gets digests."""

    id: Slug = Field(description="Short name; what was told is kept under it, so do not change it.")
    address: Address = Field(description="Mail address, plain.")
    name: Line | None = Field(default=None, description="Shown beside the address.")
    watchlists: Many[str] = Field(min_length=1, description="Names of watchlists.")
    schedule: ScheduleSection = Field(description="When digests come.")
    zone: Zone = Field(description="IANA time zone of the schedule, like Asia/Jakarta.")
    language: Literal["id", "en"] = Field(default="en", description="Language of the digest's own words.")
    channel: Line | None = Field(
        default=None,
        description="How digests come: maildir (a folder here, the default), files, smtp, sendmail, or one of "
        "`channels` in monitor.yaml, such as webhook:desk.",
    )
    channels: Many[Line] | None = Field(
        default=None, min_length=1, description="Several ways instead of one: each gets every digest, on its own."
    )
    max_stories: int = Field(default=35, ge=1, le=500, description="In one digest; the rest comes with the next.")
    stories_per_day: int | None = Field(
        default=None,
        ge=1,
        le=500,
        description="A reading budget in place of a higher threshold: so many stories of a day are told in full, the "
        "best ones; the others as titles with their links. Unset: all of them.",
    )
    send_empty: Literal["never", "weekly"] = Field(
        default="never",
        description="What to do with nothing to tell. never: no mail; weekly: after a week without a digest, one that "
        "says so and how many feeds are polled.",
    )
    alerts: AlertsSection | None = Field(
        default=None, description="Mail at once for what is at or over a watchlist's alert_threshold; {} turns it on."
    )
    operator: bool | None = Field(
        default=None,
        description="true: runs this, and is told in the digests of feeds that fail or lose news, and of their "
        "recovery. Said of nobody, the first recipient is (false: not this one).",
    )

    @model_validator(mode="after")
    def _one_of_two_forms(self) -> Self:
        if self.channel is not None and self.channels is not None:
            raise ValueError("has both channel and channels. Put all of them into channels.")
        return self

    def recipient(self, *, is_operator: bool) -> Recipient:
        """The model's form."""
        return Recipient(
            id=self.id,
            address=self.address,
            name=self.name or "",
            watchlists=tuple(dict.fromkeys(self.watchlists)),
            schedule=self.schedule.schedule(self.zone),
            language=self.language,
            channels=tuple(dict.fromkeys(self.channels or (self.channel or "maildir",))),
            max_stories=self.max_stories,
            stories_per_day=self.stories_per_day,
            is_operator=is_operator,
            heartbeat_after=timedelta(days=7) if self.send_empty == "weekly" else None,
            alerts=None if self.alerts is None else self.alerts.rules(),
        )


class RecipientsFile(Strict):
    """recipients.yaml."""

    recipients: Many[RecipientSection] = Field(min_length=1, description="Who gets digests.")


@dataclass(frozen=True, slots=True)
class RecipientList:
    """The recipients with their document, for checks against the other files."""

    document: Document
    recipients: tuple[Recipient, ...]

    def strangers(self, watchlists: frozenset[str]) -> Iterator[Problem]:
        """Watchlists that are named and do not exist."""
        for index, recipient in enumerate(self.recipients):
            content = self.document.content
            named = content["recipients"][index]["watchlists"] if isinstance(content, dict) else recipient.watchlists
            for place, name in enumerate(named):
                if name not in watchlists:
                    message = f"there is no watchlist {shown(name)}."
                    cure = near_miss(name, watchlists) or f"There are: {one_of(watchlists)}."
                    yield problem_at(self.document, ("recipients", index, "watchlists", place), message, cure)

    def without_line(self, alerting: Set[str]) -> Iterator[Problem]:
        """Recipients with alerts none of whose watchlists has an alert_threshold; `alerting` are those that have."""
        for index, recipient in enumerate(self.recipients):
            if recipient.alerts is not None and not alerting & set(recipient.watchlists):
                message = "alert only of spikes and silences: no watchlist of this recipient has an alert_threshold."
                cure = "Give one to a watchlist: the points at which a match cannot wait."
                yield problem_at(self.document, ("recipients", index, "alerts"), message, cure)

    def without_channel(self, ready: frozenset[str], wanting: Mapping[str, str]) -> Iterator[Problem]:
        """Channels that are named and cannot be used: unknown, or without their section in monitor.yaml.

        `ready` are the names that deliver; `wanting` maps a name that would to the section that it lacks.
        """
        for index, recipient in enumerate(self.recipients):
            loc: tuple[str | int, ...] = ("recipients", index)
            is_short = (*loc, "channel") in self.document.marks
            for place, name in enumerate(recipient.channels):
                at = (*loc, "channel") if is_short else (*loc, "channels", place)
                if name in ready:
                    continue
                kind, _, named = name.partition(":")
                section = wanting.get(name) or (f"channels.{kind}.{named}" if kind in CHANNEL_KINDS and named else "")
                if section:
                    message = f"wants {name}, but monitor.yaml has no {section}."
                    cure = near_miss(name, ready, cutoff=0.7) if named else ""
                    cure = cure or f"Fill in {section} there, or use channel: maildir."
                else:
                    message = f"there is no channel {shown(name)}."
                    cure = near_miss(name, ready | set(wanting)) or f"There are: {one_of(ready | set(wanting))}."
                yield problem_at(self.document, at, message, cure)


def load_recipients(path: Path) -> RecipientList:
    """All recipients of the file, in its order.

    Raises:
        ConfigError: With every problem of the file.
    """
    document = read_document(path)
    sections = validate(document, RecipientsFile).recipients
    problems: list[Problem] = []
    ids: dict[str, int] = {}
    for index, section in enumerate(sections):
        first = ids.setdefault(section.id, index)
        if first != index:
            line = document.marks["recipients", first, "id"][0]
            message = f"the id {shown(section.id)} is taken (line {line})."
            problems.append(
                problem_at(document, ("recipients", index, "id"), message, "Give each recipient an id of its own.")
            )
    if problems:
        raise ConfigError(tuple(problems))
    operators = _operators(sections)
    return RecipientList(
        document, tuple(section.recipient(is_operator=section.id in operators) for section in sections)
    )


def _operators(sections: tuple[RecipientSection, ...]) -> frozenset[str]:
    """Those named; where nobody is, the first that may be: feeds that fail must be told to somebody."""
    named = [section.id for section in sections if section.operator]
    return frozenset(named or [section.id for section in sections if section.operator is None][:1])
