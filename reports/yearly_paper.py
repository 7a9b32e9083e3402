"""The paper of a year: what it says is frozen when the pilot closes the year; before, it is drawn anew as a proof.

It is written for all its readers, whoever draws it: what is hidden of a month is hidden of the year.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format

from documents.kinds import register_kind
from documents.models import Document
from documents.services import freeze_document, render_pdf
from lifecycle.actors import Actor
from refurb.outcomes import Spared
from reports.adding import AT_LEAST
from reports.begun import months_begun
from reports.models import YEARLY, Report
from reports.secrecy.covering import HIDDEN
from reports.yearly import Year, year_of_readers
from reports.yearly_facts import OLD, YearFacts, facts_of
from typography.french import HARD, grouped, plural

TEMPLATE = "documents/reports/yearly_report.html"
MEANINGS: dict[str, str] = {
    "Somme des mois": (
        "Chaque nombre de l’année est la somme de ceux que les rapports mensuels ont dits, un par un\u00a0: la page de "
        "chaque mois mène aux lignes qu’il compte. Ce qui est présent au début ou à la fin est ce que disent le "
        "premier et le dernier mois."
    ),
    "Au moins": (
        "Un des mois cache le nombre, parce qu’il parle de trop peu de foyers\u00a0: la somme est celle des mois qui "
        "le disent. Elle n’apprend rien de plus qu’eux."
    ),
    "Annoncé, accepté, enlevé": (
        "Chacun compte le mois où il est fait\u00a0: une acceptation de janvier peut répondre à une annonce de "
        "décembre. Un mois, un type ou une année peut donc dire plus d’unités acceptées que d’annoncées."
    ),
    "Accepté, attendus, nouveaux suivis": (
        "Un lot que son donateur retire, ou qui est écarté, le mois même où il est accepté n’est pas dans "
        "«\u00a0Accepté\u00a0». Ses unités sont entrées à «\u00a0Attendus\u00a0» puis en sont sorties\u00a0: elles "
        "restent dans ces entrées et dans «\u00a0Nouveaux suivis\u00a0», qui compte aussi les appareils arrivés sans "
        "avoir été annoncés."
    ),
    "Appareils différents": (
        "Un acte annulé un mois suivant reste compté dans le sien, qui est figé\u00a0; un appareil peut aussi faire "
        "deux fois le même chemin. Ici, chaque appareil compte une fois, et pas du tout si son acte est annulé avant "
        "la fin de la période."
    ),
    "Délais": (
        "En jours entiers, jusqu’à un acte de la période qui tient encore à sa fin\u00a0: depuis le premier dépôt ou "
        "le premier accord d’une demande, depuis la dernière arrivée ou le dernier reconditionnement d’un appareil. "
        "Médiane\u00a0: la moitié a pris ce temps au plus. Ce qui attend encore n’y est pas. Hors du pilotage, ce qui "
        "parle de foyers n’est dit que s’ils sont assez nombreux."
    ),
    "Taux de réemploi": "Appareils déclarés reconditionnés, rapportés à ceux-là et à ceux déclarés non réemployables.",
    "Retours": "Appareils repris à un foyer, pour cent remises de la même période.",
    "Prix": (
        "Moyenne des ventes de la période, échanges et remises annulées ôtés. Reste à payer\u00a0: ce que le foyer a "
        "payé, une fois la part d’un financeur déduite. Hors du pilotage, à 5\u00a0€ près."
    ),
    "Donateurs": "Organisations dont un lot a été accepté dans la période, sans avoir été retiré ni écarté ensuite.",
    "Prescripteurs actifs": "Organisations dont un travailleur social a déposé une demande dans la période.",
    "Impact évité": (
        "Ordre de grandeur, par année d’usage, d’un appareil reconditionné à la place d’un neuf. Seuls comptent les "
        "appareils remis dans la période et encore dans un foyer à sa fin, d’un type pour lequel une valeur est "
        "publiée. Hors du pilotage, c’est un minimum\u00a0: tiré des seuls nombres publiés, chaque retour ôté."
    ),
}
"""What is told of a year only; the terms of a month keep the meaning that its report prints."""


def register_yearly_kind() -> None:
    """Declare the paper."""
    register_kind(YEARLY, "Bilan annuel", TEMPLATE)


def freeze_yearly_paper(report: Report, *, by: Actor, at: datetime) -> Document:
    """Freeze what the paper of the year says, for the report of its last month."""
    year = year_of_readers(report.month.year, months_begun(at), at)
    return freeze_document(
        kind=YEARLY,
        owner=(report.machine.name, report.pk),
        values=yearly_values(year, facts_of(year), is_final=True),
        by=by,
        at=at,
        title=year.title,
    )


def draw_yearly_proof(asked: int, at: datetime, *, published: bool) -> bytes:
    """The PDF of a year that is not closed, marked as such and kept nowhere.

    ``published``: without the months that are only frozen, which its pilot alone may read.
    """
    year = year_of_readers(asked, months_begun(at), at, published=published)
    last = year.last
    return render_pdf(
        TEMPLATE,
        {"values": yearly_values(year, facts_of(year), is_final=False), "reference": last.reference},
        title=year.title,
        identifier=last.reference,
        date=last.moved_at,
    )


def yearly_values(year: Year, facts: YearFacts, *, is_final: bool) -> dict[str, Any]:
    """Everything the paper says, in words and whole numbers."""
    return {
        "reference": year.last.reference,
        "year": year.year,
        "is_final": is_final,
        "standing": year.standing,
        "first_numbers": [[name, number] for name, number in year.first_numbers.items()],
        "facts": told(facts),
        "plain": [asdict(table) for table in plain_tables(facts)],
        "months": asdict(year.by_month()),
        "stages": asdict(year.stages()),
        "territories": asdict(year.territories()),
        "distribution": asdict(year.distribution()),
        "types": asdict(year.types()),
        "quantities": [asdict(table) for table in year.quantities()],
        "needs": [asdict(table) for table in year.needs()],
        "left_to_do": [asdict(table) for table in year.left_to_do()],
        "sources": [
            [date_format(month.report.month, "F Y"), month.report.reference, month.report.published_sha256]
            for month in year.months
        ],
        "meanings": [list(pair) for pair in MEANINGS.items()],
    }


@dataclass(frozen=True)
class PlainTable:
    """A table of facts that no total sums: its title, its caption, the names of its columns, its lines of cells."""

    code: str
    title: str
    caption: str
    head: tuple[str, ...]
    lines: list[tuple[int | str, ...]]
    has_total = False
    """Whether its last line is the total of the others."""

    @property
    def named(self) -> list[dict[str, Any]]:
        """The lines as a page shows them: a label, then each cell with the name of its column and no address."""
        nowhere = ("",) * (len(self.head) - 1)
        return [{"label": line[0], "cells": zip(self.head[1:], line[1:], nowhere, strict=True)} for line in self.lines]


def plain_tables(facts: YearFacts) -> list[PlainTable]:
    """What the page, the paper and the workbook say beside the tables of months; none without a line."""
    tables = [
        PlainTable(
            "different",
            "La somme des mois et les appareils",
            "Combien d’appareils différents derrière la somme des mois, sans ce qui a été annulé ensuite",
            ("Acte", "Somme des mois", "Appareils différents"),
            [(row.label, row.summed, row.different) for row in facts.different],
        ),
        PlainTable(
            "delays",
            "Délais",
            "Combien de temps prend chaque étape",
            ("Étape", "Nombre", "Médiane", "Neuf sur dix, au plus"),
            [(row.label, row.count, row.median, row.ninth) for row in facts.delays],
        ),
        PlainTable(
            "prices",
            "Prix payés par les foyers",
            "Moyenne des ventes, par type",
            ("Type", "Ventes", "Prix", "Reste à payer"),
            [(row.label, row.count, row.price, row.to_pay) for row in facts.prices],
        ),
    ]
    return [table for table in tables if table.lines]


def told(facts: YearFacts) -> list[list[str]]:
    """The facts that are one number or one sentence: a name and what is said."""
    lines = [
        ["Taux de réemploi", facts.reuse],
        ["Retours pour cent remises", facts.returns],
        [f"À l’atelier depuis plus de {OLD.days}{HARD}jours, à la fin", grouped(facts.old_on_the_bench)],
        [f"En stock depuis plus de {OLD.days}{HARD}jours, à la fin", grouped(facts.old_in_stock)],
        ["Donateurs", grouped(facts.donors.active)],
        ["Donateurs nouveaux", grouped(facts.donors.new)],
        *(
            [["Donateurs de l’année d’avant qui n’ont rien donné", grouped(facts.donors.lost)]]
            if facts.donors.lost is not None
            else []
        ),
        ["Prescripteurs actifs", grouped(facts.prescribers)],
        ["EPCI sans convention en vigueur, à la fin", str(facts.uncovered)],
    ]
    for name, one in (("CO₂", facts.co2), ("matières", facts.materials)):
        said = HIDDEN if one is None else _spared(one, facts.is_least)
        lines.append([f"Impact évité, {name} (ordre de grandeur)", said])
    if facts.co2 is not None and facts.co2.source:
        lines.append(["Source de l’impact évité", facts.co2.source])
    return lines


def _spared(one: Spared, is_least: bool) -> str:
    said = f"{grouped(one.kilograms)}{HARD}kg par an, pour {grouped(one.counted)}{HARD}appareil{plural(one.counted)}"
    return f"{AT_LEAST} {said}" if is_least else said
