"""`monitor profile`: example documents, read and checked, and the profile that they give with its score card."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from monitor.app.names import watchlist_named
from monitor.config import Configuration, load
from monitor.core.language import guess_language
from monitor.core.profile_cards import made_texts, names_of, negatives_of, score_card, without_matches
from monitor.core.profiles import MIN_DOCUMENTS, TOP, Background, Text, derive, read_text
from monitor.core.seeds import SEED_FEED
from monitor.errors import ConfigError, MonitorError, StoreError, UsageError
from monitor.model.articles import Article, VerdictKind
from monitor.model.profiles import Profile, ScoreCard
from monitor.model.watchlists import Watchlist
from monitor.pipeline.replay import LineError, read_line
from monitor.store import open_store

MIN_WORDS = 40
"""A shorter example is a headline or a teaser: its words say nothing of what such reports share."""
MIN_STORED = 500
"""Fewer stored articles of a language are no background."""
MAX_STORED = 5_000
MAX_BYTES = 2_000_000
_BATCH = 500
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(9999, 1, 1, tzinfo=UTC)
_WITHOUT_BLANKS = frozenset({"th", "lo", "my", "km"})
_FAMILY = {"ms": "id"}
"""Malay and Indonesian texts are too alike to refuse one for the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileWish:
    """What a person asks for; `config_dir` None, or `is_shipped_only`, leaves the store out of it."""

    documents: Sequence[Path]
    background: Sequence[Path] = ()
    language: str | None = None
    top: int = TOP
    min_documents: int = MIN_DOCUMENTS
    watchlist: str | None = None
    config_dir: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    is_shipped_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeProfile:
    """A profile with its score card; `remarks` tell what was left out or assumed, one line each."""

    profile: Profile
    card: ScoreCard
    remarks: tuple[str, ...] = ()


def make_profile(wish: ProfileWish) -> MadeProfile:
    """The profile of the documents.

    Raises:
        MonitorError: Documents that cannot be learned from, all named; or no term that they share.
        ConfigError: A watchlist was asked for, and the configuration is broken.
    """
    remarks: list[str] = []
    language, examples = _examples(wish, remarks)
    configuration = _configuration(wish, remarks)
    watchlist = _watchlist(configuration, wish.watchlist)
    background = _background(wish, configuration, watchlist, language, remarks).without(examples)
    names = names_of(watchlist) if watchlist else None
    profile = derive(examples, background, top=wish.top, min_documents=wish.min_documents, names=names)
    if not profile.terms:
        raise MonitorError(
            f"no term stands in {profile.min_documents} of the {profile.documents} documents more often than in other "
            "news: give documents of one subject, or a lower --min-df"
        )
    if profile.min_documents < MIN_DOCUMENTS:
        remarks.append(
            f"a term needs to stand in {profile.min_documents} only, so what is peculiar to one article comes in as "
            "well: review the terms, or give more examples"
        )
    sets = {f"made up in {language}": made_texts(language)}
    if watchlist:
        sets[f"must_not_match of {watchlist.name}"] = negatives_of(watchlist)
    card = score_card(
        examples,
        background,
        sets,
        top=wish.top,
        min_documents=wish.min_documents,
        names=names,
        watchlist=watchlist,
    )
    return MadeProfile(profile=profile, card=card, remarks=tuple(remarks))


# --- documents ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Saved:
    """A document as it was saved."""

    name: str
    raw: str
    title: str | None = None
    language: str | None = None


def _examples(wish: ProfileWish, remarks: list[str]) -> tuple[str, list[Text]]:
    """The language and the documents in it; every fault of every document is told at once."""
    problems: list[str] = []
    saved = list(_read(wish.documents, problems))
    read = {one.name: read_text(one.name, one.raw, title=one.title) for one in saved}
    for text in read.values():
        if text.size < MIN_WORDS:
            problems.append(
                f"{text.name} holds {text.size} words once captions, links and the like are taken out; "
                f"an example is a whole article of {MIN_WORDS} words or more"
            )
    if problems:
        raise MonitorError("these are no examples to learn from:\n  " + "\n  ".join(problems))
    languages = {one.name: _language(one, read[one.name]) for one in saved}
    language = wish.language.split("-")[0].lower() if wish.language else _common(languages)
    if language in _WITHOUT_BLANKS:
        raise MonitorError(f"{language!r} is written without blanks between words, which a profile is made of")
    strangers = [name for name, found in languages.items() if found is not None and not _is_alike(found, language)]
    if strangers and wish.language is None:
        raise MonitorError(
            f"a profile is of one language, and most of these are in {language!r}, but not:\n  "
            + "\n  ".join(f"{name} ({languages[name]})" for name in strangers)
            + f"\nMake a profile for each language, or write --language {language} to leave these out"
        )
    remarks.extend(f"{name} is left out: it is in {languages[name]!r}" for name in strangers)
    texts = list(_distinct((text for name, text in read.items() if name not in strangers), remarks))
    if not texts:
        raise MonitorError(f"none of the documents is in {language!r}")
    return language, texts


def _read(paths: Iterable[Path], problems: list[str]) -> Iterator[_Saved]:
    for path in paths:
        if path.is_dir():
            inside = sorted(found for found in path.iterdir() if found.suffix in {".txt", ".jsonl"})
            if not inside:
                problems.append(f"{path} holds no .txt and no .jsonl file")
            yield from _read(inside, problems)
            continue
        raw = _read_file(path, problems)
        if raw is not None:
            yield from _lines(path, raw, problems) if path.suffix == ".jsonl" else (_Saved(str(path), raw),)


