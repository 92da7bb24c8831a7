"""A lint for our mails: what clients, filters and screen readers are known to stumble over, as a list of faults.

`lint(bytes)` returns one sentence a fault; an empty list is a mail that may go out. The colours are worked out as a
client does: inline styles, and over them the rules for dark mode and those for Outlook.com's (`data-ogsc`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import Message
from html.parser import HTMLParser

from tests.eml_features import feature_faults, reading_faults

MAX_HTML = 80 * 1024
MAX_WIRE = 100 * 1024
ONCE = ("Date", "From", "To", "Message-ID", "Subject", "List-Id", "Auto-Submitted", "MIME-Version", "Content-Language")
IDENTIFIERS = (b"Message-ID", b"List-Id", b"List-Unsubscribe", b"List-Help", b"References", b"In-Reply-To")
VOID = {"meta", "br", "hr", "img", "link", "input"}
EMPTY_WORDS = {"here", "click here", "read more", "more", "link", "selengkapnya", "di sini", "klik di sini", "baca"}
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\ufeff]")


@dataclass
class Element:
    """An element under way: what it and its ancestors say."""

    tag: str
    attrs: dict[str, str]
    parent: Element | None
    text: str = ""
    style: dict[str, str] = field(default_factory=dict)

    def inherited(self, name: str) -> str | None:
        node: Element | None = self
        while node is not None:
            if name in node.attrs:
                return node.attrs[name]
            node = node.parent
        return None


class Page(HTMLParser):
    """The elements of a page, with their texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.texts: list[tuple[Element, str]] = []
        self.css = ""
        self._open: list[Element] = []
        self.faults: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        element = Element(tag, values, self._open[-1] if self._open else None)
        for declaration in values.get("style", "").split(";"):
            name, _, value = declaration.partition(":")
            element.style[name.strip()] = value.strip()
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes nothing")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        element = self._open[-1] if self._open else None
        if element is None or not data.strip():
            return
        if element.tag == "style":
            self.css += data
            return
        node: Element | None = element
        while node is not None:
            node.text += data
            node = node.parent
        if element.tag != "title":
            self.texts.append((element, data))


def lint(content: bytes) -> list[str]:
    """The faults of a mail."""
    message = message_from_bytes(content, policy=policy.default)
    faults = _bytes_faults(content) + _header_faults(message)
    faults += [
        f"{name} stands {len(message.get_all(name, []))} times" for name in ONCE if len(message.get_all(name, [])) != 1
    ]
    if message.defects:
        faults.append(f"defects: {message.defects}")
    subject = str(message["Subject"])
    if not 0 < len(subject) <= 70 or subject.isupper():
        faults.append(f"the subject {subject!r} has {len(subject)} characters or shouts")
    if [part.get_content_type() for part in message.walk()] != ["multipart/alternative", "text/plain", "text/html"]:
        return [*faults, "the parts are not text, then HTML"]
    bodies = (str(part.get_content()) for part in message.iter_parts())  # type: ignore[union-attr]
    text, html = (body.replace("\r\n", "\n") for body in bodies)
    page = Page(html)
    faults += page.faults + _structure_faults(page, html, text) + _words_faults(page)
    faults += feature_faults(page, html) + reading_faults(page) + _text_faults(text)
    for mode in ("light", "dark", "outlook"):
        faults += _colour_faults(page, mode)
    return faults


