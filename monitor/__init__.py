"""A media-monitoring alert daemon: polls feeds, tells each story once, explains every match, mails digests."""

__version__ = "0.1.0"
