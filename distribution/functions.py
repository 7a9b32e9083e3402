"""What the last tests of a device found, function by function, as its passport and the note of its household say it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from refurb.enums import CheckResult
from refurb.models import Device, TestRun


@dataclass(frozen=True)
class Functions:
    """The labels of the checklist: those that work, those that do not, those that nobody tried."""

    run: TestRun | None = None
    good: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)


def functions_of(device: Device) -> Functions:
    """Of the run in force of this stay, once it passed; what a device does not have is not among them."""
    return functions_of_each([device])[device.pk]


def functions_of_each(devices: Iterable[Device]) -> dict[int, Functions]:
    """``{device: its functions}``, as ``functions_of`` says them; three queries for the set."""
    stays = {device.pk: device.stay for device in devices}
    runs = TestRun.objects.current().filter(device__in=stays, passed=True).select_related("checklist")
    found = {pk: Functions() for pk in stays}
    for run in runs.prefetch_related("results", "checklist__functions").reverse():
        if run.stay == stays[run.device_id]:
            found[run.device_id] = _found_by(run)
    return found


def _found_by(run: TestRun) -> Functions:
    results = {result.function: result.result for result in run.results.all()}
    functions = Functions(run)
    for function in run.checklist.functions.all():
        match results.get(function.code):
            case CheckResult.OK:
                functions.good.append(function.label)
            case CheckResult.FAIL:
                functions.failed.append(function.label)
            case None:
                functions.untried.append(function.label)
    return functions
