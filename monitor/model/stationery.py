"""What a mail is written with, beside the digest: kept, so that it can be written again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.model.links import LinkClaim


class LinkForm(StrEnum):
    """What was asked of links: a page's address, one where a POST alone does it, the subject of a mail that does it."""

    URL = "url"
    ONE_CLICK = "one-click"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLink:
    """What a claim was given when it was asked for in a form; None where nothing could be given."""

    claim: LinkClaim
    form: LinkForm
    given: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What a renderer of mail took from the configuration and from the installation.

    `templates` maps names to what stood in these files: "id.po" for the catalogue of the language, "ours/…" and "own/…"
    for the templates that were filled in, the program's and those of the installation. `faults` are what the mail said
    of templates that failed. `program` is the version that wrote.
    """

    sender: str
    sender_name: str = ""
    unsubscribe_address: str | None = None
    templates: Mapping[str, str]
    links: tuple[KeptLink, ...] = ()
    faults: tuple[str, ...] = ()
    program: str = ""
