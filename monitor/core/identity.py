"""Keys: who an entry is within its feed, who an article is everywhere, which id it bears (see `model.ids`).

Owns: every digest that is stored as a number. All fit a signed 64-bit column. Refuses: global guids ("12345" collides).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from unicodedata import is_normalized

from monitor.core.sites import NO_SITES, Sites
from monitor.core.text import letters_only, normalize
from monitor.core.urls import url_key
from monitor.model.articles import ArticleId
from monitor.model.feeds import Entry

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
IDENTITY_BITS = 47
"""With 100,000 articles a day two of one day collide once in 77 years (birthday bound: n²/2^48 a day)."""
_MAX_DAYS = 2**16 - 1
_SHORT = 300
_ASCII_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}


def digest62(text: str) -> int:
    """62 stable bits of a text (BLAKE2b)."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 2


def comparable(text: str) -> str:
    """`normalize(text)`; a title or an outlet, of which several keys are made, is worked out once."""
    return _short_comparable(text) if len(text) <= _SHORT else _comparable(text)


def title_key(outlet: str, title: str) -> int:
    """Equal for titles of one outlet that differ in case, punctuation and spacing only."""
    return digest62(f"{comparable(outlet)}\x1f{_letters_only(title) or comparable(title)}")


def body_digest(title: str, summary: str, text: str) -> int:
    """Equal for bodies that differ in normalisation only."""
    return digest62("\x1f".join(map(comparable, (title, summary, text))))


def _comparable(text: str) -> str:
    folded = text.replace("\n", " ")
    is_printable = folded.isprintable()
    if not is_printable or "  " in folded or folded[:1] == " " or folded[-1:] == " ":
        folded = " ".join(text.split())
        is_printable = folded.isprintable()
    if is_printable and (folded.isascii() or is_normalized("NFKC", folded)):
        # Nothing to drop, nothing to compose; case-folding brings neither blanks nor what cannot be seen.
        return folded.casefold()
    return normalize(text)


_short_comparable = lru_cache(maxsize=4096)(_comparable)


def _letters_only(title: str) -> str:
    normal = comparable(title)
    return " ".join(normal.translate(_ASCII_GAPS).split()) if normal.isascii() else letters_only(title)


def make_article_id(identity: str, first_seen_at: datetime) -> ArticleId:
    """Days since 2020-01-01 in the upper 16 bits, 47 bits of `identity` below: ids sort by day of first sight.

    `identity` is what makes the article one: its canonical address, else feed and entry key.
    """
    days = min(max((first_seen_at - EPOCH).days, 0), _MAX_DAYS)
    digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return days << IDENTITY_BITS | int.from_bytes(digest, "big") >> (64 - IDENTITY_BITS)


def entry_digest(entry: Entry) -> int:
    """The content as given, without dates and address: feeds that stamp "now" on every poll do not count as changed."""
    return digest62("\x1f".join((entry.title, entry.summary, entry.content)))


def entry_keys(entries: Sequence[Entry], feed_id: str, *, has_guids: bool = True) -> list[tuple[int, int]]:
    """(entry key, entry digest) of each entry of one fetch, in order.

    Identity within the feed: the guid, unless this fetch repeats it; else the link, unless repeated; else title and
    date. Entries that agree in all of these are one, and get one key. Without `has_guids` the guids are not believed.
    """
    guids = Counter(entry.guid for entry in entries if entry.guid) if has_guids else Counter()
    links = Counter(entry.link for entry in entries if entry.link)
    return [(_entry_key(entry, feed_id, guids, links), entry_digest(entry)) for entry in entries]


def link_of(entry: Entry) -> str | None:
    """The address that an entry gives for its article: behind a feed service's counter, which keeps a path of its own
    for every entry (`/~r/NAME/~3/KEY/`), the one that the service says it leads to.
    """
    link, original = entry.link, entry.original_link
    return original if original and link and "/~r/" in link and url_key(original) is not None else link


def shared_links(entries: Sequence[Entry], sites: Sites = NO_SITES) -> frozenset[int]:
    """URL keys that several differently titled entries of one fetch bear: they identify none of them."""
    keys = [url_key(link, sites) if (link := link_of(entry)) else None for entry in entries]
    titles: dict[int, set[str]] = {key: set() for key, n in Counter(keys).items() if key is not None and n > 1}
    if titles:
        for entry, key in zip(entries, keys, strict=True):
            if key is not None and key in titles:
                titles[key].add(comparable(entry.title))
    return frozenset(key for key, found in titles.items() if len(found) > 1)


def _entry_key(entry: Entry, feed_id: str, guids: Counter[str], links: Counter[str]) -> int:
    if entry.guid and guids[entry.guid] == 1:
        identity = f"guid\x1f{entry.guid}"
    elif entry.link and links[entry.link] == 1:
        identity = f"link\x1f{entry.link}"
    elif entry.title or entry.published_raw:
        identity = f"title\x1f{comparable(entry.title)}\x1f{entry.published_raw or ''}\x1f{entry.link or ''}"
    else:
        identity = f"text\x1f{entry.content or entry.summary}"
    return digest62(f"{feed_id}\x1f{identity}")
