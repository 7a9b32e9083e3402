"""The life of a household's file (machines §4): what may happen next, and who may."""

from lifecycle.machine import ACTOR, AT, CREATION, SAME, Given, GivenRow, Machine, Verb
from prescriptions.enums import HouseholdState
from prescriptions.machine import household_rules as rules
from prescriptions.machine import joining_rules as joining
from prescriptions.models import Household
from prescriptions.permissions import (
    can_attach_household,
    can_create_household,
    can_erase_on_request_household,
    can_follow_household,
    can_join_household,
    can_part_household,
    can_stop_sms_household,
)

S = HouseholdState
ERASED_AT_ONCE = 200
"""How many households a run of the clock makes anonymous, each with its words, papers and mails; it passes often."""


class HouseholdMachine(Machine, of=Household):
    """From the first meeting to what remains once everything that names people is erased."""

    name = "household"
    reference_prefix = "F"
    tones = {S.ARCHIVED: "done", S.JOINED: "done"}
    through_a_link = "Le foyer, par SMS"

    create = Verb(
        "Ouvrir un dossier",
        source=CREATION,
        target=S.OPEN,
        who=can_create_household,
        requires=[rules.NAMED, *rules.NO_NIR],
        stamps={"created_at": AT, "created_by": ACTOR, "last_contact_at": AT},
        done="Dossier ouvert",
        why="A worker follows a household.",
    )

    move = Verb(
        "Déclarer un déménagement",
        source=S.OPEN,
        target=SAME,
        who=can_follow_household,
        requires=[rules.COMMUNE_GIVEN, rules.MOVED_ELSEWHERE, rules.MOVED_ON],
        stamps={"commune": Given("commune"), "last_contact_at": AT},
        journal=["commune", "moved_on"],
        done="Déménagement déclaré",
        why="Where it lives, since when, is a dated row; its live prescriptions follow it to the new territory.",
    )

    locate = Verb(
        "Noter la commune",
        source=S.OPEN,
        target=SAME,
        who=can_follow_household,
        requires=[rules.COMMUNE_NOTED, rules.NOTHING_FILED],
        stamps={"commune": Given("commune")},
        journal=["commune"],
        done="Commune notée",
        why="Said for the first time, or put right before anything was filed: nobody moved.",
    )

    correct_commune = Verb(
        "Corriger la commune",
        source=S.OPEN,
        target=SAME,
        who=can_follow_household,
        requires=[rules.COMMUNE_NOTED, rules.ANOTHER_COMMUNE, rules.NOTHING_DECIDED],
        stamps={"commune": Given("commune")},
        journal=["commune"],
        done="Commune corrigée",
        why="It was noted by mistake, and nothing was decided on it yet: nobody moved; what was filed waits elsewhere.",
    )

    attach = Verb(
        "Rattacher à un autre dossier",
        source=[S.OPEN, S.ARCHIVED],
        target=SAME,
        who=can_attach_household,
        requires=[rules.NOT_ATTACHED, rules.NOTHING_ATTACHED, rules.OTHER_FILE],
        share_locks=[GivenRow("same_as", Household)],
        stamps={"same_as": Given("same_as")},
        journal=["same_as"],
        done="Rattaché à un autre dossier du même foyer",
        why="Two files of the same people: nothing is merged, and it can be undone.",
    )

    detach = Verb(
        "Détacher",
        source=[S.OPEN, S.ARCHIVED],
        target=SAME,
        who=can_attach_household,
        requires=[rules.ATTACHED],
        stamps={"same_as": None},
        done="Détaché de l’autre dossier",
        why="They were not the same people after all.",
    )

    join = Verb(
        "Réunir à un autre dossier",
        source=S.OPEN,
        target=S.JOINED,
        who=can_join_household,
        requires=[*joining.JOINED_BY],
        update_locks=[GivenRow("kept", Household)],
        stamps={"joined_into": Given("kept")},
        journal=["kept"],
        done="Réuni à un autre dossier du même foyer",
        why="One household, one file: its requests go to the file kept, to which this one leads from now on.",
    )

    take_in = Verb(
        "Recevoir un dossier réuni",
        source=S.OPEN,
        target=SAME,
        follows=["household.join"],
        stamps={"last_contact_at": Given("contacted_at")},
        journal=["left"],
        done="A reçu un autre dossier du même foyer",
        why="The file kept tells from whom its requests came; the last contact is the later of the two.",
    )

    part = Verb(
        "Séparer un dossier réuni",
        source=S.OPEN,
        target=SAME,
        who=can_part_household,
        requires=[joining.JOINED_LATELY, joining.BOTH_READ, joining.NOT_RESTRICTED],
        update_locks=[GivenRow("left", Household)],
        journal=["left"],
        done="Dossiers séparés",
        why="They were two after all: what came goes back, what came since stays.",
    )

    come_back = Verb(
        "Reprendre un dossier séparé",
        source=S.JOINED,
        target=S.OPEN,
        follows=["household.part"],
        stamps={"joined_into": None},
        done="Suivi de nouveau",
        why="It is followed again as before it was joined.",
    )

    entrust = Verb(
        "Confier à un autre prescripteur",
        source=S.OPEN,
        target=SAME,
        follows=["prescription.transfer"],
        requires=[rules.PRESCRIBER_GIVEN],
        stamps={"prescriber": Given("prescriber")},
        journal=["prescriber"],
        done="Confié à un autre prescripteur",
        why="The file follows its prescription.",
    )

    stop_sms = Verb(
        "Ne plus recevoir de SMS",
        source=S.OPEN,
        target=SAME,
        who=can_stop_sms_household,
        requires=[rules.TOLD_BY_SMS],
        done="Ne veut plus de SMS",
        why="It answered STOP: it is called from now on, and what had not left does not.",
    )

    archive = Verb(
        "Archiver",
        source=S.OPEN,
        target=S.ARCHIVED,
        due=rules.untouched,
        follows=["household.erase_on_request", "household.sweep", "household.erase_again"],
        stamps={"archived_at": AT, "anonymise_on": rules.anonymised_on},
        done="Archivé",
        why="Its drafts are withdrawn; the notice that it will be erased is planned.",
    )

    reopen = Verb(
        "Rouvrir le dossier",
        source=S.ARCHIVED,
        target=S.OPEN,
        who=can_follow_household,
        stamps={"archived_at": None, "anonymise_on": None, "last_contact_at": AT},
        done="Dossier rouvert",
        why="The household came back: the delay starts again.",
    )

    give_notice = Verb(
        "Annoncer l’effacement",
        source=S.ARCHIVED,
        target=SAME,
        due=rules.to_notify,
        done="Effacement annoncé au prescripteur",
        why="The prescriber is told when it will be erased, and how to keep it.",
    )

    erase_on_request = Verb(
        "Rendre anonyme à la demande",
        source=[S.OPEN, S.ARCHIVED],
        target=SAME,
        who=can_erase_on_request_household,
        follows=["rights_request.answer"],
        requires=[*rules.NOTHING_BINDS, rules.NOTHING_ELSE_ASKED, rules.RECEIVED_ON, rules.CHANNEL],
        journal=["received_on", "channel"],
        done="Effacement demandé par le foyer",
        irreversible=True,
        why=(
            "The household asked to be forgotten: archived if it was not, then made anonymous at once, as by the clock."
        ),
    )

    sweep = Verb(
        "Effacer un brouillon abandonné",
        source=S.OPEN,
        target=SAME,
        due=rules.left_as_a_draft,
        done="Brouillon abandonné",
        irreversible=True,
        why="Nothing was ever filed for it and nobody opens it any more: archived and made anonymous at once.",
    )

    erase_again = Verb(
        "Effacer de nouveau",
        source=[S.OPEN, S.ARCHIVED],
        target=SAME,
        due=rules.put_back,
        done="Effacé déjà, et revenu d’une sauvegarde",
        irreversible=True,
        why="A backup that is put back brings back who was erased: archived and made anonymous again, at once.",
    )

    anonymise = Verb(
        "Rendre anonyme",
        source=S.ARCHIVED,
        target=S.ANONYMISED,
        due=rules.noticed,
        due_most=ERASED_AT_ONCE,
        follows=["household.erase_on_request", "household.sweep", "household.erase_again"],
        stamps={"anonymised_at": AT},
        done="Rendu anonyme\u00a0: tout ce qui nomme le foyer est effacé",
        irreversible=True,
        why="Names, contacts, story, words, papers and mails are erased; what counts stays.",
    )

    forget_joined = Verb(
        "Rendre anonyme un dossier réuni",
        source=S.JOINED,
        target=S.ANONYMISED,
        follows=["household.anonymise"],
        stamps={"archived_at": AT, "anonymised_at": AT},
        done="Rendu anonyme avec le dossier auquel il est réuni",
        irreversible=True,
        why="Nothing is left of the file that led to the one that is erased.",
    )
