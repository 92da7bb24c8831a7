"""The words of dates: months, days, halves of the day and time zones in the languages of the feeds we read.

Facts about languages and clocks. All words are compared in the form that `plain` gives: case-folded, NFKC, without
accents, with one shape for letters and digits that differ in code only.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u0640\u093c\u09bc]")
_SHAPES = str.maketrans(
    "\u2212\u2010\u2011\u2012\u2013\u2014\u2019\u02bc\u65f6\u70b9\u9ede\u53f7\u865fıđłیىک،",
    "------''時時時日日idlييك,",
)


def plain(text: str) -> str:
    """The form in which words of dates are compared; ASCII only loses its case."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    folded = unicodedata.normalize("NFKC", bare).casefold().translate(_SHAPES)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() and c > "9" else c for c in folded)


_MONTH_NAMES: tuple[str, ...] = (
    # January … December. In this order: en id/ms nl de da/sv/no fr es pt it ro tl sw · tr az · fi et lv lt hu ·
    # cs sk pl hr/sr sl · ru uk be bg mk sr kk · el · he · ar (Gulf, Maghreb, Levant) fa ur · hi bn · th · ja/zh
    "january jan januari januar janv janvier ene enero janeiro gennaio gen jänner ianuarie ian ocak oca yanvar tammikuu"
    " tammikuuta tammi jaanuar janvaris sausio sausis leden ledna led januara stycznia styczen sty sijecnja sijecanj"
    " январь января янв січня січень січ студзеня студзень сту януари яну јануар јануари қаңтар"
    " ιανουαριου ιανουαριος ιαν ינואר يناير جانفي ژانویه جنوری जनवरी जन জানুয়ারি มกราคม ม.ค",
    "february feb februari pebruari peb februar fév févr février febrero fev fevereiro febbraio februarie şubat şub"
    " fevral helmikuu helmikuuta helmi veebruar veebr februaris vasario vasaris február únor února úno februára"
    " lutego luty lut veljače veljača pebrero feber февраль февраля фев февр лютого лютий лют лютага люты февруари"
    " фебруар фебруари ақпан φεβρουαριου φεβρουαριος φεβ פברואר فبراير فيفري شباط فوریه فروری फ़रवरी फर ফেব্রুয়ারি"
    " กุมภาพันธ์ ก.พ",
    "march mar maret mac maart mrt märz mär mrz maerz mars marts mart marzo março marco martie maaliskuu maaliskuuta"
    " maalis märts marec marca březen března bře marzec ožujka ožujak kovo kovas március márc marso març"
    " март марта мар березня березень бер сакавіка сакавік сак марет наурыз μαρτιου μαρτιος μαρ מרץ מרס مارس آذار"
    " مارچ मार्च মার্চ มีนาคม มี.ค",
    "april apr avril avr abril abr aprile aprilie nisan nis aprel huhtikuu huhtikuuta huhti aprill aprilis balandžio"
    " balandis április ápr duben dubna dub apríla apríl kwietnia kwiecień kwi travnja travanj"
    " апрель апреля апр квітня квітень кві квіт красавіка красавік кра април сәуір απριλιου απριλιος απρ אפריל"
    " أبريل إبريل أفريل نيسان آوریل اپریل अप्रैल এপ্রিল เมษายน เม.ย",
    "may mei mai mayo maio maggio mag maj mayıs toukokuu toukokuuta touko maijs gegužės gegužė május máj květen května"
    " kvě mája svibnja svibanj maja май мая травня травень тра трав маи мај мамыр μαιου μαιος μαι מאי مايو ماي أيار"
    " مه می مئی मई মে พฤษภาคม พ.ค",
    "june jun juni juin junio junho giugno giu iunie iun haziran haz iyun kesäkuu kesäkuuta kesä juuni junijs jūnijs"
    " birželio birželis június jún červen června čvn júna czerwca czerwiec cze lipnja lipanj hunyo"
    " июнь июня июн червня червень чер черв чэрвеня чэрвень чэр юни јун јуни маусым ιουνιου ιουνιος ιουν יוני"
    " يونيو يونيه جوان حزيران ژوئن جون जून জুন มิถุนายน มิ.ย",
    "july jul juli julai juillet juil julio julho luglio lug iulie iul temmuz tem iyul heinäkuu heinäkuuta heinä juuli"
    " jūlijs julijs liepos liepa július júl červenec července čvc júla lipca lipiec lip srpnja srpanj hulyo"
    " июль июля июл липня липень лип ліпеня ліпень ліп юли јул јули шілде ιουλιου ιουλιος ιουλ יולי يوليو يوليه"
    " جويلية يوليوز تموز ژوئیه جولای جولائی जुलाई জুলাই กรกฎาคม ก.ค",
    "august aug agustus agu agt ags ogos ogo augustus augusti augusta août aout aoû agosto ago ağustos ağu avqust"
    " elokuu elokuuta elo augusts rugpjūčio rugpjūtis augusztus srpen srpna srp sierpnia sierpień sie kolovoza kolovoz"
    " avgust avg август августа авг серпня серпень сер серп жніўня жнівень жні авгус тамыз"
    " αυγουστου αυγουστος αυγ אוגוסט أغسطس أوت غشت آب اوت آگوست اگست अगस्त আগস্ট สิงหาคม ส.ค",
    "september sep sept septembre septiembre setiembre setembro set settembre septembrie eylül eyl sentyabr syyskuu"
    " syyskuuta syys septembris rugsėjo rugsėjis szeptember szept září zář septembra września wrzesień wrz rujna rujan"
    " septembar setyembre сентябрь сентября сен сент вересня вересень вер верасня верасень септември септембар"
    " септ сеп қыркүйек σεπτεμβριου σεπτεμβριος σεπ σεπτ ספטמבר سبتمبر شتنبر أيلول سپتامبر ستمبر सितंबर सितम्बर"
    " সেপ্টেম্বর กันยายน ก.ย",
    "october oct oktober okt octobre octubre outubro out ottobre ott octombrie ekim eki oktyabr lokakuu lokakuuta loka"
    " oktoober oktobris spalio spalis október říjen října říj októbra października październik paź oktobar oktubre"
    " октябрь октября окт жовтня жовтень жов жовт кастрычніка кастрычнік кас октомври октобар қазан"
    " οκτωβριου οκτωβριος οκτ אוקטובר أكتوبر اکتبر اکتوبر अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค",
    "november nov nopember nop novembre noviembre novembro noiembrie noi kasım kas noyabr marraskuu marraskuuta marras"
    " novembris lapkričio lapkritis november listopad listopadu listopada lis studenoga studenog studeni novembra"
    " novembar nobyembre ноябрь ноября ноя нояб листопада листопад лис лист лістапада лістапад ліс ноември новембар"
    " қараша νοεμβριου νοεμβριος νοε νοεμ נובמבר نوفمبر نونبر نوامبر نومبر नवंबर नवम्बर নভেম্বর พฤศจิกายน พ.ย",
    "december dec desember des disember dis dezember dez décembre déc diciembre dic dezembro dicembre decembrie aralık"
    " ara dekabr joulukuu joulukuuta joulu detsember decembris gruodžio gruodis prosinec prosince pro decembra grudnia"
    " grudzień gru prosinca prosinac decembar disyembre декабрь декабря дек грудня грудень гру груд снежня снежань сне"
    " декември децембар желтоқсан δεκεμβριου δεκεμβριος δεκ דצמבר ديسمبر دجنبر دسامبر دسمبر दिसंबर दिसम्बर ডিসেম্বর"
    " ธันวาคม ธ.ค",
)
MONTHS: dict[str, int] = {}
"""Name → number. Croatian "listopada" (October) is Polish and Czech for November, who are more."""
for _number, _names in enumerate(_MONTH_NAMES, 1):
    MONTHS.update(dict.fromkeys(map(plain, _names.split()), _number))
