"""Archives ↔ bytes: JSON by the model's own types, compressed.

The one importer of pydantic outside the configuration: it reads and writes frozen dataclasses as they are, takes
defaults for what an older program did not write, and leaves out what a newer one did (docs/adr/0017).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from monitor.errors import StoreError
from monitor.model.archives import Archive
from monitor.model.digests import DigestStory
from monitor.store.text import plain

FORMAT = 1
# Of 71 kB (12 stories) level 3 leaves 6.7 in .8 ms, level 6 5.4 in 1.3 ms.
_LEVEL = 3


def encode_archive(archive: Archive) -> bytes:
    """An archive without its templates, which many share."""
    return zlib.compress(b'{"format":%d,"archive":%b}' % (FORMAT, _json(_bare(archive))), _LEVEL)


def decode_archive(content: bytes) -> Archive:
    """The archive of some bytes, its templates empty. Raises `StoreError` for what this program cannot read."""
    try:
        kept = json.loads(zlib.decompress(content))
        return _adapter().validate_python(kept["archive"])
    except (ValidationError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise StoreError(
            "What this digest was composed from was kept in a form that this program cannot read "
            f"({str(error).splitlines()[0]}). Its mail is there all the same: `monitor digest show`."
        ) from error


def digest_as_json(archive: Archive) -> Any:
    """What was told, as plain values for JSON."""
    return json.loads(_json(_bare(archive)))["digest"]


def encode_templates(archive: Archive) -> bytes:
    """The templates of an archive; alike for alike ones."""
    return _packed(tuple(sorted(archive.stationery.templates.items()) if archive.stationery else ()))


@lru_cache(maxsize=16)
def _packed(templates: tuple[tuple[str, str], ...]) -> bytes:
    return zlib.compress(json.dumps(dict(templates)).encode("ascii"), 9)


def decode_templates(content: bytes) -> dict[str, str]:
    """The templates of `encode_templates`."""
    found: dict[str, str] = json.loads(zlib.decompress(content))
    return found


def _bare(archive: Archive) -> Archive:
    return replace(archive, stationery=replace(archive.stationery, templates={})) if archive.stationery else archive


def _json(archive: Archive) -> bytes:
    """As the model's types say; stories that several readers' digests share are written once for all of them."""
    stories = archive.digest.stories
    try:
        rest = _adapter().dump_json(replace(archive, digest=replace(archive.digest, stories=())))
        if not stories or rest.count(_NO_STORIES) != 1:
            return _adapter().dump_json(archive)
        return rest.replace(_NO_STORIES, _NO_STORIES[:-2] + _stories_json(_Same(stories)))
    except PydanticSerializationError:  # a lone surrogate, which only a file of the configuration can bring
        return json.dumps(_plain(_adapter().dump_python(archive)), default=_by_type).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(key): _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _by_type(value: Any) -> Any:
    return TypeAdapter(type(value)).dump_python(value, mode="json")


_NO_STORIES = b'"stories":[]'
# In a text its quotes would be escaped; a second field of the name makes `_json` go the long way.


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """The very same stories, not equal ones: comparing them would cost what is to be saved."""

    stories: tuple[DigestStory, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.stories is other.stories

    def __hash__(self) -> int:
        return id(self.stories)


@lru_cache(maxsize=8)
def _stories_json(same: _Same) -> bytes:
    return _stories_adapter().dump_json(same.stories)


@cache
def _stories_adapter() -> TypeAdapter[tuple[DigestStory, ...]]:
    return TypeAdapter(tuple[DigestStory, ...])


@cache
def _adapter() -> TypeAdapter[Archive]:
    return TypeAdapter(Archive)
