"""Count every kept month again from the journals of today and compare."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.formats import date_format

from reports.models import Report
from reports.services import fault_of_report, found_out


class Command(BaseCommand):
    help = "Recompte chaque rapport depuis le journal et le compare à ce qui a été gardé."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0
        for report in Report.objects.order_by("month"):
            fault = fault_of_report(report)
            faults += bool(fault)
            month = date_format(report.month, "F Y")
            self.stdout.write(f"{report.reference}  {month}\u00a0: {fault or 'conforme'}")
        recovered = found_out(exactly=True)
        for reference, sentence in found_out():
            self.stdout.write(f"{reference}  {sentence}")
        self.stdout.write(f"Nombres de foyers cachés que l’on peut retrouver\u00a0: {len(recovered)}")
        if faults:
            raise CommandError(f"{faults} rapport(s) non conforme(s)\u00a0: lancez verify_journal.")
        if recovered:
            raise CommandError("Des nombres de foyers cachés se retrouvent\u00a0: ne publiez rien de plus.")
