"""« Peut y remédier » names somebody who can: every rule of every verb, and who is named where."""

import re
from collections.abc import Iterator

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from lifecycle.machine import Stateful, machines, verbs_of
from lifecycle.requirements import Place, Rule
from network.enums import OrganisationKind as Kind
from network.enums import Role
from tests.network.factories import make_membership

OURS = {name: model for name, model in machines().items() if model._meta.app_label != "parcels"}

REMEDIES: dict[str, tuple[str, ...]] = {
    "le pilote": (
        "refurb:device_reclassify",
        "donations:donation_reassign",
        "network:organisation_edit",
    ),
    "le pilote, dans la fiche de l’organisation": ("network:organisation_edit",),
    "le signataire, dans « Mon compte »": ("network:account",),
    "le pilote, en publiant chaque mois": ("reports:report_freeze", "reports:report_publish"),
    "le pilote, en décidant de chaque ligne": ("donations:donation_qualify",),
    "le pilote, si c’était une erreur, par « Rendre une ligne au réemploi » sur le lot": (
        "donations:donation_redirect",
    ),
    "le pilote, par une dérogation écrite": ("distribution:derogation_grant",),
    "le pilote, qui tient les valeurs datées": ("desk:reference_add",),
    "le pilote, qui constate la succession": ("conventions:convention_succeed",),
    "le responsable de l’EPCI ou le pilote, qui rouvrent le texte": ("conventions:convention_reopen",),
    "la personne nommée, ou qui la remplace": ("conventions:review_answer", "conventions:review_replace"),
    "les relecteurs": ("conventions:review_answer",),
    "l’EPCI, en modifiant le texte": ("conventions:convention_reopen", "conventions:convention_edit"),
    "une autre partie, qui confirme ou refuse": (
        "conventions:signature_confirm",
        "conventions:signature_refuse_deposit",
    ),
    "les signataires": ("conventions:signature_sign",),
    "la partie qui a signé": ("conventions:signature_deposit",),
    "le signataire désigné": ("conventions:signature_acknowledge",),
    "les deux autres parties": ("conventions:convention_agree_end",),
    "un signataire de votre partie": ("conventions:convention_give_notice",),
    "un signataire de votre partie, qui le retire": ("conventions:convention_take_back_notice",),
    "le pilote, qui crée l’organisation de cet EPCI": ("network:organisation_create",),
    "l’atelier, en rouvrant l’appareil pour en changer le prix": ("refurb:device_reopen",),
    "les parties à la convention": ("conventions:convention_create",),
    "les parties, par un avenant, ou le pilote, sur la réserve départementale": ("conventions:amendment_create",),
    "le travailleur social": ("prescriptions:household_reopen",),
    "le travailleur social du foyer": ("prescriptions:prescription_detail",),
    "le travailleur social du foyer, en notant qu’il a changé d’avis": ("prescriptions:prescription_reconsider",),
    "le travailleur social du foyer, ou l’opérateur": ("connectivity:connection_end",),
    "le travailleur social ou le conseiller du distributeur, en abandonnant ce besoin": (
        "prescriptions:need_drop",
        "prescriptions:household_detach",
    ),
    "le travailleur social ou le conseiller du distributeur, en abandonnant l’autre besoin": (
        "prescriptions:need_drop",
    ),
    "le travailleur social, en reprenant la proposition": ("prescriptions:transfer_cancel",),
    "le travailleur social du foyer, par « Corriger l’identité ou le contact »": ("prescriptions:household_edit",),
    "le travailleur social du foyer, en déclarant un déménagement": ("prescriptions:household_move",),
    "un travailleur social qui suit le foyer": ("prescriptions:household_reopen", "prescriptions:household_edit"),
    "qui voit les deux dossiers, en les comparant de nouveau": ("prescriptions:prescription_compare",),
    "qui voit ces dossiers": ("prescriptions:household_part", "prescriptions:household_detach"),
    "le travailleur social ou le conseiller, depuis le besoin": ("prescriptions:need_drop",),
    "le délégué à la protection des données du Département": ("prescriptions:rights_request_answer",),
    "le délégué à la protection des données, par « Lever la limitation »": ("prescriptions:rights_request_lift",),
    "le délégué à la protection des données, par « Annoncer la fin de la limitation »": (
        "prescriptions:rights_request_announce_lifting",
    ),
    "le conseiller qui tient le dossier, ou son responsable": (
        "prescriptions:prescription_assign",
        "prescriptions:prescription_give_back",
    ),
    "le distributeur": ("prescriptions:prescription_detail",),
    "le conseiller qui instruit la prescription": ("prescriptions:prescription_detail",),
    "le conseiller du point de distribution": ("distribution:device_settle", "distribution:device_release"),
    "le conseiller du point de distribution, une fois l’appareil réparé": ("distribution:device_give_back",),
    "le conseiller du point de distribution, si le foyer rend l’appareil": ("distribution:device_take_back",),
    "l’atelier désigné": ("donations:donation_schedule", "donations:donation_collect"),
    "l’atelier qui a enlevé": ("donations:donation_collect", "donations:donation_sign"),
    "le technicien qui enlève": ("donations:donation_collect",),
    "un technicien de l’atelier": (
        "refurb:device_receive",
        "refurb:device_report_missing",
        "distribution:device_detach",
    ),
    "un technicien de l’atelier, ou le conseiller du point, par « Retrouver le retour »": (
        "distribution:device_find_returned",
    ),
    "un technicien, après « Remettre en traitement » s’il est reconditionné": ("refurb:device_reopen",),
    "un technicien de l’atelier, par « Signaler manquant »": ("refurb:device_report_missing",),
    "un technicien de l’atelier, par une correction": ("refurb:device_correct_tag",),
    "un technicien de l’atelier, qui poursuit le traitement": ("refurb:device_recondition",),
    "qui tient ce stock, en reprenant l’inventaire en cours": ("distribution:stocktake_list",),
    "qui tient ce stock, en scannant": ("distribution:stocktake_detail",),
    "le responsable de l’atelier, qui fixe la forme des étiquettes": ("refurb:tag_shape",),
}
"""Who is named in words, and the pages on which that person does it."""

