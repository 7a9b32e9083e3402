"""A sample of small mistakes, made one at a time in a rule: each is noticed by a test, or lives on and is told.

``make mutants``. Mistakes are made in a copy of what is committed, with cosmic-ray, so that nobody's files change while
somebody works: a comparison turned round, a number changed, a « not » taken away. A mistake that no test notices stands
for a test that is missing, unless it changes nothing.
"""

import argparse
import ast
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.mutating import mutate_code, use_mutation
from cosmic_ray.plugins import get_operator, operator_names

PLAN: Mapping[str, Sequence[str]] = {
    "lifecycle/evaluation.py": [
        *("tests/lifecycle/test_gate.py", "tests/lifecycle/test_all_or_nothing.py", "tests/lifecycle/test_capacity.py"),
    ],
    "lifecycle/requirements.py": ["tests/lifecycle/test_gate.py", "tests/lifecycle/test_machine.py"],
    "refurb/verdict.py": ["tests/refurb/test_verdict.py"],
    "refurb/services/contesting.py": ["tests/refurb/test_contested_destructions.py"],
    "refurb/services/gone.py": ["tests/distribution/test_files_sorted_late.py", "tests/refurb/test_drives_lost.py"],
    "refurb/services/runs.py": [
        *("tests/refurb/test_device_evidence.py", "tests/refurb/test_proofs_of_what_left.py"),
        *("tests/refurb/test_another_drive_seen.py", "tests/refurb/test_what_files_tell.py"),
    ],
    "refurb/part_words.py": ["tests/refurb/test_part_words.py", "tests/refurb/test_parts.py"],
    "distribution/machine/lost_returns.py": ["tests/distribution/test_lost_returns.py"],
    "distribution/returns_told.py": [
        *("tests/distribution/test_lost_returns.py", "tests/distribution/test_settled_returns.py"),
        *("tests/distribution/test_asked_back_everywhere.py", "tests/distribution/test_returns.py"),
    ],
    "conventions/machine/ending_rules.py": ["tests/conventions/test_endings.py", "tests/conventions/test_life.py"],
    "connectivity/machine/proof_rules.py": [
        "tests/connectivity/test_last_proof_decides.py",
        "tests/connectivity/test_line_offers.py",
    ],
    "connectivity/models/closed_offer.py": ["tests/connectivity/test_offer_said_closed.py"],
    "reports/refusals.py": ["tests/reports/test_yearly_steering.py", "tests/reports/test_recount_year.py"],
    "reports/volumes.py": ["tests/reports/test_volumes.py", "tests/reports/test_recount_year.py"],
    "donations/machine/donation_rules.py": [
        *("tests/donations/test_announce.py", "tests/donations/test_qualify.py", "tests/donations/test_law.py"),
        *("tests/donations/test_reassign.py", "tests/donations/test_reconcile.py", "tests/donations/test_pick_up.py"),
    ],
    "refurb/machine/device_rules.py": [
        *("tests/refurb/test_device_recondition.py", "tests/refurb/test_device_exits.py"),
        *("tests/refurb/test_device_missing.py", "tests/refurb/test_device_undone.py"),
        *("tests/refurb/test_units_never_seen.py", "tests/refurb/test_device_correction.py"),
        *("tests/refurb/test_waste_register.py", "tests/distribution/test_passports.py"),
    ],
    "distribution/machine/allotment_rules.py": [
        *("tests/distribution/test_allotment.py", "tests/distribution/test_shelves.py"),
    ],
    "distribution/machine/household_rules.py": ["tests/distribution/test_households.py"],
    "distribution/machine/return_rules.py": ["tests/distribution/test_returns.py"],
    "distribution/machine/appointment_rules.py": [
        *("tests/distribution/test_appointments.py", "tests/distribution/test_appointments_followed.py"),
        *("tests/distribution/test_appointments_to_move.py", "tests/distribution/test_je_viens.py"),
    ],
    "conventions/machine/rules.py": [
        *("tests/conventions/test_life.py", "tests/conventions/test_endings.py", "tests/conventions/test_clock.py"),
        "tests/conventions/test_mergers.py",
    ],
    "prescriptions/machine/prescription_rules.py": [
        *("tests/prescriptions/test_prescription_submit.py", "tests/prescriptions/test_prescription_decision.py"),
        *("tests/prescriptions/test_prescription_life.py", "tests/prescriptions/test_prescription_clock.py"),
        *("tests/prescriptions/test_restriction.py", "tests/prescriptions/test_transfers.py"),
        *("tests/prescriptions/test_instruction.py", "tests/prescriptions/test_household_says_no.py"),
    ],
    "prescriptions/machine/need_rules.py": [
        *("tests/prescriptions/test_prescription_life.py", "tests/prescriptions/test_prescription_submit.py"),
        *("tests/prescriptions/test_restriction.py", "tests/prescriptions/test_household_says_no.py"),
        *("tests/distribution/test_lost_needs.py", "tests/distribution/test_order.py"),
    ],
    "connectivity/machine/rules.py": [
        *("tests/connectivity/test_connection_life.py", "tests/connectivity/test_connection_ends.py"),
        *("tests/connectivity/test_line_enemies.py", "tests/connectivity/test_line_rights.py"),
        *("tests/connectivity/test_line_offers.py", "tests/connectivity/test_problem_answers.py"),
    ],
}
"""Where mistakes are made, and the tests that stand for what is written there."""
MEANT = {
    "core/AddNot",
    "core/NumberReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceContinueWithBreak",
    "core/ZeroIterationForLoop",
    *(
        f"core/ReplaceComparisonOperator_{change}"
        for change in (
            *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
            *("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_Gt", "Gt_Lt", "LtE_GtE", "GtE_LtE"),
        )
    ),
    *(f"core/ReplaceBinaryOperator_{change}" for change in ("Add_Sub", "Sub_Add", "BitAnd_BitOr", "BitOr_BitAnd")),
}
"""The operators whose mistakes are those of somebody who writes a rule."""
PATIENCE = 300
"""Seconds after which tests that do not end have noticed."""


