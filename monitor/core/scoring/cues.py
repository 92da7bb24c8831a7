"""Words by which a language shows that a name tells of something else: a comparison, a medium, an envoy, the past.

All stand in the normal form (lower case, one sign for apostrophes). They belong to the languages, not to any
watchlist; scripts without spaces between words have theirs in `standing`.
"""

from __future__ import annotations

import re

# --- comparisons -------------------------------------------------------------------------------------------------

# A comparison opens right before the place, with at most a preposition between ("seperti di Korea Utara").
_PREPOSITION = (
    r"(?:\s+(?:di|dalam|negara|in|the|a|an|на|в|во|у|à|la|le|l|en|une|un|una|alla|al|nella|na|no|do|da|im|dem|der|den|dei"
    r"|w|v|u|ve|op|på|i|ở|nước))?"
)
_SIMILES = (
    "seperti|seperti halnya|kayak|bak|ala|layaknya|bagaikan|ibarat|serupa|mirip|gaya|menyerupai|macam|sekelas|selevel",
    "setertutup|seketat|sekeras|sekejam|separah|seburuk|semiskin|serepresif",  # se- makes an adjective compare
    r"unlike|like|such as|akin to|similar to|resembl\w*|than|à la|comme|wie|como|jak|jako|niczym|như|giống",
    "как|словно|подобно|вроде|наподобие|як|наче|мов|zoals|lijkt op|likt|simil[ei]|come|na wzór",
)
# Somebody turns into what is named, or into another of it.
_TURNS = (
    r"(?:(?:turn|transform|chang|morph)\w* (?:\w+ ){0,2}into|becom\w*|menjadi|berubah jadi"
    r"|превра\w+ (?:\w+ )?в"
    r"|стан(?:ет|ут|ем|овится|овятся)|перетвор\w+ (?:\w+ )?на|zmieni\w* się w|zamieni\w* się w|zu einem|zu einer"
    r"|(?:transform|convert)\w+ en|devien\w+|devenu\w*|diventa\w*|trasforma\w* in|torna\w*-se|transforma\w* (?:em|num))"
)
_ANOTHER = (
    r"(?: (?:a|an|another|second|new|втор\w+|нов\w+|друг\w+|drug\w+|zweiten|una|une|uma|segunda|seconde|seconda))*"
)
SIMILE_BEFORE = re.compile(rf"\b(?:{'|'.join(_SIMILES)}|{_TURNS}{_ANOTHER}){_PREPOSITION}\s+[\"“«'‘„]?$")
HOW = re.compile(r"(?:wie|как|jak|як|jako|comme|como|come)\b")
"""Cues that also open a sentence that compares nothing ("Wie Nordkorea Russland hilft")."""
AS_WELL = re.compile(r"\bтак и\b")
SIMILE_AFTER = re.compile(
    r"['’]?-(?:style|like|type)\b|\s+style\b|\s+(?:gaan |te )?lijk(?:en|t)\b|['’]?\w{0,4} (?:gibi|benz)"
)

# --- media -------------------------------------------------------------------------------------------------------

