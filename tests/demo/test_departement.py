"""The département of the demonstration: seeded after an accident, then once more, for all these tests."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.db.models.expressions import BaseExpression
from django.test import TestCase, override_settings
from django.utils import timezone

from calendars.working_days import is_working_day
from config.database import SERVING_ROLE
from connectivity.enums import UNDER_WAY, Channel, NewsOutcome, OperatorRefusalCode
from connectivity.models import ConnectionFile, LineNotice
from conventions.enums import SignatureState
from conventions.models import Quota, QuotaChange, Signature
from demo.calendar import local, working_day
from demo.catalogue import rows
from demo.clock import LAST_NIGHTS
from demo.outlets import COMES_INSTEAD
from demo.register import LEFT
from desk.documents import minutes_for
from desk.models import Meeting, MeetingLot, Ratification, Seeding
from distribution.enums import SettlementKind
from distribution.models import Derogation, HandOver, Settlement
from documents.enums import ContentType, MailPurpose, MessageChannel, SendState
from documents.models import Mail, StoredFile
from documents.services import open_file
from documents.services.sms import CALLED_OFF
from donations.enums import DonorKind
from donations.models import (
    Allocation,
    Donation,
    InventoryUnit,
    LineDecision,
    LineExplanation,
    OrganisationCount,
    Prospect,
)
from imports.enums import ImportStage
from imports.models import Import
from lifecycle.actors import SYSTEM
from lifecycle.compiled import condition_of
from lifecycle.exporting import export_journals
from lifecycle.journal import journal_of
from lifecycle.machine import Stateful, machines, verbs_of
from lifecycle.models import Seal
from lifecycle.references import drawn_from
from lifecycle.requirements import Context, as_expression
from lifecycle.roles import grant_rights, make_role, serving_roles
from lifecycle.verification import verify_journals
from network.demo import DOMAIN, demo_memberships
from network.enums import OrganisationKind, Role, RolloutState
from network.models import Commune, Epci, Merger, Organisation, Rollout, User
from network.siret import is_siret
from prescriptions.enums import ENDED_STATES, OPEN_NEED_STATES, ContactChannel, ContactOutcome
from prescriptions.models import DoubleAnswer, HouseholdMessage, Need, PromisedContact
from refurb.enums import COUNTED_BY_QUOTA, HOLDS_A_NEED, DeviceState, ErasureOutcome
from refurb.models import Destruction, Device, Drive, Erasure, Incident
from reports.enums import ReportState
from reports.models import Report
from reports.services import differences, verify_report
from tests.demo.departements import AS_OF, AtTheLast, by_another_process, empty, fingerprints, new_world, seed
from tests.lifecycle.test_compiled import rules
from tests.reports.test_recount import agrees


def project_machines() -> Iterator[type[Stateful]]:
    """Those of the product, without the machine of the tests' own."""
    for model in machines().values():
        if not model.__module__.startswith("tests."):
            yield model


NOT_TOLD = {
    "answer_refusal",
    "answer_reopened",
    "ask_back",
    "correct_lines",
    "correct_right",
    "correct_tag",
    "correct_waste",
    "follow_end",
    "find_returned",
    "follow_merger",
    "forget_contact",
    "merge",
    "outlive",
    "redirect",
    "settle",
    "slow",
    "survey_again",
    "tell_not_stolen",
    "undo_activate",
    "undo_early_receive",
    "undo_own_activate",
    "undo_receive",
    "undo_register",
    "undo_start",
    "undo_take_back",
    "unask_completion",
    "unlink",
    "unlink_early",
    "untell",
    "withdraw_accepted_problem",
    "withdraw_problem",
    "withdraw_scheduled_problem",
}
"""What the story leaves to whoever tries the demonstration: what is set right, the merger of two EPCI, what comes
years after a first lot, a signatory who does not sign and is answered, a pace that so few devices do not make, and a
person to ask on site who wants to be erased."""


NOT_REACHED: dict[type[Stateful], set[str]] = {Rollout: {RolloutState.MERGED, RolloutState.CRUISING}}
"""The states that the story does not reach: it merges no EPCI, and so few devices are hidden each month."""
DONE = ImportStage.DONE
ROWS = 80
"""How many rows of each machine are asked every rule, the last ones."""


