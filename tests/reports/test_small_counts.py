"""Tables of households that an enemy tries to complete: with totals, crossed, month after month, by trial of all."""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any

import pytest

from prescriptions.enums import NeedKind, NeedState
from reports.enums import DISTRIBUTION, Stage
from reports.household_tables import NeedSummary
from reports.secrecy import believed, births, keys, tables
from reports.secrecy.audit import narrow_cells
from reports.secrecy.believed import ANSWERS, Believed, believed_of, write_down
from reports.secrecy.choosing import audit, choose, hidden_names
from reports.secrecy.edges import Tie
from reports.secrecy.suppression import Rule, hide
from reports.secrecy.system import Cell, Equations, Inconsistent, summed
from reports.summary import Summary
from tests.reports.invented import ENTERED, LEFT, OTHER, Device, Invented

RULE = Rule(threshold=5, width=5)
MONTH = "2026-01-01"
type Grid = Sequence[Sequence[int]]


def written(grid: Grid, month: str = MONTH, system: Equations | None = None) -> Equations:
    """A table with all its totals."""
    system = Equations() if system is None else system
    lines, columns = range(len(grid)), range(len(grid[0]))
    numbers = [[system.unknown((month, i, j), grid[i][j]) for j in columns] for i in lines]

    def show(key: str, numbers: Sequence[int], cost: float) -> None:
        terms = summed((1, number) for number in numbers)
        system.show(Cell(month, key, terms, system.value_of(terms), True, cost))

    for i in lines:
        for j in columns:
            show(f"{i},{j}", [numbers[i][j]], 1)
        show(f"{i},*", numbers[i], 3)
    for j in columns:
        show(f"*,{j}", [numbers[i][j] for i in lines], 3)
    show("*,*", [number for line in numbers for number in line], 20)
    return system


def hidden_of(system: Equations, month: str = MONTH, already: Sequence[tuple[str, str]] = ()) -> set[str]:
    """What is hidden of a table; nothing of it may be known too closely."""
    keys = hide(system, month, set(already), RULE)
    assert not narrow_cells(system, {(month, key) for key in keys} | set(already), RULE.width)
    return keys


def completions(grid: Grid, hidden: set[str], most: int) -> Iterator[list[list[int]]]:
    """Every table that agrees with what is shown, one cell after the other: no equation, only patience."""
    places = [(i, j) for i in range(len(grid)) for j in range(len(grid[0]))]
    free = [place for place in places if f"{place[0]},{place[1]}" in hidden]
    sums = {
        **{f"{i},*": [(i, j) for j in range(len(grid[0]))] for i in range(len(grid))},
        **{f"*,{j}": [(i, j) for i in range(len(grid))] for j in range(len(grid[0]))},
        "*,*": places,
    }
    for values in product(range(most + 1), repeat=len(free)):
        tried = [list(line) for line in grid]
        for (i, j), value in zip(free, values, strict=True):
            tried[i][j] = value
        if all(
            sum(tried[i][j] for i, j in held) == sum(grid[i][j] for i, j in held)
            for key, held in sums.items()
            if key not in hidden
        ):
            yield tried


@pytest.mark.parametrize(
    "grid",
    [
        [[3], [9]],
        [[1], [1]],
        [[4]],
        [[4], [5], [12]],
        [[4], [1], [12]],
        [[3, 9], [9, 3]],
        [[2, 8], [7, 0]],
    ],
    ids=str,
)
def test_trying_every_table_leaves_each_hidden_number_as_uncertain_as_the_rule_says(grid: Grid) -> None:
    hidden = hidden_of(written(grid))
    most = max(12, *(value for line in grid for value in line))
    found = list(completions(grid, hidden, most))
    for i, line in enumerate(grid):
        for j, value in enumerate(line):
            possible = {tried[i][j] for tried in found}
            if f"{i},{j}" in hidden:
                assert max(possible) - min(possible) >= RULE.width
            else:
                assert possible == {value}
                assert value == 0 or value >= RULE.threshold


def test_one_small_count_is_not_what_is_left_of_the_total() -> None:
    hidden = hidden_of(written([[3], [9], [20]]))
    assert {"0,0", "1,0"} <= hidden
    assert "*,*" not in hidden


def test_two_small_counts_whose_total_is_two_hide_the_total_too() -> None:
    assert {"0,0", "1,0", "*,0", "*,*"} <= hidden_of(written([[1], [1]]))


