"""Clients that ask one after the other, each in a process of its own, on a kept connection."""

import http.client
import multiprocessing
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Ask:
    """One request. A form makes it a POST; `headers` come on top of the client's own."""

    path: str
    form: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    expected: int = 200


@dataclass(frozen=True)
class Timing:
    """Seconds of each request, and of the whole run."""

    seconds: list[float]
    elapsed: float

    @property
    def median(self) -> float:
        """In milliseconds."""
        return percentile(self.seconds, 50)

    @property
    def p95(self) -> float:
        """In milliseconds."""
        return percentile(self.seconds, 95)

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.elapsed


class WrongAnswer(Exception):
    """A page answered something else than what is being measured."""


def percentile(seconds: list[float], percent: int) -> float:
    """Return the nearest-rank percentile in milliseconds."""
    ordered = sorted(seconds)
    rank = max(0, -(-len(ordered) * percent // 100) - 1)
    return 1000 * ordered[rank]


def ask_all(address: str, asks: list[list[Ask]], headers: list[dict[str, str]]) -> Timing:
    """Let each client ask its list, all at the same time; the first ask of each only warms up."""
    context = multiprocessing.get_context("spawn")
    began = context.Barrier(len(asks) + 1)
    answers: multiprocessing.Queue[tuple[list[float], str]] = context.Queue()
    clients = [
        context.Process(target=_client, args=(address, mine, own, began, answers))
        for mine, own in zip(asks, headers, strict=True)
    ]
    for client in clients:
        client.start()
    began.wait()
    start = time.perf_counter()
    found = [answers.get() for _ in clients]
    elapsed = time.perf_counter() - start
    for client in clients:
        client.join()
    if problem := next((problem for _, problem in found if problem), ""):
        raise WrongAnswer(problem)
    return Timing([second for seconds, _ in found for second in seconds], elapsed)


def _client(
    address: str,
    asks: list[Ask],
    headers: dict[str, str],
    began: "multiprocessing.synchronize.Barrier",
    answers: "multiprocessing.Queue[tuple[list[float], str]]",
) -> None:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    seconds: list[float] = []
    problem = ""
    try:
        ask_once(connection, asks[0], headers)
    except (WrongAnswer, OSError) as error:
        problem = str(error)
    began.wait()
    for ask in asks[1:]:
        if problem:
            break
        start = time.perf_counter()
        try:
            ask_once(connection, ask, headers)
        except (WrongAnswer, OSError) as error:
            problem = f"{ask.path}: {error}"
        seconds.append(time.perf_counter() - start)
    answers.put((seconds, problem))


def ask_once(connection: http.client.HTTPConnection, ask: Ask, headers: dict[str, str]) -> None:
    own = headers | ask.headers
    if ask.form:
        own |= {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", ask.path, urlencode(ask.form), own)
    else:
        connection.request("GET", ask.path, headers=own)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != ask.expected:
        raise WrongAnswer(f"{ask.path} answered {answer.status}: {body[:200]!r}")
