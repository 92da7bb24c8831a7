"""Links in digests: signed addresses of this installation, and the key that signs them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from monitor.config import Configuration
from monitor.core.link_tokens import LinkKey, link_key, write_token
from monitor.errors import StoreChangedError, StoreError
from monitor.model.commits import Intake
from monitor.model.links import LinkClaim
from monitor.ports import Links
from monitor.store.sqlstore import SqlStore

ARTIFACT = "link-key"
"""The store's name for the key of its links: whoever works with this store makes the same links."""


class SignedLinks(Links):
    """Addresses under `base_url`, signed with the first key; without a base there are only subjects of mails."""

    def __init__(self, keys: Sequence[LinkKey], *, base_url: str | None) -> None:
        self._key = keys[0]
        self._base_url = base_url

    def url(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return None if self._base_url is None else f"{self._base_url}/u/{write_token(claim, self._key)}"

    def one_click(self, claim: LinkClaim) -> str | None:
        """See `Links`; mail programs follow https only, and call what is not reachable a broken unsubscribe."""
        is_safe = self._base_url is not None and self._base_url.startswith("https://")
        return self.url(claim) if is_safe else None

    def subject(self, claim: LinkClaim) -> str:
        """See `Links`."""
        return f"{claim.action.value} {write_token(claim, self._key)}"


async def link_keys(configuration: Configuration, store: SqlStore) -> tuple[LinkKey, ...]:
    """The keys that read links, the first one signing; made and kept in the store at the very first start.

    MONITOR_LINK_KEY signs in place of the store's, which still reads where there is one: mails were sent with it, and
    to unsubscribe must not fail. Raises `StoreError`, where there is none also for a store that is only read.
    """
    given, kept = _given(configuration), await store.artifact(ARTIFACT)
    if given:
        return (*given, *(link_key(one) for one in (kept,) if one is not None))
    if kept is None:
        fresh = secrets.token_bytes(32)
        try:
            await store.commit_intake(Intake(artifacts={ARTIFACT: fresh}, rests_on={ARTIFACT: None}))
            kept = fresh
        except StoreChangedError:  # another process was first
            kept = await store.artifact(ARTIFACT)
    if kept is None:
        raise StoreError("The key that signs links was not kept. Try again.")
    return (link_key(kept),)


def make_links(configuration: Configuration, keys: Sequence[LinkKey]) -> Links:
    """The links of whoever composes."""
    return SignedLinks(keys, base_url=configuration.settings.web.base_url)


async def links_kept(configuration: Configuration, store: SqlStore) -> Links | None:
    """The links that the daemon of a store makes; writes nothing, None where no daemon made a key yet."""
    kept = await store.artifact(ARTIFACT)
    keys = _given(configuration) or ((link_key(kept),) if kept is not None else ())
    return make_links(configuration, keys) if keys else None


def _given(configuration: Configuration) -> tuple[LinkKey, ...]:
    secret = configuration.settings.link_key
    return tuple(link_key(text.encode()) for text in secret.reveal().split()) if secret is not None else ()
