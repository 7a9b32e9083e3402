"""What the certificate of a recycler names: one drive, one device, or what left under one waste note."""

from documents.locks import hold_all
from documents.models import StoredFile
from donations.serials import same_serial
from lifecycle.actors import Actor
from lifecycle.machine import Reason
from network.models import Membership, Organisation
from refurb.enums import CertificateNames, DestructionKind, ReportSays
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.report_words import names_drive, names_number, says_of_destroying

NAMES_NOTHING = Reason(
    "names_nothing",
    "Ce fichier ne nomme ni le disque, ni l’appareil, ni le bordereau\u00a0: il ne certifie pas cette destruction.",
    field="certificate",
)
SAYS_NOT_DESTROYED = Reason(
    "says_not_destroyed",
    "Ce papier dit que ce n’est pas détruit\u00a0: il ne certifie rien. Demandez au recycleur où est le disque.",
    field="certificate",
)
FAILURE_WORDS = Reason(
    "failure_words",
    "Ce papier porte des mots d’échec ou de refus\u00a0: relisez-le. S’ils ne parlent pas de la destruction de ce"
    " disque, cochez «\u00a0J’ai relu ce papier\u00a0»\u00a0; sinon, écrivez au recycleur.",
    field="confirmed",
)
CONTESTED_PAPER = Reason(
    "contested_paper",
    "Le recycleur conteste ce papier pour ce disque\u00a0: demandez-lui un autre certificat, ou trouvez le disque.",
    field="certificate",
)
CERTIFIES_ANOTHER = Reason(
    "certifies_another",
    "Ce certificat est déjà celui d’un autre appareil, qui n’est pas parti sous ce bordereau, et il ne porte pas le"
    " numéro de ce disque\u00a0: demandez au recycleur celui de ce disque.",
    field="certificate",
)


def doubts_of(certificate: StoredFile, held: Device, drive: Drive) -> Reason | None:
    """What its recycler, or its own words, say against a certificate; None when they say nothing of the kind."""
    if drive.is_contested_by(certificate):
        return CONTESTED_PAPER
    said = says_of_destroying(certificate, (drive.serial, held.reference, held.tag, held.serial, held.bsd_number))
    return {ReportSays.NOT_ERASED: SAYS_NOT_DESTROYED, ReportSays.DOUBT: FAILURE_WORDS}.get(said)


def speaks_against(certificate: StoredFile, held: Device, drive: Drive) -> list[Reason]:
    """Why a paper that a workshop joins to its own word shows nothing of this drive; of a picture, nothing is read."""
    if drive.is_contested_by(certificate):
        return [CONTESTED_PAPER]
    return named_by(certificate, held, drive)[1]


def word_awaited(recycler: Organisation, drive: Drive, actor: Actor, supersedes: Destruction | None) -> list[Reason]:
    """Why nobody but this recycler says in its name that the drive is destroyed: it contests, and was not answered."""
    speaks = isinstance(actor, Membership) and actor.organisation_id == recycler.pk
    if speaks or not drive.awaits_word_of(recycler, supersedes):
        return []
    sentence = (
        f"{recycler} conteste avoir détruit ce disque\u00a0: lui seul dit désormais qu’il l’est, en déposant son"
        " certificat depuis «\u00a0À faire\u00a0». Demandez-le-lui, ou prouvez ce disque autrement."
    )
    return [Reason("word_awaited", sentence, field="recycler")]


def named_by(certificate: StoredFile, held: Device, drive: Drive) -> tuple[CertificateNames, list[Reason]]:
    """What it names of a drive, and why it certifies nothing. Of a picture, nothing is read, and it is said."""
    hold_all([f"refurb.certificate:{certificate.sha256}"])
    names = _found(certificate, held, drive)
    if names is None:
        return CertificateNames.UNREAD, [NAMES_NOTHING]
    if names != CertificateNames.DRIVE and _is_of_another(certificate, held):
        return names, [CERTIFIES_ANOTHER]
    return names, []


def _found(certificate: StoredFile, held: Device, drive: Drive) -> CertificateNames | None:
    asked: list[tuple[CertificateNames, bool | None]] = []
    if same_serial(drive.serial):
        asked.append((CertificateNames.DRIVE, names_drive(certificate, drive.serial)))
    asked.append((CertificateNames.DEVICE, names_number(certificate, (held.reference, held.tag, held.serial))))
    if same_serial(held.bsd_number):
        asked.append((CertificateNames.WASTE_NOTE, names_number(certificate, [held.bsd_number])))
    found = next((what for what, said in asked if said), None)
    if found is None and any(said is None for _, said in asked):
        return CertificateNames.UNREAD
    return found


def _is_of_another(certificate: StoredFile, held: Device) -> bool:
    """Whether it stands already for another device, which did not leave under the same note."""
    its = Destruction.objects.current().filter(kind=DestructionKind.RECYCLER, certificate__sha256=certificate.sha256)
    elsewhere = its.exclude(device=held)
    if held.bsd_number:
        elsewhere = elsewhere.exclude(device__workshop=held.workshop_id, device__bsd_number=held.bsd_number)
    return elsewhere.exists()
