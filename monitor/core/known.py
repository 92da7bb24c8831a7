"""What is remembered of a feed's items, so that those read before need not be read again.

Owns: the record of them (`FeedState.known_items`), and when new entries may be read without them. Identity within a
feed hangs on the other entries of the same body: a guid or a link that two of them share identifies neither
(`identity.entry_keys`, `identity.shared_links`). So the record holds marks of both, and a body in which a new entry
shares one with a known item is read whole. Refuses: to know an item that the ledger does not, which is why the record
is committed together with it.

16 bytes an item: 8 of its digest, 4 marking its guid, 4 marking its link. A mark that two different guids share by
chance (once in 2^32) costs a whole reading, nothing else. Items that came with the last news stand first; where not all
did, their number stands before them in a record of its own, whose digest is 0: an item pinned to the top for weeks must
not pass for a sign that nothing was missed (`polling.rhythm`).
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b

from monitor.core.urls import url_key
from monitor.model.feeds import Entry, ParsedFeed

MAX_ITEMS = 250
"""Feeds hold 10 to 100 items; the few that hold thousands are cut from the end of the record, and read again there."""

_RECORD = struct.Struct(">QII")
_NONE = 0


def _items(record: bytes) -> tuple[list[tuple[int, int, int]], int]:
    """(digest, guid's mark, link's mark) of each item; how many of them, the first ones, came with the last news."""
    items = list(_RECORD.iter_unpack(record))
    if items and not items[0][0]:
        return items[1:], items[0][1]
    return items, len(items)


def known_digests(record: bytes) -> frozenset[int]:
    """The digests of the items in a record."""
    return frozenset(digest for digest, _, _ in _RECORD.iter_unpack(record) if digest)


def recent_known(parsed: ParsedFeed, record: bytes) -> int:
    """How many of the items left out came with the last news; `record` is the one that the body was read with."""
    if not parsed.known:
        return 0
    items, recent = _items(record)
    return len({digest for digest, _, _ in items[:recent]} & set(parsed.known))


def may_stand_alone(parsed: ParsedFeed, record: bytes) -> bool:
    """Whether the new entries are the same without the known items that stand between them."""
    if not parsed.known:
        return True
    known = set(parsed.known)
    guids: set[int] = set()
    links: set[int] = set()
    for digest, guid, link in _RECORD.iter_unpack(record):
        if digest in known:
            guids.add(guid)
            links.add(link)
    guids.discard(_NONE)
    links.discard(_NONE)
    for entry in parsed.entries:
        guid, link = _marks(entry)
        if guid in guids or link in links or guid == link == _NONE:
            return False
    return True


def moved_guids(entries: Sequence[Entry], record: bytes) -> int:
    """How many entries the last body held under other guids, where all guids are new and most links are not; else 0.

    Some feeds make up their guids anew for every poll; their links have to identify.
    """
    items, _ = _items(record)
    guids = {guid for _, guid, _ in items}
    links = Counter(link for _, _, link in items if link != _NONE)
    marks = [_marks(entry) for entry in entries]
    if any(guid in guids for guid, _ in marks):
        return 0
    here = Counter(link for _, link in marks)
    same = sum(links[link] == here[link] == 1 for _, link in marks)
    return same if same >= 2 and same * 2 >= min(len(marks), len(links)) else 0


def remembered(parsed: ParsedFeed, record: bytes, *, has_news: bool) -> bytes:
    """The record after a body: of its items and no others. `record` is the one that it was read with.

    `has_news`: some of them are new. Then those are the recent ones; else those stay so that were.
    """
    items, recent = _items(record)
    place = {fields[0]: n for n, fields in enumerate(items)}
    here = [items[place[digest]] for digest in parsed.known if digest in place]
    here += [(digest, *_marks(entry)) for entry, digest in zip(parsed.entries, parsed.digests, strict=False) if digest]
    # An item whose bytes are unknown is new, or was edited: without news, it is as good as recent.
    fresh = [fields for fields in here if (n := place.get(fields[0], -1)) < 0 or (not has_news and n < recent)]
    head: list[tuple[int, int, int]] = []
    if len(fresh) < len(here):
        chosen = {fields[0] for fields in fresh}
        head = [(_NONE, min(len(fresh), MAX_ITEMS), _NONE)]
        here = fresh + [fields for fields in here if fields[0] not in chosen]
    return b"".join(_RECORD.pack(*fields) for fields in (*head, *here[:MAX_ITEMS]))


def _marks(entry: Entry) -> tuple[int, int]:
    """(mark of the guid, mark of the link), 0 where there is none."""
    link = entry.link
    key = url_key(link) if link else None
    return _mark(entry.guid), (key & 0xFFFF_FFFF | 1 if key is not None else _mark(link))


def _mark(text: str | None) -> int:
    if not text:
        return _NONE
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") | 1
