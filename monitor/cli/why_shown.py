"""What `monitor why` says, for a person: points in one column, long lines wrapped under themselves, and colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from monitor.app.absence import Absence, NearFeed
from monitor.app.stories import as_url, is_address
from monitor.app.trial import Trial
from monitor.app.why import Answer, Reasons
from monitor.cli.feed_facts import clock, zone_name
from monitor.cli.tables import make_console
from monitor.core.scoring import relevance_of
from monitor.core.scoring.flips import Flip
from monitor.core.urls import url_key
from monitor.model.articles import Article, Change, LedgerState
from monitor.model.ids import format_id
from monitor.model.watchlists import Score, Signal

MAX_WIDTH = 120
"""Wider terminals are not filled: long lines are hard to read."""
_POINTS = 8
_ADDRESS = {"accepted": "also at", "refused": "not at", "elsewhere": "another article stands at"}
_ENTRY_WORDS = {
    LedgerState.DROPPED: "dropped it",
    LedgerState.KNOWN: "took it for one that was known",
    LedgerState.COPY: "took it for a copy",
    LedgerState.REVISION: "took it for a later state of another article",
    LedgerState.STORED: "brought it; the article has been pruned since",
}


class _Sheet:
    """Standard output, as lines that know their indentation."""

    def __init__(self) -> None:
        self._console: Console = make_console()
        self._width = min(self._console.width, MAX_WIDTH) if self._console.is_terminal else self._console.width

    def say(self, text: str | Text = "", *, style: str = "", indent: int = 0, hang: int | None = None) -> None:
        """One line, wrapped: what does not fit goes on at `hang` (the indentation, if not given)."""
        hang = indent if hang is None else hang
        shown = text if isinstance(text, Text) else Text(text, style=style)
        if shown.plain.startswith("\n"):
            self._console.print()
            shown = shown[1:]
        for number, line in enumerate(shown.wrap(self._console, max(self._width - hang, 20))):
            line.rstrip()
            self._console.print(Text(" " * (hang if number else indent)) + line, soft_wrap=True)

    def row(self, head: Text, text: str, *, style: str = "") -> None:
        """A head of fixed width, and text wrapped beside it."""
        width = head.cell_len
        first, *rest = Text(text, style=style).wrap(self._console, max(self._width - width, 24)) or [Text()]
        first.rstrip()
        self._console.print(head + first, soft_wrap=True)
        for line in rest:
            line.rstrip()
            self._console.print(Text(" " * width) + line, soft_wrap=True)


def show_reasons(found: Reasons, *, asked: str = "") -> None:
    """A stored article: what it is, whether it was seen before, its scores, its story, who had it."""
    sheet, article = _Sheet(), found.article
    sheet.say(Text.assemble((article.title, "bold"), (f"  ({format_id(article.id)})", "dim")))
    seen = f"first seen {clock(article.first_seen_at)} ({zone_name()})"
    sheet.say(f"{article.outlet}, feed {article.feed_id}, {_dated(article)}, {seen}")
    if article.url:
        sheet.say(article.url, style="dim")
    if is_address(asked) and url_key(as_url(asked)) != url_key(article.url):
        sheet.say(f"asked for as {asked}, another address of it")
    if article.flags:
        sheet.say(f"remarks: {', '.join(article.flags)}")
    sheet.say(f"\nSeen before?  {found.verdict.kind.value}: {found.verdict.reason or 'no reason kept'}", hang=2)
    if found.original is not None:
        sheet.say(f"of “{found.original.title}”, {found.original.outlet}  ({format_id(found.original.id)})", indent=2)
    for indent, line in (*_changes(found), *_addresses(found)):
        sheet.say(line, indent=indent)
    for answer in found.answers:
        _show_answer(sheet, answer)
    _show_story(sheet, found)
    _show_tellings(sheet, found)


def show_trial(trial: Trial, answers: Sequence[Answer]) -> None:
    """A text that no feed brought: what it was read as, then its scores."""
    sheet, article = _Sheet(), trial.article
    sheet.say(Text(article.title or "(without a title)", style="bold"))
    cut = " (the rest is cut, as of a feed's text)" if "truncated" in article.flags else ""
    length = f"{len(article.text):,} characters{cut}" if article.text else "nothing"
    facts = [f"read as {trial.form}", f"{length} below the title"]
    facts.append(f"language {article.language}" if article.language else "language unknown")
    of = f" (of the feed {trial.feed.id})" if trial.feed else ""
    facts.append(f"outlet {article.outlet}{of}" if article.outlet else "outlet unknown")
    sheet.say("; ".join(facts))
    if article.url:
        sheet.say(article.url, style="dim")
    for kind, text in trial.removed:
        sheet.say(f"left out, a {kind}: “{' '.join(text.split())}”", indent=2, hang=4)
    sheet.say("Scored as if it had come now; nothing of it is kept.")
    for answer in answers:
        _show_answer(sheet, answer)


# --- scores ------------------------------------------------------------------------------------------------------


def _show_answer(sheet: _Sheet, answer: Answer) -> None:
    score = answer.score
    sheet.say(_verdict(score), hang=2)
    signals = sorted(score.signals, key=lambda signal: -abs(signal.points))
    width = max((len(signal.name) for signal in signals), default=0)
    for one in signals:
        sheet.row(_head(one, width), _told(one))
    if not score.is_gated:
        total = Text.assemble(f"  {score.points:{_POINTS}.2f}  ", ("points in all", "bold"))
        sheet.say(total)
    if score.is_match and score.quote:
        sheet.say(f"quoted in the digest: “{' '.join(score.quote.split())}”", indent=2, hang=4)
    _show_flips(sheet, answer)


def _verdict(score: Score) -> Text:
    name = (f"\n{score.watchlist}: ", "bold")
    if score.is_gated:
        return Text.assemble(name, ("no match", "yellow"), f", the gate is shut: {score.gate_reason}")
    word, style = ("match", "bold green") if score.is_match else ("no match", "yellow")
    place = "over" if score.points > score.threshold else "at" if score.is_match else "below"
    points = (
        f"{score.points:g} points, {place} the threshold of {score.threshold:g} (relevance {relevance_of(score):.0%})"
    )
    return Text.assemble(name, (word, style), f", {points}")


def _head(signal: Signal, width: int) -> Text:
    style = "green" if signal.points > 0 else "red" if signal.points < 0 else "dim"
    points = f"{signal.points:+{_POINTS}.2f}" if signal.points else " " * (_POINTS - 1) + "·"
    return Text.assemble("  ", (points, style), f"  {signal.name:<{width}}  ")


def _told(signal: Signal) -> str:
    label = signal.label.get("en", "")
    # A rule's label repeats its name more often than not.
    words = "" if label.replace(" ", "_") == signal.name else label
    return ": ".join(filter(None, (words, signal.evidence)))


def _show_flips(sheet: _Sheet, answer: Answer) -> None:
    flips, is_match = answer.flips, answer.score.is_match
    if not flips:
        return
    opening = "It would not match" if is_match else "It would match"
    if len(flips) == 1:
        sheet.say(f"{opening} with{'' if len(flips[0].edits) == 1 else ' all of these'}:", indent=2)
    else:
        several = "" if len(flips[0].edits) == 1 else ", each taken together"
        sheet.say(f"{opening} with any one of these{several}:", indent=2)
    for flip in flips:
        sheet.row(Text("    - "), _flip(flip))


def _flip(flip: Flip) -> str:
    if [edit.kind for edit in flip.edits] == ["set_threshold"]:
        return flip.words
    after = "the gate is shut" if flip.score.is_gated else f"{flip.score.points:g} points"
    return f"{flip.words}  → {after}"


# --- a stored article --------------------------------------------------------------------------------------------


def _show_story(sheet: _Sheet, found: Reasons) -> None:
    if found.story is None:
        sheet.say("\nStory: none; only what matches a watchlist is grouped")
        return
    sheet.say(f"\nStory: “{found.story.title}”  (monitor story show {format_id(found.story.id)})", hang=2)
    for one in found.decisions:
        if one.stage == "story":
            sheet.say(str(one.features.get("reason", one.outcome)), indent=2)


def _show_tellings(sheet: _Sheet, found: Reasons) -> None:
    for to, watchlist, at in found.told:
        sheet.say(f"Told: {to} had it on {clock(at)} ({watchlist})")
    if not found.told and any(answer.score.is_match for answer in found.answers):
        old = "; it was older when first seen than what is told (digests.max_age_hours)" if found.is_backlog else ""
        sheet.say(f"Told: nobody yet{old}")


def _addresses(found: Reasons) -> Iterator[tuple[int, str]]:
    """What the article's page said of its addresses."""
    for one in found.decisions:
        if one.stage == "address":
            yield 2, f"{_ADDRESS[one.outcome]} {one.features['address']}  ({one.features['reason']})"


