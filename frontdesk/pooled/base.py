"""Django's PostgreSQL engine with a pool that looks at the socket, not at the server, before use.

Django's own check is a round trip for each request. And after a restart of the server it meets the
dead connections one by one with a rest of a second between them: eight are an error for somebody.
"""

import select
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool


class Pool(ConnectionPool[Connection[Any]]):
    def getconn(self, timeout: float | None = None) -> Connection[Any]:
        """Return a connection whose server is there, and replace all at once when one is not.

        Raise `PoolTimeout` when there is none in time, e.g. because the server is down.
        """
        ends = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            connection = super().getconn(ends - time.monotonic())
            with suppress(Error):
                self.check_connection(connection)
                return connection
            connection.close()
            self.putconn(connection)
            self.check()

    @staticmethod
    def check_connection(connection: Connection[Any]) -> None:
        """Ask the server only when it has said something: it says so when it ends."""
        if connection.closed or not _is_silent(connection.fileno()):
            ConnectionPool.check_connection(connection)


def _is_silent(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return not poll.poll(0)


class DatabaseWrapper(base.DatabaseWrapper):
    # Django's own.
    _connection_pools: ClassVar[dict[str, Pool]]
    _configure_connection: Callable[[Connection[Any]], None]

    @property
    def pool(self) -> Pool | None:
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            made = Pool(
                # Django sets it later on.
                kwargs=self.get_connection_params() | {"autocommit": True},
                open=False,
                configure=self._configure_connection,
                **options,
            )
            self._connection_pools.setdefault(self.alias, made)
        return self._connection_pools[self.alias]
