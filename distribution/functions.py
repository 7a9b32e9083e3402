"""What the last tests of a device found, function by function, as its passport and the note of its household say it."""

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
    runs = TestRun.objects.current().filter(device=device, stay=device.stay, passed=True)
    run = runs.select_related("checklist").first()
    if run is None:
        return Functions()
    results = dict(run.results.values_list("function", "result"))
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