@dataclass(frozen=True)
class Mistake:
    """One change: which operator, and which of the places where it applies."""

    module: str
    operator: str
    occurrence: int
    line: int


def mistakes(root: Path, module: str) -> Iterator[Mistake]:
    """All those that could be made in a module, of the operators that are meant."""
    tree = get_ast_from_path(root / module)
    for name in sorted(MEANT & set(operator_names())):
        operator = get_operator(name)()
        places = [start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)]
        for occurrence, (line, _) in enumerate(places):
            mistake = Mistake(module, name, occurrence, line)
            if changes_what_runs(root, mistake):
                yield mistake


def changes_what_runs(root: Path, mistake: Mistake) -> bool:
    """Whether something else is changed than a type, or than whether a dataclass may be written again."""
    before = (root / mistake.module).read_text()
    after = mutate_code(before, get_operator(mistake.operator)(), mistake.occurrence)
    try:
        changed = ast.parse(after)
    except SyntaxError:  # a « not » before an assignment is no program
        return False
    return bool(ast.dump(Untyped().visit(ast.parse(before))) != ast.dump(Untyped().visit(changed)))


class Untyped(ast.NodeTransformer):
    """A module without what it says of its types, nor of what its classes are decorated with."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        node.decorator_list = []
        self.generic_visit(node)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = ast.Constant(value=None)
        self.generic_visit(node)
        return node

    def visit_TypeAlias(self, node: ast.TypeAlias) -> ast.Pass:
        return ast.Pass()


def is_noticed(root: Path, mistake: Mistake, tests: Sequence[str]) -> bool:
    """Whether one of the tests fails once the mistake is made."""
    with use_mutation(root / mistake.module, get_operator(mistake.operator)(), mistake.occurrence):
        return not passes(root, tests)


def passes(root: Path, tests: Sequence[str]) -> bool:
    """Whether all these tests pass, in the copy."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:randomly", "--reuse-db", *tests]
    try:
        return subprocess.run(command, cwd=root, timeout=PATIENCE, capture_output=True, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def written(root: Path, mistake: Mistake) -> str:
    """What stands on the line that the mistake changes, before and after."""
    path = root / mistake.module
    before = path.read_text().splitlines()[mistake.line - 1].strip()
    with use_mutation(path, get_operator(mistake.operator)(), mistake.occurrence):
        after = path.read_text().splitlines()[mistake.line - 1].strip()
    return f"{mistake.module}:{mistake.line}\n    {before}\n  → {after}"


def sample(root: Path, modules: Sequence[str], count: int, seed: int) -> Iterator[Mistake]:
    """So many mistakes of each module, drawn at random from a seed."""
    for module in modules:
        found = list(mistakes(root, module))
        yield from random.Random(f"{seed} {module}").sample(found, min(count, len(found)))


def main() -> int:
    parser = argparse.ArgumentParser(description="Des fautes dans les règles, une par une\u00a0: qui les voit ?")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(PLAN))
    parser.add_argument("--count", type=int, default=20, help="combien de fautes par module")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(PLAN):
        parser.error(f"aucun test n’est dit pour {', '.join(sorted(unknown))}\u00a0: ajoutez-le à PLAN.")
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        root = Path(folder) / "maillon"
        subprocess.run(["git", "clone", "--quiet", ".", str(root)], check=True)
        return tell(root, asked.modules or list(PLAN), asked.count, asked.seed)


def tell(root: Path, modules: Sequence[str], count: int, seed: int) -> int:
    """Make the mistakes and tell what became of them; how many lived."""
    lived, made = [], 0
    for module in modules:
        if not passes(root, PLAN[module]):
            sys.exit(f"Les tests de {module} échouent avant toute faute.")
        start, before = time.monotonic(), len(lived)
        drawn = list(sample(root, [module], count, seed))
        for mistake in drawn:
            if not is_noticed(root, mistake, PLAN[module]):
                lived.append(mistake)
                print(written(root, mistake), flush=True)
        made += len(drawn)
        print(
            f"{module}\u00a0: {len(drawn)} fautes, {len(lived) - before} passées inaperçues, "
            f"{time.monotonic() - start:.0f} s",
            flush=True,
        )
    print(f"{made} fautes, {made - len(lived)} vues, {len(lived)} passées inaperçues.")
    return len(lived)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
