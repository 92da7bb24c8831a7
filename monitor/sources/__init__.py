"""Kinds of origin: the only places with an HTTP client and a feed parser."""