_NOUN_FIRST = (  # languages that put the noun before its adjective or owner
    r"kantor berita|surat kabar|koran|media|agensi berita|akhbar|агентств\w+|газет\w+|радиостанци\w+|телеканал\w+"
    r"|агенці\w+|agencj\w+|gazet\w+|dziennik\w{0,3}|agence|quotidien|médias?|agencia|diario|periódico|medios|agência"
    r"|jornal|mídia|agenzia|giornale|quotidiano|hãng tin|hãng thông tấn|truyền thông"
)
_MEDIA = (
    r"news ?agency|news ?wire|newspaper|daily|broadcaster|radio|television|tv|outlets?|news site|media|press|magazine"
    r"|newsreader|агентств\w+|газет\w+|радиостанци\w+|телеканал\w+|телекомпани\w+|журнал(?!ист)\w{0,2}|издани\w+|сми"
    r"|портал\w{0,2}|пресс[аыуе]|агенці\w+|змі|видання|agencj\w+|gazet\w+|dziennik\w{0,3}|telewizj\w+|portal\w{0,3}|pras[ay]"
    r"|media\w{0,2}|nachrichtenagentur\w*|agentur\w*|zeitung\w*|sender\w?|[a-z]*medien|presse|radio|persbureau|krant"
    r"|staatsmedia|omroep|nyhetsbyrå\w*|tidning\w*|medier|ajans\w*|gazete\w*|medya\w*|agentur\w+|deník\w*|médi\w+"
)
_QUALITIES = (
    r"state(?:-run|-owned)?|official|government|public|private|independent|news|local|государственн\w+|информационн\w+"
    r"|новостн\w+|независим\w+|официальн\w+|державн\w+|państwow\w+|oficjaln\w+|staatlich\w*|amtlich\w*|resmi|pemerintah"
    r"|officielle|oficial|ufficiale|statale|nasional|milik|asal|tiskov\w+|resmî|devlet"
)
MEDIUM_BEFORE = re.compile(
    rf"\b(?:(?:{_NOUN_FIRST})\s+(?:(?:{_QUALITIES}|de|di|da|of)\s+){{0,2}}|(?:{_NOUN_FIRST}|{_MEDIA})\s+[\"“«„'][^\"”»\n]{{0,24}})$"
)
MEDIUM_AFTER = re.compile(
    rf"(?:'s)?\s+(?:(?:{_QUALITIES})\s+){{0,2}}(?:{_MEDIA})\b(?!\s+(?:delegation|group|cooperation|workers|forum))"
)

# --- envoys ------------------------------------------------------------------------------------------------------

_ENVOYS = (
    r"ambassadors?|envoys?|embassy|embassies|charg[eé] d'affaires|consuls?|посл?[оа]\w{0,3}|посл[ыуе]|посольств\w+"
    r"|постпред\w*|консул\w*|dubes|duta besar|kedutaan|kedubes|konsul|ambasador\w*|ambasad\w+|botschaft\w*|ambassad\w+"
    r"|embajador\w*"
    r"|embajada|embaixador\w*|embaixada|ambasciator\w*|ambasciata|ambassadeur|büyükelçi\w*|đại sứ|velvyslan\w+|duta"
)
ENVOY = re.compile(rf"\b(?:{_ENVOYS})\b")
POSTED_TO = re.compile(
    r"\b(?:to|in|at|untuk|di|bagi|в|во|у|в|w|we|v|ve|in|bei|en|em|na|à|au|aux|ke|için|tại|ở|i)\s+(?:the\s+|la\s+|l')?$"
)

# --- the past ----------------------------------------------------------------------------------------------------

_BACKGROUNDS = (
    r"earlier|previously|meanwhile|separately|ранее|напомним|прежде|до этого|накануне|раньше|как сообщалось|раніше"
    r"|нагадаємо|sebelumnya|sementara itu|sebagai informasi|seperti diberitakan|belakangan|wcześniej|przypomnijmy"
    r"|tymczasem|w tym samym czasie|zuvor|unterdessen|derweil|auparavant|par ailleurs|anteriormente|previamente"
    r"|por otra parte|in precedenza|intanto|eerder|dříve|daha önce|trước đó|trong khi đó|tidigare|sebelum ini"
)
BACKGROUND = re.compile(rf"(?:{_BACKGROUNDS})\b", re.IGNORECASE)

# --- here --------------------------------------------------------------------------------------------------------

HERE = re.compile(
    r"\b(?:here|returns? home|returned home|back home|arrived? (?:by|on)|di sini|ke tanah air|здесь|на родину|hier|ici"
    r"|aquí|aqui|tutaj|do kraju|tại đây|về nước)\b",
    re.IGNORECASE,
)

# --- a quick look ------------------------------------------------------------------------------------------------

_BEGINNING = re.compile(r"\b\w{1,3}")


def _beginnings(*patterns: str) -> frozenset[str]:
    """The first three letters of each alternative, and of some that need none: enough to rule a text out."""
    return frozenset(re.findall(r"(?:^|[|(:])([^\W\d_]{1,3})", "|".join(patterns)))


SIMILE_BEGINNINGS = _beginnings(*_SIMILES, _TURNS)
MEDIUM_BEGINNINGS = _beginnings(_NOUN_FIRST, _MEDIA)
BACKGROUND_BEGINNINGS = _beginnings(_BACKGROUNDS)


def beginnings(text: str) -> list[str]:
    """The first three letters of each word."""
    return _BEGINNING.findall(text)
