"""What of a changed configuration only a restart takes over."""

from __future__ import annotations

from monitor.config import Settings


def restart_needed(old: Settings, new: Settings) -> list[str]:
    """The keys of monitor.yaml that differ and that a running daemon does not take over."""
    pairs: dict[str, tuple[object, object]] = {
        "store.url": (old.store_url.reveal(), new.store_url.reveal()),
        "store.pool_size": (old.store.pool_size, new.store.pool_size),
        "polling.tick_s": (old.polling.tick_s, new.polling.tick_s),
        "polling.parse_workers": (old.polling.parse_workers, new.polling.parse_workers),
        "polling.parse_timeout_s": (old.polling.parse_timeout_s, new.polling.parse_timeout_s),
        "polling.max_entries": (old.polling.max_entries, new.polling.max_entries),
        "retention.index_days": (old.retention.index_days, new.retention.index_days),
        "log": (old.log, new.log),
    }
    return [name for name, (before, after) in pairs.items() if before != after]