# Hebrew puts "in" before the name.
MONTHS |= {"ב" + name: number for name, number in MONTHS.items() if "א" <= name[0] <= "ת"}

_SOLAR = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"
SOLAR_MONTHS: dict[str, int] = {plain(name): number for number, name in enumerate(_SOLAR.split(), 1)}
"""Of Iran's calendar."""

TWO_WORD_MONTHS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(plain(words).replace(" ", r"\s+")), name)
    for words, name in (
        ("كانون الثاني", "january"), ("كانون الأول", "december"), ("تشرين الأول", "october"),
        ("تشرين الثاني", "november"), ("thang muoi mot", "november"), ("thang muoi hai", "december"),
        ("thang muoi", "october"), (r"thang (?:mot|gieng)\b", "january"), (r"thang hai\b", "february"),
        (r"thang ba\b", "march"), (r"thang tu\b", "april"), (r"thang nam\b", "may"), (r"thang sau\b", "june"),
        (r"thang bay\b", "july"), (r"thang tam\b", "august"), (r"thang chin\b", "september"),
        (r"thang chap\b", "december"),
    )
)  # fmt: skip
"""Arabic months of the Levant and Vietnamese ones in words; longer names first."""

_WEEKDAY_NAMES = """
    mon monday lun lunes lundi lunedi montag mo senin isnin пн понедельник понеділок poniedzialek 월 월요일 月 月曜日
    tue tues tuesday selasa sel mardi martes martedi dienstag di вт вторник вівторок 화 화요일 火 火曜日
    wed weds wednesday rabu rab mercredi miercoles mercoledi mittwoch mi ср среда середа 수 수요일 水 水曜日
    thu thur thurs thursday kamis kam khamis jeudi jueves giovedi donnerstag чт четверг четвер 목 목요일 木 木曜日
    fri friday jumat jum'at jum jumaat vendredi viernes venerdi freitag пт пятница п'ятниця 금 금요일 金 金曜日
    sat saturday sabtu sab samedi sabado sabato samstag сб суббота субота 토 토요일 土 土曜日
    sun sunday minggu ahad dimanche domingo domenica sonntag вс воскресенье нд неділя 일요일 日曜日
"""
WEEKDAYS: dict[str, int] = {
    plain(name): number for number, line in enumerate(_WEEKDAY_NAMES.split("\n")[1:-1]) for name in line.split()
}
"""Monday = 0; only names that mean one day in all languages where they are written."""

