"""Notices about feeds and recipients in the operator's words: one line each, the same in HTML and plain text.

What we know is said in the reader's language; what a server or a library said of a failure stays as it is, in English.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitor.channels.email.languages import Language
from monitor.channels.email.text import clean, safe_link
from monitor.model.feeds import Condition
from monitor.model.notices import Notice, NoticeKind

_Moment = Callable[[datetime], str]

MAX_NAME = 60
MAX_DETAIL = 160
MAX_ADDRESS = 300
_FAILED = frozenset({Condition.FAILING, Condition.GONE, Condition.HTML, Condition.CHALLENGED})
# The words for the others say all that the message would.
_EXPLAINED = frozenset({Condition.FAILING, Condition.GONE})


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice as shown: `name` says which feed, `words` what is with it, `detail` is technical English.

    `address` is the likely new address as text, `href` the same where it is safe to be a link; `label` stands before.
    """

    name: str
    words: str
    detail: str = ""
    label: str = ""
    address: str = ""
    href: str | None = None


def notice_views(notices: Sequence[Notice], words: Language, zone: tzinfo, *, until: datetime) -> list[NoticeView]:
    """The notices in their order, times on the clock of `zone`."""
    return [_view(notice, words, zone, until.astimezone(zone).year) for notice in notices]


def summary(count: int, words: Language) -> str:
    """How many notices there are, for the subject of a mail that has nothing else."""
    return words.ngettext("%(num)s notice about feeds", "%(num)s notices about feeds", count) % {"num": count}


def _view(notice: Notice, words: Language, zone: tzinfo, year: int) -> NoticeView:
    def at(moment: datetime) -> str:
        return words.moment(moment, zone, year=year)

    name = clean(f"{notice.outlet} ({notice.feed_id})" if notice.outlet else notice.feed_id, MAX_NAME)
    if notice.kind is NoticeKind.GAP:
        return NoticeView(name, _gap(notice, words, at))
    if notice.kind is NoticeKind.SUSPENSION:
        name = words.gettext("recipient {id}").format(id=clean(notice.feed_id, MAX_NAME))
        return NoticeView(name, _suspension(notice, words, at), clean(notice.detail, MAX_DETAIL))
    condition = notice.condition or Condition.FAILING
    if notice.kind is NoticeKind.RECOVERY:
        told = [words.gettext("works again since {moment}").format(moment=at(notice.at))]
        if notice.from_at is not None:
            before = words.gettext("it was out since {moment} ({condition})")
            told.append(before.format(moment=at(notice.from_at), condition=_condition(condition, words)))
        return NoticeView(name, "; ".join(told))
    told = [_condition(condition, words), _last(condition, notice, words, at)]
    address = clean(notice.address, MAX_ADDRESS)
    moved = condition is Condition.MOVED
    label = words.gettext("New address:") if moved else words.gettext("Likely new address:")
    return NoticeView(
        name,
        "; ".join(part for part in told if part),
        clean(notice.detail, MAX_DETAIL) if condition in _EXPLAINED else "",
        label if address else "",
        address,
        safe_link(notice.address) if address == notice.address else None,
    )


def _suspension(notice: Notice, words: Language, at: _Moment) -> str:
    told = words.gettext(
        "gets no more mail since {moment}, because {address} refuses it; "
        "what is found waits; correct the address, or send again with `{command}`"
    )
    address, command = clean(notice.address, MAX_ADDRESS), f"monitor recipients resume {notice.feed_id}"
    return told.format(moment=at(notice.at), address=address, command=command)


def _condition(condition: Condition, words: Language) -> str:
    said = {
        Condition.GONE: words.gettext("is gone"),
        Condition.HTML: words.gettext("answers with a web page instead of a feed"),
        Condition.CHALLENGED: words.gettext("is shut off by a bot wall"),
        Condition.EMPTY: words.gettext("holds no entries"),
        Condition.FROZEN: words.gettext("answers, but brings nothing new"),
        Condition.SILENT: words.gettext("is silent, against its own rhythm"),
        Condition.UNDATED: words.gettext("gives no dates that can be read; the time of arrival is used"),
        Condition.MOVED: words.gettext("has moved for good; put the new address into feeds.yaml"),
        Condition.SLOW: words.gettext("answers slowly"),
    }
    return said.get(condition) or words.gettext("cannot be read")


def _last(condition: Condition, notice: Notice, words: Language, at: _Moment) -> str:
    """Since when something is missing."""
    if condition in _FAILED:
        if notice.from_at is None:
            return words.gettext("it was never read yet")
        return words.gettext("last read {moment}").format(moment=at(notice.from_at))
    if notice.from_at is None:
        return ""
    if condition is Condition.FROZEN:
        return words.gettext("its newest entry is of {moment}").format(moment=at(notice.from_at))
    if condition in (Condition.SILENT, Condition.EMPTY):
        return words.gettext("the last new entry came {moment}").format(moment=at(notice.from_at))
    return ""


def _gap(notice: Notice, words: Language, at: _Moment) -> str:
    if notice.missed:
        least = words.ngettext(
            "at least %(num)s entry was lost between two checks",
            "at least %(num)s entries were lost between two checks",
            notice.missed,
        ) % {"num": notice.missed}
    else:
        least = words.gettext("entries may have been lost between two checks")
    parts = [least]
    if notice.from_at is not None and notice.until_at is not None and notice.from_at < notice.until_at:
        parts.append(f"{at(notice.from_at)} – {at(notice.until_at)}")
    if notice.times > 1:
        parts.append(words.ngettext("%(num)s gap", "%(num)s gaps", notice.times) % {"num": notice.times})
    parts.append(words.gettext("it is polled more often now"))
    return "; ".join(parts)
