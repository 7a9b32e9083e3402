"""A household's request until it is in order: written by a social worker, sent, completed, examined."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from demo.agenda import Thread
from demo.calendar import working_day
from demo.context import Story
from demo.instruction import ANSWERS, photograph
from demo.requests import STEPS, Ask, Filed, HouseholdRequest
from lifecycle.gate import one_transaction
from prescriptions.enums import AgreementHow, CompletionSaid, ContactChannel, FactKind
from prescriptions.models import OWN_WORDS, Household, Prescription
from prescriptions.services import completion, doubles, households, prescriptions

STORIES = (
    "Suivi commencé après la perte d’un emploi\u00a0; les démarches se font sur le téléphone d’une voisine.",
    "Deux enfants scolarisés, devoirs rendus en ligne, un seul vieux téléphone dans le foyer.",
    "Personne isolée, courriers des administrations plus reçus que par internet.",
    "Reprise de formation dans un mois, cours à distance deux jours par semaine.",
)

ASKED: tuple[tuple[list[str], str], ...] = (
    (["income_seen"], ""),
    (["income_seen", "contact"], ""),
    (["income_seen", "use"], "Un seul appareil pour tout le foyer\u00a0?"),
)
"""What the distributor misses: codes of its list, words of its own."""
TOLD = {
    "contact": "Numéro rappelé avec le foyer\u00a0: c’est le bon.",
    "use": "Revu avec la famille\u00a0: l’usage noté est le bon.",
    OWN_WORDS: "Oui, les enfants se le partagent.",
}
"""What the worker answers to what nothing in the file says."""


class Filing(HouseholdRequest):
    """One request, until it is examined."""

    def __init__(self, story: Story, ask: Ask) -> None:
        begun = story.moment(working_day(ask.opened))
        worker = story.cast.worker(ask.prescriber, story.rng)
        super().__init__(story, ask, Filed(0, begun, worker, Household(), Prescription()))
        self.is_in_order = False

    def live(self, rank: int, done: list[Filed]) -> Thread:
        """Every step that is asked of the ``rank``-th request of all."""
        for step in STEPS[: STEPS.index(self.ask.until) + 1]:
            yield from getattr(self, step)()
        if self.is_in_order:
            done.append(Filed(rank, self.now, self.worker, self.household, self.prescription))

    def open(self) -> Iterator[datetime]:
        """The household and its needs; a draft that goes no further has nothing else."""
        yield self.now
        self._meet()
        if self.ask.out == "withdrawn" and self.ask.until == "open":
            yield self.after(3, 8)
            prescriptions.withdraw_prescription(**self.act, reason="household_declined")

    @one_transaction
    def _meet(self) -> None:
        """One appointment: what is written there is written together."""
        ask, home = self.ask, self.ask.home
        if ask.twin:
            self._meet_again()
        self.household = households.create_household(
            actor=self.worker, commune=home.commune, at=self.minute(), **home.person
        )
        social_story = self.rng.choice(STORIES) if self.rng.random() < 0.4 else ""
        self.prescription = prescriptions.create_prescription(
            actor=self.worker, household=self.household, needs=ask.needs, story=social_story, at=self.minute()
        )
        if ask.until != "open":
            self._see_facts()
            prescriptions.record_agreement(**self.act, how=self.rng.choice(list(AgreementHow)))

    def _meet_again(self) -> None:
        """The same people came two weeks ago under another file, and nobody noticed."""
        earlier = self.ask.home.person | {"phone": "", "email": "", "address": ""}
        earlier["contact_channel"] = ContactChannel.WORKER
        households.create_household(actor=self.worker, commune=self.ask.home.commune, at=self.minute(), **earlier)

    def _see_facts(self) -> None:
        band = "rav_more" if self.ask.against else self.rng.choice(("rav_150", "rav_300"))
        prescriptions.record_fact(**self.act, kind=FactKind.RESTE_A_VIVRE, band=band)
        if self.ask.against:
            return
        dated_on = timezone.localdate(self.now) - timedelta(days=self.rng.randint(3, 40))
        if self.rng.random() < 0.6:
            prescriptions.record_fact(**self.act, kind=FactKind.MINIMUM_INCOME, proof="Attestation", dated_on=dated_on)
        else:
            band = self.rng.choice(("qf_400", "qf_700"))
            prescriptions.record_fact(**self.act, kind=FactKind.QUOTIENT_FAMILIAL, band=band, dated_on=dated_on)

    def submit(self) -> Iterator[datetime]:
        """In the same appointment, or the next days."""
        if self.rng.random() < 0.4:
            yield self.after(1, 2)
        if self.ask.twin:
            self._answer_doubles()
        self._send()

    def _answer_doubles(self) -> None:
        for double in doubles.possible_doubles(actor=self.worker, household=self.household, at=self.now):
            doubles.answer_double(
                actor=self.worker, household=self.household, other=double.household, same=True, at=self.minute()
            )

    def _send(self) -> None:
        distributor = self.story.cast.organisations["distributor"]
        waiting = self.prescription.photos.waiting()  # what nobody looked at was seen at the desk since
        left = waiting.values_list("reference", flat=True)
        prescriptions.submit_prescription(**self.act, distributor=distributor, photos_left=left)

    def decide(self) -> Iterator[datetime]:
        """The distributor asks for what is missing, then decides."""
        yield self.after(1, 5)
        if self.ask.completed is not None:
            act = self.act | {"actor": self.adviser}
            missing, words = self.rng.choice(ASKED)
            prescriptions.ask_completion_prescription(**act, missing=missing, words=words)
            if self.ask.photo:
                yield from self._photograph()
            if not self.ask.completed:
                return
            yield self.after(2, 7)
            self._see_facts()
            self._answer_points()
            self._send()
            yield self.after(1, 3)
        act = self.act | {"actor": self.adviser}
        if self.ask.out not in ("", "withdrawn", "dropped"):
            prescriptions.refuse_prescription(**act, reason=self.ask.out)
            return
        self.is_in_order = True

    def _photograph(self) -> Iterator[datetime]:
        """A photo of what is missing comes; what its worker says of it, three hours later, if anything."""
        yield self.after(1, 2)
        sent = photograph(Prescription.objects.get(pk=self.prescription.pk), self.now)
        if sent is not None and self.ask.photo in ANSWERS:
            self.now += timedelta(hours=3)
            yield self.now
            ANSWERS[self.ask.photo](sent, self.now)

    def _answer_points(self) -> None:
        """What was seen again is enough of an answer; the rest is said in words."""
        for code in self.prescription.completion_requests.latest("pk").points:
            words = TOLD.get(code, "")
            completion.answer_point(**self.act, code=code, said=CompletionSaid.DONE, words=words)