FILLERS: frozenset[str] = frozenset({"sen", "mar", "min", "sel", "rab", "sab", "set"})
"""Words that look like months and are not when a month stands beside them: "Sen" is Monday, "mar." Tuesday."""

AM, PM, NOON, NIGHT = "am", "pm", "noon", "night"
_HALVES: dict[str, str] = {
    AM: "am a.m. a.m 오전 새벽 아침 午前 上午 凌晨 早上 清晨 早晨 pagi pg ص صباحا ق.ظ पूर्वाह्न sáng утра öö π.μ. πμ",
    PM: "pm p.m. p.m 오후 저녁 午後 下午 傍晚 sore petang ptg م مساء ب.ظ अपराह्न chiều вечера ös μ.μ. μμ",
    NOON: "siang 낮 中午 дня trưa",
    NIGHT: "malam 밤 晚上 晚 夜 夜晚 ночи tối đêm",
}
DAY_HALVES: dict[str, str] = {plain(word): half for half, words in _HALVES.items() for word in words.split()}
"""What stands before or behind a clock of twelve hours."""
HALVES_BEHIND: dict[str, str] = {**DAY_HALVES, "sa": AM, "ch": PM, "a. m.": AM, "p. m.": PM, "a. m": AM, "p. m": PM}
"""What stands behind only; "Sa" before a clock is a German Saturday."""

