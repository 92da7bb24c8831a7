"""What it counts in grouping that one outlet wrote both texts."""

from __future__ import annotations

from monitor.core.features import Frequencies, Gazetteer, features
from monitor.core.open_stories import OpenStories
from monitor.core.stories import Assignment, Wording, assign
from tests.factories import NOW, make_article

FIRST = make_article(
    "Un vol est arrivé la nuit avec des voyageurs",
    text="Le vol attendu depuis des semaines est arrivé dans la nuit, a annoncé la compagnie. Les passagers, bloqués "
    "par la fermeture des frontières, ont été testés avant de rentrer chez eux. D'autres vols sont prévus ce mois-ci.",
    host="one.example",
)
MORE = (
    "Un vol spécial est arrivé la nuit dernière. La compagnie précise que tous les passagers, bloqués depuis la "
    "fermeture des frontières, seront testés puis placés à l'isolement dans un hôtel voisin, aux frais de la ville."
)


def placed_after_first(title: str, host: str, *wordings: Wording) -> Assignment:
    """The place of an article beside a story of `FIRST`."""
    stories, frequencies = OpenStories(), Frequencies()
    stories.keep(assign(FIRST, features(FIRST, Gazetteer({})), stories=stories, frequencies=frequencies, now=NOW).story)
    article = make_article(title, text=MORE, host=host, url=f"https://{host}/b")
    read = features(article, Gazetteer({}))
    return assign(article, read, stories=stories, frequencies=frequencies, now=NOW, wordings=wordings)


def test_an_outlets_next_text_under_other_names_is_another_story() -> None:
    placed = placed_after_first("Un vol est arrivé la nuit de Vienne et Budapest", "one.example")
    assert placed.joining.is_first
    assert "0.50 for names that only one report of this outlet holds" in placed.joining.reason
    assert placed.decision.features["outlet"] == "another report of one outlet"


def test_another_outlets_text_under_other_names_is_the_same_story() -> None:
    assert placed_after_first("Un vol est arrivé la nuit de Vienne et Budapest", "two.example").story.id == FIRST.id


def test_an_outlets_next_text_without_other_names_is_the_same_story() -> None:
    assert placed_after_first("La nuit un vol est arrivé avec ses voyageurs", "one.example").story.id == FIRST.id


def test_an_outlets_text_that_has_grown_by_names_is_the_same_story() -> None:
    grown = Wording(article_id=FIRST.id, containment=0.6)
    placed = placed_after_first("Un vol est arrivé la nuit de Vienne et Budapest", "one.example", grown)
    assert placed.story.id == FIRST.id
    assert "outlet" not in placed.decision.features
