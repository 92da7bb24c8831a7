"""What the demo prints: tables and colour on a terminal, the same lines without them elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from .account import Account, Scored, Stored
from .day import ROUNDS, Day
from .feedserver import Asked
from .mailserver import Mail

PLAIN_WIDTH = 140


def make_console() -> Console:
    """For standard output; wide lines where nobody's window limits them."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


def tell_opening(console: Console, day: Day, feeds_url: str, smtp_port: int) -> None:
    """What is about to happen."""
    languages = ", ".join(sorted({outlet.language for outlet in day.outlets}))
    outlets = len({outlet.name for outlet in day.outlets})
    console.print(Rule("[bold]A day of news, in half a minute[/bold]"))
    console.print(
        f"{len(day.outlets)} feeds of {outlets} invented outlets ({languages}) are served on {feeds_url}, "
        f"an SMTP server listens on 127.0.0.1:{smtp_port}.\n"
        "The daemon starts with the five seed articles and an empty store; it knows nothing of this script.\n"
    )


def tell_round(
    console: Console,
    number: int,
    *,
    before: Account,
    after: Account,
    asked: Sequence[Asked],
    mails: Sequence[Mail],
    elapsed_s: float,
) -> None:
    """One cycle: asked, seen, dropped, matched, mailed."""
    console.print(Rule(f"[bold]{ROUNDS[number].capitalize()}[/bold]", align="left"))
    console.print(f"[bold]Asked[/bold]    {_answers(asked)}  [dim]({elapsed_s:.1f} s)[/dim]")
    states = Counter({state: 0 for _, state in after.ledger})
    for (_, state), count in (after.ledger - before.ledger).items():
        states[state] += count
    told = ", ".join(f"{count} {state}" for state, count in states.items() if count)
    console.print(f"[bold]Seen[/bold]     {sum(states.values())} entries: {told or 'nothing new'}")
    fresh = [row for article, row in after.articles.items() if article not in before.articles]
    _tell_dropped(console, before, after, fresh)
    _tell_matched(console, fresh)
    for feed_id, (outcome, detail, failures) in sorted(after.checks.items()):
        if failures:
            console.print(f"[bold red]Failed[/bold red]   {escape(feed_id)}: {escape(outcome)}: {escape(detail)}")
    for mail in mails:
        address = ", ".join(mail.recipients)
        size = f"{len(mail.content) / 1000:.0f} kB"
        console.print(f"[bold green]Mailed[/bold green]   {address}  “{escape(mail.subject)}”  [dim]{size}[/dim]")
    if not mails:
        console.print("[bold green]Mailed[/bold green]   nothing: there was nothing new to say")
    console.print()


def tell_closing(console: Console, *, problems: Sequence[str], items: int, pages: Iterable[Path], folder: Path) -> None:
    """Where the digests are, and whether the day went as written."""
    console.print(Rule("[bold]Afterwards[/bold]", align="left"))
    console.print("Open a digest in a browser:")
    for page in pages:
        console.print(f"  [link={page.resolve().as_uri()}]{page.resolve().as_uri()}[/link]", soft_wrap=True)
    console.print(f"The store, the outbox and the daemon's logs lie in {folder}")
    if not problems:
        console.print(f"\n[bold green]All {items} items ended as expected; every story was told once.[/bold green]")
        return
    console.print(f"\n[bold red]Went otherwise than expected ({len(problems)}):[/bold red]")
    for line in problems:
        console.print(f"  - {escape(line)}")


def _answers(asked: Sequence[Asked]) -> str:
    words = {200: "answered", 304: "unchanged", 410: "gone", 500: "server error"}
    counts = Counter(words.get(one.status, str(one.status)) for one in asked)
    return f"{len(asked)} feeds: " + ", ".join(f"{count} {word}" for word, count in counts.most_common())


def _grid(console: Console, rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> None:
    """Columns under the headings' text; the last one takes what is left."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=7)
    for width in widths:
        table.add_column(width=width or None, no_wrap=bool(width), overflow="ellipsis" if width else "fold")
    for row in rows:
        table.add_row("", *row)
    console.print(table)


def _tell_dropped(console: Console, before: Account, after: Account, fresh: Sequence[Stored]) -> None:
    copies = [row for row in fresh if row.verdict != "new"]
    known = {
        feed_id: Counter(after.reasons.get(feed_id, ())) - Counter(before.reasons.get(feed_id, ()))
        for feed_id in after.reasons
    }
    repeated = [
        (feed_id, reason)
        for feed_id, reasons in known.items()
        for (state, reason), count in reasons.items()
        for _ in range(count)
        if state == "known"
    ]
    changes = [
        (after.articles[article].outlet, after.articles[article].title, change)
        for article, all_changes in after.revisions.items()
        for change in all_changes[len(before.revisions.get(article, ())) :]
        if article in after.articles
    ]
    if copies or repeated:
        console.print(f"[bold yellow]Dropped[/bold yellow]  {len(copies) + len(repeated)} as duplicates")
        rows = [(escape(row.outlet), escape(row.title), f"[dim]{escape(_copied(row, after))}[/dim]") for row in copies]
        rows += [
            (escape(feed_id), "(the same address)", f"[dim]{escape(reason)}[/dim]") for feed_id, reason in repeated
        ]
        _grid(console, rows, (20, 44, 0))
    if changes:
        console.print(f"[bold yellow]Edited[/bold yellow]   {len(changes)} corrected after publication")
        _grid(console, [(escape(o), escape(t), f"[dim]{escape(c)}[/dim]") for o, t, c in changes], (20, 44, 0))


def _copied(row: Stored, account: Account) -> str:
    original = account.articles.get(row.of) if row.of else None
    outlet = f" of {original.outlet}" if original else ""
    alike = f", {row.similarity:.0%} alike" if row.similarity is not None else ""
    return f"{row.verdict}{outlet}{alike}: {row.reason}"


def _tell_matched(console: Console, fresh: Sequence[Stored]) -> None:
    firsts = [row for row in fresh if row.verdict == "new"]
    matched = sorted((row for row in firsts if row.match), key=lambda row: -row.match.points if row.match else 0)
    others = [row for row in firsts if not row.match]
    if matched:
        console.print(f"[bold cyan]Matched[/bold cyan]  {len(matched)} new articles, in points and why")
        rows = [
            (f"{row.match.points:.1f}", escape(row.outlet), escape(row.title), f"[dim]{escape(_why(row.match))}[/dim]")
            for row in matched
            if row.match
        ]
        _grid(console, rows, (6, 18, 40, 0))
    stories = {row.story_id for row in fresh if row.match}
    if matched:
        told = sum(1 for row in fresh if row.match)
        console.print(f"[bold cyan]Grouped[/bold cyan]  {told} articles, copies included, tell {len(stories)} stories")
    if others:
        console.print(f"[bold cyan]Ignored[/bold cyan]  {len(others)} that are about something else")
        _grid(console, [(escape(row.outlet), f"[dim]{escape(row.title)}[/dim]") for row in others], (20, 0))


def _why(match: Scored) -> str:
    """The strongest signals with their evidence; the whole sum is in the digest."""
    best = sorted(match.signals, key=lambda signal: -abs(signal[1]))
    told = ", ".join(f"{points:+.0f} {label} ({evidence})" for label, points, evidence in best[:2])
    rest = sum(points for _, points, _ in best[2:])
    return f"{told}, {rest:+.1f} from {len(best) - 2} more" if len(best) > 2 else told
