"""The words of dates: months, halves of the day and time zones in the languages of the feeds we read.

Facts about languages and clocks, all case-folded and NFKC, as `core.dates` compares them.
"""

from __future__ import annotations

_MONTH_NAMES: tuple[str, ...] = (
    # January … December: en, id/ms, nl/de/da/sv/no, fr, es, pt, it, ru (both cases), uk, pl, tr, tl, vi abbreviations
    "january jan januari januar janv janvier ene enero janeiro gennaio gen январь января янв січня січ stycznia sty"
    " ocak oca enero jänner 1月",
    "february feb februari pebruari peb februar fév févr février febrero fev fevereiro febbraio февраль февраля фев"
    " февр лютого лют lutego lut şubat şub pebrero",
    "march mar maret mac maart mrt märz mär mrz mars marzo março март марта мар березня бер marca mart marso",
    "april apr avril avr abril abr aprile апрель апреля апр квітня кві kwietnia kwi nisan nis",
    "may mei mai mayo maio maggio mag maj май мая травня тра maja mayıs",
    "june jun juni juin junio junho giugno giu июнь июня июн червня чер czerwca cze haziran haz hunyo",
    "july jul juli julai juillet juil julio julho luglio lug июль июля июл липня лип lipca lip temmuz tem hulyo",
    "august aug agustus agu agt ags ogos augustus août aou agosto ago август августа авг серпня сер sierpnia sie"
    " ağustos ağu",
    "september sep sept septembre septiembre setembro set settembre сентябрь сентября сен сент вересня вер września wrz"
    " eylül eyl setyembre",
    "october oct oktober okt octobre octubre outubro out ottobre ott октябрь октября окт жовтня жов października paź"
    " ekim eki oktubre",
    "november nov nopember nop novembre noviembre novembro ноябрь ноября ноя"
    " нояб листопада лис listopada lis kasım kas nobyembre",
    "december dec desember des disember dis dezember dez décembre déc diciembre dic dezembro dicembre декабрь декабря"
    " дек грудня гру grudnia gru aralık ara disyembre",
)
MONTHS: dict[str, int] = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_WEEKDAY_NAMES = """
    mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
    sen sel rab kam jum sab min senin selasa rabu kamis jumat jum'at sabtu minggu ahad isnin khamis jumaat
    пн вт ср чт пт сб вс понедельник вторник среда четверг пятница суббота воскресенье
"""
FILLERS: frozenset[str] = frozenset(_WEEKDAY_NAMES.split())
"""Words that look like months and are not when a month stands beside them ("Sen" is Monday, "sen" September)."""

DAY_HALVES: dict[str, str] = {
    **dict.fromkeys(("am", "a.m.", "a.m", "오전", "午前", "上午", "凌晨", "早上", "pagi"), "am"),
    **dict.fromkeys(("pm", "p.m.", "p.m", "오후", "午後", "下午", "晚上"), "pm"),
}

ZONES: dict[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "cet": 60, "cest": 120, "eet": 120, "eest": 180,
    "bst": 60, "msk": 180, "мск": 180, "msd": 240, "samt": 240, "gst": 240, "yekt": 300, "pkt": 300, "uzt": 300,
    "ist": 330, "npt": 345, "bdt": 360, "omst": 360, "mmt": 390, "ict": 420, "wib": 420, "novt": 420, "krat": 420,
    "wita": 480, "sgt": 480, "myt": 480, "hkt": 480, "pht": 480, "irkt": 480, "awst": 480, "ulat": 480,
    "wit": 540, "kst": 540, "jst": 540, "yakt": 540, "tlt": 540, "pwt": 540, "acst": 570, "aest": 600, "vlat": 600,
    "acdt": 630, "aedt": 660, "magt": 660, "sakt": 660, "pett": 720, "nzst": 720, "nzdt": 780, "wat": 60, "cat": 120,
    "sast": 120, "eat": 180, "trt": 180, "irst": 210, "aft": 270, "brt": -180, "art": -180, "nst": -210, "ndt": -150,
    "ast": -240, "adt": -180, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "asia/jakarta": 420, "asia/makassar": 480, "asia/jayapura": 540, "asia/seoul": 540, "asia/pyongyang": 540,
    "asia/tokyo": 540, "asia/shanghai": 480, "asia/singapore": 480, "europe/moscow": 180, "asia/vladivostok": 600,
}  # fmt: skip
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
