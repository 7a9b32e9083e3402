"""Grades against the scales of the field (domaine §2), as the project's files give them."""

from decimal import Decimal
from typing import Any

import pytest

from refurb.grading import Grade, Scale, Unmeasurable, best_first, compute, named_grade, told_grade
from tests.refurb.scales import scales_of_the_files

FILES = scales_of_the_files()
SCALES: dict[str, Scale] = {code: scale for code, (scale, _) in FILES.items()}
PC: dict[str, Any] = {
    "ram_gb": 8,
    "storage_kind": "ssd",
    "storage_gb": 256,
    "cpu_mark": 6000,
    "os": "windows_11",
    "technical_note": 0,
    "cosmetic_note": 0,
}


def graded(scale: str, **measures: Any) -> Grade:
    return compute(SCALES[scale], measures)


def pc(scale: str = "ec-pc-2025", **changes: Any) -> Grade:
    return graded(scale, **PC | changes)


def points(grade: Grade, code: str) -> Decimal:
    return {line.code: line.points for line in grade.lines}[code]


@pytest.mark.parametrize(
    ("gigabytes", "expected"),
    [(0, 0), ("3.9", 0), (4, 1), ("4.9", 1), (5, 2), ("7.9", 2), (8, 3), ("15.9", 3), (16, 4), (64, 4)],
)
def test_memory_of_a_pc(gigabytes: Any, expected: int) -> None:
    assert points(pc(ram_gb=gigabytes), "ram") == expected


@pytest.mark.parametrize(
    ("gigabytes", "expected"),
    [(63, 0), (64, 1), (127, 1), (128, 2), (199, 2), (200, 3), (499, 3), (500, 4), (2000, 4)],
)
def test_flash_storage_of_a_pc(gigabytes: int, expected: int) -> None:
    assert points(pc(storage_gb=gigabytes), "ssd") == expected


@pytest.mark.parametrize(("gigabytes", "expected"), [(159, 0), (160, 1), (256, 1), (257, 2), (1000, 2)])
def test_hard_disk_of_a_pc(gigabytes: int, expected: int) -> None:
    grade = pc(storage_kind="hdd", storage_gb=gigabytes)

    assert points(grade, "hdd") == expected
    assert "ssd" not in {line.code for line in grade.lines}


@pytest.mark.parametrize(
    ("mark", "expected"),
    [(1999, 0), (2000, 1), (3499, 1), (3500, 2), (4999, 2), (5000, 3), (6999, 3), (7000, 4)],
)
def test_processor_of_a_pc(mark: int, expected: int) -> None:
    assert points(pc(cpu_mark=mark), "cpu") == expected


def test_nvme_gives_one_more_point() -> None:
    assert pc(storage_kind="nvme").score == pc().score + 1


def test_the_sum_is_told_line_by_line() -> None:
    grade = pc(technical_note=1, cosmetic_note=-2)

    assert [(line.code, int(line.points)) for line in grade.lines] == [
        ("ram", 3),
        ("ssd", 3),
        ("nvme", 0),
        ("cpu", 3),
        ("technical_note", 1),
        ("cosmetic_note", -2),
    ]
    assert grade.score == 8


@pytest.mark.parametrize(
    ("changes", "score", "grade"),
    [
        ({"ram_gb": 2, "storage_gb": 32, "cpu_mark": 3500}, 2, "D"),
        ({"ram_gb": 4, "storage_gb": 64, "cpu_mark": 2600}, 3, "D"),
        ({"ram_gb": 4, "storage_gb": 64, "cpu_mark": 3500}, 4, "C"),
        ({"ram_gb": 4, "storage_gb": 128, "cpu_mark": 3500}, 5, "C"),
        ({"ram_gb": 5, "storage_gb": 128, "cpu_mark": 3500}, 6, "B"),
        ({"ram_gb": 8, "storage_gb": 128, "cpu_mark": 3500}, 7, "B"),
        ({"ram_gb": 8, "storage_gb": 200, "cpu_mark": 3500}, 8, "A"),
        ({"ram_gb": 8, "storage_gb": 500, "cpu_mark": 6000}, 10, "A"),
        ({"ram_gb": 16, "storage_gb": 500, "cpu_mark": 6000}, 11, "premium"),
        ({"ram_gb": 16, "storage_gb": 500, "cpu_mark": 9000, "storage_kind": "nvme"}, 13, "premium"),
    ],
)
def test_levels_of_the_scale_of_2025(changes: dict[str, Any], score: int, grade: str) -> None:
    computed = pc(**changes)

    assert (computed.score, computed.grade) == (score, grade)


@pytest.mark.parametrize(
    ("changes", "uncapped", "grade", "cap"),
    [
        ({"storage_kind": "hdd", "cpu_mark": 2499, "ram_gb": 16, "storage_gb": 500}, "B", "C", "hdd_slow"),
        ({"storage_kind": "hdd", "cpu_mark": 7000, "ram_gb": 16, "storage_gb": 500}, "A", "B", "hdd"),
        ({"cpu_mark": 2499, "ram_gb": 16, "storage_gb": 500}, "A", "B", "flash_slow"),
        ({"os": "windows_10", "ram_gb": 16, "storage_gb": 500, "cpu_mark": 7000}, "premium", "B", "windows_10"),
    ],
)
def test_caps_of_the_scale_of_2025(changes: dict[str, Any], uncapped: str, grade: str, cap: str) -> None:
    computed = pc(**changes)

    assert (computed.uncapped, computed.grade) == (uncapped, grade)
    assert cap in {applied.code for applied in computed.caps}


