"""Connections that wait in the pool while the server goes away and comes back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from psycopg import Connection

from frontdesk.pooled.base import Pool, _is_silent
from tests.twilio_server import until

pytestmark = pytest.mark.django_db(transaction=True)
IDLE = 8


@pytest.fixture
def pool() -> Iterator[Pool]:
    parameters = connection.get_connection_params() | {"autocommit": True}
    with Pool(kwargs=parameters, min_size=1, max_size=IDLE, timeout=30, open=True) as made:
        yield made


@pytest.fixture
def idle(pool: Pool) -> list[int]:
    """The server's numbers of the connections that wait, as many as there may be."""
    taken = [pool.getconn() for _ in range(IDLE)]
    for one in taken:
        pool.putconn(one)
    return [one.info.backend_pid for one in taken]


def end(backends: list[int]) -> None:
    with connection.cursor() as cursor:
        # Waits until each has really ended.
        cursor.execute("SELECT pg_terminate_backend(pid, 10000) FROM unnest(%s) AS pid", [backends])


def statements_of(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    execute = Connection.execute

    def note(self: Connection[Any], query: Any, *rest: Any, **options: Any) -> Any:
        asked.append(query)
        return execute(self, query, *rest, **options)

    monkeypatch.setattr(Connection, "execute", note)
    return asked


def test_all_that_lost_their_server_are_replaced_at_once(pool: Pool, idle: list[int]) -> None:
    end(idle)
    taken = [pool.getconn() for _ in range(IDLE)]
    assert not {one.info.backend_pid for one in taken} & set(idle)
    for one in taken:
        assert one.execute("SELECT 1").fetchone() == (1,)
        pool.putconn(one)
    # The first that was found dead had all others looked at.
    assert pool.get_stats()["connections_lost"] == IDLE - 1


def test_one_that_is_well_costs_no_round_trip(
    pool: Pool, idle: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = statements_of(pool, monkeypatch)
    one = pool.getconn()
    assert one.info.backend_pid in idle
    assert asked == []
    pool.putconn(one)


def test_one_that_heard_something_is_asked_and_kept(
    pool: Pool, idle: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = pool.getconn()
    listening.execute("LISTEN something")
    pool.putconn(listening)
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY something")
    # It comes by a way of its own, after the answer to who sent it.
    until(lambda: not _is_silent(listening.fileno()))
    asked = statements_of(pool, monkeypatch)
    taken = [pool.getconn() for _ in range(IDLE)]
    assert {one.info.backend_pid for one in taken} == set(idle)
    assert asked == [""]
    for one in taken:
        pool.putconn(one)
