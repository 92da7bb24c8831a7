"""What is remembered of a feed's items, so that those read before need not be read again.

Owns: the record of them (`FeedState.known_items`), and when new entries may be read without them. Identity within a
feed hangs on the other entries of the same body: a guid or a link that two of them share identifies neither
(`identity.entry_keys`, `identity.shared_links`). So the record holds marks of both, and a body in which a new entry
shares one with a known item is read whole. Refuses: to know an item that the ledger does not, which is why the record
is committed together with it.

16 bytes an item: 8 of its digest, 4 marking its guid, 4 marking its link. A mark that two different guids share by
chance (once in 2^32) costs a whole reading, nothing else.
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


def known_digests(record: bytes) -> frozenset[int]:
    """The digests of the items in a record."""
    return frozenset(digest for digest, _, _ in _RECORD.iter_unpack(record))


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
    guids = {guid for _, guid, _ in _RECORD.iter_unpack(record)}
    links = Counter(link for _, _, link in _RECORD.iter_unpack(record) if link != _NONE)
    marks = [_marks(entry) for entry in entries]
    if any(guid in guids for guid, _ in marks):
        return 0
    here = Counter(link for _, link in marks)
    same = sum(links[link] == here[link] == 1 for _, link in marks)
    return same if same >= 2 and same * 2 >= min(len(marks), len(links)) else 0


def remembered(parsed: ParsedFeed, record: bytes) -> bytes:
    """The record after a body: of its items and no others. `record` is the one that it was read with."""
    before = {fields[0]: fields for fields in _RECORD.iter_unpack(record)} if parsed.known else {}
    kept = [before[digest] for digest in parsed.known if digest in before]
    for entry, digest in zip(parsed.entries, parsed.digests, strict=False):
        if digest:
            kept.append((digest, *_marks(entry)))
    return b"".join(_RECORD.pack(*fields) for fields in kept[:MAX_ITEMS])


def _marks(entry: Entry) -> tuple[int, int]:
    """(mark of the guid, mark of the link), 0 where there is none."""
    link = entry.link
    key = url_key(link) if link else None
    return _mark(entry.guid), (key & 0xFFFF_FFFF | 1 if key is not None else _mark(link))


def _mark(text: str | None) -> int:
    if not text:
        return _NONE
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big") | 1