def _read_file(path: Path, problems: list[str]) -> str | None:
    limit = MAX_BYTES if path.suffix != ".jsonl" else 100 * MAX_BYTES
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        problems.append(f"{path} cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        problems.append(f"{path} is no UTF-8 text: save it as UTF-8 plain text")
    else:
        if len(raw) > limit:
            problems.append(f"{path} is larger than {limit // 1_000_000} MB: an example is one article")
        elif "\0" in text:
            problems.append(f"{path} is no text, but a binary file: save the article's text as a .txt file")
        elif not text.strip():
            problems.append(f"{path} is empty")
        else:
            return text
    return None


def _lines(path: Path, raw: str, problems: list[str]) -> Iterator[_Saved]:
    for number, line in enumerate(raw.split("\n"), 1):
        if line.strip():
            try:
                found = read_line(line)
            except LineError as error:
                problems.append(f"{path}:{number}: {error}")
            else:
                text = found.text or found.summary
                yield _Saved(f"{path}:{number}", text, found.title, found.language)


def _language(saved: _Saved, text: Text) -> str | None:
    declared = (saved.language or "").split("-")[0].lower()
    return declared or guess_language(text.text) or guess_language(text.raw)


def _common(languages: Mapping[str, str | None]) -> str:
    found = Counter(language for language in languages.values() if language)
    if not found:
        raise MonitorError("the language of the documents cannot be told: name it with --language")
    return min(found, key=lambda language: (-found[language], language))


def _is_alike(found: str, wanted: str) -> bool:
    return _FAMILY.get(found, found) == _FAMILY.get(wanted, wanted)


def _distinct(texts: Iterable[Text], remarks: list[str]) -> Iterator[Text]:
    known: dict[tuple[str, ...], str] = {}
    for text in texts:
        words = tuple(text.prepared.words)
        if words in known:
            remarks.append(f"{text.name} says the same as {known[words]}: it counts once")
        else:
            known[words] = text.name
            yield text


# --- background --------------------------------------------------------------------------------------------------


def _background(
    wish: ProfileWish,
    configuration: Configuration | None,
    watchlist: Watchlist | None,
    language: str,
    remarks: list[str],
) -> Background:
    """The files given, else the stored articles that the watchlist does not match, else the shipped list alone."""
    others: Sequence[Text] = ()
    if wish.background:
        others = _given(wish.background, language)
    elif configuration is not None and not wish.is_shipped_only:
        others = _stored(configuration, watchlist, language, remarks)
    background = Background(language, tuple(others))
    if not len(background.words) and not others:
        raise MonitorError(
            f"nothing is known of common words in {language!r}: name other articles in it with --background, or the "
            "language with --language if that is wrong"
        )
    return background


def _given(paths: Sequence[Path], language: str) -> list[Text]:
    """Files of other articles, those in another language left out."""
    problems: list[str] = []
    saved = list(_read(paths, problems))
    if problems:
        raise MonitorError("the background cannot be read:\n  " + "\n  ".join(problems))
    texts = [(one, read_text(one.name, one.raw, title=one.title)) for one in saved]
    return [text for one, text in texts if (found := _language(one, text)) is None or _is_alike(found, language)]


def _stored(configuration: Configuration, watchlist: Watchlist | None, language: str, remarks: list[str]) -> list[Text]:
    try:
        articles = asyncio.run(_stored_articles(configuration, language))
    except StoreError as error:
        remarks.append(f"no stored articles serve as background ({str(error).rstrip('.')})")
        return []
    if watchlist is not None:
        articles = list(without_matches(articles, watchlist))
    if len(articles) < MIN_STORED:
        remarks.append(
            f"{len(articles)} articles in {language!r} are stored: from {MIN_STORED} on they serve as background"
        )
        return []
    return [Text(article.url, article.title, article.text or article.summary) for article in articles]


async def _stored_articles(configuration: Configuration, language: str) -> list[Article]:
    """The newest ones in a language, each text once."""
    found: list[Article] = []
    async with open_store(configuration.settings.store_url.reveal(), hold_lock=False, read_only=True) as store:
        cursor = (_BEGINNING, 0)
        while batch := await store.articles_seen(after=cursor, until=_END, limit=_BATCH):
            found += [
                article
                for article, verdict in batch
                if verdict.kind is VerdictKind.NEW
                and article.feed_id != SEED_FEED
                and article.language
                and _is_alike(article.language.split("-")[0], language)
            ]
            found = found[-MAX_STORED:]
            cursor = (batch[-1][0].first_seen_at, batch[-1][0].id)
    return found


# --- configuration -----------------------------------------------------------------------------------------------


def _configuration(wish: ProfileWish, remarks: list[str]) -> Configuration | None:
    """The configuration, where it is needed or there for the asking."""
    is_wanted = wish.watchlist is not None
    if wish.config_dir is None or not (is_wanted or (wish.config_dir / "monitor.yaml").is_file()):
        return None
    if not is_wanted and (wish.background or wish.is_shipped_only):
        return None
    try:
        return load(wish.config_dir, wish.env)
    except ConfigError:
        if is_wanted:
            raise
        remarks.append(f"the configuration in {wish.config_dir} cannot be used, so stored articles are not looked at")
        return None


def _watchlist(configuration: Configuration | None, name: str | None) -> Watchlist | None:
    if name is None:
        return None
    if configuration is None:
        raise UsageError(f"There is no watchlist {name}: --config names the folder that has it.")
    return watchlist_named(configuration, name)