def _dated(article: Article) -> str:
    if article.published_at is None:
        return "publication time unknown"
    return f"published {article.day or article.year or clock(article.published_at)}"


def _changes(found: Reasons) -> Iterator[tuple[int, str]]:
    """Its later states, each with what of it matters to who was told the one before."""
    for revision, changes in zip(found.revisions, found.changes, strict=True):
        feed = f" in the feed {revision.feed_id}" if revision.feed_id not in ("", found.article.feed_id) else ""
        if revision.change:
            yield 2, f"changed {clock(revision.seen_at)}{feed}: {revision.change}"
        for change in changes:
            yield 4, _told_as(change)


def _told_as(change: Change) -> str:
    """What matters of it to who was told the earlier state, and why."""
    passages = [f"“{passage}”" for passage in (change.before, change.after) if passage]
    return f"{change.kind.value}: {' → '.join(passages)} ({change.reason})"


# --- an address that is not stored -------------------------------------------------------------------------------


def show_absence(absence: Absence) -> None:
    """Why an address may not be stored, as far as it is known."""
    sheet = _Sheet()
    sheet.say(Text.assemble((absence.url, "bold"), " is not stored."))
    for line in _absence(absence):
        sheet.say(line, indent=2, hang=4)
    for near in absence.feeds:
        sheet.say(f"\n{near.feed.outlet} ({near.feed.id}): {_nearness(near, absence.host)}", indent=2, hang=4)
        sheet.say(_polled(near), indent=4)
    if absence.alike:
        sheet.say("\nStored articles with like titles:", indent=2)
        for one in absence.alike:
            sheet.say(f"{one.title} ({one.outlet}, {format_id(one.id)})", indent=4, hang=6)
            if one.url:
                sheet.say(one.url, indent=6, style="dim")
    sheet.say("\nTo score its text as if it had come: save the page, then `monitor why FILE`.", indent=2)