def _header_faults(message: Message) -> list[str]:
    faults = []
    if not re.fullmatch(r"<[^<>\s@]+@[^<>\s@]+>", str(message["Message-ID"]).strip()):
        faults.append(f"the Message-ID {message['Message-ID']}")
    if str(message["Auto-Submitted"]) != "auto-generated" or str(message["Precedence"]) != "list":
        faults.append("not said to be sent by a program to a list")
    if message["Date"] is not None and message["Date"].datetime.tzinfo is None:
        faults.append("a Date without a zone")
    ways = re.findall(r"<([^<>]+)>", str(message["List-Unsubscribe"] or ""))
    https = [way for way in ways if way.startswith("https://")]
    if not ways or any(not way.startswith(("https://", "mailto:")) for way in ways) or len(https) > 1:
        faults.append(f"List-Unsubscribe offers {ways}")
    if bool(https) != (str(message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"):
        faults.append("one-click is promised without an https address, or not promised with one")
    if not re.search(r"<(mailto:|https?://)[^<>]+>", str(message["List-Help"])):
        faults.append(f"List-Help is {message['List-Help']}")
    if str(message["Subject"]).casefold().startswith("re:") != (message["In-Reply-To"] is not None):
        faults.append("an answer by its subject or by its headers, not by both")
    for part in message.walk():
        if not part.is_multipart() and part.get("Content-Transfer-Encoding") not in ("quoted-printable", "7bit"):
            faults.append(f"a part is encoded as {part.get('Content-Transfer-Encoding')}")
    return faults


def _text_faults(text: str) -> list[str]:
    faults = []
    if len(text.split()) < 20:
        faults.append("a plain text of hardly a word")
    if re.search(r"</?(p|a|br|td|table|b|span)\b[^>]*>", text):
        faults.append("HTML in the plain text")
    if BIDI_CONTROLS.search(text):
        faults.append("characters that turn the direction in the plain text")
    if re.search(r"\n{5,}", text):
        faults.append("a hole in the plain text")
    return faults


def _bytes_faults(content: bytes) -> list[str]:
    faults = []
    if len(content) > MAX_WIRE:
        faults.append(f"{len(content)} bytes on the wire")
    if not content.isascii() or re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        faults.append("not 7bit with CRLF")
    head, _, body = content.partition(b"\r\n\r\n")
    faults += [f"a header line of {len(line)}" for line in head.split(b"\r\n") if len(line) > 78 and _can_fold(line)]
    faults += [f"a body line of {len(line)}" for line in body.split(b"\r\n") if len(line) > 76]
    for name in IDENTIFIERS:
        found = re.search(rb"(?im)^" + name + rb":(.*(?:\r\n[ \t].*)*)", head)
        value = found.group(1) if found else b""
        if name == b"List-Id":  # a name may stand before it, encoded like any other
            value = value[value.rfind(b"<") :]
        if b"=?" in value or any(len(token) > 70 for token in value.split()):
            faults.append(f"{name.decode()} is encoded or too long")
    return faults


def _can_fold(line: bytes) -> bool:
    """Whether a header's line could be shorter: one address alone behind the name cannot, and must not be parted."""
    return b" " in line.partition(b": ")[2].strip()


def _structure_faults(page: Page, html: str, text: str) -> list[str]:
    faults = []
    tags = [element.tag for element in page.elements]
    if len(html.encode()) > MAX_HTML:
        faults.append(f"{len(html.encode())} bytes of HTML")
    if not html.lower().startswith("<!doctype html>") or not page.elements[0].attrs.get("lang"):
        faults.append("no doctype or no language")
    if tags.count("h1") != 1 or "title" not in tags:
        faults.append(f"{tags.count('h1')} h1, {tags.count('title')} title")
    for element in page.elements:
        if element.tag == "a":
            faults += _link_faults(element, text)
        size = element.style.get("font-size", "12px")
        if size.endswith("px") and float(size.removesuffix("px")) < 12:
            faults.append(f"text of {size}")
    return faults


def _link_faults(element: Element, text: str) -> list[str]:
    faults = []
    href, words = element.attrs.get("href", ""), " ".join(element.text.split())
    if not re.match(r"(https?://|mailto:)", href):
        faults.append(f"a link to {href!r}")
    if not words or words.casefold().rstrip(" .…»>→") in EMPTY_WORDS or re.match(r"https?://", words):
        faults.append(f"a link that says {words!r}")
    if href not in text:
        faults.append(f"{href} is missing in the plain text")
    return faults


def _words_faults(page: Page) -> list[str]:
    faults = []
    own = page.elements[0].attrs.get("lang", "")
    for element, text in page.texts:
        if BIDI_CONTROLS.search(text) or any(
            unicodedata.category(char) == "Cc" and char not in "\n\t" for char in text
        ):
            faults.append(f"control characters in {text[:40]!r}")
        letters = [char for char in text if char.isalpha()]
        foreign = sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters)
        if foreign > 16 and element.inherited("lang") == own:
            faults.append(f"foreign text without its language: {text[:40]!r}")
        strong = next((b for char in text if (b := unicodedata.bidirectional(char)) in ("L", "R", "AL")), "L")
        is_rtl = element.inherited("dir") == "rtl"
        if (strong in ("R", "AL")) != is_rtl and len(letters) > 2 and strong != "L":
            faults.append(f"right-to-left text without dir: {text[:40]!r}")
    return faults


def _colour_faults(page: Page, mode: str) -> list[str]:
    rules = _rules(page.css, mode)
    faults = []
    for element, text in page.texts:
        colour, background = (_effective(element, name, *rules) for name in ("color", "background-color"))
        if colour is None or background is None:
            faults.append(f"{mode}: {text[:30]!r} has no colour or background of its own")
        elif (ratio := contrast(colour, background)) < 4.5:
            faults.append(f"{mode}: contrast {ratio:.1f} of {text[:30]!r} ({colour} on {background})")
    return faults


_Rules = dict[str, dict[str, str]]


def _rules(css: str, mode: str) -> tuple[_Rules, _Rules]:
    """What the sheet says by tag and by class; "outlook" is Outlook.com in the dark, which marks what it changes."""
    bodies = {name: _media(css, name) for name in ("screen", "(prefers-color-scheme:dark)")}
    if mode == "dark":
        chosen = bodies["screen"] + bodies["(prefers-color-scheme:dark)"]
    elif mode == "outlook":
        chosen = "".join(re.findall(r"\[data-ogs[cb]\][^{}]*\{[^{}]*\}", css))
    else:
        chosen = bodies["screen"]
    if mode == "dark":
        assert bodies["(prefers-color-scheme:dark)"], "no rules for dark mode"
    tags: _Rules = {}
    classes: _Rules = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", chosen):
        pairs = (declaration.partition(":") for declaration in body.split(";") if declaration.strip())
        declared = {name.strip(): value.strip() for name, _, value in pairs}
        for selector in selectors.split(","):
            name = re.sub(r"\[data-ogs[cb]\]\s*", "", selector).strip()
            (classes if name.startswith(".") else tags).setdefault(name.lstrip("."), {}).update(declared)
    return tags, classes


def _media(css: str, query: str) -> str:
    found = re.search(r"@media " + re.escape(query) + r"\s*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", css)
    return re.sub(r"/\*.*?\*/", "", found.group(1), flags=re.DOTALL) if found else ""


def _effective(element: Element, name: str, tags: _Rules, classes: _Rules) -> str | None:
    """The value in force: what the sheet insists on, else what stands in the element, else what the sheet says."""
    node: Element | None = element
    while node is not None:
        said = [classes[kind][name] for kind in node.attrs.get("class", "").split() if name in classes.get(kind, {})]
        said = said[-1:] or [value for value in [tags.get(node.tag, {}).get(name)] if value is not None]
        if said and "!important" in said[0]:
            return said[0].replace("!important", "").strip()
        if name in node.style:
            return node.style[name]
        if said:
            return said[0]
        node = node.parent
    return None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two hexadecimal colours (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(char * 2 for char in digits) if len(digits) == 3 else digits
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