IN_PERSON = {
    "l’opérateur, ou un travailleur social": ((Role.AGENT, Kind.OPERATOR), (Role.WORKER, Kind.PRESCRIBER)),
    "le gestionnaire de l’EPCI": [(Role.MANAGER, Kind.EPCI)],
    "un travailleur social du prescripteur": [(Role.WORKER, Kind.PRESCRIBER)],
    "un travailleur social du prescripteur, ou un conseiller du distributeur": [
        (Role.WORKER, Kind.PRESCRIBER),
        (Role.ADVISER, Kind.DISTRIBUTOR),
    ],
    "le pilote": [(Role.PILOT, Kind.DEPARTEMENT)],
    "le délégué à la protection des données": [(Role.DPO, Kind.DEPARTEMENT)],
    "un contact du donateur": [(Role.CONTACT, Kind.DONOR)],
    "le responsable d’un atelier désigné": [(Role.MANAGER, Kind.RECONDITIONER)],
    "un technicien de l’atelier": [(Role.TECHNICIAN, Kind.RECONDITIONER)],
    "un conseiller du distributeur": [(Role.ADVISER, Kind.DISTRIBUTOR)],
    "le conseiller du point de distribution": [(Role.ADVISER, Kind.DISTRIBUTOR)],
}
"""Who is named beside a page: each of them may solve it there."""

