"""The prior points of the structural signals: one table, with where each number comes from.

Origin: a study on 1,186 labelled real items in twelve languages (relevance.md C4). Its logistic regression over 14
language-independent features reached average precision .965; "near" carried the largest weight (+3.5), then both
sides in the title and title × lead; each listed third country cost 1.1. Here one unit of that regression is about
six points, and a probability of one half lies at the default threshold of 50.

The values of scoring version 2 follow a ridge regression that starts from that table (`benchmarks/fit_weights.py`), on
the labelled development items and 172 articles written for it (`tests/relevance/fitting.jsonl`), rounded by hand: the
opening took over much of what title × lead and the lead had earned. Figures on those two sets are not blind; those on
`tests/relevance/held_out.jsonl` are.

All points are multiples of a quarter: a binary float holds them exactly, so their sum is exact in any order.
"""

from __future__ import annotations

from typing import Final

QUARTER: Final = 0.25


def quarters(points: float) -> float:
    """The nearest multiple of a quarter."""
    return round(points / QUARTER) * QUARTER


LEAD_CHARS: Final = 300
"""Length of the lead (C4); Han and kana say as much in 120 characters, Hangul in 160."""
LEAD_CHARS_HAN: Final = 120
LEAD_CHARS_HANGUL: Final = 160
OPENING_SENTENCES: Final = 2
"""Sentences of the body that say, with the title, what the news is."""
NEAR_WORDS: Final = 25
"""C4 measured 150 characters (CJK 60–80), about 25 words; a sentence's end also parts."""

# --- a relation: two or more sides -------------------------------------------------------------------------------
NAMED: Final = 12.0  # the gate alone: both sides anywhere has precision .66 (C4)
SIDE_IN_TITLE: Final = 6.0  # each, two at most
ALL_IN_TITLE: Final = 18.0  # precision .958
TITLE_X_LEAD: Final = 8.0  # one side in the title, the others in the lead: close behind both in the title
SIDE_IN_LEAD: Final = 3.0  # each, two at most
ALL_IN_LEAD: Final = 10.0  # title + lead: recall .994, precision .848
OPENING: Final = 11.0  # all sides in title and the first two sentences
NEAR_OPENING: Final = 16.0  # near in the title or the first sentences: the largest weight
NEAR_LEAD: Final = 10.0  # near in the rest of the lead
NEAR_BODY: Final = 8.0  # near further down only
PAIR_SENTENCE: Final = 2.0  # each further sentence that names all sides
PAIR_SENTENCES_MAX: Final = 8.0
MENTION: Final = 1.5  # each further mention of the side named least
MENTIONS_MAX: Final = 7.5
APART: Final = -10.0  # never near each other, nor together in title and lead
LISTED: Final = -18.0  # all sides meet only in an enumeration with third parties
CROWD: Final = -5.0  # each third party beyond two in title and lead
CROWD_FREE: Final = 2
CROWD_MAX: Final = -20.0
FOREIGN: Final = -10.0  # a third party stands in the title and a side does not
SIMILE: Final = -25.0  # a side stands in the title, or in title and lead, only as a comparison
GROUPED: Final = -8.0  # a side is named only beside third parties ("China and Russia")
SOURCE: Final = -20.0  # a side stands only in the name of a medium
POSTED: Final = -20.0  # a side stands only where a third party's envoy sits
MARGINAL: Final = -25.0  # a side stands only in captions, datelines, links
PASSING: Final = -8.0  # a side is named once, in neither title nor lead

# --- a topic: one side or none -----------------------------------------------------------------------------------
TOPIC_NAMED: Final = 15.0
TOPIC_IN_TITLE: Final = 35.0
TOPIC_IN_LEAD: Final = 20.0
TOPIC_MENTION: Final = 2.5
TOPIC_MENTIONS_MAX: Final = 15.0

# --- all ---------------------------------------------------------------------------------------------------------
PROFILE_MAX: Final = 8.0  # the seed profile alone is below the plain gate (C2): a small share
PROFILE_SATURATION: Final = 0.3  # share of the profile's weight at which the points are full
