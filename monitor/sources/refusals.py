"""What a server's refusal means, in words for the operator: the status and the cure. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model.feeds import FetchFailed
from monitor.sources.addresses import shown
from monitor.sources.headers import wait_asked_s

STATUS_CURES = {
    401: "the feed wants a login; look for an address of the feed that needs no login, or remove it",
    403: "the server refuses us; the feed may be closed to programs: ask its publisher, or use another feed",
    404: "nothing is there; look for the feed's new address on the outlet's site",
    410: "the publisher says that the feed is gone for good; remove it or look for its successor",
    429: "we ask too often; raise min_interval_s of this feed",
}


def status_failure(url: str, status: int, headers: Mapping[str, str]) -> FetchFailed:
    """An answer that is neither a document nor a redirect, with the cure."""
    cure = STATUS_CURES.get(status, "the server is in trouble; it is asked again later" if status >= 500 else "")
    # Refusals in the form of a page are a bot wall's, or as good as one: no program gets past them.
    is_challenge = headers.get("cf-mitigated") == "challenge" or (
        status == 403 and "html" in headers.get("content-type", "")
    )
    if is_challenge:
        cure = "a bot wall stands before the feed; use another feed of this outlet"
    if status == 304:
        cure = "the server says 'not modified' though nothing was asked; it is asked again later"
    message = f"{shown(url)}: answers {status}" + (f"; {cure}" if cure else "")
    return FetchFailed(
        url=url,
        kind="status",
        message=message,
        status=status,
        retry_after_s=wait_asked_s(headers) if status >= 400 else None,
        is_challenge=is_challenge,
    )
