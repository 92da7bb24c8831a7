"""Digests as mail: `render` (digest → message), `wire` (message → bytes), `smtp` (bytes → server)."""
