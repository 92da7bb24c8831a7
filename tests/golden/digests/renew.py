"""Writes the golden digests anew, after a change that was wanted: python -m tests.golden.digests.renew"""

from __future__ import annotations

from pathlib import Path

from monitor.channels.email.render import EmailRenderer
from monitor.core.digests import delivery_id
from tests.fakes import FixedLinks
from tests.golden.digests.samples import COMPOSED_AT, sample

FOLDER = Path(__file__).parent


def golden(language: str) -> dict[str, bytes]:
    """The sample digest in a language, by kind of file."""
    renderer = EmailRenderer("monitor@example.org", "Media monitor", links=FixedLinks("https://monitor.example.org"))
    message = renderer.render(
        sample(language), delivery_id=delivery_id("analyst", "2026-11-22T07:00", "smtp"), composed_at=COMPOSED_AT
    )
    return {"eml": message.content, "html": message.html.encode(), "txt": message.text.encode()}


if __name__ == "__main__":
    for language in ("id", "en"):
        for kind, content in golden(language).items():
            (FOLDER / f"{language}.{kind}").write_bytes(content)