def test_a_single_small_count_is_not_read_in_its_own_total() -> None:
    """Once it was the only line of its table, and the line « Total » said the same number."""
    assert hidden_of(written([[4]])) == {"0,0", "0,*", "*,0", "*,*"}


def test_two_tables_that_cross_hide_as_much_in_lines_as_in_columns() -> None:
    grid = [[3, 20, 7], [12, 8, 30], [9, 0, 25]]
    hidden = hidden_of(written(grid))
    for axis in ({"0,0", "0,1", "0,2", "0,*"}, {"0,0", "1,0", "2,0", "*,0"}):
        assert len(axis & hidden) >= 2


def test_a_month_that_follows_does_not_give_away_what_the_one_before_hid() -> None:
    """Nothing left and nothing came but what the second month says: its table is the first one, two more."""
    system = written([[3], [9], [30]])
    first = hidden_of(system)
    written([[5], [9], [30]], "2026-02-01", system)
    for line in range(3):
        came = system.unknown(("came", line), [2, 0, 0][line])
        january, february = system.unknown((MONTH, line, 0)), system.unknown(("2026-02-01", line, 0))
        system.relate([(1, january), (1, came), (-1, february)])
    total = summed((1, system.unknown(("came", line))) for line in range(3))
    system.show(Cell("2026-02-01", "came", total, 2, False, 20))
    already = [(MONTH, key) for key in first]
    assert narrow_cells(system, already, RULE.width)
    hidden = hidden_of(system, "2026-02-01", already)
    assert hidden
    assert not narrow_cells(system, {*already, *(("2026-02-01", key) for key in hidden)}, RULE.width)


def test_what_varies_in_a_place_is_taken_for_a_part_of_what_is_told_of_all_until_that_is_hidden_too() -> None:
    """Two more are there: they came, or they varied otherwise; and nothing varied, says the line of all."""
    system = Equations()
    came = system.unknown("came", 2)
    here, elsewhere = (system.unknown(("varied", place), 0, free=True) for place in ("here", "elsewhere"))
    system.relate([(1, came), (1, here)], 2)
    system.show(Cell(MONTH, "came", {came: 1}, 2, True, 1))
    system.show(Cell(MONTH, "varied", {here: 1, elsewhere: 1}, 0, False, 20))
    system.gather((MONTH, "varied"), 0, [here, elsewhere])
    (found,) = narrow_cells(system, {(MONTH, "came")}, RULE.width)
    assert found.is_found_out
    assert hidden_of(system) == {"came", "varied"}


def handed_over(month: str, before: dict[str, int], came: dict[str, int], varied: dict[str, int]) -> dict[str, Any]:
    """A month of figures in which devices were handed over, nothing came back, and some varied otherwise."""
    buckets = [
        [Stage.HANDED_OVER, place, "laptop", "public", held, came[place], 0, held + came[place] + more, more]
        for place, held in before.items()
        for more in [varied.get(place, 0)]
    ]
    places = [[place, f"EPCI {place}", f"EPCI {place}"] for place in before]
    quiet = Invented(1, [], pace=0).month(month)
    return quiet | {"territories": places, "buckets": buckets}


@pytest.mark.parametrize("varied", [{}, {"200000001": 5, "200000002": -5}], ids=["nothing", "from one to another"])
def test_a_hidden_entry_is_not_what_one_month_says_more_than_the_one_before(varied: dict[str, int]) -> None:
    """Nothing left, and nothing else varied in all the places together: what came in one of them is a subtraction."""
    stood = {"200000000": 10, "200000001": 8, "200000002": 30, "200000003": 25}
    came = dict(zip(stood, (2, 3, 9, 14), strict=True))
    may = handed_over("2025-05-01", dict.fromkeys(stood, 0), stood, {})
    june = handed_over("2025-06-01", stood, came, varied)
    months: list[dict[str, Any]] = []
    for figures in (may, june):
        months.append(figures | {"secrets": choose(figures, months, RULE)})
    assert audit(months) == []
    earlier, later = (set(figures["secrets"]["hidden"]) for figures in months)
    assert not later & {keys.devices(Stage.HANDED_OVER, measure) for measure in ("entered", "left", "other")}
    assert keys.devices(Stage.HANDED_OVER, "entered", place="200000000") in later
    for place in stood.keys() - varied.keys():
        entry, stands = (keys.devices(Stage.HANDED_OVER, measure, place=place) for measure in ("entered", "closing"))
        assert entry not in later or stands in earlier | later, place


