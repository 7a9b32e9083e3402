"""What has become, at this instant, of a certificate of erasure that somebody verifies: said to anybody."""

from documents.kinds import register_standing
from donations import authenticity as of_lots
from donations.documents import KINDS
from donations.enums import DonationPaperKind
from donations.models import DonationPaper
from refurb.certificates import DEVICE_KINDS, fallen, named_proofs, proofs_in
from refurb.enums import DevicePaperKind
from refurb.lot_certificates import Since, since_last
from refurb.models.device import Device
from refurb.models.device_paper import DevicePaper
from typography.french import written_day

REPLACED = "Ce certificat est authentique, mais il n’est plus à jour\u00a0: un autre, du {day}, le remplace."
NOT_TODAY = (
    "Ce certificat est authentique\u00a0: il dit ce qui était prouvé à sa date. L’appareil est revenu à un atelier ou"
    " un stockage y a été trouvé depuis\u00a0: il ne dit rien de ce que l’appareil contient aujourd’hui."
)

FALLEN = "Ce certificat est authentique, mais ce qu’il dit ne tient plus\u00a0: la preuve d’un disque est tombée."
LOT_SAYS = {
    Since.SAME: "",
    Since.MOVED: "Ce papier est authentique, mais ce que l’on sait des données de ses appareils a changé depuis.",
    Since.BELIED: (
        "Ce papier est authentique, mais ce qu’il dit ne tient plus\u00a0: une preuve dont il parle est tombée depuis."
        " Un autre le remplacera dans la nuit."
    ),
}
NOR_DOES_IT = " Celui-ci ne tient plus non plus\u00a0: une preuve dont il parle est tombée depuis."


def register_standings() -> None:
    """Declare it for the certificates of a device and of a lot."""
    register_standing(DEVICE_KINDS[DevicePaperKind.ERASURE], standing)
    register_standing(KINDS[DonationPaperKind.ERASURE], lot_standing)


def standing(document: int) -> str:
    """What came after the certificate with this key; empty while its device is as it says."""
    paper = DevicePaper.objects.filter(document=document).select_related("document").first()
    if paper is None:
        return ""
    same = DevicePaper.objects.filter(device=paper.device_id, kind=paper.kind, stay=paper.stay)
    newer = same.filter(pk__gt=paper.pk).order_by("-pk").first()
    if newer is not None:
        return REPLACED.format(day=written_day(newer.created_at))
    if _has_fallen(paper):
        return FALLEN
    as_it_says = Device.objects.filter(pk=paper.device_id, stay=paper.stay).proven()
    return "" if as_it_says.exists() else NOT_TODAY


def _has_fallen(paper: DevicePaper) -> bool:
    """Whether a drive that it says to be proven is so no more, wherever the drive and the device went."""
    told = [(drive["kind"], drive["serial"]) for drive in paper.document.values["drives"] if drive["proven"]]
    return fallen(told, named_proofs(proofs_in(paper.device_id, paper.stay).drives))


def lot_standing(document: int) -> str:
    """What came after the certificate of a lot with this key, and whether the one that holds is still true."""
    paper = DonationPaper.objects.filter(document=document).select_related("donation").first()
    if paper is None:
        return ""
    since = since_last(paper.donation)
    if replaced := of_lots.standing(document):
        return replaced + (NOR_DOES_IT if since == Since.BELIED else "")
    return LOT_SAYS[since]