ITSELF = "what one gives or tries is to be changed: the sentence says how"
FOR_GOOD = "nothing lifts it any more: the sentence says what may be done instead"
BY_TIME = "the day or the hour comes by itself"
BY_PROGRAM = "the services give it: nobody types it"
NOBODY: dict[str, str] = {
    "recycles": "nothing of the lot was accepted for recycling",
    "rollout_meeting": "what nobody noted is not taken back",
    "noted": "what nobody noted is not taken back",
    "still_to_come": "an hour that has passed is nobody’s to call about",
    "held": "what nobody holds is not given back",
    "is_restriction": "the other rights have no end to announce",
    "not_lifted": "it is over",
    "not_announced": "it was told already",
    "not_asked_back": "it was asked already: its sentence says to call the point",
    "file_waits": "nothing waits: there is nothing to look at",
    "something_asked": "nothing is missing",
    "still_asked": "nothing is missing any more",
    "amended_alive": FOR_GOOD,
    "some_unfavourable": ITSELF,
    "effective": BY_TIME,
    "not_amendment": FOR_GOOD,
    "amendment_not_alone": FOR_GOOD,
    "in_review": FOR_GOOD,
    "signing": FOR_GOOD,
    "not_refused_yet": "what is said is not said twice: an answer is awaited",
    "refused_text": "what nobody refused is not answered",
    "rendered": BY_TIME,
    "attached": FOR_GOOD,
    "prescription_live": FOR_GOOD,
    "still_the_sender_s": FOR_GOOD,
    "lost": FOR_GOOD,
    "lost_once": FOR_GOOD,
    "all_settled": ITSELF,
    "something_met": ITSELF,
    "nothing_met": ITSELF,
    "not_reminded_today": BY_TIME,
    "nothing_in_progress": ITSELF,
    "declined": ITSELF,
    "being_written": ITSELF,
    "not_ended_otherwise": FOR_GOOD,
    "desk": ITSELF,
    "term": FOR_GOOD,
    "announced_quantities": BY_PROGRAM,
    "accepted_quantities": BY_PROGRAM,
    "something_accepted": ITSELF,
    "nothing_picked_up": FOR_GOOD,
    "nothing_arrived": FOR_GOOD,
    "shared_again": ITSELF,
    "not_picked_up_by_us": FOR_GOOD,
    "never_seen": FOR_GOOD,
    "quota_given_back": BY_PROGRAM,
    "corrected": ITSELF,
    "tag_seen": ITSELF,
    "screen": FOR_GOOD,
    "not_attached": ITSELF,
    "goes_along": ITSELF,
    "left_alone": ITSELF,
    "convention_epci": BY_PROGRAM,
    "convention_hands_over": ITSELF,
    "same_quota": BY_PROGRAM,
    "same_day": FOR_GOOD,
    "not_exchanged": FOR_GOOD,
    "never_returned": FOR_GOOD,
    "not_settled": FOR_GOOD,
    "need_not_held": FOR_GOOD,
    "warranty_prolonged": BY_PROGRAM,
    "same_month": BY_PROGRAM,
    "month_over": BY_TIME,
    "year_over": BY_TIME,
    "year_open": FOR_GOOD,
    "none_proposed": ITSELF,
    "proposed": ITSELF,
    "deposit": ITSELF,
    "not_own": FOR_GOOD,
    "in_her_name": ITSELF,
    "not_on_screen": FOR_GOOD,
    "not_in_force": FOR_GOOD,
    "not_data_protection": FOR_GOOD,
    "long_overdue": BY_TIME,
    "begun": BY_TIME,
    "told_by_sms": FOR_GOOD,
    "somebody_named": FOR_GOOD,
    "awareness_begun": BY_TIME,
    "due_on": BY_PROGRAM,
    "still_named": FOR_GOOD,
    "household_seen": FOR_GOOD,
    "prolonged_once": FOR_GOOD,
    "in_time": FOR_GOOD,
    "not_said_stolen": "what is said is not said twice",
    "said_stolen": "what nobody said is not denied",
    "exported": ITSELF,
    "not_told": ITSELF,
    "not_reminded": ITSELF,
    "same_hour": "the page is read again",
    "still_awaited": "the page is read again",
    "not_objected": "nobody asks a household that objected to agree again",
}
"""Rules that name nobody, by code, and why nobody is to be named."""


def rules() -> Iterator[tuple[str, str, Rule]]:
    for name, model in OURS.items():
        for declared in verbs_of(model).values():
            for rule in declared.requires:
                yield name, declared.name, rule


def places() -> set[Place]:
    return {rule.where for _, _, rule in rules() if rule.where is not None}


def pages() -> set[str]:
    """Every page that has a name, with its space."""
    found = set()
    for space, (_, resolver) in get_resolver().namespace_dict.items():
        found |= {f"{space}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}
    return found


def test_a_rule_names_who_can_or_where_or_is_about_what_one_types() -> None:
    silent = {
        f"{machine}.{verb}: {rule.code}"
        for machine, verb, rule in rules()
        if not (rule.where or rule.lifted_by or rule.field or rule.code in NOBODY)
    }
    assert silent == set()


def test_a_rule_that_names_nobody_says_so_for_a_reason_that_still_holds() -> None:
    named_nowhere = {rule.code for _, _, rule in rules() if not (rule.where or rule.lifted_by or rule.field)}
    assert set(NOBODY) - named_nowhere == set()


def test_a_rule_does_not_name_somebody_beside_the_page_that_names_him() -> None:
    assert [rule.code for _, _, rule in rules() if rule.where and rule.lifted_by] == []


def test_whoever_is_named_in_words_has_a_page_where_he_does_it() -> None:
    named = {rule.lifted_by.replace("\u00a0", " ") for _, _, rule in rules() if rule.lifted_by}
    assert named == set(REMEDIES)
    asked = {page for remedies in REMEDIES.values() for page in remedies}
    assert asked - pages() == set()


@pytest.mark.django_db
def test_whoever_is_named_beside_a_page_may_solve_it_there() -> None:
    wrong = [
        f"{place.page}: {place.who}"
        for place in places()
        for role, kind in IN_PERSON[place.who]
        if place.can(make_membership(role, kind)) is None
    ]
    assert wrong == []


def test_the_page_beside_which_somebody_is_named_is_there() -> None:
    for place in places():
        try:
            assert reverse(place.page, args=["X-0000-0000"])
        except NoReverseMatch:
            pytest.fail(f"aucune page ne s’appelle {place.page}")


def test_the_organisation_that_is_named_is_a_link_of_the_row() -> None:
    models: dict[str, type[Stateful]] = OURS
    for machine, _, rule in rules():
        if rule.where is not None and rule.where.whose:
            assert models[machine]._meta.get_field(rule.where.whose).is_relation
    assert all(re.fullmatch(r"[a-z_]*", place.whose) for place in places())
