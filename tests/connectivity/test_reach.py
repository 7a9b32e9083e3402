"""What can be had at an address: the commune says « non » at 0 % alone, the address wins, what is unknown is no yes."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import Access, Channel, CheckedWith, CoverageLevel, OfferAgreement, OfferVerdict, Technology
from connectivity.models import AddressCheck, ImportedShare, MobileCoverage, ReachTold, TechnologyShare
from connectivity.reach import NOWHERE, AccessShare, CheckedAddress, Here, ReceptionLevel, weigh_reach
from connectivity.services.connections import choose_connection
from connectivity.services.offers import offers_of_the_day
from connectivity.services.reach import check_address, here_of
from desk.by_commune_import import TECHNOLOGIES
from desk.services.reference import add_version
from imports.models import Import
from imports.readers.cells import Unread
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from network.models import Commune
from prescriptions.models import Need
from prescriptions.services.households import edit_household, move_household
from reference.families import family_of
from tests.connectivity.lines import DAY, MOBILE, Line, make_offer
from tests.connectivity.test_comparison import sheet
from tests.imports.files import csv_file
from tests.network.factories import make_commune, make_membership
from tests.pages import acting, answered, done, read

STATE = date(2026, 9, 30)
FIBRE = Access.FIBRE


def share(commune: Commune, percent: str | int, **columns: Any) -> TechnologyShare:
    given = {"access": FIBRE, "observed_on": STATE, "valid_from": DAY, "source": "Arcep, essai", "checked_on": DAY}
    return TechnologyShare.objects.create(commune=commune, share=Decimal(percent), **given | columns)


def covers(commune: Commune, level: str, name: str = "Opérateur inventé") -> MobileCoverage:
    given = {"observed_on": STATE, "valid_from": DAY, "source": "Arcep, essai", "checked_on": DAY}
    return MobileCoverage.objects.create(commune=commune, operator_name=name, level=level, **given)


def here(percent: Decimal | None = None, *, checked: bool | None = None) -> Here:
    shares = {} if percent is None else {FIBRE.value: AccessShare(percent, STATE, "Arcep")}
    address = {} if checked is None else {FIBRE.value: CheckedAddress(checked, STATE, CheckedWith.ARCEP)}
    return Here(shares, {}, address)


@pytest.mark.parametrize(
    ("known", "met", "said"),
    [
        (NOWHERE, None, "On ne sait pas"),
        (here(Decimal(0)), False, "nulle part"),
        (here(Decimal("0.01")), None, "0,01\u00a0%"),
        (here(Decimal("99.99")), None, "à confirmer à l’adresse"),
        (here(Decimal(100)), True, "tous les logements"),
        (here(Decimal(0), checked=True), True, "la fibre y arrive"),
        (here(Decimal(100), checked=False), False, "n’y arrive pas"),
        (here(checked=True), True, "la carte de l’Arcep"),
    ],
)
def test_the_commune_says_no_at_zero_alone_and_the_address_wins_over_it(
    known: Here, met: bool | None, said: str
) -> None:
    found = weigh_reach(Technology.FIBRE, "Opérateur", known)
    assert found is not None
    assert (found.met, said in found.sentence) == (met, True), found.sentence


def test_a_box_needs_one_of_its_ways_and_a_place_open_to_all_needs_none() -> None:
    nothing, some = AccessShare(Decimal(0), STATE, "Arcep"), AccessShare(Decimal(40), STATE, "Arcep")
    box = weigh_reach(Technology.BOX_4G, "", Here({Access.FIXED_4G: nothing, Access.FIXED_5G: some}, {}, {}))
    assert box is not None
    assert box.met is None
    both = weigh_reach(Technology.BOX_4G, "", Here({Access.FIXED_4G: nothing, Access.FIXED_5G: nothing}, {}, {}))
    assert both is not None
    assert both.met is False
    assert weigh_reach(Technology.PUBLIC_ACCESS, "", NOWHERE) is None


@pytest.mark.parametrize(
    ("level", "met", "word"),
    [
        (CoverageLevel.VERY_GOOD, True, "très bonne couverture"),
        (CoverageLevel.GOOD, True, "bonne couverture"),
        (CoverageLevel.LIMITED, None, "couverture limitée"),
        (CoverageLevel.NONE, None, "absence de couverture"),
        (None, None, "On ne sait pas comment la commune est couverte par Orange"),
    ],
)
def test_a_mobile_offer_says_the_word_of_its_operator_and_is_never_forbidden_by_it(
    level: str | None, met: bool | None, word: str
) -> None:
    levels = {} if level is None else {"orange": ReceptionLevel(level, STATE, "Arcep")}
    for technology in (Technology.MOBILE, Technology.PREPAID):
        found = weigh_reach(technology, "Orange", Here({}, levels, {}))
        assert found is not None
        assert (found.met, word in found.sentence) == (met, True), found.sentence


@pytest.mark.django_db
def test_an_offer_that_comes_nowhere_is_refused_until_somebody_checks_the_address() -> None:
    line = Line()
    share(line.circle.commune, 0)
    assert line.offer.technology == Technology.FIBRE
    file = line.proposed()

    def verdict() -> OfferVerdict:
        (one,) = [one for one in offers_of_the_day(need=line.need, file=file) if one.offer == line.offer]
        return one.verdict

    assert verdict() == OfferVerdict.NOT
    given: dict[str, Any] = {"actor": line.worker, "connection": file, "offer": line.offer}
    with pytest.raises(Refused, match="n’arrive pas là où vit le foyer"):
        choose_connection(**given, agreement=OfferAgreement.IN_PERSON)
    check: dict[str, Any] = {"actor": line.worker, "connection": file, "access": FIBRE, "how": CheckedWith.OPERATOR}
    today = timezone.localdate()
    check_address(**check, reached=True, checked_on=today - timedelta(days=2))
    assert verdict() == OfferVerdict.ELIGIBLE
    check_address(**check, reached=False, checked_on=today)
    assert verdict() == OfferVerdict.NOT, "the last check wins"
    check_address(**check, reached=True, checked_on=today - timedelta(days=1))
    assert verdict() == OfferVerdict.NOT, "and a check of an earlier day, typed later, does not"
    with pytest.raises(Refused, match="aujourd’hui ou avant"):
        check_address(**check, reached=True, checked_on=today + timedelta(days=1))
    check_address(**check, reached=True, checked_on=today)
    assert choose_connection(**given, agreement=OfferAgreement.IN_PERSON).offer == line.offer


@pytest.mark.parametrize("moves", [True, False])
@pytest.mark.django_db
def test_what_was_checked_for_an_address_says_nothing_of_the_next_one(moves: bool) -> None:
    line, elsewhere = Line(), make_commune()
    for commune in (line.circle.commune, elsewhere):
        share(commune, 0)
    file, today = line.proposed(), timezone.localdate()
    check: dict[str, Any] = {"actor": line.worker, "connection": file, "access": FIBRE, "how": CheckedWith.OPERATOR}
    check_address(**check, reached=True, checked_on=today)
    household = line.need.prescription.household
    if moves:
        move_household(actor=line.worker, household=household, commune=elsewhere, moved_on=today)
    else:
        edit_household(actor=line.worker, household=household, address="2 rue d’Après")
    need = Need.objects.get(pk=line.need.pk)
    assert {one.verdict for one in offers_of_the_day(need=need, file=file) if one.offer == line.offer} <= {
        OfferVerdict.NOT
    }
    given: dict[str, Any] = {"actor": line.worker, "connection": file, "offer": line.offer}
    with pytest.raises(Refused, match="n’arrive pas là où vit le foyer"):
        choose_connection(**given, agreement=OfferAgreement.IN_PERSON)
    check_address(**check, reached=True, checked_on=today)
    assert choose_connection(**given, agreement=OfferAgreement.IN_PERSON).offer == line.offer


@pytest.mark.django_db
def test_of_two_rows_of_different_dates_each_is_told_of_its_days_and_a_past_file_keeps_what_it_was_told() -> None:
    line = Line()
    commune, today = line.circle.commune, timezone.localdate()
    before = share(commune, 40)
    file = line.chosen()
    assert "40\u00a0%" in ReachTold.objects.get().sentence
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    row = TechnologyShare(
        commune=commune, access=FIBRE, share=Decimal(0), observed_on=today, valid_from=today, source="Arcep, plus tard",
        checked_on=today,
    )  # fmt: skip
    add_version(family=family_of(TechnologyShare), row=row, by=pilot)
    before.refresh_from_db()
    assert before.valid_to == today - timedelta(days=1)
    assert here_of(commune.pk, today).shares[FIBRE].percent == 0
    assert here_of(commune.pk, today - timedelta(days=1)).shares[FIBRE].percent == 40

    page = read(acting(line.worker), reverse("connectivity:connection_detail", args=[file.reference]))
    told = page.partition("quand l’offre a été choisie")[2]
    assert "40\u00a0%" in told
    assert "nulle part" in page, "today's word stands beside it"


@pytest.mark.django_db
def test_the_sheet_to_give_says_in_plain_words_what_comes_to_the_home() -> None:
    line = Line()
    share(line.circle.commune, 0)
    make_offer(Channel.OWN_SUBSCRIPTION, name="Box partout", technology=Technology.BOX_4G)
    assert line.offer.name
    told = " ".join(sheet(line).split())
    assert "La fibre n’arrive nulle part dans la commune" in told
    assert "On ne sait pas si la 4G fixe arrive" in told
    assert "vérifier que cela arrive à votre adresse" in told

    mobile = Line(kind=MOBILE, offer_columns={"technology": Technology.MOBILE})
    covers(mobile.circle.commune, CoverageLevel.LIMITED)
    assert mobile.offer.name
    assert "couverture limitée" in " ".join(sheet(mobile).split())


@pytest.mark.django_db
def test_the_page_notes_what_comes_to_the_address_and_only_for_who_serves_the_household() -> None:
    line = Line()
    file = line.proposed()
    url = reverse("connectivity:connection_address", args=[file.reference])
    typed = {"access": "fibre", "reached": "yes", "how": "arcep", "checked_on": timezone.localdate().isoformat()}
    client = acting(line.worker)
    assert "aujourd’hui ou avant" in answered(client, url, **typed | {"checked_on": "9999-12-31"})
    done(client, url, **typed)
    assert AddressCheck.objects.get().reached
    assert "Vérifié à l’adresse" in read(client, reverse("connectivity:connection_detail", args=[file.reference]))
    assert acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)).get(url).status_code == 404
    assert acting(line.pilot).get(url).status_code == 403


# --- from files

HEAD = ("code_insee", "technologie", "taux", "date", "source")


def pilot() -> Client:
    return acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))


def bring(client: Client, page: str, head: tuple[str, ...], *rows: tuple[str, ...]) -> Import:
    file = SimpleUploadedFile("arcep.csv", csv_file((head, *rows)), content_type="text/csv")
    answer = client.post(reverse(page), {"deposit": file})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def take(client: Client, source: Import) -> None:
    client.post(reverse("imports:import_apply", args=[source.pk]), follow=True)


@pytest.mark.django_db
def test_a_file_of_shares_is_foreseen_then_each_line_is_a_version_and_an_older_one_teaches_nothing() -> None:
    commune, other, client = make_commune(), make_commune(), pilot()
    known = share(other, 55, observed_on=date(2026, 6, 30))
    page = "desk:shares_import"
    rows = (
        (commune.code, "FttH", "82,5 %", "30/09/2026", "Arcep T3"),
        (commune.code, "cuivre", "0", "30/09/2026", "Arcep T3"),
        (commune.code, "Fibre", "12", "31/03/2026", "Arcep T1"),
        (other.name, "fibre", "60", "31/03/2026", "Arcep T1"),
        ("59999", "fibre", "60", "30/09/2026", "Arcep T3"),
        (other.code, "pigeon", "60", "30/09/2026", "Arcep T3"),
        (other.code, "câble", "120", "30/09/2026", "Arcep T3"),
    )
    source = bring(client, page, HEAD, *rows)
    shown = read(client, reverse("imports:import_detail", args=[source.pk]))
    for said in (
        "Même commune que la ligne 2",
        "plus récente",
        "n’est pas une commune",
        "technologie connue",
        "0 à 100",
    ):
        assert said in shown.replace("\u00a0", " "), said
    take(client, source)
    found = {(row.commune_id, row.access): row.share for row in TechnologyShare.objects.on(timezone.localdate())}
    assert found == {
        (commune.pk, "fibre"): Decimal("82.50"),
        (commune.pk, "copper"): Decimal(0),
        (other.pk, "fibre"): known.share,
    }
    again = bring(client, page, HEAD, (commune.name, "fibre", "82.5", "2026-09-30", "Un autre fichier"))
    assert "Déjà cela." in read(client, reverse("imports:import_detail", args=[again.pk]))
    assert ImportedShare.objects.filter(import_of=again).count() == 0
    stranger = acting(make_membership(Role.ADVISER, OrganisationKind.DISTRIBUTOR))
    assert stranger.get(reverse(page)).status_code == 403


@pytest.mark.django_db
def test_a_file_of_mobile_coverage_takes_the_words_of_the_regulator_and_the_names_of_the_offers() -> None:
    commune, client = make_commune(), pilot()
    make_offer(Channel.OWN_SUBSCRIPTION, operator_name="Orange", kinds=[MOBILE], technology=Technology.MOBILE)
    head = ("code_insee", "opérateur", "niveau", "date", "source")
    rows = (
        (commune.code, "ORANGE", "Très bonne couverture", "30/09/2026", "Arcep"),
        (commune.code, "SFR", "absente", "30/09/2026", "Arcep"),
        (commune.code, "Free", "géniale", "30/09/2026", "Arcep"),
    )
    source = bring(client, "desk:coverages_import", head, *rows)
    assert "n’est pas un mot de l’Arcep" in read(client, reverse("imports:import_detail", args=[source.pk]))
    take(client, source)
    found = {row.operator_name: row.level for row in MobileCoverage.objects.all()}
    assert found == {"Orange": "very_good", "SFR": "none"}
    assert here_of(commune.pk, timezone.localdate()).levels["orange"].level == CoverageLevel.VERY_GOOD


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("99,996 %", "99.99"),
        ("0.004", "0.01"),
        ("99.999", "99.99"),
        ("100,0", "100"),
        ("0,00 %", "0"),
        ("82,5", "82.50"),
    ],
)
def test_no_share_becomes_a_yes_or_a_no_by_rounding(typed: str, kept: str) -> None:
    (read_share,) = (field.read for field in TECHNOLOGIES.fields if field.name == "share")
    assert read_share(typed) == Decimal(kept)
    for absurd in ("NaN", "-1", "101", "9" * 4300, "1e2", "inf", "100,01", "½"):
        with pytest.raises(Unread, match="0 à 100"):
            read_share(absurd)
