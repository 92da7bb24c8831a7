"""`monitor recipients list|show|resume|answer`: who gets digests, what they asked for, and the way back."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from monitor.app.recipients import RecipientFile
    from monitor.model.preferences import Preference
    from monitor.model.suspensions import Suspension

SUSPENSION = "suspension"
KINDS = ("unsubscribe", "less-often", "mute-story", "mute-outlet")


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands, each with its own arguments."""
    children = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for name, summary in (
        ("list", "all recipients, and what they asked for"),
        ("show", "one recipient, with every word it said"),
        ("resume", "send again to an address that refused mail; else take back what that reader asked for"),
        ("answer", "do what a reader's mail asks for by the signed word in its subject"),
    ):
        child = children.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        child.add_argument(
            "--config", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of the configuration"
        )
        child.add_argument("--json", action="store_true", help="for programs")
        if name == "answer":
            child.add_argument("subject", metavar="SUBJECT", help="the mail's subject, as it came, in quotes")
            child.add_argument("--undo", action="store_true", help="take it back instead")
        elif name != "list":
            child.add_argument("recipient", metavar="ID", help="the recipient's id in recipients.yaml")
        if name == "resume":
            child.add_argument(
                "--kind",
                choices=(*KINDS, SUSPENSION),
                help="only what was asked of this kind (suspension: only send again to the address that refused)",
            )
            child.add_argument("--target", metavar="T", help="only of this watchlist, story or outlet")


def run(args: argparse.Namespace) -> int:
    """0; `MonitorError` for a recipient that is not there."""
    from monitor.app.recipients import read_recipient, read_recipients
    from monitor.config import load

    configuration = load(args.config, os.environ)
    if args.subcommand == "resume":
        return _resume(args)
    if args.subcommand == "answer":
        return _answer(args)
    if args.subcommand == "show":
        found = asyncio.run(read_recipient(configuration, args.recipient))
        print(json.dumps(_plain(found), ensure_ascii=False, indent=2) if args.json else "\n".join(_lines(found)))
        return 0
    known = asyncio.run(read_recipients(configuration))
    if args.json:
        print(json.dumps([_plain(one) for one in known], ensure_ascii=False, indent=2))
    else:
        _table(known)
    return 0


def _resume(args: argparse.Namespace) -> int:
    from monitor.app.recipients import lift, resume
    from monitor.config import load
    from monitor.model.preferences import PreferenceKind

    if args.kind in (None, SUSPENSION) and args.target is None:
        lifted = asyncio.run(lift(load(args.config, os.environ), args.recipient))
        if lifted or args.kind == SUSPENSION:
            return _lifted(args, lifted)
    kind = PreferenceKind(args.kind) if args.kind else None
    back = asyncio.run(resume(load(args.config, os.environ), args.recipient, kind=kind, target=args.target))
    if args.json:
        print(json.dumps([_word(one) for one in back], ensure_ascii=False, indent=2))
        return 0
    for one in back:
        print(f"{args.recipient}: taken back: {words(one)}")
    if not back:
        print(f"{args.recipient} asked for nothing of the kind: nothing is changed.")
    return 0


def _answer(args: argparse.Namespace) -> int:
    from monitor.app.recipients import answer
    from monitor.config import load

    errand = asyncio.run(answer(load(args.config, os.environ), args.subject, is_on=not args.undo))
    claim = errand.claim
    if args.json:
        facts = {"recipient": claim.recipient_id, "action": claim.action.value, "target": claim.target}
        print(json.dumps({**facts, "on": errand.is_done}, ensure_ascii=False, indent=2))
        return 0
    of = errand.subject or claim.target or "everything"
    print(f"{claim.recipient_id}: {claim.action.value}, {of}: {'done' if errand.is_done else 'taken back'}")
    return 0


def _lifted(args: argparse.Namespace, lifted: Iterable[Suspension]) -> int:
    """Say which addresses get mail again. What the reader asked for is another matter, and stays."""
    if args.json:
        print(json.dumps([_suspended(one) for one in lifted], ensure_ascii=False, indent=2))
        return 0
    for one in lifted:
        print(f"{args.recipient}: mail is sent again to {one.address} by {one.channel}; what was found waits for it.")
    if not lifted:
        print(f"{args.recipient} is not suspended: nothing is changed.")
    return 0


def _table(known: Iterable[RecipientFile]) -> None:
    from monitor.cli.feed_facts import clock, zone_name
    from monitor.cli.tables import make_console, make_table

    rows = [
        (
            one.id,
            one.recipient.address if one.recipient else "configured no more",
            ", ".join(one.gets) or "nothing",
            clock(one.slot.slot.at) if one.slot and one.gets else "",
            "; ".join(
                (
                    *(f"refused since {clock(no.at)}" for no in one.suspended),
                    *(words(said, one.titles) for said in one.standing),
                )
            ),
        )
        for one in known
    ]
    console = make_console()
    console.print(make_table(("recipient", "address", "gets", "next digest", "asked for, or refused"), rows))
    console.print(f"Times are of {zone_name()}.")


def _lines(found: RecipientFile) -> list[str]:
    from monitor.cli.feed_facts import clock

    lines = [found.id, f"  address    {found.recipient.address if found.recipient else 'configured no more'}"]
    if found.recipient is not None:
        lines.append(f"  configured {', '.join(found.recipient.watchlists)}")
        lines.append(f"  gets       {', '.join(found.gets) or 'nothing: it unsubscribed'}")
    for refused in found.suspended:
        lines.append(f"  suspended  no mail by {refused.channel} to {refused.address} since {clock(refused.at)}")
        lines.append(f"             {refused.reason}")
        lines.append(f"             correct the address, or `monitor recipients resume {found.id}` sends again")
    lines += [f"  asked for  {words(one, found.titles)}" for one in found.standing]
    if found.standing:
        lines.append(f"             `monitor recipients resume {found.id}` takes it back")
    lines += [
        f"  {clock(one.at)}  {'' if one.is_on else 'taken back: '}{words(one, found.titles)} ({one.way.value})"
        for one in found.history
    ]
    return lines


def words(one: Preference, titles: Mapping[str, str] | None = None) -> str:
    """What was asked for, in words. `titles` are those of muted stories, by the id in figures."""
    if one.kind.value == "mute-story":
        from monitor.model.ids import format_id

        title = (titles or {}).get(one.target, "")
        return f"story {format_id(int(one.target))} muted" + (f" (“{title}”)" if title else "")
    of = one.target or "everything"
    return {
        "unsubscribe": f"unsubscribed from {of}",
        "less-often": f"{of} less often",
        "mute-outlet": f"outlet {of} muted",
    }[one.kind.value]


def _word(one: Preference) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "target": one.target,
        "on": one.is_on,
        "at": one.at.isoformat(),
        "way": one.way.value,
    }


def _suspended(one: Suspension) -> dict[str, object]:
    return {"channel": one.channel, "address": one.address, "since": one.at.isoformat(), "reason": one.reason}


def _plain(found: RecipientFile) -> dict[str, object]:
    return {
        "id": found.id,
        "address": found.recipient.address if found.recipient else None,
        "configured": list(found.recipient.watchlists) if found.recipient else [],
        "gets": list(found.gets),
        "next_digest": found.slot.slot.at.isoformat() if found.slot and found.gets else None,
        "suspended": [_suspended(one) for one in found.suspended],
        "asked_for": [_word(one) for one in found.standing],
        "history": [_word(one) for one in found.history],
    }
