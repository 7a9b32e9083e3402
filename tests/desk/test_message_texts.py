"""The pilot writes what messages say: what a household would receive is read before anything is kept."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from documents.models import MessageText
from tests.given import load_reference

pytestmark = pytest.mark.django_db


def test_a_text_is_kept_only_once_what_it_gives_was_read(office: Client) -> None:
    load_reference("documents")
    row = MessageText.objects.get(code="demande", channel="sms", language="fr")
    url = reverse("desk:reference_replace", args=["textes-des-messages", row.pk])
    tomorrow = timezone.localdate() + timedelta(days=1)
    typed = {
        "subject": "",
        "body": "Bonjour {prenom}, du nouveau pour {reference}.",
        "valid_from": tomorrow.isoformat(),
        "source": "Comité de mai",
        "checked_on": timezone.localdate().isoformat(),
    }
    page = office.post(url, typed)
    shown = page.content.decode()
    assert "Bonjour Marie-Antoinette, du nouveau pour P-7K3M-2QXZ." in shown
    assert "alphabet simple (GSM-7), 1\u00a0SMS" in shown
    assert MessageText.objects.filter(code="demande", channel="sms", language="fr").count() == 1

    other = typed | {"body": "Autre {reference}.", "apercu-lu": page.context["seen"]}
    again = office.post(url, other)
    assert again.status_code == 200  # what was read is not what would be kept
    assert "Autre P-7K3M-2QXZ." in again.content.decode()

    wrong = office.post(url, typed | {"body": "Bonjour {nom} {reference}", "apercu-lu": page.context["seen"]})
    assert "ne dit que le prénom" in wrong.content.decode()
    assert "preview" not in wrong.context

    kept = office.post(url, typed | {"apercu-lu": page.context["seen"]})
    assert kept.status_code == 302
    assert MessageText.objects.text_for("demande", "sms", tomorrow).body == typed["body"]
    assert MessageText.objects.text_for("demande", "sms", timezone.localdate()) == row


def test_a_mail_is_read_as_it_leaves_with_its_greeting_and_its_footer(office: Client) -> None:
    load_reference("documents")
    row = MessageText.objects.get(code="demande", channel="email", language="fr")
    shown = dict(row.preview())["Texte"]
    assert shown.startswith("Bonjour,")
    assert "Maillon, équipement numérique solidaire du Nord" in shown
    assert "n’y répondez pas" in shown
