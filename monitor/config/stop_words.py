"""Words that stand in nearly every text of their language: alone they are no term.

Function words only: articles, prepositions, conjunctions, pronouns, particles, auxiliaries. Every spelling of a
watchlist applies to every article: an "AS" (Amerika Serikat) finds each English "as".
Written from general knowledge of the languages. Refuses: names, and content words however frequent. Scripts that are
matched inside runs (Han, kana, Thai) and Hangul endings are left out: there a word's edge is no edge of a match.
"""

from __future__ import annotations

_BY_LANGUAGE = {
    "id ms": """
        ada adalah agar akan aku anda antara apa atas atau bagi bahwa bahawa banyak bisa boleh bukan dalam dan dapat
        dari daripada dengan di dia hanya hingga ia ini itu jadi jika juga kami kamu karena kerana ke kepada kita
        lagi lain lebih maka masih mereka namun oleh pada para saat saja sangat saya sebagai sebuah sedang sejak
        selama semua seperti serta setelah selepas sudah supaya tapi telah tentang terhadap tetapi tidak tak tiap
        untuk yang
    """,
    "en": """
        a about after all also an and any are as at be been but by can could did do does for from had has have he her
        him his how i if in into is it its may me more most my no not of on or our out over she should so some such
        than that the their them then there these they this those to up us was we were what when where which while
        who whom will with would you your
    """,
    "ru": """
        а без бы был была были было быть в вас вы во все всех где да для до его ее если есть ещё еще же за и из или
        им их к как когда кто ли меня мы на над не него нет ни но о об он она они оно от по под при с со так там то
        того тоже только ты у уже чем что чтобы это этого этой этом этот я
    """,
    "uk": """
        але або був була були було в від він вона вони воно все де для до є за з зі і й його її їх як коли ми на над
        не ні о про по під при та так там те тільки ти у це цей цього ця що щоб я
    """,
    "pl": """
        a aby ale bez był była było być ci co czy dla do gdy go i ich im ja jak jako je jego jej jest jeszcze już
        które który która lub ma mi my na nad nie nim o od on ona one oni oraz po pod przed przez przy są się tak
        tam te tego tej ten to tu ty tych tylko w we więc wy z za że ze
    """,
    "de": """
        aber als am an auch auf aus bei bin bis da damit dann das dass dem den der des die du durch ein eine einem
        einen einer eines er es für hat haben hatte ich ihr im in ist ja man mit nach nicht noch nur ob oder sein
        sich sie sind so über um und uns unter vom von vor war waren was wenn wer werden wie wir wird zu zum zur
    """,
    "fr": """
        à au aux avec ce ces cet cette comme d dans de des du elle elles en est et été être eux il ils je l la le les
        leur leurs lui mais me même mes mon ne nos notre nous on ont ou où par pas plus pour qu que qui sa sans se ses
        si son sont sous sur ta te tu un une vers vos votre vous y
    """,
    "es": """
        a al algo ante aunque como con contra cuando de del desde donde dos el ella ellas ellos en entre era es esa
        ese eso esta este esto fue ha han hasta hay la las le les lo los más me mi muy no nos o otra otro para pero
        por porque que quien se según ser si sin sobre son su sus también te tu un una uno y ya yo
    """,
    "pt": """
        ao aos as à às até com como da das de dela dele do dos e ela elas ele eles em entre era essa esse esta este
        eu foi há isso já lhe mais mas me meu muito na nas não nem no nos nós num numa o os ou para pela pelas pelo
        pelos por porque quando que quem se sem ser seu seus só sua suas são também te tem um uma
    """,
    "it": """
        a ad ai al alla alle agli anche che chi ci come con cui da dai dal dalla dalle degli dei del della delle di e
        è ed era fra gli ha hanno i il in io la le lei li lo loro lui ma mi ne nei nel nella nelle noi non o per però
        più quando quella quello questa questo se si sono sua sul sulla suo sui tra tu un una uno vi voi
    """,
    "nl": """
        aan al als bij dan dat de der deze die dit door een en er had heb hebben heeft het hij hun ik in is je kan
        maar meer met mijn na naar niet nog nu of om onder ook op over te tot u uit van veel voor was wat we wel werd
        wie wij worden wordt zal ze zich zij zijn zo
    """,
    "tr": """
        ama ancak bir bu çok da daha de değil diye en gibi göre hem her için ile ise kadar ki mi mu mı o olan olarak
        oldu onun sonra şu tarafından üzere ve veya ya
    """,
    "vi": """
        bị bởi các cái cho có của cũng đã đang để đến điều đó được hay khi không là lại mà mỗi một này nên như những
        nhưng ở ra rằng rất sẽ tại thì trên trong từ và vào về vì với
    """,
    "ar": """
        أن إلى إن أو بعد بين ثم حتى ذلك على عن عند في قبل قد كان كانت كل كما لا لكن لم ما مع من منذ هذا هذه هو هي و
        التي الذي
    """,
    "fa": "از است با برای به تا در را که و این آن یا هم شد می",
    "hi": "का के की में से है हैं को ने और पर यह वह कि एक भी हो था थे थी लिए इस उस या तो नहीं",
    "cs sk": """
        aby ale ani až bez by byl byla bylo co do i je jako jeho její k ke který která na nebo o od po pro při s se si
        že v ve z za ze
    """,
    "sv da no": """
        att av den det en ett för från har i inte med och om på som till var är af at de der er et for fra ikke og til
    """,
}

_OF = {
    language: frozenset(words.split()) for languages, words in _BY_LANGUAGE.items() for language in languages.split()
}
_ALL = frozenset[str]().union(*_OF.values())


def is_only_stop_words(term: str, language: str | None = None) -> bool:
    """Whether a term holds no other word; a stem ("dan*") is none.

    Under a language its own words count ("met" is a term in English, and none in Dutch), and an abbreviation's those
    of all: nobody writes "AS" or "WHO" for a word of the own language.
    """
    words = term.casefold().replace("-", " ").split()
    own = _OF.get((language or "").partition("-")[0], _ALL)
    is_abbreviation = term != term.lower() and term == term.upper()
    return bool(words) and all(word in own or (is_abbreviation and word in _ALL) for word in words)