def _absence(absence: Absence) -> Iterator[str]:
    if not absence.is_readable:
        yield "This is the address of no single article: it is a home page, or no http(s) address."
        return
    if absence.is_pruned:
        yield "An article was stored under it once, and has been pruned since (retention.articles_days)."
    for row in absence.ledger:
        reason = f": {row.reason}" if row.reason else ""
        yield f"On {clock(row.seen_at)} the feed {row.feed_id} {_ENTRY_WORDS[row.state]}{reason}."
    if absence.is_pruned or absence.ledger:
        return
    if not absence.feeds:
        yield (
            f"None of your {absence.feed_count} feeds is of {absence.host}, and none has brought an article of it. "
            f"`monitor feeds discover https://{absence.host}` looks for one."
        )
    else:
        yield "No feed has brought it so far. The nearest:"


def _nearness(near: NearFeed, host: str) -> str:
    told = "of the same host" if near.is_same_host else "of the same site"
    if near.brought_at is None:
        return f"{told}, but has not brought an article of {host} yet"
    is_kin = near.is_same_host
    return f"{told if is_kin else 'of another host'}; it last brought an article of {host} on {clock(near.brought_at)}"


def _polled(near: NearFeed) -> str:
    state, feed = near.state, near.feed
    if not feed.is_enabled:
        return f"paused: nothing is polled until `monitor feeds resume {feed.id}`"
    if state is None or state.checked_at is None:
        return "never polled yet"
    health = state.health.condition.value
    reason = f" ({state.health.reason or state.detail})" if state.health.reason or state.detail else ""
    told = f"{health}{reason}; last polled {clock(state.checked_at)}, next {clock(state.next_check_at)} ({zone_name()})"
    if state.newest_at is not None:
        told += f"; its newest entry is of {clock(state.newest_at)}"
    if state.rhythm.gaps:
        told += (
            f"; entries were missed, the last time found {clock(state.rhythm.gap_at)} (monitor feeds show {feed.id})"
        )
    return told
