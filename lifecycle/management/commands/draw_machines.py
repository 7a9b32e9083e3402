"""`manage.py draw_machines [--check]`: draw every machine from code, and the table of registrations."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle.drawing import ARCHITECTURE, FOLDER, drawings, drawn_machines, with_registrations


class Command(BaseCommand):
    help = "Dessine les machines dans docs/machines et le tableau des inscriptions dans ARCHITECTURE.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="n’écrit rien\u00a0; échoue si un dessin n’est plus à jour"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        base = Path(settings.BASE_DIR)
        files = {base / name: text for name, text in drawings(drawn_machines()).items()}
        page = base / ARCHITECTURE
        if not page.exists():
            raise CommandError(f"{ARCHITECTURE} est introuvable.")
        try:
            files[page] = with_registrations(page.read_text())
        except ValueError as error:
            raise CommandError(str(error)) from error
        changed = [path for path, text in files.items() if not path.exists() or path.read_text() != text]
        lost = [path for path in (base / FOLDER).glob("*") if path.suffix in {".md", ".svg"} and path not in files]
        names = ", ".join(str(path.relative_to(base)) for path in [*changed, *lost])
        if options["check"]:
            if names:
                raise CommandError(f"À redessiner (manage.py draw_machines)\u00a0: {names}")
            return
        for path in lost:
            path.unlink()
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path])
        self.stdout.write(f"Dessiné\u00a0: {names}" if names else "Tout est à jour.")
