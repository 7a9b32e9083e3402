"""The texts of messages: what may stand in them, how long they get, which one is in force, in which language."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from documents.enums import MessageChannel, MessageCode, MessageLanguage
from documents.messages import HOLES, SUBJECTS, fault_of_text, filled, first_texts
from documents.models import MessageText
from prescriptions.enums import SheetLanguage
from tests.given import load_reference
from tests.network.factories import make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def text(body: str, **fields: Any) -> MessageText:
    given = {"code": MessageCode.REQUEST, "channel": MessageChannel.SMS, "subject": ""}
    return MessageText(**given | fields, body=body)


def refusal(row: MessageText) -> str:
    with pytest.raises(ValidationError) as refused:
        row.clean()
    return " ".join(refused.value.messages)


def test_every_text_of_the_project_is_a_good_one_and_every_subject_has_one_in_french() -> None:
    load_reference("documents")
    for row in MessageText.objects.all():
        row._state.adding = True  # judged as if it were being written
        row.clean()
        assert row.preview()
    wanted = {(code, channel) for code, subject in SUBJECTS.items() for channel in subject.channels}
    assert set(first_texts()) == wanted
    assert set(SUBJECTS) == set(MessageCode.values)
    assert set().union(*(subject.holes for subject in SUBJECTS.values())) == set(HOLES)
    assert set(MessageLanguage.values) == {"fr", *SheetLanguage.values}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Demande {reference} de {nom}", "ne dit que le prénom"),
        ("Demande {reference}, né le {naissance}", "ne dit que le prénom"),
        ("Demande {reference} {couleur}", "{couleur} n’est pas connu"),
        ("Demande {reference} {heure}", "{heure} n’est pas connu"),
        ("Demande {reference", "Une accolade n’est pas à sa place"),
        ("Demande {reference} {0}", "Une accolade n’est pas à sa place"),
        ("Demande {reference!r}", "Une accolade n’est pas à sa place"),
        ("Du nouveau", "Il manque {reference}"),
        ("{reference} : appelez le 06 12 34 56 78", "un numéro"),
        ("{reference} : 2 85 05 78 006 084 36", "un numéro"),
        ("{reference} : ecrivez a camille@exemple.test", "une adresse de courriel"),
        ("{reference} : venez le 12/05/2027", "une date"),
        ("Bonjour Mme Lefebvre, {reference}", "le nom de quelqu’un"),
        ("Bonjour mme lefebvre, {reference}", "le nom de quelqu’un"),
        ("{reference} : demandez le Dr Lefebvre", "le nom de quelqu’un"),
        ("{reference} : voyez Me Le Goff", "le nom de quelqu’un"),
        ("{reference} " + "a" * 300, "Il en faut 2 au plus"),
        ("{reference} ж" + "a" * 130, "alphabet étendu (UCS-2)"),
    ],
)
def test_what_may_not_be_said_is_refused_with_a_sentence(body: str, said: str) -> None:
    assert said in refusal(text(body))


@pytest.mark.parametrize(
    "said",
    [
        *("Madame, Monsieur, {reference} avance.", "Madame {prenom} de la part de {prescripteur}, {reference}"),
        *("{reference} : demandez madame la directrice", "{reference} : Monsieur le maire"),
        "{reference} : demandez madame votre conseillère",
        "{reference} : l’écran du salon est clair, Duval ouvre à 9 h",
    ],
)
def test_words_that_name_nobody_are_left_alone(said: str) -> None:
    make_user(first_name="Claire", last_name="Duval")
    text(said).clean()


@pytest.mark.parametrize("written", ["Claire Duval", "DUVAL Claire", "claire duval", "Claire\nDuval", "Clairé Duval"])
def test_a_text_that_names_somebody_of_the_house_is_refused_however_it_is_written(written: str) -> None:
    make_user(first_name="Claire", last_name="Duval")
    assert "le nom de quelqu’un" in refusal(text(f"{{reference}} : appelez {written} demain"))
    assert "le nom de quelqu’un" in refusal(
        text("{reference}, {prescripteur}, {telephone}", channel=MessageChannel.EMAIL, subject=f"De {written}")
    )


def test_a_text_is_told_to_put_only_what_its_message_knows_in_place_of_a_number() -> None:
    knowing = next(code for code, subject in SUBJECTS.items() if "telephone" in subject.holes)
    for code in SUBJECTS:
        subject = SUBJECTS[code]
        said = fault_of_text("Appelez le 06 12 34 56 78", subject, frozenset())
        assert "n’y écrivez pas un numéro" in said
        assert ("{telephone}" in said) is ("telephone" in subject.holes)
    assert "le téléphone du prescripteur s’écrit {telephone}" in fault_of_text(
        "06 12 34 56 78", SUBJECTS[knowing], frozenset()
    )


def test_an_address_outside_of_maillon_is_remarked_before_the_text_is_kept() -> None:
    told = dict(text("{reference} https://x.example/a https://X.example").preview())
    assert "hors de Maillon\u00a0: x.example. " in told["Adresses à ouvrir"]
    assert "Adresses à ouvrir" not in dict(text("{reference} http://localhost:8000/ma-demande/").preview())


def test_a_title_is_asked_of_mails_alone_and_a_channel_that_does_not_carry_it_is_refused() -> None:
    assert "Un SMS n’a pas d’objet" in refusal(text("{reference}", subject="Bonjour"))
    assert "Écrivez l’objet" in refusal(text("{reference}", channel="email"))
    assert "ne part pas par ce moyen" in refusal(
        text("{reference} {page}", code=MessageCode.STILL_CURRENT, channel="sms")
    )


def test_the_text_of_its_day_is_said_in_its_language_or_in_french_or_as_first_written() -> None:
    MessageText.objects.all().delete()
    today = timezone.localdate()

    def said(day: date, language: str = "fr") -> str:
        return MessageText.objects.text_for(MessageCode.REQUEST, "sms", day, language).body

    dated = {"source": "Essai", "checked_on": today}
    text("Ancien {reference}", valid_from=today - 9 * DAY, valid_to=today - DAY, **dated).save()
    text("Nouveau {reference}", valid_from=today, valid_to=today, **dated).save()
    text("New {reference}", language="en", valid_from=today, **dated).save()
    assert (said(today - DAY), said(today)) == ("Ancien {reference}", "Nouveau {reference}")
    assert (said(today, "en"), said(today, "tr")) == ("New {reference}", "Nouveau {reference}")
    assert said(today + DAY) == first_texts()[MessageCode.REQUEST, "sms"][1]


def test_what_nothing_is_left_of_goes_and_a_value_is_never_read_as_a_text() -> None:
    assert filled("Bonjour\n\n{changer}\n\nMerci", {}, "email") == "Bonjour\n\nMerci"
    assert filled("{jour}\n{heure}", {"jour": "{heure}", "heure": "10 h"}, "sms") == "{heure} 10 h"
    assert filled("Apportez {apporter}", {"apporter": ["a", "b"]}, "sms") == "Apportez a, b"


def test_a_first_name_is_in_no_subject_which_the_outbox_shows() -> None:
    row = MessageText(code="demande", channel="email", subject="{prenom}, du nouveau", body="Pour {reference}.")
    with pytest.raises(ValidationError, match="écran verrouillé"):
        row.clean()