ZONES: dict[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "etc/utc": 0, "etc/gmt": 0, "wet": 0, "west": 60, "cet": 60, "cest": 120,
    "mez": 60, "mesz": 120, "met": 60, "mest": 120, "eet": 120, "eest": 180,
    "bst": 60, "msk": 180, "мск": 180, "msd": 240, "samt": 240, "gst": 240, "yekt": 300, "pkt": 300, "uzt": 300,
    "ist": 330, "npt": 345, "bdt": 360, "omst": 360, "mmt": 390, "ict": 420, "wib": 420, "novt": 420, "krat": 420,
    "wita": 480, "sgt": 480, "myt": 480, "hkt": 480, "pht": 480, "phst": 480, "irkt": 480, "awst": 480, "ulat": 480,
    "wit": 540, "kst": 540, "jst": 540, "yakt": 540, "tlt": 540, "pwt": 540, "acst": 570, "aest": 600, "vlat": 600,
    "chst": 600, "acdt": 630, "aedt": 660, "magt": 660, "sakt": 660, "pett": 720, "nzst": 720, "nzdt": 780,
    "wat": 60, "cat": 120, "sast": 120, "idt": 180, "eat": 180, "trt": 180, "irst": 210, "aft": 270, "brt": -180,
    "art": -180, "nst": -210, "ndt": -150, "ast": -240, "adt": -180, "est": -300, "edt": -240, "cst": -360,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "asia/jakarta": 420, "asia/pontianak": 420, "asia/makassar": 480, "asia/jayapura": 540, "asia/seoul": 540,
    "asia/pyongyang": 540, "asia/tokyo": 540, "asia/shanghai": 480, "asia/hong_kong": 480, "asia/taipei": 480,
    "asia/singapore": 480, "asia/kuala_lumpur": 480, "asia/manila": 480, "asia/bangkok": 420,
    "asia/ho_chi_minh": 420, "asia/kolkata": 330, "asia/dubai": 240, "europe/moscow": 180, "asia/vladivostok": 600,
    "europe/istanbul": 180, "europe/minsk": 180,
    "北京時間": 480, "北京时间": 480, "台北時間": 480, "台灣時間": 480, "香港時間": 480, "日本時間": 540,
    "한국시간": 540, "한국시각": 540, "московскому": 180, "московское": 180,
}  # fmt: skip
ZONES = {plain(name): minutes for name, minutes in ZONES.items()}
"""Minutes east of UTC by name. WIB, WITA, WIT are Indonesia's west, middle, east."""

AMBIGUOUS_ZONES: dict[str, frozenset[int]] = {
    "cst": frozenset({-360, 480}),  # Chicago, China
    "ist": frozenset({330, 120, 60}),  # India, Israel, Ireland
    "bst": frozenset({60, 360}),  # Britain, Bangladesh
    "ast": frozenset({-240, 180}),  # Atlantic, Arabia
    "est": frozenset({-300, 600}),  # New York, Sydney
    "edt": frozenset({-240, 660}),
    "mst": frozenset({-420, 480, 390}),  # Denver, Malaysia, Myanmar
    "pst": frozenset({-480, 480}),  # Los Angeles, Philippines
    "gst": frozenset({240, 600}),  # Gulf, Guam
}
"""Names with more than one meaning; `ZONES` holds the commonest in English-language feeds."""
RFC_ZONES = frozenset({"est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt"})
"""Those that RFC 822 §5.1 defines: without a feed's zone that says otherwise, they are known, not assumed."""

US, EU = "us", "eu"
_ON_CENTRAL_TIME = ("amsterdam", "belgrade", "berlin", "brussels", "budapest", "copenhagen", "madrid", "oslo", "paris",
                    "prague", "rome", "stockholm", "vienna", "warsaw", "zagreb", "zurich")  # fmt: skip
SEASONAL_ZONES: dict[str, tuple[int, str]] = {
    **dict.fromkeys(("et", "est5edt", "america/new_york", "america/toronto", "us/eastern"), (-300, US)),
    **dict.fromkeys(("ct", "cst6cdt", "america/chicago", "us/central"), (-360, US)),
    **dict.fromkeys(("mt", "mst7mdt", "america/denver", "us/mountain"), (-420, US)),
    **dict.fromkeys(("pt", "pst8pdt", "america/los_angeles", "us/pacific"), (-480, US)),
    **dict.fromkeys(("europe/london", "europe/dublin", "europe/lisbon"), (0, EU)),
    **dict.fromkeys(
        ("europe/" + city for city in _ON_CENTRAL_TIME),
        (60, EU),
    ),
    **dict.fromkeys(
        ("europe/" + city for city in ("kyiv", "kiev", "helsinki", "athens", "sofia", "bucharest", "riga")),
        (120, EU),
    ),
}
"""Name → (minutes east of UTC in winter, whose rule of summer time)."""

LANGUAGE_ZONES: dict[str, int] = {
    "ko": 540, "ja": 540, "zh": 480, "ms": 480, "fil": 480, "tl": 480, "th": 420, "vi": 420, "km": 420, "lo": 420,
    "hi": 330, "ne": 345, "my": 390, "tr": 180,
}  # fmt: skip
"""Languages whose press works on one clock: minutes east of UTC. Russian, Indonesian or English tell no zone."""
