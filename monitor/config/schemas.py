"""The JSON Schemas of the configuration's files, for editors (the files' first line names them)."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from monitor.config.feeds import FeedsFile
from monitor.config.profile_files import ProfileFile
from monitor.config.recipients import RecipientsFile
from monitor.config.seeds import ManifestFile
from monitor.config.settings import MonitorFile
from monitor.config.urls import UrlsFile
from monitor.config.watchlists import AliasFile, WatchlistFile

MODELS: dict[str, type[BaseModel]] = {
    "monitor.schema.json": MonitorFile,
    "feeds.schema.json": FeedsFile,
    "urls.schema.json": UrlsFile,
    "recipients.schema.json": RecipientsFile,
    "watchlist.schema.json": WatchlistFile,
    "aliases.schema.json": AliasFile,
    "profile.schema.json": ProfileFile,
    "manifest.schema.json": ManifestFile,
}
"""File name → the model of the YAML file that it describes."""


def schema_texts() -> dict[str, str]:
    """File name → the schema as JSON text, the same on every call."""
    return {name: _text(model) for name, model in MODELS.items()}


def _text(model: type[BaseModel]) -> str:
    schema: dict[str, Any] = {"$schema": GenerateJsonSchema.schema_dialect, **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