def test_a_processor_at_the_threshold_is_not_capped() -> None:
    assert pc(cpu_mark=2500, ram_gb=16, storage_gb=500).caps == ()


def test_a_cap_never_raises_a_grade() -> None:
    computed = pc(storage_kind="hdd", cpu_mark=1000, ram_gb=2, storage_gb=80)

    assert (computed.score, computed.grade, computed.caps) == (0, "D", ())


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({"cpu_mark": 1199}, 3 + 3 - 8),
        ({"cpu_mark": 1200}, 3 + 3 + 0),
        ({"ram_gb": 3}, -8 + 3 + 3),
        ({"storage_gb": 63}, 3 - 8 + 3),
        ({"storage_kind": "hdd", "storage_gb": 159}, 3 - 8 + 3),
    ],
)
def test_eliminating_values_of_2023_cost_eight_points(changes: dict[str, Any], score: int) -> None:
    assert pc("ec-pc-2023", **changes).score == score


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (1, "unsellable"),
        (2, "HC"),
        (3, "HC"),
        (4, "C"),
        (5, "C"),
        (6, "B"),
        (7, "B"),
        (8, "A"),
        (10, "A"),
        (11, "premium"),
    ],
)
def test_levels_of_the_scale_of_2023(score: int, grade: str) -> None:
    levels = SCALES["ec-pc-2023"].levels

    reached = next(level.grade for level in levels if level.at_least is None or score >= level.at_least)

    assert reached == grade


def test_windows_10_was_no_cap_in_2023() -> None:
    best = {"os": "windows_10", "ram_gb": 16, "storage_gb": 500, "cpu_mark": 7000}

    assert pc("ec-pc-2023", **best).grade == "premium"


def test_the_same_pc_may_have_two_grades_by_two_scales() -> None:
    slow = {"cpu_mark": 1000, "storage_kind": "nvme"}

    assert pc("ec-pc-2025", **slow).grade == "B"
    assert pc("ec-pc-2023", **slow).grade == "unsellable"


@pytest.mark.parametrize(
    ("antutu", "ram", "storage", "grade"),
    [
        (50_000, 2, 32, "HC"),
        (55_999, 2, 32, "HC"),
        (56_000, 2, 32, "C"),
        (130_999, 2, 32, "C"),
        (131_000, 2, 32, "B"),
        (187_000, 4, 64, "A"),
        (243_000, 4, 128, "premium"),
    ],
)
def test_smartphones(antutu: int, ram: int, storage: int, grade: str) -> None:
    assert graded("ec-mobile", antutu=antutu, ram_gb=ram, storage_gb=storage).grade == grade


def test_tablets_are_graded_by_the_scale_of_smartphones() -> None:
    assert FILES["ec-mobile"][1] == ["smartphone", "tablet"]


@pytest.mark.parametrize(
    ("panel", "cosmetic", "grade"),
    [("intact", "A", "A"), ("intact", "C", "B"), ("minor", "B", "B"), ("minor", "C", "C"), ("major", "D", "D")],
)
def test_screens(panel: str, cosmetic: str, grade: str) -> None:
    assert graded("maillon-screen", panel=panel, cosmetic=cosmetic).grade == grade


def test_what_is_missing_is_named_all_at_once() -> None:
    with pytest.raises(Unmeasurable) as refused:
        graded("ec-pc-2025", ram_gb=8, storage_kind="ssd", storage_gb=128)

    assert set(refused.value.measures) == {"cpu_mark", "os", "technical_note", "cosmetic_note"}


@pytest.mark.parametrize(
    ("measure", "given"),
    [("ram_gb", "beaucoup"), ("ram_gb", -1), ("cosmetic_note", 3), ("technical_note", -3), ("storage_kind", "cloud")],
)
def test_a_measure_that_makes_no_sense_is_refused(measure: str, given: Any) -> None:
    with pytest.raises(Unmeasurable) as refused:
        pc(**{measure: given})

    assert measure in refused.value.measures


def test_not_a_number_is_no_measure() -> None:
    with pytest.raises(Unmeasurable, match="n’est pas un nombre"):
        pc(ram_gb="NaN")


LEVELS = sorted({(level.grade, level.label) for scale in SCALES.values() for level in scale.levels})


@pytest.mark.parametrize(("grade", "label"), LEVELS)
def test_a_grade_is_told_by_its_letter_or_by_the_words_of_its_scale(grade: str, label: str) -> None:
    told = told_grade(grade)
    assert label == f"Grade {told}" or label.casefold() in told.casefold()
    assert named_grade(grade) in (f"Grade {grade}", told)


def test_grades_are_told_from_the_best_to_what_is_not_sold_then_what_has_none() -> None:
    told = ["premium", "A", "B", "C", "D", "HC", "unsellable", ""]
    assert sorted(sorted({*told}), key=best_first) == told
    assert {grade for grade, _ in LEVELS} == set(told) - {""}
