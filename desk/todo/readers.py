"""« À faire » of those who follow the chain without acting in it: observers, funders, hub, recycler, mediation."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from desk.todo.blocks import WHOLE, Block, BlockRow, TodoAction, TodoPage, TodoPart
from desk.todo.committees import committees
from desk.todo.figures import month_of_the_departement
from network.models import Membership
from network.permissions import reads_reports
from refurb.contested import answer_told, why_contested
from refurb.models import Destruction, WasteNote
from refurb.models.drive import DestructionQuerySet
from refurb.permissions import certifies_destruction
from reports.models import Report
from reports.views import title_of_month
from typography.french import Noun, day

DRIVE = Noun("disque", "disques")
TOLD_FOR = timedelta(days=30)
"""How long what was recorded in the name of a recycler is told as new; it may be contested later all the same."""
MOST_NAMED = 5
"""Serial numbers told in one line: a note of a whole lorry goes with its own list."""


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """The last month of the département and its reports; a word for whoever has nothing to open here yet."""
    if not reads_reports(actor):
        certifies = certifies_destruction(actor) is not None
        return TodoPage(
            actions=(TodoAction("Vérifier un document", reverse("documents:authenticity_form")),),
            blocks=(certificates(actor), destructions(actor, at), former_destructions(actor, at)) if certifies else (),
            above=(TodoPart("desk/_nothing.html", lambda: {"certifies": certifies}),),
        )
    return TodoPage(
        actions=(TodoAction("Rapports mensuels", reverse("reports:report_list")),),
        blocks=(reports(actor), *committees(actor, at)),
        above=(TodoPart("desk/_volumes.html", lambda: month_of_the_departement(actor, hides_small=True)),),
        changes=("report",),
    )


def certificates(actor: Membership) -> Block:
    """The notes whose drives a recycler is to certify destroyed: it sends the paper, the workshop deposits it."""
    return Block(
        "certificats-attendus",
        "Certificats de destruction attendus de vous",
        WasteNote.objects.to_certify_by(actor),
        _certificate,
        "Aucun certificat de destruction n’est attendu de vous.",
    )


def _certificate(note: Any) -> BlockRow:
    url = reverse("network:organisation_detail", args=[note.workshop.reference])
    known = [number for number in note.numbers if number]
    named = f" ({', '.join(known[:MOST_NAMED])}{'…' * (len(known) > MOST_NAMED)})" if known else ""
    about = f"{DRIVE.counted(note.awaited)}{named}, à envoyer à {note.workshop}"
    return BlockRow(f"Bordereau {note.bsd_number}", url, about, f"parti le {day(note.taken_on)}")


def destructions(actor: Membership, at: datetime) -> Block:
    """What workshops recorded lately as destroyed by a recycler: it reads what is said in its name, and what became
    of what it contests, until that is answered.
    """
    return Block(
        "destructions-en-votre-nom",
        "Destructions enregistrées en votre nom depuis 30\u00a0jours, ou contestées",
        _told(actor).filter(_lately(at)),
        _destruction,
        "Aucune destruction n’a été enregistrée en votre nom depuis 30\u00a0jours.",
    )


def former_destructions(actor: Membership, at: datetime) -> Block:
    """All the others: a contest has no term, so that none of them is ever out of reach."""
    return Block(
        "destructions-plus-anciennes",
        "Destructions plus anciennes, enregistrées en votre nom",
        _told(actor).exclude(pk__in=_told(actor).filter(_lately(at)).values("pk")),
        _destruction,
        "Aucune destruction plus ancienne n’est enregistrée en votre nom.",
    )


def _told(actor: Membership) -> DestructionQuerySet:
    """Whatever stands in the name of a recycler, and what it contested, the last recorded first."""
    told = Destruction.objects.read_by(actor).with_answer()
    around = ("drive", "device__workshop", "certificate", "superseded_by")
    return told.select_related(*around).order_by("-recorded_at", "-pk")


def _lately(at: datetime) -> Q:
    """Which of these are new, or contested lately or without an answer."""
    since = at - TOLD_FOR
    return Q(recorded_at__gte=since) | Q(superseded_by__recorded_at__gte=since) | Q(is_pending=True)


def _destruction(row: Any) -> BlockRow:
    """Its page has the paper, and contests it, or says what it contested."""
    device, unread = row.device, ", certificat non lu" if row.is_unread else ""
    under = f", bordereau {device.bsd_number}" if device.bsd_number else ""
    about = f"{row.get_method_display().lower()} le {day(row.destroyed_at)}{under}{unread}"
    url = reverse("refurb:destruction_contest", args=[row.pk])
    if (contested := row.undone_by) is not None:
        return BlockRow(
            str(row.drive),
            url,
            f"{why_contested(row)}, dites-vous. {answer_told(row)}",
            f"contestée le {day(contested.recorded_at)}",
        )
    return BlockRow(str(row.drive), url, f"{about}, par {device.workshop}", f"enregistrée le {day(row.recorded_at)}")


def reports(actor: Membership) -> Block:
    """The reports one may read, the last month first."""
    return Block(
        "rapports",
        "Rapports mensuels",
        Report.objects.visible_to(actor).defer("figures").order_by("-month"),
        _report,
        "Le rapport d’un mois se lit ici dès que le Département le publie.",
        reverse("reports:report_list") + WHOLE,
    )


def _report(report: Report) -> BlockRow:
    url = reverse("reports:report_detail", args=[report.reference])
    published = f"publié le {day(report.published_at)}" if report.published_at else report.get_state_display()
    return BlockRow(title_of_month(report), url, report.reference, published)
