"""Who may do what with households: None for a wrong role or kind, else the rows this organisation acts for.

The purpose walls of domaine §6.1 are here: a prescriber sees its own files; a distributor, those submitted to it; a
relay, those accepted in the communes it serves; the pilot, all of them but no story; nobody else sees any.
"""

from typing import Any

from django.db.models import F, Q, QuerySet

from lifecycle.actors import Actor, SignedLink
from lifecycle.linked import Linked
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Organisation
from network.models.membership import left_by_all
from network.permissions import acts_as, is_manager, is_pilot, protects_data
from prescriptions.enums import (
    AGREEMENT_WITHDRAWN,
    HouseholdState,
    NeedKind,
    NoteAudience,
    PrescriptionState,
    TransferState,
)

RELAYED = (PrescriptionState.ACCEPTED, PrescriptionState.FULFILLED, PrescriptionState.CLOSED_UNMET)
"""What a relay sees: what is to be served, and what it served."""


def works(actor: Actor | None) -> bool:
    """Tell whether one acts as a social worker of a prescriber, or as its manager."""
    return acts_as(actor, (Role.WORKER, Kind.PRESCRIBER))


def advises(actor: Actor | None) -> bool:
    """Tell whether one acts as an adviser of a distributor, or as its manager."""
    return acts_as(actor, (Role.ADVISER, Kind.DISTRIBUTOR))


def relays(actor: Actor | None) -> bool:
    """Tell whether one acts as an adviser of a relay, or as its manager."""
    return acts_as(actor, (Role.ADVISER, Kind.RELAY))


def _served(organisation: int | None) -> QuerySet[Any]:
    """The communes an organisation serves."""
    through = Organisation.communes_served.through
    served: QuerySet[Any] = through._default_manager.filter(organisation=organisation).values("commune")
    return served


def posts_letters(actor: Actor | None) -> bool:
    """Tell whether one prints and posts letters to households: whoever follows them, whoever serves them."""
    return works(actor) or advises(actor) or relays(actor)


def sees_messages(actor: Actor) -> Q | None:
    """Read the list of what households were written: their workers, the pilot."""
    return Q() if works(actor) or is_pilot(actor) else None


# --- prescription


def can_edit_prescription(actor: Actor) -> Q | None:
    """The workers of the prescriber."""
    return Q(prescriber=actor.organisation_id) if works(actor) else None


def can_decide_prescription(actor: Actor) -> Q | None:
    """The advisers of the distributor it was submitted to, the pilot."""
    if is_pilot(actor):
        return Q(submitted_at__isnull=False)
    return Q(distributor=actor.organisation_id, submitted_at__isnull=False) if advises(actor) else None


def can_create_prescription(actor: Actor) -> Q | None:
    """The worker, for a household that its prescriber follows."""
    return Q(prescriber=actor.organisation_id, household__prescriber=actor.organisation_id) if works(actor) else None


def can_take_up_prescription(actor: Actor) -> Q | None:
    """The advisers of the distributor it was submitted to: not the pilot, who decides without holding files."""
    return Q(distributor=actor.organisation_id, submitted_at__isnull=False) if advises(actor) else None


def can_assign_prescription(actor: Actor) -> Q | None:
    """Their manager, for all of them; an adviser, for those that he holds or that nobody does."""
    own = can_take_up_prescription(actor)
    return own if own is None or is_manager(actor) else own & (Q(adviser=None) | Q(adviser=actor.pk))


def can_give_back_prescription(actor: Actor) -> Q | None:
    """Whoever holds it, and their manager."""
    own = can_take_up_prescription(actor)
    return own if own is None or is_manager(actor) else own & Q(adviser=actor.pk)


def sees_absences(actor: Actor | None) -> Q | None:
    """The absences of the advisers of one's own distributor."""
    return Q(adviser__organisation=actor.organisation_id) if actor is not None and advises(actor) else None


def sees_file_notes(actor: Actor | None) -> Q | None:
    """The notes of instruction one may read: the advisers who wrote them, all; the prescriber, those shared with it."""
    if actor is None:
        return None
    if advises(actor):
        return Q(organisation=actor.organisation_id)
    if works(actor):
        return Q(audience=NoteAudience.SHARED, prescription__prescriber=actor.organisation_id)
    return None


def sees_photos(actor: Actor | None) -> Q | None:
    """The photos of papers one may see: those sent to one's own prescriber; the household's own, by its page."""
    if isinstance(actor, SignedLink):
        return Q(prescription=actor.key_of("prescription"))
    return Q(prescription__prescriber=actor.organisation_id) if actor is not None and works(actor) else None


