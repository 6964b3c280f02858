"""Whether this installation can serve: for `manage.py up`, a load balancer or an alarm."""

import logging
import re

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg_pool import PoolTimeout
from redis import Redis
from redis.exceptions import RedisError

from frontdesk.staff.access import public

BROKER_TIMEOUT = 1.0
DATABASE_TIMEOUT_MS = 2000

logger = logging.getLogger(__name__)


@public(reason="a load balancer asks whether this serves; it tells nothing about anybody")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the pages, the database and the broker answer; else 503 with what does not."""
    problems = [problem for problem in (database_problem(), broker_problem()) if problem]
    text = "\n".join(problems) or "ok"
    response = HttpResponse(f"{text}\n", content_type="text/plain", status=503 if problems else 200)
    response["Cache-Control"] = "no-store"
    return response


def database_problem() -> str:
    """Empty when the database answers and knows the tables."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {DATABASE_TIMEOUT_MS}")
            try:
                cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            finally:
                cursor.execute("RESET statement_timeout")
    except (DatabaseError, PoolTimeout):
        logger.exception("healthz: the database does not answer")
        return "database: no answer"
    return ""


def broker_problem() -> str:
    """Empty when the broker answers; the counter works without it, messages wait."""
    # Celery writes a socket's address in a way of its own.
    url = re.sub(r"^redis\+socket://", "unix://", settings.REDIS_URL)
    url = url.replace("virtual_host=", "db=")
    try:
        with Redis.from_url(
            url, socket_timeout=BROKER_TIMEOUT, socket_connect_timeout=BROKER_TIMEOUT
        ) as broker:
            broker.ping()
    except (RedisError, OSError, ValueError):
        logger.warning("healthz: the broker does not answer")
        return "broker: no answer"
    return ""
