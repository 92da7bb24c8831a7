"""How much came against what comes usually: a sentence, and bars that stand for its days."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.channels.email.languages import Language
from monitor.model.volumes import Volume

FULL_HEIGHT = 32
_LOW = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BarView:
    """One day's bar in pixels (0: nothing is known of that day, so none is drawn)."""

    height: int
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeView:
    """`sentence` is the finding, `figures` the days in words (what the bars show), `first` and `last` their dates."""

    sentence: str
    figures: str
    first: str
    last: str
    bars: list[BarView]


def volume_view(volume: Volume | None, words: Language) -> VolumeView | None:
    """The volume in the reader's words; None where there is none."""
    if volume is None:
        return None
    most = max((day.stories for day in volume.days if day.stories is not None), default=0)
    first, last = (words.day(day.day, year=volume.days[-1].day.year) for day in (volume.days[0], volume.days[-1]))
    counts = ", ".join("–" if day.stories is None else str(day.stories) for day in volume.days)
    return VolumeView(
        sentence=_sentence(volume, words),
        figures=words.gettext("Stories a day, {first} to {last}: {counts}").format(
            first=first, last=last, counts=counts
        ),
        first=first,
        last=last,
        bars=[
            BarView(height=_height(day.stories, most), is_last=n == len(volume.days) - 1)
            for n, day in enumerate(volume.days)
        ],
    )


def _height(stories: int | None, most: int) -> int:
    if stories is None:
        return 0
    return max(_LOW, round(FULL_HEIGHT * stories / most)) if most else _LOW


def _sentence(volume: Volume, words: Language) -> str:
    count = words.ngettext("%(num)s story", "%(num)s stories", volume.stories) % {"num": volume.stories}
    if volume.span > 1:
        span = words.ngettext("%(num)s day", "%(num)s days", volume.span) % {"num": volume.span}
        if volume.usual is None:
            return words.gettext("{stories} in the last {days}.").format(stories=count, days=span)
        before = words.number(volume.usual)
        wording = words.gettext("{stories} in the last {days}; {before} in the {days} before.")
        return wording.format(stories=count, days=span, before=before)
    if volume.usual is None:
        wording = words.gettext("{stories} in the last 24 hours; too few days are known to say what is usual.")
        return wording.format(stories=count)
    if volume.is_weekend:
        wording = words.gettext("{stories} in the last 24 hours; usual for a weekend day: {usual}.")
    else:
        wording = words.gettext("{stories} in the last 24 hours; usual for a working day: {usual}.")
    return wording.format(stories=count, usual=words.number(volume.usual))