def can_send_photo(actor: Actor) -> Q | None:
    """The household, by its page."""
    return sees_photos(actor) if isinstance(actor, SignedLink) else None


def can_answer_photo(actor: Actor) -> Q | None:
    """The workers of the prescriber."""
    return None if isinstance(actor, SignedLink) else sees_photos(actor)


can_submit_prescription = can_edit_prescription
can_withdraw_prescription = can_edit_prescription
can_reconsider_prescription = can_edit_prescription
FOLLOWING = (Role.WORKER, Role.MANAGER)
"""Who may follow a file in the team of a prescriber."""
can_accept_prescription = can_decide_prescription


def can_remind_prescription(actor: Actor) -> Q | None:
    """Whoever waits: those who asked the worker for what is missing, or the worker who asks the household."""
    if works(actor):
        return Q(prescriber=actor.organisation_id, state=PrescriptionState.ACCEPTED)
    asked = can_decide_prescription(actor)
    return None if asked is None else asked & Q(state=PrescriptionState.INCOMPLETE)


def can_confirm_prescription(actor: Actor) -> Q | None:
    """The worker, or the household by its page."""
    return _of_link(actor) if isinstance(actor, SignedLink) else can_edit_prescription(actor)


def can_decline_prescription(actor: Actor) -> Q | None:
    """The household, by its page: what it tells its worker, the worker does."""
    return _of_link(actor) if isinstance(actor, SignedLink) else None


def _of_link(actor: SignedLink) -> Q:
    """The prescription a signed link was sent for."""
    return Q(pk=actor.key_of("prescription"))


FOLLOWED = Q(household__state=HouseholdState.OPEN)
AGREED = ~Q(end_reason=AGREEMENT_WITHDRAWN)
"""Not those whose household took its agreement back: only its prescriber, who was told so, still reads them."""


def sees_prescriptions(actor: Actor | None) -> Q | None:
    """The prescriptions one may see. The archive is closed to those who served the household.

    Source of the rule: the social reference of the CNIL, restricted archive two years after the last contact.
    """
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if isinstance(actor, SignedLink):
        return _of_link(actor)
    if works(actor):
        return Q(prescriber=actor.organisation_id)
    if advises(actor):
        return FOLLOWED & AGREED & Q(distributor=actor.organisation_id, submitted_at__isnull=False)
    if relays(actor):
        return FOLLOWED & Q(state__in=RELAYED, commune__in=_served(actor.organisation_id))
    return None


def sees_facts(actor: Actor | None) -> bool:
    """Tell whether the dated facts behind a rule are for this actor: not for a relay."""
    return is_pilot(actor) or works(actor) or advises(actor)


def sees_stories(actor: Actor | None) -> Q | None:
    """The social stories one may read: those one's prescriber wrote, and nobody else's."""
    if actor is None or not works(actor):
        return None
    return Q(prescriber=actor.organisation_id)


# --- transfer


def can_offer_prescription(actor: Actor) -> Q | None:
    """The workers of its prescriber; the pilot, where none of them is left."""
    if is_pilot(actor):
        return Q(prescriber__in=left_by_all([Kind.PRESCRIBER], FOLLOWING).values("pk"))
    return can_edit_prescription(actor)


def can_ask_transfer(actor: Actor) -> Q | None:
    """Whoever may offer the prescription to another prescriber takes the offer back too."""
    if is_pilot(actor):
        nobody = left_by_all([Kind.PRESCRIBER], FOLLOWING).values("pk")
        return Q(sender__in=nobody, prescription__prescriber=F("sender"))
    return Q(sender=actor.organisation_id, prescription__prescriber=actor.organisation_id) if works(actor) else None


def can_answer_transfer(actor: Actor) -> Q | None:
    """The workers of the prescriber it is offered to."""
    return Q(receiver=actor.organisation_id) if works(actor) else None


def sees_transfers(actor: Actor | None) -> Q | None:
    """The offers one may see: those one's prescriber makes, those it is made or took; all for the pilot."""
    if is_pilot(actor):
        return Q()
    if actor is None or not works(actor):
        return None
    answers = Q(receiver=actor.organisation_id, state__in=(TransferState.ASKED, TransferState.ACCEPTED))
    return Q(sender=actor.organisation_id) | answers


# --- need


def can_ask_need(actor: Actor) -> Q | None:
    """The worker, on the prescriptions of its prescriber."""
    return Q(prescription__prescriber=actor.organisation_id) if works(actor) else None


