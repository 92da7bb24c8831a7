"""The demo: a day of feeds around the five seeds, played to the real daemon over loopback.

`day` holds what is published and what is expected of it, `rendering` turns it into feeds, `feedserver` and `mailserver`
are the world, `daemon` runs the program under test through its command line, `account` reads what it made of it all,
`play` tells the story and compares. The acceptance tests use the same parts.
"""
