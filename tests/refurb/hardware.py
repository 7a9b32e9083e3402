"""Files of machines as the tests deposit, sort and record them."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from weasyprint import HTML

from refurb.models import DepositedFile, Device
from refurb.services import depositing, hardware
from refurb.services.told import Recorded
from refurb.sorting import Sorting, sort_files
from tests.refurb import machines
from tests.refurb.devices import Bench
from tests.refurb.logs import log

BLANK: dict[str, Any] = {"manufacturer": "", "model": "", "processor": "", "memory_gb": None}


def here_now() -> datetime:
    """The hour that a clock of here prints."""
    return timezone.localtime().replace(tzinfo=None, microsecond=0)


def blank(bench: Bench, **given: Any) -> Device:
    """A laptop that came two hours ago, of which nothing was read yet."""
    return bench.in_process(at=timezone.now() - timedelta(hours=2), **BLANK | given)


def confirm(browser: Client, *sorted_to: tuple[DepositedFile, Device | None], **typed: str) -> str:
    """What the page answers once it is confirmed as it was shown."""
    seen = {f"vu-{one.pk}": device.reference for one, device in sorted_to if device is not None}
    response = browser.post(reverse("refurb:hardware_sort"), {"enregistrer": "1", **seen, **typed})
    assert response.status_code == 200
    return response.content.decode()


def deposit(bench: Bench, name: str, content: bytes) -> DepositedFile:
    done = depositing.deposit_files(actor=bench.technician, files=[(name, content)])
    assert not done.refused
    return done.kept[0]


def nwipe(serial: str = machines.DRIVE, **given: Any) -> bytes:
    return log(serial, **{"end": here_now()} | given)


def failed(hours: int = 1) -> bytes:
    """What nwipe writes of a drive it could not erase, so many hours ago."""
    return nwipe(status="FAILED", errors=(3, 0, 0), end=here_now() - timedelta(hours=hours))


def record(bench: Bench, device: Device, *deposits: DepositedFile) -> Recorded:
    return hardware.record_files(actor=bench.technician, device=device, deposits=deposits)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(browser: Client, *files: tuple[str, bytes]) -> Any:
    return browser.post(reverse("refurb:hardware_deposit"), {"deposit": [upload(*one) for one in files]})


def sorting(bench: Bench, **typed: str) -> list[Sorting]:
    rows = list(DepositedFile.objects.waiting().select_related("file"))
    return sort_files(bench.technician.organisation_id, rows, {row.pk: typed.get("tag", "") for row in rows})  # type: ignore[arg-type]


def pdf_of(text: str) -> bytes:
    """A PDF whose one page bears these lines."""
    return HTML(string=f"<pre style='font: 6pt monospace'>{text}</pre>").write_pdf()  # type: ignore[no-any-return]