class Interrupted(Exception):
    """Somebody pressed Ctrl-C."""


def interrupt(done: float, now: object) -> None:
    if Device.objects.exists():
        raise Interrupted


class DepartementTests(TestCase):
    """Two whole seedings and the beginning of one, in all: they are the longest thing that the tests do."""

    seeding: Seeding
    again: Seeding
    unfinished: Seeding
    restarted: dict[str, list[str]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.enterClassContext(
            override_settings(DEMO=True, MEDIA_ROOT=cls.folder, LIFECYCLE_SEAL_DIR=Path(cls.folder) / "seals")
        )
        cls.addClassCleanup(empty)
        new_world()
        make_role(SERVING_ROLE)
        grant_rights(SERVING_ROLE)
        with pytest.raises(Interrupted):
            seed(seed=2, tell=interrupt)
        cls.unfinished = Seeding.objects.get()
        with drawn_from(Random(0)):  # as in load_world
            cls.again, _ = seed(beside=by_another_process())
        cls.restarted = fingerprints()
        new_world()
        cls.seeding, _ = seed(beside=AtTheLast)
        super().setUpClass()

    def test_an_unfinished_seeding_is_dropped_and_the_same_day_and_seed_give_the_same_departement(self) -> None:
        assert self.unfinished.finished_at is None
        assert (self.again.pk, self.again.seed) == (self.unfinished.pk, 1)
        assert self.again.finished_at is not None
        for label, told in fingerprints().items():
            with self.subTest(label):
                assert told == self.restarted[label]

    def test_a_seeding_begun_again_leaves_their_rights_to_those_who_serve(self) -> None:
        """The schema was made again: what is said of a role there went with it."""
        assert serving_roles() == [SERVING_ROLE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege(r, 'network_user', 'UPDATE'), has_schema_privilege(r, 'public', 'CREATE')"
                " FROM unnest(%s::name[]) r",
                [[SERVING_ROLE]],
            )
            assert cursor.fetchone() == (True, False)

    def test_every_month_is_recounted_by_a_program_that_knows_nothing_of_maillon(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            export_journals(Path(folder) / "export")
            reports = list(Report.objects.order_by("month"))
            assert len(reports) == 13
            for report in reports:
                with self.subTest(report.month):
                    assert agrees(Path(folder) / "export", report)

    def test_every_state_that_a_verb_leads_to_is_there(self) -> None:
        for model in set(project_machines()) - {Merger}:  # the story merges no EPCI
            with self.subTest(model.machine.name):
                reachable = {str(verb.target) for verb in verbs_of(model).values() if verb.target is not None}
                present = set(model._base_manager.values_list("state", flat=True))
                assert reachable - present == NOT_REACHED.get(model, set())

    def test_each_rule_that_is_made_once_says_of_each_row_what_it_says_when_it_is_made_anew(self) -> None:
        ctx = Context(timezone.now(), SYSTEM)
        for model, found in groupby(rules(), itemgetter(0)):
            asked: dict[str, BaseExpression] = {}
            for rank, (_, rule) in enumerate(found):
                with suppress(KeyError):  # it reads a value: it is made anew each time
                    asked |= {
                        f"made_{rank}": condition_of(model, rule, ctx),
                        f"anew_{rank}": as_expression(rule.condition(ctx)),
                    }
            for row in model._base_manager.order_by("-pk")[:ROWS].annotate(**asked).values(*asked):
                assert [row[name] for name in asked if "made" in name] == [
                    row[name] for name in asked if "anew" in name
                ]

    def test_the_journals_are_whole(self) -> None:
        faults: list[object] = []
        with override_settings(LIFECYCLE_SEAL_DIR=Path(self.folder) / "seals"):
            read = verify_journals(faults.append)
        assert faults == []
        assert read > 300

    def test_each_breach_is_answered_for_as_are_the_thefts_told_since_but_those_of_the_last_weeks(self) -> None:
        assert Incident.objects.with_theft().filter(stolen_at__isnull=False).exists()
        last_weeks = local(working_day(AS_OF, -LEFT), 0)
        late = Incident.objects.unanswered().filter(known_at__lt=last_weeks, awaited_since__lt=local(AS_OF, 0))
        assert list(late) == []

    def test_the_journals_were_sealed_in_each_of_the_last_nights_then_at_the_end(self) -> None:
        nights = Seal.objects.filter(sealed_at__lt=local(AS_OF, 0)).dates("sealed_at", "day")
        assert list(nights) == [working_day(AS_OF, -count) for count in range(LAST_NIGHTS, 0, -1)]
        last = Seal.objects.filter(machine="device").order_by("sealed_at").last()
        assert last is not None
        assert last.sealed_at >= self.seeding.started_at
        assert last.objects_count == Device.objects.count()

    def test_each_month_opens_as_the_one_before_closed_and_the_journal_still_says_so(self) -> None:
        reports = list(Report.objects.order_by("month"))
        months = [(report.month.year * 12 + report.month.month) for report in reports]
        assert months == list(range(months[0], months[0] + len(months)))
        for report in reports:
            assert differences(report) == []
            assert verify_report(report)

    def test_every_month_but_the_last_is_frozen_in_order_before_anything_of_the_next_weeks(self) -> None:
        reports = list(Report.objects.order_by("month"))
        states = [report.state for report in reports]
        published = len(reports) - 2
        assert states == [ReportState.PUBLISHED] * published + [ReportState.FROZEN, ReportState.COMPUTED]
        assert all(report.frozen_at > report.bounds.end for report in reports[:-1])

    def test_everything_happened_before_the_day_it_is_opened(self) -> None:
        for model in project_machines():
            journal = journal_of(model)
            assert not journal.objects.filter(at__gte=local(AS_OF, 0)).exists()
        assert not Erasure.objects.filter(recorded_at__gte=local(AS_OF, 0)).exists()
        assert self.seeding.as_of == AS_OF

    def test_people_act_in_working_hours(self) -> None:
        for model in project_machines():
            for at in journal_of(model).objects.filter(actor__isnull=False).values_list("at", flat=True):
                when = timezone.localtime(at)
                assert is_working_day(when.date()), when
                assert 8 <= when.hour < 19, when

    def test_every_verb_of_lots_and_devices_was_done(self) -> None:
        for model in (Donation, Device):
            done = set(journal_of(model).objects.values_list("verb", flat=True))
            assert set(verbs_of(model)) - done - NOT_TOLD == set(), model.machine.name

    def test_the_technical_committee_sat_each_month_and_its_last_meeting_is_sitting_still(self) -> None:
        meetings = list(Meeting.objects.order_by("committee__meets_on"))
        assert len(meetings) >= 12
        assert [meeting.state for meeting in meetings] == ["closed"] * (len(meetings) - 1) + ["open"]
        for meeting in meetings[:-1]:
            minutes = minutes_for(meeting)
            assert minutes is not None
            assert minutes.values["present"]
        assert MeetingLot.objects.filter(outcome="qualified").exists()
        assert MeetingLot.objects.filter(progress="postponed").exists()
        assert set(Ratification.objects.values_list("answer", flat=True)) >= {"ratified", "objection"}

    def test_a_dozen_prospects_stand_at_every_stage_and_some_of_their_next_steps_are_late(self) -> None:
        assert Prospect.objects.count() == 12
        assert Prospect.objects.filter(next_on__lt=AS_OF, next_on__isnull=False).exists()
        for prospect in Prospect.objects.filter(state="announced"):
            assert prospect.journal.get(verb="announce").cause_machine == "donation"
        assert OrganisationCount.objects.exclude(source__contains="ne prouve rien").count() == 0

    def test_a_few_devices_stand_at_each_step_of_distribution(self) -> None:
        counts = Counter(Device.objects.main().values_list("state", flat=True))
        for state in ("allotted", "shipped", "available", "reserved", "handed_over", "returned"):
            assert counts[state] >= 2, (state, counts)

    def test_a_lot_on_the_bench_and_a_draft_that_waits_come_from_an_inventory_with_faulty_lines(self) -> None:
        sources = Import.objects.filter(kind="inventory").order_by("pk")
        assert [(one.stage, one.total - one.created, one.left.count()) for one in sources] == [(DONE, 3, 3)] * 2
        lots = {lot.state: lot for lot in Donation.objects.filter(pk__in=sources.values("result"))}
        assert len(lots) == 2
        assert InventoryUnit.objects.filter(line__donation=lots["draft"], device=None).count() == 10
        known = Device.objects.exclude(inventory=None).exclude(serial="")
        assert known.count() == 6
        assert all(one.serial == one.inventory.serial and one.memory_gb for one in known if one.inventory)
        assert all(one.started_at == one.ended_at < local(AS_OF, 0) for one in sources)

    def test_the_quotas_balance(self) -> None:
        for quota in Quota.objects.all():
            assert quota.used == Device.objects.filter(quota=quota, state__in=COUNTED_BY_QUOTA).count()
        assert Quota.objects.filter(used__gt=0).values("convention").distinct().count() >= 2
        assert QuotaChange.objects.filter(before__isnull=False).exists()

    def test_a_need_is_served_once(self) -> None:
        served = Device.objects.main().filter(need__isnull=False, state__in=HOLDS_A_NEED).values_list("need", flat=True)
        assert len(served) == len(set(served))

    def test_what_is_closed_holds_nothing(self) -> None:
        ended = Need.objects.filter(prescription__state__in=ENDED_STATES)
        assert ended.exists()
        assert not Device.objects.filter(need__in=ended, state=DeviceState.RESERVED).exists()
        assert not ConnectionFile.objects.filter(need__in=ended, state__in=UNDER_WAY).exists()
        assert not ended.filter(state__in=OPEN_NEED_STATES).exists()

    def test_every_channel_of_connection_led_to_a_line(self) -> None:
        channels = ConnectionFile.objects.filter(active_at__isnull=False).values_list("channel", flat=True)
        assert set(channels) == set(Channel.values) - {Channel.BESIDE}
        assert ConnectionFile.objects.filter(copper_told_at__isnull=False).exists()
        assert ConnectionFile.objects.filter(refusal=OperatorRefusalCode.NO_ANSWER).exists()

    def test_the_way_to_a_household_went_wrong_in_every_manner_once(self) -> None:
        assert Derogation.objects.exists()
        assert set(Settlement.objects.values_list("kind", flat=True)) == {
            SettlementKind.EXCHANGE,
            SettlementKind.REFUND,
        }
        assert Device.objects.filter(attached_to__state=DeviceState.HANDED_OVER).exists()
        assert DoubleAnswer.objects.filter(same=True).exists()
        assert HandOver.objects.filter(co_funding__gt=0).exists()

    def test_families_are_told_in_every_way_they_may_ask_for_by_letter_too_of_their_line(self) -> None:
        told = PromisedContact.objects.filter(outcome=ContactOutcome.TOLD)
        assert set(told.values_list("channel", flat=True)) >= {
            ContactChannel.PHONE, ContactChannel.LETTER, ContactChannel.WORKER,
        }  # fmt: skip
        letters = HouseholdMessage.objects.filter(channel=MessageChannel.LETTER)
        assert letters.sent_off().exists()
        assert letters.filter(letter__owner_machine="connection").exists()
        assert LineNotice.objects.filter(outcome=NewsOutcome.TOLD).exists()

    def test_some_computers_were_handed_to_somebody_else_who_brought_a_mandate_and_each_worker_was_told(self) -> None:
        notes = HandOver.objects.filter(by_mandate=True)
        assert 0 < notes.count() < HandOver.objects.exclude(handed_over_at=None).count() / 4
        assert set(notes.values_list("collected_by", flat=True)) <= set(COMES_INSTEAD)

    def test_what_is_signed_quotes_a_document_that_was_drawn(self) -> None:
        signed = Signature.objects.filter(state=SignatureState.SIGNED).select_related("document__rendered")
        assert signed.exists()
        assert all(one.quoted_sha256 == one.document.rendered.sha256 for one in signed)

    def test_what_may_go_wrong_went_wrong_once_at_least(self) -> None:
        assert Incident.objects.unanswered().exists(), "the pilot has one to follow up"
        assert Incident.objects.exclude(follow_ups=None).exists()
        assert Erasure.objects.filter(outcome=ErasureOutcome.REFUSED).exists()
        assert LineDecision.objects.exclude(code="").exists()
        assert LineExplanation.objects.values("code").distinct().count() >= 3
        assert Drive.objects.missing_erasures().exists()
        assert Device.objects.filter(destruction_awaited=True).exists()
        assert Destruction.objects.filter(certificate__isnull=False).exists()
        assert Device.objects.filter(donor_kind=DonorKind.UNKNOWN).exists()
        assert Device.objects.filter(serial__in=("", "To be filled by O.E.M.", "0", "XXXXXXXXXX")).exists()

    def test_a_lost_device_that_was_found_is_proven_again(self) -> None:
        lost = Device.objects.filter(journal__verb="report_missing").exclude(journal__verb="find")
        found = lost.exclude(state="missing").get()
        assert found.stay == 2
        assert Drive.objects.filter(device=found).values_list("stay", flat=True).distinct().count() == 2

    def test_a_lot_is_shared_between_two_workshops(self) -> None:
        shares = set(Allocation.objects.current().values_list("donation", "workshop"))
        assert max(Counter(donation for donation, _ in shares).values()) == 2

    def test_every_donor_of_the_files_has_a_site_where_the_post_says(self) -> None:
        communes = {one.code: one.postcodes for one in Commune.objects.current()}
        sites = list(rows("sites"))
        assert {site["donor"] for site in sites} == {
            row["code"] for row in rows("organisations") if OrganisationKind.DONOR in row["kinds"].split()
        }
        for site in sites:
            assert not site["commune"] or site["postcode"] in communes[site["commune"]], site

    def test_the_sites_cover_every_epci(self) -> None:
        codes = {site["commune"] for site in rows("sites")}
        covered = set(Commune.objects.current().filter(code__in=codes).values_list("epci", flat=True))
        assert covered == set(Epci.objects.values_list("pk", flat=True))
        assert Organisation.objects.of_kind(OrganisationKind.EPCI).count() == len(covered)

    def test_people_are_invented_and_numbers_belong_to_nobody(self) -> None:
        for user in User.objects.all():
            assert user.last_name in ("Exemple", "Démo")
            assert user.email.endswith(f"@{DOMAIN}")
        for number in Organisation.objects.exclude(siret="").values_list("siret", flat=True):
            assert is_siret(number)
            assert number.startswith("0000")

    def test_one_account_per_role_opens_with_the_password_of_the_demonstration(self) -> None:
        shown = {(row.role, row.kind) for row in demo_memberships()}
        assert shown >= {
            (Role.PILOT, OrganisationKind.DEPARTEMENT),
            (Role.CONTACT, OrganisationKind.DONOR),
            (Role.MANAGER, OrganisationKind.RECONDITIONER),
            (Role.TECHNICIAN, OrganisationKind.RECONDITIONER),
            (Role.MANAGER, OrganisationKind.EPCI),
            (Role.REVIEWER, OrganisationKind.EPCI),
            (Role.OBSERVER, OrganisationKind.PREFECTURE),
            (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
            (Role.SIGNATORY, OrganisationKind.EPCI),
            (Role.ADVISER, OrganisationKind.RELAY),
            (Role.WORKER, OrganisationKind.PRESCRIBER),
            (Role.MANAGER, OrganisationKind.PRESCRIBER),
            (Role.AGENT, OrganisationKind.OPERATOR),
            (Role.MANAGER, OrganisationKind.MEDIATION),
            (Role.MANAGER, OrganisationKind.FUNDER),
        }
        assert all(row.user.check_password(settings.DEMO_PASSWORD) for row in demo_memberships())

    def test_nothing_was_sent(self) -> None:
        assert not mail.outbox
        kept = Mail.objects.filter(forgotten_at=None).exclude(delivery=SendState.QUEUED)
        called_off = kept.filter(delivery=SendState.FAILED, error__in=CALLED_OFF, purpose=MailPurpose.HOUSEHOLD)
        assert not kept.difference(called_off).exists(), "what is not queued was overtaken by what came next"
        assert not Mail.objects.exclude(forgotten_at=None).exclude(to=[], body="").exists()
        addresses = {address for to in Mail.objects.values_list("to", flat=True) for address in to}
        assert all(address.endswith(f"@{DOMAIN}") for address in addresses)

    def test_the_texts_that_are_attached_say_that_they_prove_nothing(self) -> None:
        with override_settings(MEDIA_ROOT=self.folder):
            texts = [
                open_file(file).read().decode() for file in StoredFile.objects.filter(content_type=ContentType.TEXT)
            ]
        assert texts
        assert all("données inventées, ne prouve rien" in text.split("\n")[0] for text in texts)
