"""Texts for the quality of copies: made ones, the seeds, the labelled pairs; and articles of them."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from monitor.core.likeness import LINES
from monitor.core.similarity import containment, shingles, spaced
from monitor.core.tokens import Numbers
from monitor.model.articles import Article
from monitor.model.commits import Identities

AT = datetime(2024, 6, 19, tzinfo=UTC)
LEAST_WORDS = 150
NOTHING_KNOWN = Identities(by_url={}, by_title={})


@dataclass(frozen=True, slots=True)
class Original:
    """A text of `LEAST_WORDS` words or more, and whether people wrote it."""

    text: str
    is_real: bool


def number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def make_article(name: str, title: str, text: str, *, host: str, at: datetime = AT) -> Article:
    return Article(
        id=number(name),
        feed_id=host,
        outlet=host,
        url=f"https://{host}/{name}",
        url_key=number(f"{host}/{name}"),
        host=host,
        title=title,
        title_key=number(f"{host} {spaced(title)}"),
        text=text,
        published_at=at,
        first_seen_at=at,
        body_digest=number(f"{title} {text}"),
    )


def made_text(rng: random.Random, vocabulary: Sequence[str]) -> str:
    words = rng.choices(vocabulary, k=rng.randint(LEAST_WORDS, 400))
    return ". ".join(" ".join(words[at : at + 12]) for at in range(0, len(words), 12)) + "."


def made_vocabulary(rng: random.Random) -> list[str]:
    return ["".join(rng.choices("abdegiklmnoprstu", k=rng.randint(2, 9))) for _ in range(3000)]


def originals(rng: random.Random, folder: Path | None, pairs: Path | None, count: int) -> list[Original]:
    """Real texts where there are any, made ones to fill up; in an order that mixes them, so that halves are alike."""
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))] if folder else []
    texts += [text for pair in labelled_pairs(pairs) for text in (pair[1], pair[3])]
    texts = distinct(sorted({text for text in texts if len(text.split()) >= LEAST_WORDS}, key=number))
    vocabulary = made_vocabulary(rng)
    found = [Original(text, True) for text in texts]
    found += [Original(made_text(rng, vocabulary), False) for _ in range(max(count - len(texts), 0))]
    rng.shuffle(found)
    return found


def distinct(texts: Sequence[str]) -> list[str]:
    """Without texts that share wording with an earlier one: a mutation of one could rightly be tied to the other."""
    kept: list[tuple[str, Numbers]] = []
    for text in texts:
        own = shingles(text)
        if all(containment(own, other) < LINES.wire for _, other in kept):
            kept.append((text, own))
    return [text for text, _ in kept]


def labelled_pairs(folder: Path | None) -> list[tuple[str, str, str, str, bool, str]]:
    """(title, text, title, text, same event, language) of the Telegram pairs."""
    found = []
    csv.field_size_limit(10**9)
    for path in sorted(folder.glob("*.tsv")) if folder and folder.is_dir() else ():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if (label := row["GOLDEN:quality"]) in ("OK", "BAD"):
                    sides = (row[f"INPUT:{side}_{part}"] for side in ("first", "second") for part in ("title", "text"))
                    one, its_text, other, others_text = sides
                    found.append((one, its_text, other, others_text, label == "OK", path.name[:2]))
    return found
