"""How an organisation heads the columns of a kind of file: what one file taught adds to what names say of the next."""

from imports.models import Import, KeptColumns
from imports.readers.names import plain
from imports.readers.sheets import Cells


def kept_headings(source: Import) -> dict[str, str]:
    """How this organisation headed its columns in the files before: ``{field: heading}``."""
    kept = KeptColumns.objects.filter(kind=source.kind, organisation=source.organisation).first()
    return dict(kept.headings) if kept else {}


def keep_headings(source: Import, headings: Cells) -> None:
    """Remember where each field was, under these headings; of what this file does not have, what was known stays."""
    here = {plain(heading) for heading in headings}
    absent = {name: said for name, said in kept_headings(source).items() if said not in here}
    now = {name: plain(headings[column]) for name, column in source.columns.items() if column < len(headings)}
    KeptColumns.objects.update_or_create(
        kind=source.kind, organisation=source.organisation, defaults={"headings": absent | now}
    )
