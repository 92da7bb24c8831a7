"""Numbers across languages."""

from __future__ import annotations

import pytest

from monitor.core.quantities import quantities, small_numbers


@pytest.mark.parametrize(
    "text",
    [
        "Korea Utara mengirim 12.000 prajurit",
        "sekitar 12 ribu tentara",
        "12,000 troops were sent",
        "12 thousand soldiers",
        "12 тысяч военных",
        "12 тыс. солдат",
        "12 000 военнослужащих",
        "1만2000명의 병력",
        "1만 2천 명 파병",
        "1.2万名士兵",
        "12.000 Soldaten",
    ],
)
def test_one_number_in_many_writings(text: str) -> None:
    assert quantities(text) == {12_000}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rp 1,5 miliar", {1_500_000_000}),
        ("2,5 трлн рублей, 2,5 млрд рублей", {2_500_000_000}),
        ("3억 달러", {300_000_000}),
        ("pada 19 Juni 2024 pukul 12.30", set()),
        ("seluas 764 hektare dan 1.234.567 jiwa", {764, 1_234_567}),
        ("versi 1.2.345 dan A320", set()),
        ("", set()),
    ],
)
def test_what_is_a_quantity_and_what_is_not(text: str, found: set[int]) -> None:
    assert quantities(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in 24 years", {24}),
        ("24년 만에, 24年ぶり, منذ ٢٤ عاما", {24}),
        ("pukul 18.12, 07:30, 15/20, 2.75", set()),
        ("U-23, G20, the 21st, 35 %, 35%", set()),
        ("11 and 12 of 100", set()),
    ],
)
def test_small_numbers_are_no_clocks_shares_ordinals_or_names(text: str, found: set[int]) -> None:
    assert small_numbers(text) == found
