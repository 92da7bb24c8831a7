"""What a watchlist would have told of the past: a backtest beside the live one, and a reading budget's threshold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.articles import ArticleId
from monitor.model.stories import StoryId


class ShiftKind(StrEnum):
    """GAINED: matches only now. LOST: matched only before. MOVED: matches both times, by other points."""

    GAINED = "gained"
    LOST = "lost"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What another watchlist makes of one stored article.

    `before` and `after` are points, None where the gate was shut (or there was no watchlist). `reasons` are printable
    lines, the weightiest first, never empty. `alert` is "gained" or "lost" where the alert threshold was crossed.
    """

    kind: ShiftKind
    article_id: ArticleId
    story_id: StoryId | None
    title: str
    outlet: str
    url: str
    seen_at: datetime
    before: float | None
    after: float | None
    reasons: tuple[str, ...]
    alert: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What a recipient's digests of a period come to: how many there are, and how many stories they tell in all.

    A story that was merely carried by another outlet is a line in a digest, and does not count.
    """

    digests: int = 0
    stories: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailShift:
    """A recipient's mail before and after, in the same period."""

    recipient_id: str
    before: Mail
    after: Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How much of what is stored a watchlist matches: articles, and the stories that they make.

    An article that stands in no story counts as one with its copies: `alone` is how many of the stories are such.
    """

    articles: int = 0
    stories: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A watchlist beside the one that it would replace, over the articles first seen in (`since`, `until`].

    `articles` were scored; the first that there is at all was seen at `first_at`. `shifts` are gained, lost, moved,
    each by points then time. `stories_gained` match with none of their articles before, `stories_lost` with none now.
    `mail` is that of the recipients who read it; with `is_supposed` nobody does yet, and it is supposed that all would.
    """

    watchlist: str
    since: datetime
    until: datetime
    first_at: datetime
    articles: int
    before: Reach | None
    after: Reach
    shifts: tuple[Shift, ...]
    stories_gained: int
    stories_lost: int
    mail: tuple[MailShift, ...]
    is_supposed: bool = False

    @property
    def days(self) -> float:
        """For how many days there are articles."""
        return (self.until - max(self.since, self.first_at)).total_seconds() / 86400

    @property
    def gained(self) -> tuple[Shift, ...]:
        """What matches only after."""
        return self._of(ShiftKind.GAINED)

    @property
    def lost(self) -> tuple[Shift, ...]:
        """What matched only before."""
        return self._of(ShiftKind.LOST)

    @property
    def moved(self) -> tuple[Shift, ...]:
        """What matches by other points."""
        return self._of(ShiftKind.MOVED)

    def _of(self, kind: ShiftKind) -> tuple[Shift, ...]:
        return tuple(shift for shift in self.shifts if shift.kind is kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What a threshold gives to read: stories a day (mean, nine days in ten at most, at most), over all days."""

    threshold: float
    mean: float
    p90: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A story on one day, as its best article brings it; day 0 is the last one."""

    day: int
    story_id: StoryId
    points: float
    article_id: ArticleId
    title: str
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The threshold for so many stories a day, with what it gives and what it cuts, over `days` whole days to `until`.

    `chosen` keeps the budget, `lower` is the next threshold below that gives more (None: nothing is cut), `present`
    the one that stands. `cut` counts the readings below `chosen`; `between` are those that the change from `present` to
    `chosen` takes away or brings, best first. `held_out`: the threshold that the earlier
    half of the days would have given, with what it gives in the later half (None: too few days to part).
    `left_out` articles of an incomplete first day were not counted.
    """

    watchlist: str
    stories_per_day: float
    until: datetime
    days: int
    articles: int
    left_out: int
    readings: int
    chosen: Volume
    lower: Volume | None
    present: Volume
    cut: int
    between: tuple[Reading, ...] = ()
    held_out: Volume | None = None
