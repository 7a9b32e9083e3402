"""`manage.py draw_wall`: keep a digest of every function and trigger, as migrations make them from nothing."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from lifecycle.versions import project_apps
from lifecycle.walls import drawing_of, standing, written

SCRATCH = "test_wall_drawing"


class Command(BaseCommand):
    help = (
        "Dessine le mur de la base dans le wall.json de chaque app, d’après une base d’essai faite de rien"
        " (config.settings.test) et jetée ensuite."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = SCRATCH
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            changed = [str(path) for path in self._draw()]
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
        self.stdout.write(f"Dessiné\u00a0: {', '.join(changed)}" if changed else "Tout est à jour.")

    def _draw(self) -> Any:
        for config in project_apps():
            path, found = drawing_of(config), standing(config.label)
            wanted = written(found) if found else ""
            if (path.read_text() if path.exists() else "") == wanted:
                continue
            if wanted:
                path.write_text(wanted)
            else:
                path.unlink()
            yield path
