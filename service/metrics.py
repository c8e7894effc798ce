"""What the service counts of itself, for Prometheus. Labels name routes and pools, and nothing that a request holds."""

import asyncio
import math
from collections.abc import Callable, Collection
from datetime import date
from http import HTTPMethod
from itertools import count

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from sqlalchemy.pool import QueuePool

from service import __version__
from service.backup.archive import Behind
from service.database import NO_ANSWER, Database

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = frozenset(HTTPMethod)
ABORTED = "aborted"  # in place of a status: the client left, or the service was told to stop at once
PATIENCE = 2  # seconds for the database: who watches asks again soon
LEDGER = "SELECT coalesce((SELECT max(number) FROM posting), 0) AS posting, page_horizon FROM register"
# As service/domain/procedure/working_days.py: a year is known when it has a holiday.
CALENDAR = "SELECT DISTINCT extract(year FROM day)::integer FROM holiday WHERE kind = 'holiday'"


class Metrics:
    """The metrics of one application; each has a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        Info("service_build", "The version of the service.", registry=registry).info({"version": __version__})
        self.in_flight = 0
        in_flight = Gauge("http_requests_in_flight", "Requests without a whole answer yet.", registry=registry)
        in_flight.set_function(lambda: self.in_flight)
        self.durations = Histogram(
            "http_request_duration_seconds",
            "Requests, by the time until their answer was whole.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=registry,
        )
        self.too_many = Counter(
            "http_requests_too_many", "Requests of callers who asked too often.", ("caller",), registry=registry
        )
        self.known: dict[tuple[str, str, int], Histogram] = {}
        self.connections = Gauge(
            "database_pool_connections", "Open connections to the database.", ("pool", "state"), registry=registry
        )
        self.most = Gauge("database_pool_size", "The most connections of a pool.", ("pool",), registry=registry)
        self.up = Gauge("database_up", "Whether the database answers, and holds a register.", registry=registry)
        self.posting = Gauge("ledger_posting_number", "The number of the last posting.", registry=registry)
        self.horizon = Gauge("ledger_horizon_days", "Days for which pages are kept from today on.", registry=registry)
        self.calendar = Gauge("calendar_days", "Days of which it is known whether they are worked.", registry=registry)

    def watch_archive(self, behind: Callable[[], Behind]) -> None:
        """Also tell how far the archive of the write-ahead log is behind."""
        segments = Gauge("archive_waiting_segments", "Segments of the log not in the archive.", registry=self.registry)
        seconds = Gauge("archive_waiting_seconds", "The age of the oldest of them.", registry=self.registry)
        segments.set_function(lambda: behind().segments)
        seconds.set_function(lambda: behind().seconds)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer; `status` 0 is one that never began."""
        found = self.known.get(key := (method, route, status // 100))
        if found is None:
            labels = (method if method in METHODS else "other", route, f"{status // 100}xx" if status else ABORTED)
            found = self.known[key] = self.durations.labels(*labels)
        found.observe(seconds)

    async def page(self, database: Database, today: date) -> bytes:
        """All metrics as they are now, in Prometheus' text format."""
        self.look_at_pools(database)
        await self.look_at_ledger(database, today)
        return generate_latest(self.registry)

    def look_at_pools(self, database: Database) -> None:
        reader, writer = database.reader, database.engine.pool
        assert isinstance(writer, QueuePool)
        for pool, most, idle, used in (
            ("reader", reader.get_max_size(), reader.get_idle_size(), reader.get_size() - reader.get_idle_size()),
            ("writer", writer.size(), writer.checkedin(), writer.checkedout()),
        ):
            self.most.labels(pool).set(most)
            self.connections.labels(pool, "idle").set(idle)
            self.connections.labels(pool, "in_use").set(used)

    async def look_at_ledger(self, database: Database, today: date) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                row = await database.reader.fetchrow(LEDGER)
                years = {year for (year,) in await database.reader.fetch(CALENDAR)}
        except NO_ANSWER:
            row, years = None, set()
        self.up.set(row is not None)
        self.posting.set(row["posting"] if row else math.nan)
        self.horizon.set((row["page_horizon"] - today).days if row else math.nan)
        self.calendar.set((first_unknown(years, today) - today).days if row else math.nan)


def first_unknown(years: Collection[int], today: date) -> date:
    """The first day from today on that is in none of these years.

    >>> first_unknown({2019, 2020}, date(2020, 12, 31)), first_unknown({2019}, date(2020, 12, 31))
    (datetime.date(2021, 1, 1), datetime.date(2020, 12, 31))
    """
    year = next(year for year in count(today.year) if year not in years)
    return max(today, date(year, 1, 1))
