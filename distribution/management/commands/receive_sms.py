"""In the demonstration, an SMS comes back: ``manage.py receive_sms RV-7K3M-2QXZ OUI``."""

from secrets import token_hex
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from distribution.models import Appointment
from distribution.services.answers import receive_answer


class Command(BaseCommand):
    """What the household of an appointment answers, as the service of SMS would hand it over; no number is typed."""

    help = "Reçoit, en démonstration, la réponse d’un foyer au SMS d’un rendez-vous."

    def add_arguments(self, parser: CommandParser) -> None:
        """The appointment, and the words."""
        parser.add_argument("reference", help="la référence du rendez-vous")
        parser.add_argument("text", help="ce que le foyer répond\u00a0: OUI, NON, STOP ou autre chose")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it, and say what came of it."""
        if not settings.DEMO:
            raise CommandError("Cette commande ne sert qu’en démonstration.")
        found = Appointment.objects.filter(reference=options["reference"])
        appointment = found.select_related("need__prescription__household").first()
        if appointment is None:
            raise CommandError("Aucun rendez-vous n’a cette référence.")
        phone = appointment.need.prescription.household.phone
        answer = receive_answer(provider_id=f"demo-{token_hex(8)}", number=phone, text=options["text"])
        self.stdout.write(str(answer.get_outcome_display()))
