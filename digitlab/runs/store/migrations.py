"""Creates the tables, and brings those of an older version up to date.

All changes so far only added tables, columns and indexes, or allowed longer texts. Comparing the database with `schema`
finds what is missing, whichever version made it, so there are no version numbers and no scripts to keep in order.
Alembic would add a dependency and a folder of scripts for the same statements; it pays off once a column must be
renamed, converted or removed.

A column that is added must be nullable or have a `server_default`, which existing rows get.
"""

import sqlalchemy as sa

from digitlab.runs.store.schema import metadata

_LOCK = 0x64696769  # any number that no other program locks in the same database


def migrate(connection: sa.Connection) -> None:
    """Create or extend the tables.

    Several processes may do so at the same time: each waits for the one before it. Nobody waits if nothing is missing.
    """
    if not changes(connection):
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    metadata.create_all(connection)
    for statement in changes(connection).values():  # another process may have been first
        connection.execute(statement)


def changes(connection: sa.Connection) -> dict[str, sa.Executable]:
    """Return by name what the database lacks, with the statement that adds it: tables, columns and indexes."""
    inspector = sa.inspect(connection)
    existing = set(inspector.get_table_names())
    found: dict[str, sa.Executable] = {}
    for table in metadata.sorted_tables:
        if table.name not in existing:
            found[table.name] = sa.schema.CreateTable(table)
            continue
        columns = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        for column in table.columns:
            if column.name not in columns:
                found[f"{table.name}.{column.name}"] = _add(column, connection.dialect)
            elif connection.dialect.name != "sqlite" and _is_longer(column, columns[column.name]):
                found[f"{table.name}.{column.name}"] = _lengthen(column, connection.dialect)
        found |= {str(index.name): sa.schema.CreateIndex(index) for index in table.indexes if index.name not in indexes}
    return found


def unknown_columns(connection: sa.Connection) -> list[str]:
    """Return the columns that a newer version of DigitLab has added, as `table.column`."""
    inspector = sa.inspect(connection)
    existing = set(inspector.get_table_names())
    return [
        f"{table.name}.{column['name']}"
        for table in metadata.sorted_tables
        if table.name in existing
        for column in inspector.get_columns(table.name)
        if column["name"] not in table.columns
    ]


def _is_longer(column: sa.Column[object], existing: sa.types.TypeEngine[object]) -> bool:
    """Whether a text may be longer than the database allows; SQLite has no limits."""
    wanted, allowed = getattr(column.type, "length", None), getattr(existing, "length", None)
    return bool(wanted and allowed and wanted > allowed)


def _add(column: sa.Column[object], dialect: sa.Dialect) -> sa.TextClause:
    definition = sa.schema.CreateColumn(column).compile(dialect=dialect)
    return sa.text(f"ALTER TABLE {column.table.name} ADD COLUMN {definition}")


def _lengthen(column: sa.Column[object], dialect: sa.Dialect) -> sa.TextClause:
    kind = column.type.compile(dialect)
    return sa.text(f"ALTER TABLE {column.table.name} ALTER COLUMN {column.name} TYPE {kind}")
