"""« À faire » of those who follow the chain without acting in it: observers, funders, hub, recycler, mediation."""

from datetime import datetime

from django.urls import reverse

from desk.todo.blocks import WHOLE, Block, BlockRow, TodoAction, TodoPage, TodoPart
from desk.todo.committees import committees
from desk.todo.figures import month_of_the_departement
from network.models import Membership
from network.permissions import reads_reports
from reports.models import Report
from reports.views import title_of_month
from typography.french import day


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """The last month of the département and its reports; a word for whoever has nothing to open here yet."""
    if not reads_reports(actor):
        return TodoPage(
            actions=(TodoAction("Vérifier un document", reverse("documents:authenticity_form")),),
            above=(TodoPart("desk/_nothing.html", dict),),
        )
    return TodoPage(
        actions=(TodoAction("Rapports mensuels", reverse("reports:report_list")),),
        blocks=(reports(actor), *committees(actor, at)),
        above=(TodoPart("desk/_volumes.html", lambda: month_of_the_departement(actor, hides_small=True)),),
        changes=("report",),
    )


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
