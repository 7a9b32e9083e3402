"""What is erased of a person who is forgotten in what was written of lots; dates, counts and hashes stay."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from documents.models import Document, StoredFile
from documents.services import forget_document, forget_file, forget_mails
from donations.enums import DonationPaperKind, SlipProof
from donations.models.donation import Donation, DonationEntry, DonationQuerySet
from donations.models.pick_up import PickUp, PickUpQuerySet
from donations.models.prospect import Prospect, ProspectContact, ProspectEntry, ProspectQuerySet
from lifecycle.models import Comment
from network.models import User


def forget_person(user: User) -> None:
    """Erase a person from what his organisations wrote: lots, pick-ups, slips.

    The slips that name him, the deeds he accepted on paper and the signature he drew go with him: of a deed, the
    exact text and its acceptance stay. A free text that names him is erased whole.
    """
    his = user.memberships.values("organisation")
    for deed in Document.objects.filter(
        name_is(user, "values__accepted_by"),
        donation_paper__kind=DonationPaperKind.DEED,
        donation_paper__donation__donor__in=his,
    ):
        forget_document(document=deed)
    _forget_on_site(user, PickUp.objects.filter(Q(donation__donor__in=his) | Q(workshop__in=his)))
    lots = Donation.objects.filter(donor__in=his)
    lots.filter(name_is(user, "contact_name")).update(contact_name="", contact_phone="")
    for column in ("description", "access", "windows"):
        lots.filter(user.named_in(column)).update(**{column: ""})
    _forget_as_prospect(user)


def _forget_as_prospect(user: User) -> None:
    """Where he was the person to call of an organisation that may give: by his name, his addresses or what was said."""
    named = name_is(user, "contact_name") | Q(contact_email__in=user.addresses())
    Prospect.objects.filter(named).update(contact_name="", contact_phone="", contact_email="")
    ProspectContact.objects.filter(user.named_in("said")).update(said="")


def forget_contact_of(prospects: ProspectQuerySet) -> None:
    """Forget whom to call there, and what was said, comments included but for why nothing is expected any more."""
    told = ProspectEntry.objects.filter(object__in=prospects.values("pk")).exclude(verb="give_up")
    Comment.objects.filter(digest__in=told.exclude(comment_digest="").values("comment_digest")).erase()
    ProspectContact.objects.filter(prospect__in=prospects.values("pk")).exclude(said="").update(said="")
    prospects.update(contact_name="", contact_phone="", contact_email="")


def forget_contact_on_site(donations: Iterable[int], at: datetime) -> None:
    """Erase who was to be asked on site and who signed there, for whoever has no account to be forgotten with.

    The slips, the signatures drawn, the mails and what was said of the access go whole; counts, dates and the paper
    that was signed by hand stay.
    """
    pks = list(donations)
    lots, pick_ups = Donation.objects.filter(pk__in=pks), PickUp.objects.filter(donation__in=pks)
    _forget_comments(lots, pick_ups)
    slips = Document.objects.filter(donation_paper__kind=DonationPaperKind.SLIP, donation_paper__donation__in=pks)
    for document in slips.order_by("pk"):
        forget_document(document=document, at=at)
    for drawn in StoredFile.objects.filter(pk__in=pick_ups.filter(proof=SlipProof.DRAWN).values("signature")):
        forget_file(file=drawn, at=at)
    for pk in pks:
        forget_mails(about=("donation", pk), at=at)
    pick_ups.update(contact_name="", contact_phone="", instructions="", signer_name="")
    lots.update(contact_name="", contact_phone="", access="", windows="")


def _forget_comments(lots: DonationQuerySet, pick_ups: PickUpQuerySet) -> None:
    """The comments on these lots that name one of these people, or give a number of theirs."""
    told = {*lots.values_list("contact_name", "contact_phone"), *pick_ups.values_list("contact_name", "contact_phone")}
    words = {word for pair in told for word in pair} | set(pick_ups.values_list("signer_name", flat=True))
    named = [Q(text__icontains=word) for word in words if word]
    digests = DonationEntry.objects.filter(object__in=lots).exclude(comment_digest="").values("comment_digest")
    if named:
        Comment.objects.filter(reduce(or_, named), digest__in=digests).erase()


def _forget_on_site(user: User, pick_ups: PickUpQuerySet) -> None:
    """Where he was named on site, or signed."""
    named = name_is(user, "values__contact_name") | user.named_in("values__instructions", "values__access")
    slips = Document.objects.filter(
        named, donation_paper__kind=DonationPaperKind.SLIP, donation_paper__donation__in=pick_ups.values("donation")
    )
    for document in slips:
        forget_document(document=document)
    signed = pick_ups.filter(name_is(user, "signer_name"))
    for drawn in StoredFile.objects.filter(pk__in=signed.filter(proof=SlipProof.DRAWN).values("signature")):
        forget_file(file=drawn)
    signed.update(signer_name="")
    pick_ups.filter(name_is(user, "contact_name")).update(contact_name="", contact_phone="")
    pick_ups.filter(user.named_in("instructions")).update(instructions="")


def name_is(user: User, column: str) -> Q:
    """A column that holds a name holds this one, be it a first or a last name alone."""
    name = f"{user.first_name} {user.last_name}".strip()
    return user.named_in(column) | Q(**{f"{column}__iexact": name}) if name else user.named_in(column)
