"""The database: the only place that knows SQL; rows never leave it."""
