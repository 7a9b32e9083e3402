"""A hand that knows everything of the wall: a journal row and the move of its object, in one statement."""

from typing import Any

from django.db import connection

from lifecycle.journal import Entry


def forge_move(entry: Entry, **columns: Any) -> None:
    """Insert this unsaved journal row, and write these columns on its object with the rank, head and state it says.

    The dimensions that the row leaves empty are those of the object. As in what the gate writes, the object is moved
    from its row: what is asked of the row is asked first.
    """
    journal, model = type(entry), type(entry)._meta.get_field("object").related_model
    row = {
        field.column: field.get_db_prep_save(getattr(entry, field.attname), connection)
        for field in journal._meta.concrete_fields
        if not field.primary_key
    }
    held = model._base_manager.get(pk=entry.object_id)  # type: ignore[union-attr, attr-defined]
    for name in model.machine.dimensions:  # type: ignore[union-attr]
        field = model._meta.get_field(name)  # type: ignore[union-attr]
        if row[field.column] in (None, ""):
            row[field.column] = columns.get(name, getattr(held, field.attname))
    moved = {"seq": entry.seq, "head": entry.hash, "state": entry.target, "moved_at": entry.at} | columns
    written = {name: model._meta.get_field(name).get_db_prep_save(value, connection) for name, value in moved.items()}  # type: ignore[union-attr]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH j AS (INSERT INTO {journal._meta.db_table} ({', '.join(map(quote, row))})"
            f" VALUES ({', '.join(['%s'] * len(row))}) RETURNING object_id)"
            f" UPDATE {model._meta.db_table} SET {', '.join(f'{quote(name)} = %s' for name in written)}"  # type: ignore[union-attr]
            " FROM j WHERE object_id = id AND id = %s",
            [*row.values(), *written.values(), entry.object_id],  # type: ignore[attr-defined]
        )
