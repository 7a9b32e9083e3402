"""Migration operations: tables made together, the wall of a machine, and tables to which one can only add.

They guard against code and mistakes, not against a superuser who drops triggers: ``verify_journal`` is for that.
"""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState

from lifecycle.machine import Stateful, field_of, verbs_of
from lifecycle.wall_sql import APPEND_ONLY, SHARED, UNWALL, WALL_TRIGGERS, creation, wall_bodies

WATCHED = ("id", "reference", "state", "seq", "head", "moved_at")


def watched_columns(model: type[Stateful]) -> list[str]:
    """The columns of a machine that only the gate writes: state, sequence, head, dimensions and every stamp."""
    names = {name for declared in verbs_of(model).values() for name in declared.stamps} | set(model.machine.dimensions)
    return sorted({str(field_of(model, name).column) for name in names} | set(WATCHED))


class Tables(Operation):
    """Create the tables of an app together.

    For each table it creates, Django makes again the model of every table that is linked to it, however far: nearly all
    of ours, since all lead to people. Here the models are described first, and made once. A link may close a circle:
    PostgreSQL is told of links when all the tables are there.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, *tables: CreateModel) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # made again from all the descriptions, when they are first asked for
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.tables)} tables"

    @property
    def migration_name_fragment(self) -> str:
        return "tables"


class Wall(Operation):
    """Raise the wall of a machine: no move and no creation without its journal row, and the reverse.

    ``stamps`` lists every stamped field and dimension; run it again in a later migration when a machine stamps more,
    with what it listed before as ``former``: going back leaves the wall of then, not none. What depends on the verbs
    (legal moves, stamps that the journal says) is compiled into the same functions after each migration: ``walls``.
    ``tests/test_consistency.py`` compares what is in the database with what the code declares.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self, model_name: str, journal_name: str, stamps: Sequence[str] = (), former: Sequence[str] | None = None
    ) -> None:
        self.model_name = model_name
        self.journal_name = journal_name
        self.stamps = tuple(stamps)
        self.former = None if former is None else tuple(former)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The tables' columns do not change."""

    def _tables(self, app_label: str, state: ProjectState) -> tuple[str, str]:
        names = (self.model_name, self.journal_name)
        table, journal = (state.apps.get_model(app_label, name)._meta.db_table for name in names)
        return table, journal

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table, journal = self._tables(app_label, to_state)
        watched = sorted({model._meta.get_field(name).column for name in self.stamps} | set(WATCHED))
        for name, body in {**SHARED, **wall_bodies(table, journal, watched)}.items():
            schema_editor.execute(creation(name, body), params=None)
        triggers = WALL_TRIGGERS.format(table=table, journal=journal, watched=",".join(watched))
        schema_editor.execute(triggers, params=None)
        AppendOnly(self.journal_name).database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if self.former is not None:
            wall = Wall(self.model_name, self.journal_name, self.former)
            wall.database_forwards(app_label, schema_editor, from_state, to_state)
            return
        AppendOnly(self.journal_name).database_backwards(app_label, schema_editor, from_state, to_state)
        table, journal = self._tables(app_label, from_state)
        schema_editor.execute(UNWALL.format(table=table, journal=journal), params=None)

    def describe(self) -> str:
        return f"Raise the wall of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"wall_{self.model_name.lower()}"


_REWRITTEN = (
    "(OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column}"
    " AND coalesce(NEW.{column}::text, '') NOT IN ('', '{{}}', '[]'))"
)


def _changed(model: type[models.Model], erasable: list[str], schema_editor: BaseDatabaseSchemaEditor) -> str:
    """The condition on OLD and NEW of a row that changes elsewhere than in what may be erased.

    Where the database computes a column, the others are named: PostgreSQL compares no whole row of such a table before
    it is written, and would refuse the trigger when the database is restored.
    """
    fields = model._meta.concrete_fields
    if any(field.generated for field in fields):
        kept = [schema_editor.quote_name(str(f.column)) for f in fields if not f.generated and f.column not in erasable]
        return " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in kept)
    names = ", ".join(f"'{column}'" for column in erasable)
    return f"to_jsonb(OLD) - ARRAY[{names}] IS DISTINCT FROM to_jsonb(NEW) - ARRAY[{names}]"


class AppendOnly(Operation):
    """Make a table append-only: UPDATE, DELETE and TRUNCATE are refused by the database.

    ``erasable`` names the fields that may still be filled once, when they are null, or emptied for good (a name that is
    forgotten, a file that is removed): never rewritten.
    TRUNCATE is let through in a database whose name begins with ``test_``, for the flush of tests.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, erasable: Sequence[str] = ()) -> None:
        self.model_name = model_name
        self.erasable = tuple(erasable)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The table's columns do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        self.database_backwards(app_label, schema_editor, to_state, from_state)
        table = model._meta.db_table
        names: dict[str, Any] = {"table": table, "quoted": schema_editor.quote_name(table)}
        if self.erasable:
            columns = [model._meta.get_field(name).column for name in self.erasable]
            rewritten = " OR ".join(_REWRITTEN.format(column=schema_editor.quote_name(column)) for column in columns)
            names["events"] = "UPDATE"
            names["when"] = f"WHEN ({_changed(model, columns, schema_editor)} OR {rewritten})"
            names["delete"] = (
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {names['quoted']} FOR EACH ROW"
                " EXECUTE FUNCTION lifecycle_refuse_change();"
            )
        else:
            names |= {"events": "UPDATE OR DELETE", "when": "", "delete": ""}
        for name, body in SHARED.items():
            schema_editor.execute(creation(name, body), params=None)
        schema_editor.execute(APPEND_ONLY.format(**names), params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for suffix in ("append_only", "no_delete", "no_truncate"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{suffix} ON {schema_editor.quote_name(table)}")

    def describe(self) -> str:
        return f"Make {self.model_name} append-only"

    @property
    def migration_name_fragment(self) -> str:
        return f"append_only_{self.model_name.lower()}"


_CLOSED_RECORD_TRIGGER = """
DROP TRIGGER IF EXISTS {table}_closed ON {quoted};
CREATE TRIGGER {table}_closed BEFORE INSERT ON {quoted} FOR EACH ROW
    EXECUTE FUNCTION lifecycle_refuse_closed_record('{column}');
"""


class ClosedToRecords(Operation):
    """Refuse in a table any new row whose instant falls inside a closed period, as the journals do.

    For rows that the figures of a month count although no journal holds them: evidence. ``instant`` names the field
    by which they count.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, instant: str = "recorded_at") -> None:
        self.model_name = model_name
        self.instant = instant

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The table's columns do not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        table, column = model._meta.db_table, model._meta.get_field(self.instant).column
        names = {"table": table, "quoted": schema_editor.quote_name(table), "column": column}
        for function, body in SHARED.items():
            schema_editor.execute(creation(function, body), params=None)
        schema_editor.execute(_CLOSED_RECORD_TRIGGER.format(**names), params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_closed ON {schema_editor.quote_name(table)}")

    def describe(self) -> str:
        return f"Close {self.model_name} with the months"

    @property
    def migration_name_fragment(self) -> str:
        return f"closed_to_{self.model_name.lower()}"
