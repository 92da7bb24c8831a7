"""What a mail is written with: the templates in use, and the addresses that links were given.

Both are kept with a digest, so that its mail can be written again after templates, keys or settings changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jinja2 import DictLoader

from monitor.channels.email.designs import environment_of
from monitor.channels.email.languages import Language, catalogue_name, language, language_of
from monitor.channels.email.view import DigestView
from monitor.model.links import LinkClaim
from monitor.model.stationery import KeptLink, LinkForm
from monitor.ports import Links

OURS, OWN = "ours/", "own/"


class KeptTemplates:
    """Fills in the templates that an earlier mail was written with, in the words of then."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        self._kept = kept

    def words(self, tag: str) -> Language:
        """The language of a tag. Raises `RenderError`."""
        kept = self._kept.get(catalogue_name(tag))
        return language(tag) if kept is None else language_of(tag, kept)

    def fill(self, name: str, view: DigestView, words: Language) -> str:
        """The template that was used under this name. Raises `jinja2.TemplateError`."""
        folder = OWN if OWN + name in self._kept else OURS
        found = {key.removeprefix(folder): text for key, text in self._kept.items() if key.startswith(folder)}
        return environment_of(words, DictLoader(found)).get_template(name).render(d=view)


class AskedLinks:
    """Links that note what they were asked and what they gave; without `links`, there are no addresses."""

    def __init__(self, links: Links | None) -> None:
        self._links = links
        self._asked: dict[tuple[LinkClaim, LinkForm], str | None] = {}

    def url(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return self._noted(claim, LinkForm.URL, self._links.url(claim) if self._links else None)

    def one_click(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return self._noted(claim, LinkForm.ONE_CLICK, self._links.one_click(claim) if self._links else None)

    def subject(self, claim: LinkClaim) -> str:
        """See `Links`; without any, a person will have to read it."""
        given = self._links.subject(claim) if self._links else f"{claim.action.value} {claim.recipient_id}"
        self._noted(claim, LinkForm.SUBJECT, given)
        return given

    @property
    def asked(self) -> tuple[KeptLink, ...]:
        """All that was asked, in that order."""
        return tuple(KeptLink(claim=claim, form=form, given=given) for (claim, form), given in self._asked.items())

    def _noted(self, claim: LinkClaim, form: LinkForm, given: str | None) -> str | None:
        self._asked[claim, form] = given
        return given


class KeptLinks:
    """The links of an earlier mail, whatever key or address is in force now; of what was not asked then, none."""

    def __init__(self, kept: Iterable[KeptLink]) -> None:
        self._kept = {(one.claim, one.form): one.given for one in kept}

    def url(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return self._kept.get((claim, LinkForm.URL))

    def one_click(self, claim: LinkClaim) -> str | None:
        """See `Links`."""
        return self._kept.get((claim, LinkForm.ONE_CLICK))

    def subject(self, claim: LinkClaim) -> str:
        """See `Links`."""
        return self._kept.get((claim, LinkForm.SUBJECT)) or claim.action.value
