"""What has become of the certificate of a device that somebody verifies: said to anybody, in one sentence."""

from documents.kinds import register_standing
from refurb.certificates import DEVICE_KINDS
from refurb.enums import DevicePaperKind
from refurb.models.device import Device
from refurb.models.device_paper import DevicePaper
from typography.french import written_day

REPLACED = "Ce certificat est authentique, mais il n’est plus à jour\u00a0: un autre, du {day}, le remplace."
NOT_TODAY = (
    "Ce certificat est authentique\u00a0: il dit ce qui était prouvé à sa date. L’appareil est revenu à un atelier ou"
    " un stockage y a été trouvé depuis\u00a0: il ne dit rien de ce que l’appareil contient aujourd’hui."
)


def register_standings() -> None:
    """Declare it for the certificate of erasure."""
    register_standing(DEVICE_KINDS[DevicePaperKind.ERASURE], standing)


def standing(document: int) -> str:
    """What came after the certificate with this key; empty while its device is as it says."""
    paper = DevicePaper.objects.filter(document=document).first()
    if paper is None:
        return ""
    same = DevicePaper.objects.filter(device=paper.device_id, kind=paper.kind, stay=paper.stay)
    newer = same.filter(pk__gt=paper.pk).order_by("-pk").first()
    if newer is not None:
        return REPLACED.format(day=written_day(newer.created_at))
    as_it_says = Device.objects.filter(pk=paper.device_id, stay=paper.stay).proven()
    return "" if as_it_says.exists() else NOT_TODAY
