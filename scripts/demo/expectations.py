"""What must have become of the day: the expected outcomes of `day.yaml` against the account and the mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .account import Account, Stored
from .day import Day, Item
from .mailserver import Mail

FAILING = {"html": "html", "error-500": "status", "gone": "status"}


def deviations(day: Day, account: Account, mails: Sequence[Mail], recipients: Iterable[str]) -> list[str]:
    """One line for every way in which reality differs; empty when the day went as written.

    `mails` are what the SMTP server took, `recipients` the addresses that are mailed there.
    """
    found = [
        *_verdicts(day, account),
        *_matches(day, account),
        *_stories(day, account),
        *_ledger(day, account),
        *_checks(day, account),
        *_seeds(day, account),
    ]
    for address in recipients:
        mine = [mail for mail in mails if address in mail.recipients]
        found.extend(_mail(day, mine, address))
        found.extend(_seeds_mailed(day, account, mine, address))
    return found


def row_of(account: Account, item: Item) -> Stored | None:
    """The stored article of an item; that of its twin when the item is another address of the same article."""
    return account.find(item.outlet.id, item.link) or account.at(item.link)


def _verdicts(day: Day, account: Account) -> list[str]:
    found = []
    for family, items in day.families.items():
        own = {
            item: account.find(item.outlet.id, item.link) for item in items if item.verdict in {"new", "copy", "known"}
        }
        for item, row in own.items():
            if row is None and not (item.verdict == "known" or any(twin.verdict == "known" for twin in items)):
                found.append(f"{item.id}: seen in the feed, but not in the store")
        rows = [row for row in own.values() if row is not None]
        firsts = [row for row in rows if row.verdict == "new"]
        expected = 0 if family.startswith("seed:") else 1
        if len(firsts) != expected:
            kinds = ", ".join(f"{item.id}={row.verdict if row else 'absent'}" for item, row in own.items())
            found.append(f"{family}: {len(firsts)} of its articles count as new instead of {expected} ({kinds})")
        found.extend(
            f"{row.url}: copies {row.of}, which is not the article it was copied from"
            for row in rows
            if firsts and row.verdict == "copy" and row.of != firsts[0].id
        )
        for item in items:
            row = account.find(item.outlet.id, item.link)
            if item.verdict == "revision" and not (row and account.revisions.get(row.id)):
                found.append(f"{item.id}: the correction of {item.of} was not kept as a revision")
    return found


def _matches(day: Day, account: Account) -> list[str]:
    found = []
    for item in day.items:
        row = row_of(account, item)
        if row is not None and (row.match is not None) != item.is_match:
            points = f" with {row.match.points:.1f} points" if row.match else ""
            found.append(f"{item.id}: {'matched' + points if row.match else 'did not match'}: {item.title}")
    return found


def _stories(day: Day, account: Account) -> list[str]:
    """Copies stand in the story of their original, and no story tells two events."""
    found = []
    events: dict[int, set[str]] = {}
    for item in day.items:
        row = row_of(account, item)
        if not item.story or row is None or row.story_id is None:
            continue
        events.setdefault(row.story_id, set()).add(item.story)
        original = account.articles.get(row.of) if row.of else None
        if original and original.story_id != row.story_id:
            found.append(f"{item.id}: stands in another story than the article that it copies")
    found.extend(
        f"the story {account.articles[story].title if story in account.articles else story!r} mixes "
        f"{len(told)} events: {', '.join(sorted(told))}"
        for story, told in events.items()
        if len(told) > 1
    )
    return found


def _ledger(day: Day, account: Account) -> list[str]:
    found = []
    for outlet in day.outlets:
        published = len({item.guid for item in day.items if item.outlet.id == outlet.id})
        accounted = sum(count for (feed_id, _), count in account.ledger.items() if feed_id == outlet.id)
        if published != accounted:
            found.append(f"{outlet.id}: {published} entries published, {accounted} in the ledger")
    return found


def _checks(day: Day, account: Account) -> list[str]:
    found = []
    for outlet in day.outlets:
        outcome, detail, failures = account.checks.get(outlet.id, ("unchecked", "", 0))
        if outlet.is_readable != (failures == 0 and outcome != "unchecked"):
            found.append(f"{outlet.id} ({outlet.behaviour}): last check {outcome!r}, {failures} failures {detail}")
    return found


def _seeds(day: Day, account: Account) -> list[str]:
    rows = {row.title: row for row in account.articles.values()}
    found = []
    for title in day.seed_titles:
        row = rows.get(title)
        if row is None or row.match is None:
            found.append(f"seed {title!r} {'is not in the store' if row is None else 'did not match'}")
    return found


def _mail(day: Day, mails: Sequence[Mail], address: str) -> list[str]:
    """Every wanted text was mailed, no unwanted one, and nothing in two different messages but a correction.

    A message may come twice (law 5 says when); what must not be is an article that two messages tell. One that was
    corrected is named again by the message that tells of its correction, by its new headline.
    """
    texts = {mail.message_id: mail.body("html") + " ".join(mail.body("plain").split()) for mail in mails}

    def messages_with(words: str) -> list[str]:
        return [message_id for message_id, text in texts.items() if words in text]

    found = []
    for items in day.families.values():
        told = [item for item in items if messages_with(item.link)]
        if items[0].is_match and not told and not items[0].of.startswith("seed:"):
            found.append(f"{address}: nothing was mailed of {items[0].id}: {items[0].title}")
        if not items[0].is_match and told:
            found.append(f"{address}: was mailed {told[0].id}, which does not match: {told[0].title}")
    corrections = {item.link: item for item in day.items if item.verdict == "revision" and item.is_match}
    found.extend(
        f"{address}: the correction {item.title!r} was told in {count} messages instead of one"
        for item in corrections.values()
        if (count := len(messages_with(item.title))) != 1
    )
    for words in {*day.seed_titles, *(item.link for item in day.items)}:
        count = len(messages_with(words)) - (words in corrections)
        if count > 1:
            found.append(f"{address}: {words} is told in {count} different messages")
    return found


def _seeds_mailed(day: Day, account: Account, mails: Sequence[Mail], address: str) -> list[str]:
    """Each seed is marked as told, and each of their stories was mailed by the title of one of them."""
    recipient = address.partition("@")[0]
    texts = [" ".join(mail.body("plain").split()) for mail in mails]
    seeds = [row for row in account.articles.values() if row.title in day.seed_titles]
    mailed = {row.story_id for row in seeds if any(row.title in text for text in texts)}
    return [
        f"{address}: the seed {row.title!r} was not mailed"
        for row in seeds
        if recipient not in row.told_to or row.story_id not in mailed
    ]
