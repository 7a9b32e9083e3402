"""A note that was signed says so: the day of the hand-over, how it was signed, what was drawn."""

from decimal import Decimal
from typing import Any

import page
import pypdfium2 as pdfium
import pytest
from django.conf import LazySettings
from django.db import DatabaseError, transaction
from django.utils import timezone

from distribution.enums import HandOverProof, UndoHandOverReason
from distribution.followers import forget_households
from distribution.models import HandOver
from distribution.services import hand_overs
from distribution.signed_notes import draw_signed_note
from documents.enums import INTERRUPTED, REPLACED, MailPurpose, MessageCode, SendState
from documents.models import Mail, Sms
from documents.services import forget_document, store_file
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.registry import Move, Moved
from prescriptions.models import HouseholdMessage
from refurb.models.device import DeviceEntry
from tests.distribution.shelves import Shelf
from tests.distribution.test_lost_returns import WAYS
from tests.documents.samples import png
from tests.given import load_reference
from tests.pages import acting, answered, read, shown
from tests.refurb.devices import fresh
from tests.refurb.pages import page_of
from typography.french import full_day, written_day

pytestmark = pytest.mark.django_db
EMPTY = "Pour le foyer (date, signature)"


def text_of(content: bytes) -> str:
    report = page.validate_pdf_bytes(content, profile="ua1")
    assert [failure.message for failure in report.failures] == []
    with pdfium.PdfDocument(content) as pdf:
        return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in pdf).split())


def images_of(content: bytes) -> int:
    with pdfium.PdfDocument(content) as pdf:
        return sum(one.type == 3 for sheet in pdf for one in sheet.get_objects())


def opened(shelf: Shelf, note: HandOver) -> bytes:
    answer = acting(shelf.adviser).get(page_of(note.device, "hand_over_note", note.pk))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_note_to_be_signed_has_its_empty_boxes_and_says_no_day_of_hand_over(shelf: Shelf) -> None:
    shelf.reserved()

    told = text_of(opened(shelf, HandOver.objects.get()))

    assert EMPTY in told
    assert "Remis le" not in told


@pytest.mark.parametrize(
    ("proof", "said", "images"),
    [(HandOverProof.DRAWN, "signature tracée à l’écran", 1), (HandOverProof.ATTESTED, "attestée par le conseiller", 0)],
)
def test_a_signed_note_says_the_day_how_it_was_signed_and_shows_what_was_drawn(
    shelf: Shelf, proof: HandOverProof, said: str, images: int
) -> None:
    drawing = store_file(content=png(), name="signature.png", content_type="image/png", by=shelf.adviser)
    signature = drawing if proof == HandOverProof.DRAWN else None
    device = shelf.reserved(price=Decimal(30))
    before = images_of(opened(shelf, HandOver.objects.get()))
    shelf.hand_over(device, proof=proof, signature=signature)
    note = HandOver.objects.get()
    assert note.handed_over_at is not None

    drawn = opened(shelf, note)
    told = text_of(drawn)

    assert EMPTY not in told
    assert f"Remis le {' '.join(str(written_day(note.handed_over_at)).split())}." in told
    assert f"Maillon · {note.document.public_code} page" in told
    assert said in told
    assert note.signed_by is not None
    assert note.signed_by.user.get_full_name() in told
    assert "30,00" in told, "what was agreed on is still there"
    assert images_of(drawn) - before == images


def test_a_signed_note_is_one_page_however_much_it_has_to_say(shelf: Shelf) -> None:
    load_reference("distribution")
    desktop = shelf.reserve(
        shelf.on_the_shelf(shelf.desktop()), price=Decimal(90), co_funding=Decimal(60), funder=shelf.funder
    )
    shelf.hand_over(desktop, proof=HandOverProof.DRAWN, signature=shelf.signature())

    with pdfium.PdfDocument(draw_signed_note(HandOver.objects.get(device=desktop))) as pdf:
        assert len(pdf) == 1


