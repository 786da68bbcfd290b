"""A database that is open: transactions, its SQLite file, and its errors as the lab's."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digitlab import logs
from digitlab.errors import DatabaseUnavailable
from digitlab.runs.store import migrations, schema
from digitlab.runs.store.database_file import DatabaseFile
from digitlab.translation import Text


class Database:
    """A database that is open. Its tables are there, and as this version has them. Safe for several threads.

    Attributes:
        engine: SQLAlchemy's; use it only within `lab_errors`.

    Raises:
        DatabaseUnavailable: From every method, if the database cannot be reached.
        DatabaseFileLost: Likewise, if a SQLite file was deleted or replaced; then nothing is read or written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     database = Database(f"sqlite:///{folder}/digitlab.db")
        ...     with database.transaction() as connection:
        ...         connection.execute(sa.text("select count(*) from runs")).scalar_one()
        ...     database.close()
        0
    """

    def __init__(self, url: str, *, may_create: bool = True) -> None:
        """Take the address, and whether a SQLite file may be created that does not exist."""
        self.engine = schema.engine_for(url)
        self._file = self._file_of_engine(may_create=may_create)
        with self._file.opening() if self._file else nullcontext(), self.transaction() as connection:
            migrations.migrate(connection)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        if self._file:
            self._file.close()

    def file_trouble(self) -> str:
        """Return what happened to a SQLite file, and what to do, in sentences; empty if all is well."""
        return self._file.trouble() if self._file else ""

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Lend a connection for a transaction, which is committed at the end of the block."""
        with self.lab_errors(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def lab_errors(self) -> Iterator[None]:
        """Check a SQLite file, and turn the database's errors within the block into the lab's."""
        if self._file:
            self._file.check()
        try:
            yield
            logs.log_availability("database", is_available=True)
        except SQLAlchemyError as error:
            where = self.engine.url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
            logs.log_availability("database", is_available=False, database=where, reason=reason)
            raise DatabaseUnavailable(
                Text(
                    "The database {where} does not respond: {reason}. Try again in a moment.",
                    where=where,
                    reason=reason,
                )
            ) from error

    def _file_of_engine(self, *, may_create: bool) -> DatabaseFile | None:
        path = schema.sqlite_file(self.engine.url)
        if path is None:
            return None
        file = DatabaseFile(path, may_create=may_create)
        sa.event.listen(self.engine, "do_connect", file.connect)
        return file
