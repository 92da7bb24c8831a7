"""The user's YAML and environment → settings; the only place that reads YAML."""
