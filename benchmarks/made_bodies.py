"""English bodies for the made streams: sentences by type of event, and what only one event's reports say.

All written for this benchmark. Slots as in `made_headlines`; besides them `{d}` is a district, `{s}` a speaker and
`{o}` a body that only this event has.
"""

from __future__ import annotations

DISTRICTS = (
    *("Marbrook", "Tellin", "Ostavia", "Quayside", "Rendal", "Pirewood"),
    *("Calloway", "Sunder", "Brannock", "Veyra", "Ashmere", "Dunlow"),
)
SPEAKERS = (
    *("Okonjo", "Lindqvist", "Haraldsen", "Petrovic", "Nakagawa", "Alvarado"),
    *("Suryadi", "Benhamou", "Castell", "Rourke", "Iyer", "Moreau"),
)
BODIES = (
    *("Civil Defence Bureau", "Harbour Authority", "Chamber of Industry", "Union of Engineers"),
    *("Metropolitan Council", "Institute of Geology", "League of Consumers", "Bar Association"),
    *("Transport Board", "Red Lantern Society", "Fiscal Council", "Sports Tribunal"),
)

_QUAKE = """
A powerful earthquake struck {p} early in the morning, toppling walls and cutting power across {d}.
The ground shook for almost half a minute in {p}, where people fled their homes in the dark.
At least {k} people were killed when buildings collapsed in and around {p}, officials said.
The {o} put the magnitude at {n}.{m} and warned of aftershocks.
Schools in {d} will stay closed until engineers have inspected them.
"We are still hearing voices under the concrete," said {s}, who leads the rescue work.
Hospitals treated the injured in tents because of cracks in their wards.
No tsunami warning was issued.
The army sent two battalions with heavy machinery to clear the roads.
Residents spent the night outdoors wrapped in blankets.
"""
_VISIT = """
The president of {a} landed in {b} on a two-day state visit meant to widen trade between the two countries.
Leaders of {a} and {b} signed a cooperation agreement after three hours of talks.
A guard of honour welcomed the guest from {a} at the palace in the capital of {b}.
The pact covers ports, energy and military exchanges, the {o} said.
{s}, who negotiated the text, called it a beginning and not an end.
Business people from {d} travelled with the delegation.
Neither side took questions from reporters.
Analysts said the visit was watched closely in neighbouring capitals.
Trade between the two has doubled in a decade.
A joint statement will be published on Friday.
"""
_FIRE = """
A fire swept through a textile factory in {p}, killing {k} workers, most of them women.
Flames broke out on the ground floor of the garment plant in {p} shortly after the night shift began.
Dozens were trapped behind locked doors as the blaze spread through the mill in {p}.
The plant in {d} had been warned twice about blocked exits, the {o} said.
"My sister called me from the roof," said {s}, waiting at the gate.
Police questioned the owner and sealed the building.
Firefighters needed nine hours to bring the flames under control.
The cause was not known, but survivors spoke of sparks from a cable.
Unions demanded compensation for the families.
Most victims died of smoke, doctors said.
"""
_RATES = """
The central bank of {a} raised its main interest rate to {n} percent on Thursday, citing stubborn inflation.
Policymakers in {a} surprised markets with a rate increase of half a percentage point.
The currency of {a} jumped after the bank tightened policy for the first time in a year.
Economists at the {o} had expected no change.
"Prices are rising faster than wages," said governor {s}.
Builders in {d} warned that home sales would fall.
The decision was not unanimous.
Bond yields rose and shares slipped.
The next meeting is in six weeks.
Households with variable loans will pay more from next month.
"""
_MATCH = """
{a} beat {b} {n}-{m} on Saturday to reach the final of the cup.
A penalty four minutes from time sent {a} past {b} and into the final.
{b} went out of the cup after a bruising defeat by {a}.
{s} scored the winner in front of a full stadium in {d}.
The {o} will look into a scuffle after the final whistle.
The losing coach said his players had nothing left to give.
Thousands danced in the squares until morning.
The goalkeeper saved twice in the first half.
The final will be played in two weeks.
Both teams missed injured forwards.
"""
_ARREST = """
Former minister {w} was arrested on Wednesday on suspicion of taking bribes worth {k} million.
Investigators led {w} out of a villa in {d} before dawn and searched it for hours.
A court ordered the former minister {w} held for {k} days while prosecutors prepare charges.
The money is said to have come from a contractor of the {o}.
Defence lawyer {s} called the case political.
{w} denies any wrongdoing.
Supporters gathered outside the court and blocked the street.
The agency has opened more than forty such cases this year.
The government declined to comment on a running inquiry.
If convicted, the accused faces up to twenty years in prison.
"""

_BY_KIND = {
    "quake": _QUAKE,
    "visit": _VISIT,
    "fire": _FIRE,
    "rates": _RATES,
    "match": _MATCH,
    "arrest": _ARREST,
}


def sentences(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Three wordings of the first sentence, and seven that may follow."""
    lines = tuple(_BY_KIND[kind].strip().splitlines())
    return lines[:3], lines[3:]
