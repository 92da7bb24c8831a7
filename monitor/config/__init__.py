"""The user's YAML and environment → settings; the only place that reads YAML.

Owns what the files may hold, the messages about what they may not, and where passwords come from. Decides nothing
about news. `load` is all that the composition root needs.
"""

from monitor.config.loading import Configuration, load
from monitor.config.settings import Settings

__all__ = ["Configuration", "Settings", "load"]
