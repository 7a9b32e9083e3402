"""Price ceilings bind conventions too: they live in ``conventions``, loaded from the same file by ``load_reference``."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("refurb", "0002_wall"), ("conventions", "0001_initial")]

    operations = [migrations.DeleteModel(name="PriceCeiling")]
