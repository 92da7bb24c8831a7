"""What collecting asks and keeps."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from monitor.errors import StoreChangedError
from monitor.model.articles import Article, Candidate, LedgerRow, Revision, Sketch, Verdict
from monitor.model.articles import VerdictKind as Kind
from monitor.model.commits import Identities, Intake
from monitor.model.feeds import FeedState
from tests.memory.held import Held


class Intakes(Held):
    async def ledger_rows(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], LedgerRow]:
        return {key: self.ledger[key] for key in keys if key in self.ledger}

    async def identities(self, url_keys: Sequence[int], title_keys: Sequence[int], *, since: datetime) -> Identities:
        aliases = {key: self.aliases[key] for key in url_keys if key in self.aliases}
        by_title: dict[int, tuple[Article, ...]] = {}
        for article in sorted(self.articles.values(), key=lambda article: (article.first_seen_at, article.id)):
            if article.title_key in title_keys and article.first_seen_at >= since:
                by_title[article.title_key] = (*by_title.get(article.title_key, ()), article)
        return Identities(
            by_url={key: self.articles[of] for key, of in aliases.items() if of in self.articles},
            by_title=by_title,
            forgotten={key: of for key, of in aliases.items() if of not in self.articles},
        )

    async def candidates(
        self, sketches: Sequence[Sketch], *, since: datetime, min_shared: int, limit: int, stop_count: int
    ) -> tuple[list[list[Candidate]], frozenset[int]]:
        wanted = {value for sketch in sketches for value in sketch.hashes} - self.stops
        counts = Counter(value for sketch in self.sketches.values() for value in set(sketch.hashes) & wanted)
        common = frozenset(value for value, count in counts.items() if count > stop_count)
        return [self._sharing(set(s.hashes) & wanted - common, since, min_shared)[:limit] for s in sketches], common

    def _sharing(self, hashes: set[int], since: datetime, min_shared: int) -> list[Candidate]:
        found = [
            Candidate(article=article, shared=shared, verdict_of=self.verdicts[of].of)
            for of, sketch in self.sketches.items()
            if (shared := len(hashes.intersection(sketch.hashes))) >= min_shared
            and (article := self.articles[of]).first_seen_at >= since
        ]
        return sorted(found, key=lambda c: (-c.shared, c.article.first_seen_at, c.article.id))

    async def commit_intake(self, intake: Intake) -> None:
        self._refuse_if_changed(intake.rests_on)
        for story in intake.stories_read:
            if self.stories.get(story.id) != story:
                raise StoreChangedError(story.title)
        intake = self._writing(intake)
        for state in intake.feed_states:
            self._keep_feed_state(state)
        self._keep_notices(intake.notices)
        verdicts = {verdict.article_id: verdict for verdict in intake.verdicts}
        for article in intake.articles:
            if article.id not in self.articles:
                self.articles[article.id] = article
                self.verdicts[article.id] = verdicts.get(article.id, Verdict(article_id=article.id, kind=Kind.NEW))
        self.aliases = {**intake.aliases, **self.aliases}
        for row in intake.ledger:
            known = self.ledger.get((row.feed_id, row.entry_key))
            if known is None or known.seen_at <= row.seen_at:
                self.ledger[row.feed_id, row.entry_key] = row
        for revision in intake.revisions:
            self._keep_revision(revision)
        self.stops |= intake.stop_hashes
        self.sketches |= {of: sketch for of, sketch in intake.sketches.items() if of in self.articles}
        self.matches |= {(match.watchlist, match.article_id): match for match in intake.matches}
        self._keep_grouping(intake.stories, intake.joinings, intake.decisions)
        self.artifacts |= intake.artifacts

    def _keep_feed_state(self, state: FeedState) -> None:
        known = self.feeds.get(state.feed_id)
        if known is None or known.url == state.url:
            self.feeds[state.feed_id] = state
            self.leases.pop(state.feed_id, None)

    def _keep_revision(self, revision: Revision) -> None:
        article = self.articles.get(revision.article_id)
        if article is None:
            return
        shown = {name: getattr(revision, name) for name in ("title", "summary", "text", "body_digest")}
        original = Revision(
            article_id=article.id,
            seen_at=article.first_seen_at,
            feed_id=article.feed_id,
            **{name: getattr(article, name) for name in shown},
        )
        states = self.states.setdefault(article.id, [original])
        if (revision.seen_at, revision.body_digest) not in [(known.seen_at, known.body_digest) for known in states]:
            states.append(revision)
            self.articles[article.id] = dataclasses.replace(article, **shown)

    async def artifact(self, name: str) -> bytes | None:
        return self.artifacts.get(name)