def can_drop_need(actor: Actor) -> Q | None:
    """The worker, the distributor's adviser, the pilot."""
    if is_pilot(actor):
        return Q()
    if advises(actor):
        return Q(prescription__distributor=actor.organisation_id, prescription__submitted_at__isnull=False)
    return can_ask_need(actor)


def can_refer_need(actor: Actor) -> Q | None:
    """Digital skills alone: the worker refers to a mediation place and says what came of it."""
    scope = can_ask_need(actor)
    return None if scope is None else scope & Q(kind=NeedKind.DIGITAL_SKILLS)


can_start_need = can_refer_need


def can_reopen_need(actor: Actor) -> Q | None:
    """The worker, the adviser of the distributor that was asked."""
    return None if is_pilot(actor) else can_drop_need(actor)


# --- household


def _seen_through_prescriptions(actor: Actor) -> Q | None:
    scope = sees_prescriptions(actor)
    return None if scope is None else Q(Linked("prescriptions", scope))


def sees_households(actor: Actor | None) -> Q | None:
    """The households one may see: those followed by one's prescriber, and those of the prescriptions one may see."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if isinstance(actor, SignedLink):
        return Q(pk=actor.key_of("household")) if actor.key_of("household") else _seen_through_prescriptions(actor)
    through = _seen_through_prescriptions(actor)
    if through is not None and works(actor):
        return Q(prescriber=actor.organisation_id) | through
    return through


def can_follow_household(actor: Actor) -> Q | None:
    """The worker, for the households its prescriber follows or has a prescription for."""
    return sees_households(actor) if works(actor) else None


def can_stop_sms_household(actor: Actor) -> Q | None:
    """The household itself, that answers an SMS."""
    return Q(pk=actor.key_of("household")) if isinstance(actor, SignedLink) else None


def can_create_household(actor: Actor) -> Q | None:
    """The worker, for its own prescriber."""
    return Q(prescriber=actor.organisation_id) if works(actor) else None


def can_attach_household(actor: Actor) -> Q | None:
    """Whoever sees both files: the worker, the distributor's adviser, the pilot."""
    return sees_households(actor) if is_pilot(actor) or works(actor) or advises(actor) else None


def can_join_household(actor: Actor) -> Q | None:
    """Whoever sees both and follows neither: the distributor's adviser, the pilot."""
    return sees_households(actor) if is_pilot(actor) or advises(actor) else None


can_part_household = can_join_household


def can_erase_on_request_household(actor: Actor) -> Q | None:
    """The pilot, who answers for the processing."""
    return Q() if is_pilot(actor) else None


def sees_accesses(actor: Actor | None) -> Q | None:
    """Who opened a file: told to the prescriber's manager and to the pilot."""
    if actor is None:
        return None
    if is_pilot(actor):
        return Q()
    if is_manager(actor) and works(actor):
        return Q(household__prescriber=actor.organisation_id)
    return None


# --- requests to exercise a right


def can_receive_rights_request(actor: Actor) -> Q | None:
    """Whoever a household speaks to, the data protection officer, and the household by its page."""
    heard = isinstance(actor, SignedLink) or works(actor) or advises(actor) or relays(actor) or protects_data(actor)
    return Q() if heard else None


def can_instruct_rights_request(actor: Actor) -> Q | None:
    """The data protection officer of the Département, and nobody else."""
    return Q() if protects_data(actor) else None


def can_withdraw_rights_request(actor: Actor) -> Q | None:
    """The officer, and the organisation that noted it: the household tells it that it asks no more.

    A prescriber that follows the household no more is told nothing by it.
    """
    if protects_data(actor):
        return Q()
    noted = Q(received_by__organisation=actor.organisation_id)
    if works(actor):
        return noted & Q(household__prescriber=actor.organisation_id)
    return noted if advises(actor) or relays(actor) else None


def foresees_erasures(actor: Actor) -> bool:
    """Tell whether one reads what the clock is about to archive and erase, without a name: the officer, the pilot."""
    return protects_data(actor) or is_pilot(actor)


def sees_rights_requests(actor: Actor | None) -> Q | None:
    """The requests one may see: all for the officer; those it noted, and those of its households, for a prescriber;
    those it noted for whoever serves. The pilot sees none: what is asked of the officer is secret."""
    if actor is None:
        return None
    if protects_data(actor):
        return Q()
    noted = Q(received_by__organisation=actor.organisation_id)
    if works(actor):
        return noted | Q(household__prescriber=actor.organisation_id)
    return noted if advises(actor) or relays(actor) else None
