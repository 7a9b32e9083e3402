"""The numbers that prescriptions go by: delays, points of the rank, points of possible doubles."""

from collections.abc import Mapping
from types import MappingProxyType

from prescriptions.enums import DoubleSign, NeedUse
from reference.parameters import DatedParameter, parameter, parameter_family

parameter_family(
    "prescriptions",
    slug="reglages-des-prescriptions",
    group="Foyers",
    title="Délais et points des prescriptions",
    purpose="Délais de réponse et d’archivage, points du rang, points des doubles possibles.",
    falls=(
        ("prescriptions.complete_days", "prescriptions.complete_first_days", "prescriptions.complete_last_days"),
        (
            "prescriptions.valid_days",
            "prescriptions.still_current_first_days",
            "prescriptions.still_current_last_days",
        ),
    ),
)

ARCHIVE_AFTER_MONTHS = parameter(
    "prescriptions.archive_after_months", usual=24, unit="mois", label="Archiver un dossier après le dernier contact"
)
ANONYMISE_AFTER_MONTHS = parameter(
    "prescriptions.anonymise_after_months", usual=12, unit="mois", label="Effacer un dossier après son archivage"
)
ANONYMISE_NOTICE_DAYS = parameter(
    "prescriptions.anonymise_notice_days", usual=30, unit="jours", label="Prévenir le prescripteur avant l’effacement"
)
JOIN_UNDO_DAYS = parameter(
    "prescriptions.join_undo_days", usual=30, unit="jours", label="Séparer de nouveau deux dossiers réunis"
)
DRAFT_DAYS = parameter(
    "prescriptions.draft_days", usual=30, unit="jours", label="Effacer un brouillon que personne n’a ouvert depuis"
)
IDENTITY_MINUTES = parameter(
    "prescriptions.identity_minutes",
    usual=60,
    unit="minutes",
    label="Laisser le pilote lire le nom d’un foyer, une fois le motif donné",
)
COMPLETE_DAYS = parameter("prescriptions.complete_days", usual=30, unit="jours", label="Laisser compléter un dossier")
COMPLETE_FIRST_DAYS = parameter(
    "prescriptions.complete_first_days",
    usual=15,
    unit="jours",
    label="Premier rappel avant la fin du délai pour compléter",
)
COMPLETE_LAST_DAYS = parameter(
    "prescriptions.complete_last_days",
    usual=5,
    unit="jours",
    label="Dernier rappel avant la fin du délai pour compléter",
)
TELL_DAYS = parameter(
    "prescriptions.tell_days", usual=3, unit="jours ouvrés", label="Prévenir un foyer de la réponse à sa demande"
)
POST_DAYS = parameter(
    "prescriptions.post_days", usual=1, unit="jours ouvrés", label="Poster une lettre imprimée pour un foyer"
)
TRANSFER_DAYS = parameter(
    "prescriptions.transfer_days",
    usual=7,
    unit="jours",
    label="Répondre à un dossier proposé par un autre prescripteur",
)
RIGHTS_MONTHS = parameter(
    "prescriptions.rights_months", usual=1, unit="mois", label="Répondre à une demande d’exercice de droits"
)
RIGHTS_MORE_MONTHS = parameter(
    "prescriptions.rights_more_months",
    usual=2,
    unit="mois",
    label="Prolonger une fois la réponse à une demande d’exercice de droits",
)
RIGHTS_REMIND_DAYS = parameter(
    "prescriptions.rights_remind_days",
    usual=10,
    unit="jours",
    label="Rappeler une demande d’exercice de droits avant son échéance",
)
IDENTITY_DAYS = parameter(
    "prescriptions.identity_days",
    usual=60,
    unit="jours",
    label="Clore une demande d’exercice de droits dont personne n’établit l’identité",
)
LIFT_DAYS = parameter(
    "prescriptions.lift_days",
    usual=7,
    unit="jours",
    label="Lever une limitation après l’avoir annoncé à la personne",
)
RIGHTS_OLDEST_MONTHS = parameter(
    "prescriptions.rights_oldest_months",
    usual=12,
    unit="mois",
    label="Noter une demande d’exercice de droits reçue il y a au plus",
)
INSTRUCT_DAYS = parameter(
    "prescriptions.instruct_days",
    usual=10,
    unit="jours ouvrés",
    label="Instruire une demande, le temps d’un complément excepté",
)
PROOF_OLD_DAYS = parameter(
    "prescriptions.proof_old_days",
    usual=365,
    unit="jours",
    label="Dire ancien un justificatif de plus de",
)
PHOTO_DAYS = parameter(
    "prescriptions.photo_days",
    usual=7,
    unit="jours",
    label="Effacer la photo d’un papier que personne n’a regardée",
)
PHOTOS_WAITING = parameter(
    "prescriptions.photos_waiting",
    usual=3,
    unit="photos",
    label="Photos qu’un foyer peut envoyer avant qu’on les regarde",
    most=20,
)
VALID_DAYS = parameter(
    "prescriptions.valid_days", usual=180, unit="jours", label="Durée d’une acceptation sans nouvelles"
)
STILL_CURRENT_FIRST_DAYS = parameter(
    "prescriptions.still_current_first_days",
    usual=30,
    unit="jours",
    label="Première question «\u00a0toujours d’actualité\u00a0?\u00a0» avant la fin",
)
STILL_CURRENT_LAST_DAYS = parameter(
    "prescriptions.still_current_last_days",
    usual=10,
    unit="jours",
    label="Dernière question «\u00a0toujours d’actualité\u00a0?\u00a0» avant la fin",
)
ANSWER_DAYS = parameter(
    "prescriptions.answer_days", usual=5, unit="jours", label="Laisser répondre après le dernier rappel envoyé"
)
LINK_DAYS = parameter("prescriptions.link_days", usual=30, unit="jours", label="Durée d’un lien envoyé au foyer")
RANK_WEEK_POINTS = parameter(
    "prescriptions.rank_week_points", usual=1, unit="points", label="Points par semaine d’attente", least=0
)
RANK_USE_STUDIES = parameter(
    "prescriptions.rank_use_studies", usual=6, unit="points", label="Usage\u00a0: études", least=0
)
RANK_USE_WORK = parameter("prescriptions.rank_use_work", usual=6, unit="points", label="Usage\u00a0: emploi", least=0)
RANK_USE_PAPERWORK = parameter(
    "prescriptions.rank_use_paperwork", usual=4, unit="points", label="Usage\u00a0: démarches", least=0
)
RANK_USE_SOCIAL = parameter(
    "prescriptions.rank_use_social", usual=2, unit="points", label="Usage\u00a0: lien social", least=0
)
DOUBLE_THRESHOLD = parameter(
    "prescriptions.double_threshold", usual=60, unit="points", label="Double possible à partir de"
)
DOUBLE_STRONG = parameter(
    "prescriptions.double_strong", usual=90, unit="points", label="Forte ressemblance à partir de"
)
DOUBLE_NAME = parameter(
    "prescriptions.double_name", usual=40, unit="points", label="Double possible\u00a0: mêmes nom et prénom", least=0
)
DOUBLE_NEAR_NAME = parameter(
    "prescriptions.double_near_name",
    usual=30,
    unit="points",
    label="Double possible\u00a0: nom et prénom proches",
    least=0,
)
DOUBLE_SURNAME = parameter(
    "prescriptions.double_surname",
    usual=20,
    unit="points",
    label="Double possible\u00a0: même nom de famille, ou presque, sous un autre prénom",
    least=0,
)
DOUBLE_BIRTH_DATE = parameter(
    "prescriptions.double_birth_date",
    usual=30,
    unit="points",
    label="Double possible\u00a0: même date de naissance",
    least=0,
)
DOUBLE_BIRTH_SWAPPED = parameter(
    "prescriptions.double_birth_swapped",
    usual=20,
    unit="points",
    label="Double possible\u00a0: jour et mois de naissance inversés",
    least=0,
)
DOUBLE_PHONE = parameter(
    "prescriptions.double_phone", usual=40, unit="points", label="Double possible\u00a0: même téléphone", least=0
)
DOUBLE_EMAIL = parameter(
    "prescriptions.double_email", usual=50, unit="points", label="Double possible\u00a0: même courriel", least=0
)
DOUBLE_ADDRESS = parameter(
    "prescriptions.double_address", usual=20, unit="points", label="Double possible\u00a0: même adresse", least=0
)

USE_POINTS: Mapping[str, DatedParameter[int]] = MappingProxyType(
    {
        NeedUse.STUDIES: RANK_USE_STUDIES,
        NeedUse.WORK: RANK_USE_WORK,
        NeedUse.PAPERWORK: RANK_USE_PAPERWORK,
        NeedUse.SOCIAL: RANK_USE_SOCIAL,
    }
)
"""The points that each use gives to a need."""
DOUBLE_POINTS: Mapping[str, DatedParameter[int]] = MappingProxyType(
    {
        DoubleSign.NAME: DOUBLE_NAME,
        DoubleSign.NEAR_NAME: DOUBLE_NEAR_NAME,
        DoubleSign.SURNAME: DOUBLE_SURNAME,
        DoubleSign.BIRTH_DATE: DOUBLE_BIRTH_DATE,
        DoubleSign.BIRTH_SWAPPED: DOUBLE_BIRTH_SWAPPED,
        DoubleSign.PHONE: DOUBLE_PHONE,
        DoubleSign.EMAIL: DOUBLE_EMAIL,
        DoubleSign.ADDRESS: DOUBLE_ADDRESS,
    }
)
"""The points that each sign gives to a possible double."""
