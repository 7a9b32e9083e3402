"""The notes of a reviewer who has not answered yet, one row per person: two share a review without a clash."""

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


def give_to_their_author(apps, schema_editor):
    """To the person who is asked; else to the first reviewer of the organisation, whose colleagues read them."""
    review, notes, membership = (
        apps.get_model(*name)
        for name in (("conventions", "Review"), ("conventions", "ReviewNotes"), ("network", "Membership"))
    )
    for row in review.objects.exclude(notes_of_all={}).order_by("pk"):
        reviewers = membership.objects.filter(organisation=row.organisation_id, role__in=("reviewer", "manager"))
        by = row.asked_of_id or reviewers.order_by("-role", "pk").values_list("pk", flat=True).first()
        if by is not None:
            notes.objects.create(review_id=row.pk, by_id=by, said=row.notes_of_all, kept_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_saved_view"),
        ("conventions", "0003_version_and_notes"),
    ]

    operations = [
        migrations.RenameField("review", "notes", "notes_of_all"),
        migrations.CreateModel(
            name="ReviewNotes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kept_at", models.DateTimeField(verbose_name="gardées le")),
                ("said", models.JSONField(default=dict, verbose_name="par champ de la page")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="conventions.review",
                        verbose_name="relecture",
                    ),
                ),
            ],
            options={
                "verbose_name": "notes de relecture",
                "verbose_name_plural": "notes de relecture",
                "ordering": ("review_id", "kept_at"),
                "constraints": [models.UniqueConstraint(fields=("review", "by"), name="conventions_notes_once")],
            },
        ),
        migrations.RunPython(give_to_their_author, migrations.RunPython.noop),
        migrations.RemoveField("review", "notes_of_all"),
    ]
