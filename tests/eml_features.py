"""Checks of `tests.eml_lint` on what mail clients are known to drop, change or show to nobody.

Facts of which client supports what are from caniemail (MIT, its feature tables of 2026-06) and, for Outlook on Windows,
from its rendering by Word: no positioned or flexible layout, no variables, no functions for colours, no background
images, no `<svg>`; Gmail takes `<style>` only in the head, up to 16 kB, and drops a sheet with a nested @media or an
error in it whole; `display:none` and text of no size are what spam filters look for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.eml_lint import Element, Page

MAX_STYLE = 16 * 1024
BANNED_TAGS = {
    "script", "form", "button", "input", "select", "textarea", "iframe", "svg", "video", "audio", "object", "embed",
    "base", "link", "img", "picture", "canvas", "bdi", "article", "section", "main", "nav", "header", "footer", "aside",
    "details", "marquee", "blink", "math", "template", "dialog",
}  # fmt: skip
BANNED_STYLES = re.compile(
    r"flex|grid|position:|var\(|url\(|rgba?\(|hsla?\(|oklch|calc\(|clamp\(|light-dark|@import|expression\(|float:|"
    r"transform|animation|filter:|clip-path|object-fit|aspect-ratio|background-image|background:|gap:|inset:|:has\("
)
HIDDEN_STYLES = re.compile(
    r"display:\s*none|visibility:\s*hidden|opacity:\s*0|mso-hide|text-indent:\s*-|font-size:\s*0|max-height:\s*0|"
    r"height:\s*0|width:\s*[01]px|color:\s*transparent|left:\s*-\d"
)
RELATIVE_SIZE = re.compile(r"\d(rem|em|ex|ch|vw|vh|vmin|vmax)\b")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?\Z")


def feature_faults(page: Page, html: str) -> list[str]:
    """What some client would not show as meant."""
    faults = [f"<{tag}> in a mail" for tag in sorted(BANNED_TAGS & {element.tag for element in page.elements})]
    for element in page.elements:
        faults += _style_faults(element)
        faults += [f"{name} on <{element.tag}>" for name in element.attrs if name.startswith("on")]
    faults += _sheet_faults(page)
    if html.count("<!--[if") != html.count("<![endif]-->"):
        faults.append("a conditional comment for Outlook is not closed")
    comments = re.sub(r"<!--\[if.*?<!\[endif\]-->", "", html, flags=re.DOTALL)
    if "<!--" in comments:
        faults.append("a comment that is none for Outlook")
    return faults


def reading_faults(page: Page) -> list[str]:
    """What a screen reader, or a reader of another language, would stumble over."""
    faults = []
    headings = [int(element.tag[1]) for element in page.elements if re.fullmatch(r"h[1-6]", element.tag)]
    if any(below - above > 1 for above, below in pairwise(headings)):
        faults.append(f"a level of heading is left out: {headings}")
    faults += [f"an empty {element.tag}" for element in page.elements if _is_empty_heading(element)]
    for element in page.elements:
        lang, direction, role = (element.attrs.get(name) for name in ("lang", "dir", "role"))
        if lang is not None and lang != "und" and not LANGUAGE.match(lang):
            faults.append(f"lang={lang!r} is no language")
        if direction is not None and direction not in ("ltr", "rtl"):
            faults.append(f"dir={direction!r}")
        if role == "img" and not element.attrs.get("aria-label", "").strip():
            faults.append("a picture without a text in its place")
        if element.attrs.get("aria-hidden") == "true" and element.text.strip():
            faults.append("text that a screen reader is told to leave out")
        if element.tag == "table" and role != "presentation":
            faults.append("a table without role=presentation")
    return faults + list(_ambiguous_links(page))


def _ambiguous_links(page: Page) -> Iterator[str]:
    """Two links that say the same in the same place and lead elsewhere."""
    leads: dict[tuple[str, int], set[str]] = defaultdict(set)
    for element in page.elements:
        if element.tag == "a" and element.attrs.get("href"):
            words = " ".join(element.text.split()).casefold()
            leads[words, id(_block(element))].add(element.attrs["href"])
    for (words, _), hrefs in leads.items():
        if len(hrefs) > 1:
            yield f"{len(hrefs)} links say {words!r}"


def _block(element: Element) -> Element | None:
    node = element.parent
    while node is not None and node.tag not in ("td", "div", "p", "li"):
        node = node.parent
    return node


def _is_empty_heading(element: Element) -> bool:
    return bool(re.fullmatch(r"h[1-6]|title", element.tag)) and not element.text.strip()


def _style_faults(element: Element) -> list[str]:
    style = element.attrs.get("style", "")
    faults = []
    if BANNED_STYLES.search(style):
        faults.append(f"style {style!r}")
    if HIDDEN_STYLES.search(style) or "hidden" in element.attrs:
        faults.append(f"hidden: <{element.tag} style={style!r}>")
    if RELATIVE_SIZE.search(style):
        faults.append(f"a size that Outlook does not know: {style!r}")
    if re.search(r"(margin|padding)[^;]*:-", style):
        faults.append(f"a negative margin: {style!r}")
    if "text-align:justify" in style.replace(" ", ""):
        faults.append("justified text")
    if element.tag == "td" and (colour := element.style.get("background-color")) and "bgcolor" not in element.attrs:
        outer = element.parent
        while outer is not None and outer.style.get("background-color") is None:
            outer = outer.parent
        if outer is None or outer.style["background-color"] != colour:
            faults.append(f"a background without bgcolor, which Outlook takes: {colour}")
    return faults


def _sheet_faults(page: Page) -> list[str]:
    faults = []
    sheets = [element for element in page.elements if element.tag == "style"]
    if any(sheet.parent is None or sheet.parent.tag != "head" for sheet in sheets):
        faults.append("<style> outside the head, where Gmail drops it")
    if len(page.css.encode()) > MAX_STYLE:
        faults.append(f"{len(page.css.encode())} bytes of styles")
    if page.css.count("{") != page.css.count("}"):
        faults.append("the braces of the styles do not pair")
    if BANNED_STYLES.search(page.css.replace("@media", "")):
        faults.append(f"styles hold {BANNED_STYLES.search(page.css)[0]!r}")  # type: ignore[index]
    if HIDDEN_STYLES.search(page.css):
        faults.append("styles hide something")
    if re.search(r"@media[^{]*\{[^{}]*(\{[^{}]*\}[^{}]*)*@media", page.css):
        faults.append("a nested @media")
    names = {(element.tag, element.attrs.get("name", "")) for element in page.elements}
    if ("meta", "color-scheme") not in names or ("meta", "viewport") not in names:
        faults.append("no color-scheme or no viewport")
    small = [float(size) for size in re.findall(r"font-size:\s*([\d.]+)px", page.css)]
    return faults + [f"text of {size}px in the styles" for size in small if size < 12]
