"""Everything that some numbers may be, as far as a reader can tell: what the linear programmes are asked of."""

from collections.abc import Mapping, Sequence
from typing import Any

import highspy
import numpy
from highspy import _core
from numpy.typing import NDArray

from reports.secrecy.system import Equation

type Solution = NDArray[numpy.float64]

NEAR = 1e-6
"""How near to a whole number is one, for a solver that counts with fractions."""
INFINITE = highspy.kHighsInf
PRIMAL = 4
"""The simplex that goes on from where it is when what is asked for changes, and the rest does not."""
PATIENCE = 5000
"""How many branches are tried for a solution in whole numbers; what is not found then is taken for not there."""


class Polytope:
    """Unknowns between bounds that satisfy rows; one programme after the other starts where the last one ended.

    ``whole``: they are whole numbers, which takes longer. ``still``: bounds stay, only what is asked for changes.
    """

    def __init__(
        self,
        bounds: Mapping[int, tuple[float, float]],
        rows: Sequence[Equation],
        *,
        whole: bool = False,
        still: bool = False,
    ) -> None:
        self.columns = {unknown: column for column, unknown in enumerate(bounds)}
        self._solver: Any = _core._Highs()  # what ``Highs`` is made of: it writes no banner on the terminal
        self._solver.setOptionValue("output_flag", False)
        self._solver.setOptionValue("threads", 1)
        if still:
            self._solver.setOptionValue("simplex_strategy", PRIMAL)
        self._solver.passModel(self._model(bounds, rows))
        if whole:
            self._be_whole()

    def sum(self, terms: Mapping[int, float]) -> Solution:
        """What is asked of ``most`` and ``least``: how many times each unknown counts, column by column."""
        asked = numpy.zeros(len(self.columns))
        for unknown, times in terms.items():
            asked[self.columns[unknown]] = times
        return asked

    def most(self, sum_: Solution) -> Solution | None:
        """A solution where a sum is the greatest, column by column; None when there is no solution at all."""
        return self._solve(sum_, highspy.ObjSense.kMaximize)

    def least(self, sum_: Solution) -> Solution | None:
        """A solution where a sum is the smallest; None when there is no solution at all."""
        return self._solve(sum_, highspy.ObjSense.kMinimize)

    def bound(self, unknown: int, low: float, high: float) -> None:
        """Change what an unknown may be."""
        self._solver.changeColBounds(self.columns[unknown], low, high)

    def _solve(self, sum_: Solution, sense: Any) -> Solution | None:
        size = len(self.columns)
        self._solver.changeColsCost(size, numpy.arange(size, dtype=numpy.int32), sum_)
        self._solver.changeObjectiveSense(sense)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return numpy.array(self._solver.getSolution().col_value)

    def _be_whole(self) -> None:
        """Every unknown is a whole number: slower, and exact."""
        self._solver.setOptionValue("mip_max_nodes", PATIENCE)
        size = len(self.columns)
        kinds = numpy.full(size, int(highspy.HighsVarType.kInteger), dtype=numpy.uint8)
        self._solver.changeColsIntegrality(size, numpy.arange(size, dtype=numpy.int32), kinds)

    def _model(self, bounds: Mapping[int, tuple[float, float]], rows: Sequence[Equation]) -> Any:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(bounds), len(rows)
        model.col_cost_ = numpy.zeros(len(bounds))
        model.col_lower_ = numpy.array([low for low, _ in bounds.values()], dtype=float)
        model.col_upper_ = numpy.array([high for _, high in bounds.values()], dtype=float)
        totals = numpy.array([row.total for row in rows], dtype=float)
        model.row_lower_ = model.row_upper_ = totals
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = len(bounds), len(rows)
        starts = [0]
        for row in rows:
            starts.append(starts[-1] + len(row.terms))
        matrix.start_ = numpy.array(starts, dtype=numpy.int32)
        held = [(self.columns[unknown], times) for row in rows for unknown, times in row.terms.items()]
        matrix.index_ = numpy.array([column for column, _ in held], dtype=numpy.int32)
        matrix.value_ = numpy.array([times for _, times in held], dtype=float)
        return model


def are_whole(solution: Solution) -> bool:
    """Whether a solution is made of whole numbers: then what it says may truly be."""
    return bool((abs(solution - numpy.rint(solution)) < NEAR).all())
