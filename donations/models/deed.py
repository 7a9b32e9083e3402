"""The deed of gift: versions of its text, and who accepted which exact text."""

from django.db import models
from django.db.models import Q

from donations.models.decision import Allocation
from donations.models.donation import Donation
from lifecycle.actors import SYSTEM, Actor
from network.enums import LegalNature
from network.models import Membership
from reference.dated import Dated


class DeedText(Dated):
    """One version of the general text of the deed. A new wording is a new version."""

    version = models.CharField("version", max_length=20, unique=True)
    title = models.CharField("titre", max_length=120)
    body = models.TextField("texte")
    sha256 = models.CharField("empreinte", max_length=64)

    class Meta(Dated.Meta):
        verbose_name = "texte de l’acte de don"
        verbose_name_plural = "textes de l’acte de don"
        ordering = ("-valid_from", "version")
        constraints = (
            *Dated.Meta.constraints,
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="donations_deedtext_sha256"),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    def written_for(self, donation: Donation) -> str:
        """The exact text for one lot: the general text, then the parties and what is given, workshop by
        workshop.
        """
        donor = donation.donor
        shares = Allocation.objects.filter(donation=donation).current().select_related("line", "workshop")
        lines = [
            self.title,
            f"Version {self.version} – lot {donation.reference}",
            "",
            self.body.strip(),
            "",
            "Annexe – Parties et matériel donné",
            (
                f"Donateur\u00a0: {donor.name}, {LegalNature(donor.legal_nature).label.lower()},"
                f" SIRET {donor.spaced_siret}."
            ),
        ]
        if donation.transfer_reference:
            decided = f" du {donation.transfer_decided_on:%d/%m/%Y}" if donation.transfer_decided_on else ""
            lines.append(f"Décision de cession\u00a0: {donation.transfer_reference}{decided}.")
        lines.append(f"Lieu d’enlèvement\u00a0: {donation.site}.")
        lines += [
            f"Pour {share.workshop.name} (SIRET {share.workshop.spaced_siret or 'non communiqué'})\u00a0:"
            f" {share.quantity} × {share.line.get_type_display().lower()},"
            f" année d’achat {share.line.purchase_year}, {share.line.get_condition_display().lower()}."
            for share in shares.order_by("workshop__name", "workshop", "line")
        ]
        return "\n".join(lines) + "\n"


class DeedAcceptanceQuerySet(models.QuerySet["DeedAcceptance"]):
    """Reads of acceptances."""

    def visible_to(self, actor: Actor | None) -> "DeedAcceptanceQuerySet":
        """Those of the donations one may see."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(donation__in=Donation.objects.visible_to(actor).values("pk"))


class DeedAcceptance(models.Model):
    """A donor's contact accepted this exact text on screen. Append-only.

    It holds for one allocation: when the lot goes to other workshops, the deed is accepted again.
    """

    donation = models.ForeignKey(Donation, models.PROTECT, related_name="deeds", verbose_name="donation")
    round = models.PositiveSmallIntegerField("répartition n°")
    text = models.ForeignKey(DeedText, models.PROTECT, related_name="acceptances", verbose_name="version du texte")
    exact_text = models.TextField("texte exact")
    sha256 = models.CharField("empreinte du texte exact", max_length=64)
    accepted_at = models.DateTimeField("accepté le")
    accepted_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = DeedAcceptanceQuerySet.as_manager()

    class Meta:
        verbose_name = "acceptation d’un acte de don"
        verbose_name_plural = "acceptations d’actes de don"
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=("donation", "round"), name="donations_deedacceptance_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="donations_deedacceptance_sha256"
            ),
        )

    def __str__(self) -> str:
        return f"{self.donation} – {self.text}"
