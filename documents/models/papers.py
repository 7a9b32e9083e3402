"""Files with their hash, papers with the values they were made from."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from documents.enums import ContentType
from documents.kinds import DocumentKind, kind_of
from documents.readers.signature import with_ending


class StoredFile(models.Model):
    """One deposit of one file: what it was, when, by whom, and the hash of its content.

    The content lies once on disk, under its hash, whatever the number of its deposits. Append-only: the only
    change that the database lets through is forgetting, once: content and name go, the hash stays; or the name alone.
    """

    sha256 = models.CharField("empreinte SHA-256", max_length=64, db_index=True)
    name = models.CharField("nom", max_length=120, blank=True)
    content_type = models.CharField("type", max_length=100, choices=ContentType)
    size = models.PositiveBigIntegerField("taille (octets)")
    file = models.FileField("contenu", max_length=80, blank=True)
    stored_at = models.DateTimeField("déposé le")
    stored_by = models.ForeignKey(
        settings.LIFECYCLE_ACTOR_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="déposé par"
    )
    forgotten_at = models.DateTimeField("effacé le", null=True)

    class Meta:
        verbose_name = "fichier"
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(forgotten_at=None) & ~Q(file="") | Q(forgotten_at__isnull=False, file="", name=""),
                name="documents_storedfile_forgotten",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="documents_storedfile_sha256"),
        )

    def __str__(self) -> str:
        return self.called if self.forgotten_at is None else f"fichier effacé {self.sha256[:12]}"

    @property
    def called(self) -> str:
        """Its name, or what stands for the one that was forgotten."""
        return self.name or with_ending(f"fichier-{self.sha256[:12]}", ContentType(self.content_type))

    @property
    def is_forgotten(self) -> bool:
        """Whether the content was erased on request."""
        return self.forgotten_at is not None


class Document(models.Model):
    """One paper: the values it was made from, frozen with their hash, then the PDF drawn from them, once.

    It belongs to a row of another app, named by its machine and primary key, whose view decides who opens it.
    When it is forgotten, its values and title go; its PDF too, unless it is an act that the law keeps.
    """

    kind = models.CharField("nature", max_length=40)
    version = models.PositiveSmallIntegerField("version du modèle")
    title = models.CharField("titre", max_length=200, blank=True)
    values = models.JSONField("valeurs")
    sha256 = models.CharField("empreinte des valeurs", max_length=64)
    public_code = models.CharField("code public", max_length=24, unique=True)
    owner_machine = models.CharField("objet", max_length=40)
    owner_pk = models.BigIntegerField("clé de l’objet")
    created_at = models.DateTimeField("établi le")
    created_by = models.ForeignKey(
        settings.LIFECYCLE_ACTOR_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="établi par"
    )
    rendered = models.OneToOneField(StoredFile, models.PROTECT, null=True, related_name="document", verbose_name="PDF")
    forgotten_at = models.DateTimeField("effacé le", null=True)

    class Meta:
        verbose_name = "document"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("owner_machine", "owner_pk"), name="documents_document_owner"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(forgotten_at=None) & ~Q(title="") | Q(forgotten_at__isnull=False, title="", values={}),
                name="documents_document_forgotten",
            ),
        )

    def __str__(self) -> str:
        return self.title or f"document {'effacé' if self.is_erased else 'gardé'} {self.public_code}"

    @property
    def is_erased(self) -> bool:
        """Whether nothing of it may be opened any more."""
        return self.forgotten_at is not None and (self.rendered is None or self.rendered.is_forgotten)

    @property
    def declared_kind(self) -> DocumentKind:
        """The kind as its owner declares it, in the version of this paper. Raises KeyError."""
        return kind_of(self.kind, self.version)