def test_what_is_shown_stays_true_and_zero_is_shown_where_it_can_be() -> None:
    hidden = hidden_of(written([[0, 3, 0, 15], [0, 11, 0, 14], [0, 0, 0, 40]]))
    assert not hidden & {"0,0", "1,0", "2,0", "0,2", "1,2", "2,2", "2,1"}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_table_nothing_hidden_is_narrow_and_nothing_small_is_shown(seed: int) -> None:
    chance = Random(seed)
    grid = [[chance.choice((0, 0, 1, 2, 3, 4, 6, 9, 17, 60)) for _ in range(6)] for _ in range(9)]
    system = written(grid)
    hidden = hidden_of(system)
    assert all(cell.key in hidden for cell in system.cells.values() if cell.is_small(RULE.threshold))


def test_numbers_that_cannot_be_are_not_audited_but_refused() -> None:
    system = written([[3], [9]])
    wrong = Cell(MONTH, "wrong", summed([(1, system.unknown((MONTH, 0, 0)))]), 1, True, 1)
    system.show(wrong)
    with pytest.raises(Inconsistent):
        narrow_cells(system, {(MONTH, "*,*")}, RULE.width)


def test_a_hidden_number_is_named_in_words() -> None:
    assert keys.key_in_words(keys.devices("returned", "left")) == "Retours SAV, sorties"
    assert keys.key_in_words(keys.needs("waiting", "closing", place="245900410", kind="tablet")) == (
        "En attente, fin de mois, 245900410, Tablette"
    )


def chosen(seed: int) -> list[dict[str, Any]]:
    """Five months of an invented département, each with what it hides."""
    invented = Invented(seed, [f"20000000{rank}" for rank in range(5)], pace=30)
    months: list[dict[str, Any]] = []
    for number in range(1, 6):
        figures = invented.month(f"2025-0{number}-01")
        months.append(figures | {"secrets": choose(figures, months, Rule(5, 5))})
    return months


def gone_missing(month: str, lost: int) -> dict[str, Any]:
    """A month in which nothing was born, and some devices that households had went missing."""
    places = ["200000000", "200000001", "200000002"]
    stood = {Stage.ALLOTTED: 21, Stage.AVAILABLE: 17, Stage.HANDED_OVER: 30}
    buckets = [
        [held, place, "laptop", "public", number, 0, gone, number - gone, 0]
        for held, number in stood.items()
        for rank, place in enumerate(places)
        for gone in [lost if held == Stage.HANDED_OVER and rank == 0 else 0]
    ]
    buckets.append([Stage.MISSING, places[0], "laptop", "public", 0, lost, 0, lost, 0])
    names = [[place, f"EPCI {place}", f"EPCI {place}"] for place in places]
    return Invented(1, [], pace=0).month(month) | {"territories": names, "buckets": buckets}


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_no_hidden_number_is_what_was_born_less_what_the_workshops_gained(lost: int) -> None:
    """Nothing was born and the rest has a few devices more: the distribution has as many less, hidden or not."""
    figures = gone_missing("2025-06-01", lost)
    figures |= {"secrets": choose(figures, [], RULE)}
    system = write_down([figures])
    gained = [
        (sign * times, unknown)
        for held in DISTRIBUTION
        for sign, measure in ((1, "entered"), (-1, "left"))
        for unknown, times in system.cells[figures["month"], keys.devices(held, measure)].terms.items()
    ]
    system.relate(gained, -lost)
    assert keys.devices(Stage.HANDED_OVER, "left") in figures["secrets"]["hidden"]
    assert narrow_cells(system, hidden_names(system, [figures]), RULE.width) == []