def test_the_note_of_an_exchange_says_its_day_too(shelf: Shelf) -> None:
    back = shelf.returned()
    other = shelf.exchange(shelf.available(), back)

    assert "Remis le" in text_of(opened(shelf, HandOver.objects.get(device=other)))


def test_a_hand_over_that_was_undone_is_not_told_as_one_that_stands(shelf: Shelf) -> None:
    device = shelf.handed_over()
    signed = HandOver.objects.get()
    gate.apply(device, "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)

    told = text_of(opened(shelf, HandOver.objects.get(pk=signed.pk)))

    assert "Remise annulée le" in told
    assert "ne vaut plus" in told
    assert EMPTY in text_of(opened(shelf, HandOver.objects.current().get()))


@pytest.mark.parametrize("way", [*WAYS])
def test_somebody_with_a_mandate_collects_for_the_household_which_learns_it(
    shelf: Shelf, settings: LazySettings, way: str
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    device = shelf.reserved(need=shelf.need(**WAYS[way]))
    client, url = acting(shelf.adviser), page_of(device, "device_hand_over")
    given = {"proof": "attested", "attested": "on"} | shown(client, url)
    for half in ({"collected_by": "Inès Marchand"}, {"by_mandate": "on"}):
        assert "la procuration signée du foyer et la pièce d’identité" in answered(client, url, **given | half)
    client.post(url, given | {"collected_by": " Inès Marchand ", "by_mandate": "on"})

    note = HandOver.objects.get()
    household = note.need.prescription.household
    assert (note.by_mandate, note.collected_by) == (True, "Inès Marchand")
    told = text_of(opened(shelf, note))
    assert f"Remis à Inès Marchand, pour {household.name}" in told
    assert "par procuration" in told
    assert "remis sur procuration à Inès Marchand" in read(client, page_of(device, "device_detail"))
    message = HouseholdMessage.objects.filter(code=MessageCode.MANDATED).first()
    carried = None if message is None else message.sms or message.mail
    assert (carried is not None) == (way in ("sms", "email"))
    assert carried is None or "à la personne venue à votre place" in (getattr(carried, "text", "") or carried.body)
    worker = Mail.objects.get(subject__contains="remis sur procuration").body
    assert ("dites-le-lui" in worker) == (carried is None)
    written = "".join(Mail.objects.values_list("body", flat=True)) + str(
        list(DeviceEntry.objects.values_list("values"))
    )
    assert "Marchand" not in written, "the name stands on the paper alone"


def test_who_came_is_named_for_good_until_the_household_is_forgotten(shelf: Shelf, settings: LazySettings) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"
    who = {"collected_by": "Inès Marchand", "by_mandate": True}
    back = shelf.returned()
    other = shelf.exchange(shelf.available(), back, **who)
    device = shelf.reserved(need=shelf.need(**WAYS["sms"]))
    shelf.hand_over(device, **who)
    note = HandOver.objects.get(device=device)
    assert HandOver.objects.get(device=other).collected_by == "Inès Marchand"
    for wrong in ({"collected_by": "Un autre"}, {"by_mandate": False}, {"by_mandate": False, "collected_by": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            HandOver.objects.filter(pk=note.pk).update(**wrong)

    gate.apply(fresh(device), "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)
    message = HouseholdMessage.objects.get(code=MessageCode.MANDATED)
    assert message.sms is not None
    assert message.sms.error == REPLACED, "it had not left, and it did not take place"

    household = note.need.prescription.household_id
    forget_households(Move("household", "anonymise", SYSTEM, timezone.now(), None, {}, [Moved(household, "", "", 0)]))
    note = HandOver.objects.get(pk=note.pk)
    assert (note.by_mandate, note.collected_by) == (True, "")


LEFT = {"delivery": SendState.SENT, "sent_at": timezone.now}
UNSURE = {"delivery": SendState.FAILED, "error": INTERRUPTED}


def by_mandate_then_undone(
    shelf: Shelf, way: str, *, worker: dict[str, Any] | None = None, household: dict[str, Any] | None = None
) -> tuple[Mail, list[Mail]]:
    """What its worker was written of a hand-over by mandate, and what follows its undoing. ``worker``, ``household``:
    what became meanwhile of what each was written."""
    device = shelf.reserved(need=shelf.need(**WAYS[way]))
    shelf.hand_over(device, collected_by="Inès Marchand", by_mandate=True)
    told = Mail.objects.get(subject__contains="remis sur procuration")
    if worker is not None:
        Mail.objects.filter(pk=told.pk).update(**_now(worker))
    if household is not None:
        Sms.objects.all().update(**_now(household))
        Mail.objects.filter(purpose=MailPurpose.HOUSEHOLD).update(**_now(household))
    gate.apply(fresh(device), "undo_hand_over", actor=shelf.adviser, reason=UndoHandOverReason.ENTRY)
    return Mail.objects.get(pk=told.pk), list(Mail.objects.filter(subject__contains="sur procuration annulée"))


def _now(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value() if callable(value) else value for name, value in columns.items()}


@pytest.mark.parametrize("way", ["sms", "email", "phone"])
def test_of_a_hand_over_by_mandate_undone_before_anything_left_its_worker_is_told_nothing(
    shelf: Shelf, settings: LazySettings, way: str
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"

    told, corrections = by_mandate_then_undone(shelf, way)

    assert (told.delivery, told.error) == (SendState.FAILED, REPLACED)
    assert corrections == []


@pytest.mark.parametrize("became", [LEFT, UNSURE, {"delivery": SendState.SENDING}, {"delivery": SendState.KEPT}])
@pytest.mark.parametrize("way", ["sms", "email", "phone"])
def test_a_worker_who_read_of_a_hand_over_by_mandate_reads_that_it_was_undone_and_what_the_household_knows(
    shelf: Shelf, settings: LazySettings, way: str, became: dict[str, Any]
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"

    told, (correction,) = by_mandate_then_undone(shelf, way, worker=became)

    assert correction.to == told.to
    assert f"annulée le {full_day(correction.created_at)}" in correction.body
    assert ("n’est pas parti" in correction.body) == (way != "phone")
    assert ("n’a pas écrit à ce foyer" in correction.body) == (way == "phone")
    assert "Si vous lui en avez parlé, dites-lui qu’elle est annulée" in correction.body
    assert "Marchand" not in correction.body


@pytest.mark.parametrize("became", [LEFT, {"delivery": SendState.SENDING}])
@pytest.mark.parametrize(("way", "by"), [("sms", "Le SMS"), ("email", "Le courriel")])
def test_a_household_that_was_written_of_a_hand_over_by_mandate_hears_from_its_worker_that_it_was_undone(
    shelf: Shelf, settings: LazySettings, way: str, by: str, became: dict[str, Any]
) -> None:
    settings.SMS_PROVIDER = "documents.sms_door.KeptHere"

    told, (correction,) = by_mandate_then_undone(shelf, way, household=became)

    assert (told.delivery, told.error) == (SendState.FAILED, REPLACED)
    assert f"{by} qui la disait au foyer est parti, et Maillon ne lui écrit pas de nouveau" in correction.body
    assert "\u00a0: dites-lui qu’elle est annulée, sauf s’il a demandé" in correction.body
    assert "n’est pas parti" not in correction.body


def test_a_signed_note_that_was_forgotten_is_not_drawn_again(shelf: Shelf) -> None:
    shelf.handed_over()
    note = HandOver.objects.get()
    forget_document(document=note.document)

    answer = acting(shelf.adviser).get(page_of(note.device, "hand_over_note", note.pk))

    assert answer.status_code == 404


def test_a_price_changed_before_it_was_signed_leaves_the_earlier_note_unsigned(shelf: Shelf) -> None:
    device = shelf.reserved(price=Decimal(30))
    first = HandOver.objects.get()
    hand_overs.prepare_hand_over(actor=shelf.adviser, device=device, price=Decimal(20))
    shelf.hand_over(device)

    assert EMPTY in text_of(opened(shelf, HandOver.objects.get(pk=first.pk)))
    assert "20,00" in text_of(opened(shelf, HandOver.objects.current().get()))
