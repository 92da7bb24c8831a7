"""The templates of a digest: ours, and the user's own in their place where these work.

A template is trusted (whoever writes the configuration writes it), but it may be wrong at any time, also while the
daemon runs: what goes wrong in it is found, named with file and line, and ours is used instead. No digest is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from jinja2 import (
    BaseLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    TemplateSyntaxError,
    select_autoescape,
)

from monitor.channels.email.languages import Language, catalogue, catalogue_name
from monitor.channels.email.view import DigestView

log = logging.getLogger(__name__)

NAMES = ("digest.html", "digest.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """What is wrong with a user's template; `line` 0: the file as a whole."""

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        return f"{place}: {self.message}"


class Designs:
    """Fills templates with digests.

    Args:
        folder: Where templates of the user may lie, under the names of ours; None: there are none.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._environments: dict[tuple[str, bool], Environment] = {}
        self._logged: set[str] = set()
        self._ours: dict[str, dict[str, str]] = {}

    def has_own(self, name: str) -> bool:
        """Whether the user has a template of this name."""
        return self._folder is not None and (self._folder / name).is_file()

    def has_any_own(self) -> bool:
        """Whether the user has any template."""
        return any(self.has_own(name) for name in NAMES)

    def fill(self, name: str, view: DigestView, words: Language) -> str:
        """Our template. Raises `jinja2.TemplateError`."""
        return self._environment(words, is_own=False).get_template(name).render(d=view)

    def fill_own(
        self, name: str, view: DigestView, words: Language, *, finish: Callable[[str], str] = str
    ) -> str | TemplateFault:
        """The user's template, or what is wrong with it. `finish` works on what comes out."""
        assert self._folder is not None
        file = self._folder / name
        try:
            filled = self._environment(words, is_own=True).get_template(name).render(d=view)
            if filled.strip():
                return finish(filled)
        except Exception as error:  # whatever a template can raise, the digest goes out
            return TemplateFault(file=file, line=_line(error, file), message=_message(error))
        return TemplateFault(file=file, line=0, message="it comes out empty")

    def tell(self, fault: TemplateFault) -> None:
        """Log that a built-in template takes the place of the user's: once for each fault."""
        if str(fault) not in self._logged:
            self._logged.add(str(fault))
            log.warning("template not used, the built-in one is", extra={"template": str(fault)})

    def sources(self, words: Language, used_own: Collection[str]) -> dict[str, str]:
        """What a mail was written with: the templates, "own/…" where a user's was used, and the catalogue."""
        found = {catalogue_name(words.tag): catalogue(words.tag)}
        if set(NAMES) - set(used_own):
            if words.tag not in self._ours:
                self._ours[words.tag] = _read(self._environment(words, is_own=False), "ours/")
            found |= self._ours[words.tag]
        if used_own:
            own = _read(self._environment(words, is_own=True), "own/")
            unused = {f"own/{name}" for name in NAMES if name not in used_own}
            found |= {name: text for name, text in own.items() if name not in unused}
        return found

    def _environment(self, words: Language, *, is_own: bool) -> Environment:
        key = (words.tag, is_own)
        if key not in self._environments:
            loader: BaseLoader = PackageLoader("monitor.channels.email")
            if is_own and self._folder is not None:
                loader = FileSystemLoader(self._folder)
            self._environments[key] = environment_of(words, loader)
        return self._environments[key]


def environment_of(words: Language, loader: BaseLoader) -> Environment:
    """Where templates are filled in, in a language."""
    environment = Environment(
        loader=loader,
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _read(environment: Environment, prefix: str) -> dict[str, str]:
    loader = environment.loader
    assert loader is not None
    names = environment.list_templates(extensions=("html", "txt"))
    return {prefix + name: loader.get_source(environment, name)[0] for name in names}


def _line(error: BaseException, file: Path) -> int:
    """Where in the file: what the parser says, else the innermost of its lines that was being filled; 0: unknown."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _message(error: Exception) -> str:
    kind = type(error).__name__
    text = " ".join(str(error).split())
    return f"{text} ({kind})" if text else kind