def test_the_verification_sees_a_number_that_new_devices_give_back(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = gone_missing("2025-06-01", 2)
    with monkeypatch.context() as patch:
        patch.setattr(tables, "relate_births", lambda *_: None)
        figures |= {"secrets": choose(figures, [], RULE)}
        assert audit([figures]) == []
    left = keys.devices(Stage.HANDED_OVER, "left")
    assert left in {one.cell.key for one in audit([figures]) if one.is_found_out}


class HandedOverApart(Invented):
    """A device handed over in the month is of a need that was met otherwise: the acts on both do not agree."""

    is_apart = False

    def _advance(self, device: Device) -> None:
        if self.is_apart and device.stage == Stage.RESERVED and device.need is not None:
            self.is_apart = False
            self._move(device, Stage.HANDED_OVER)
            self._turn(device.need, NeedState.MET, varies=True)
        else:
            super()._advance(device)


def test_what_the_next_month_says_of_its_beginning_was_known_of_the_end_of_the_one_before() -> None:
    """Whatever acts of a month do not agree, what is reserved on its last evening is in progress: the next one says it.

    A month that did not know it chose numbers that the next one gave away, however much that one hid.
    """
    invented = HandedOverApart(0, ["200000000", "200000001"], pace=12)
    months = [invented.month(f"2026-0{number}-01") for number in (1, 2, 3)]
    invented.is_apart = True
    apart, following = (invented.month(f"2026-0{number}-01") for number in (4, 5))
    assert believed_of(following) == Believed(Tie.UPSTREAM, ANSWERS)
    assert believed_of(apart).tie == Tie.UPSTREAM
    assert len(believed_of(apart).answers) == len(ANSWERS) - 1
    alone, both = write_down([*months, apart]), write_down([*months, apart, following])
    evening = {
        number
        for name, number in both.numbers.items()
        if name[1:3] == (tables.STOCK, following["month"])  # type: ignore[index]
    }
    said = [row for row in both.rows if row.terms.keys() <= evening and row not in alone.rows]
    assert evening
    assert said == []


class ReservedApart(Invented):
    """A computer put aside in the month is for a need that was being served already: the acts on both do not agree."""

    is_apart = False

    def _reserve(self, device: Device) -> None:
        before = device.stage
        super()._reserve(device)
        need = device.need
        if self.is_apart and before != device.stage and need is not None and need.kind == NeedKind.COMPUTER:
            self.is_apart = False
            old, new = (NeedState.WAITING.value, *need.bucket[1:]), need.bucket
            for measure, times in ((LEFT, -1), (ENTERED, -1), (OTHER, 1)):
                self._needs[measure][old if measure == LEFT else new] += times
            self._needs[OTHER][old] -= 1


def reserved_apart(seed: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Some months, with what they hide, and one where the acts on computers do not agree, those on the rest do."""
    invented = ReservedApart(seed, ["200000000", "200000001", "200000002"], pace=12)
    months: list[dict[str, Any]] = []
    for number in (1, 2, 3):
        figures = invented.month(f"2026-0{number}-01")
        months.append(figures | {"secrets": choose(figures, months, RULE)})
    invented.is_apart = True
    return months, invented.month("2026-04-01")


def subtracted(months: Sequence[dict[str, Any]]) -> Equations:
    """What a reader writes down who ties devices that were handed over to needs that were met, kind by kind, where it
    is true: here every device that reaches a household was put aside for it.
    """
    system = write_down(months)
    for month in (figures["month"] for figures in months):
        for kind, types in keys.SERVED_BY.items():
            handed = [
                (1, system.numbers["types", "entered", month, (str(Stage.HANDED_OVER), str(type_))]) for type_ in types
            ]
            met = system.numbers["needs", "entered", month, (str(NeedState.MET), "", str(kind))]
            system.relate_if_true([*handed, (-1, met)])
    return system


@pytest.mark.parametrize("seed", [12, 13, 28, 31, 36])
def test_no_hidden_number_is_what_was_met_of_one_kind_where_another_kind_does_not_agree(seed: int) -> None:
    months, apart = reserved_apart(seed)
    months.append(apart | {"secrets": choose(apart, months, RULE)})
    assert {(one.moved[1], one.kind) for one in ANSWERS if one not in believed_of(apart).answers} == {
        (Stage.RESERVED, NeedKind.COMPUTER)
    }
    assert narrow_cells(subtracted(months), hidden_names(write_down(months), months), RULE.width) == []


def test_the_verification_sees_a_number_of_a_kind_that_the_others_do_not_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tablet was met in the month, which may not be told: devices and needs of tablets moved together."""
    months, apart = reserved_apart(13)
    believed._most_that_holds.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(believed, "_true_one_by_one", lambda *_: iter(()))
        months.append(apart | {"secrets": choose(apart, months, RULE)})
        assert audit(months) == []
    believed._most_that_holds.cache_clear()
    assert keys.needs(NeedState.MET, "entered", kind=NeedKind.TABLET) in {
        one.cell.key for one in audit(months) if one.is_found_out
    }


def test_what_is_not_true_of_an_evening_is_not_believed_of_it() -> None:
    system = Equations()
    two, one = system.unknown("reserved", 2), system.unknown("in progress", 1)
    system.relate_if_true([(1, two), (-1, one)])
    assert system.rows == []
    system.relate_if_true([(1, two), (-2, one)])
    assert [row.terms for row in system.rows] == [{two: 1, one: -2}]


def accepted_and_handed_over(unannounced: int = 0) -> dict[str, Any]:
    """A month in which two computers of a type, and ten of another, were accepted and reached a household at once."""
    places = ["200000000", "200000001", "200000002"]
    reached = {"desktop": 2, "laptop": 10}
    buckets = [
        row
        for type_, number in reached.items()
        for row in (
            [Stage.ANNOUNCED, places[0], type_, "public", 0, number, number, 0, 0],
            [Stage.HANDED_OVER, places[0], type_, "public", 30, number, 0, 30 + number, 0],
        )
    ]
    if unannounced:
        buckets.append([Stage.RECEIVED, places[0], "tablet", "unknown", 0, unannounced, 0, unannounced, 0])
    names = [[place, f"EPCI {place}", f"EPCI {place}"] for place in places]
    return Invented(1, [], pace=0).month(MONTH) | {
        "territories": names,
        "buckets": buckets,
        "new_devices": sum(reached.values()) + unannounced,
        "quantities": [["public", type_, "accepted", number] for type_, number in reached.items()],
    }


@pytest.mark.parametrize("unannounced", [0, 1])
def test_no_hidden_number_of_a_type_is_what_was_accepted_of_it_less_what_the_workshops_gained(unannounced: int) -> None:
    """Whoever reads what was accepted of each type, and what the workshops gained of it, subtracts."""
    figures = accepted_and_handed_over(unannounced)
    figures |= {"secrets": choose(figures, [], RULE)}
    system = write_down([figures])
    for type_, accepted in (("desktop", 2), ("laptop", 10)):
        gained = [
            (sign, system.numbers["types", measure, MONTH, (str(held), type_)])
            for held in DISTRIBUTION
            for sign, measure in ((1, "entered"), (-1, "left"))
        ]
        came = system.unknown(("came", type_), 0)
        system.relate([*gained, (-1, came)], accepted)
    system.relate(((1, system.unknown(("came", type_), 0)) for type_ in ("desktop", "laptop")), 0)
    assert keys.devices(Stage.HANDED_OVER, "entered", type_="desktop") in figures["secrets"]["hidden"]
    assert narrow_cells(system, hidden_names(system, [figures]), RULE.width) == []


def test_the_verification_sees_a_number_of_a_type_that_what_was_accepted_gives_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures = accepted_and_handed_over()
    with monkeypatch.context() as patch:
        patch.setattr(births, "_relate_types", lambda *_: None)
        figures |= {"secrets": choose(figures, [], RULE)}
        assert audit([figures]) == []
    told = keys.devices(Stage.HANDED_OVER, "entered", type_="desktop")
    assert told in {one.cell.key for one in audit([figures]) if one.is_found_out}


def first_numbers(figures: dict[str, Any], *, hides_small: bool) -> list[int | str]:
    """What an elected official asks first: devices handed over, needs met, needs that wait."""
    served = NeedSummary(figures, hides_small=hides_small)
    return [Summary(figures, hides_small=hides_small).handed_over, served.met, served.waiting]


def kept_from_readers(months: list[dict[str, Any]]) -> int:
    """How many of these numbers are hidden though none is small."""
    pairs = [
        (known, told)
        for figures in months
        for known, told in zip(
            first_numbers(figures, hides_small=False), first_numbers(figures, hides_small=True), strict=True
        )
    ]
    return sum(known != told for known, told in pairs if isinstance(known, int) and known >= 5)


@pytest.mark.parametrize("seed", [3, 7])
def test_the_first_numbers_of_a_month_are_hidden_last_and_nothing_is_found_out_by_it(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = chosen(seed)
    assert kept_from_readers(months) == 0
    assert audit(months) == []
    monkeypatch.setattr(tables, "_FIRST", {})
    assert kept_from_readers(chosen(seed)) > 0, "as any other number"
