"""How often a caller may ask: counted in the process, for one look into a dictionary a request."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address
from math import ceil
from time import monotonic

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.metrics import Metrics
from service.problems import problem
from service.routers.health import PROBES
from service.settings import Limits

MOST_KEYS = 100_000  # callers remembered at once: some 25 MB
NO_WAIT = 1e-6  # seconds: sums of many intervals are not exact
SIGNED, UNSIGNED, PROBING = "signed", "unsigned", "probing"
PROBE_RATE, PROBE_BURST = 20, 100  # of an address, for probes and metrics: who watches asks every few seconds
DEMONSTRATION = {"rate": 2000.0, "burst": 4000}  # one user tries out what a province does at once


class Rate:
    """The generic cell rate algorithm: of each caller no more is kept than the moment at which it would have caught up,
    had everything that it asked come evenly. Whoever is further ahead of the clock than a burst has to wait."""

    def __init__(self, rate: float, burst: int, most: int = MOST_KEYS) -> None:
        self.most = most
        # Who was heard last comes last. Of a plain dict the first is found ever more slowly as others before it go.
        self.caught_up: OrderedDict[Hashable, float] = OrderedDict()
        self.set(rate, burst)

    def set(self, rate: float, burst: int) -> None:
        """So many requests a second, and so many at once."""
        self.interval = 1 / rate
        self.ahead = self.interval * (burst - 1)

    def allow(self, key: Hashable, now: float) -> float:
        """The seconds for which the caller has to wait; 0 if it may ask now, and then it has asked."""
        moment = max(self.caught_up.pop(key, now), now)
        wait = moment - self.ahead - now
        if wait < NO_WAIT:
            wait, moment = 0.0, moment + self.interval
        self.caught_up[key] = moment
        self.forget(now)
        return wait

    def forget(self, now: float) -> None:
        """Two at most, so that no request pays for many, and yet more are forgotten than come."""
        for _ in range(2):
            oldest = next(iter(self.caught_up))
            if self.caught_up[oldest] > now and len(self.caught_up) <= self.most:
                break
            del self.caught_up[oldest]


class RateLimits:
    """The limits of an application: of each account that is signed in, and of each address that is not."""

    def __init__(self, limits: Limits, metrics: Metrics, clock: Callable[[], float] = monotonic) -> None:
        self.limits, self.metrics, self.clock = limits, metrics, clock
        self.signed = Rate(limits.rate, limits.burst)
        self.unsigned = Rate(limits.unsigned_rate, limits.unsigned_burst)
        self.probing = Rate(PROBE_RATE, PROBE_BURST)
        for who in (SIGNED, UNSIGNED, PROBING):
            metrics.too_many.labels(who)  # told from the start, as 0

    def of(self, demonstration: bool) -> None:
        """Limits that nobody has set are wider where the records are made up."""
        limits = self.limits
        if demonstration:
            wider = {name: value for name, value in DEMONSTRATION.items() if name not in limits.model_fields_set}
            limits = limits.model_copy(update=wider)
        self.signed.set(limits.rate, limits.burst)

    def refusal(self, scope: Scope) -> Response | None:
        """The answer to a caller who asks too often. The request counts, so ask once for each.

        A caller is who is signed in by then, else an address: who finds that somebody is not asks before saying so.
        """
        if scope["path"] in PROBES:
            who, wait = PROBING, self.probing.allow(household(scope), self.clock())
        elif caller := scope["state"].get("caller"):
            who, wait = SIGNED, self.signed.allow(caller.account_id, self.clock())
        else:
            who, wait = UNSIGNED, self.unsigned.allow(household(scope), self.clock())
        if not wait:
            return None
        self.metrics.too_many.labels(who).inc()
        return problem(Request(scope), "too_many_requests", headers={"Retry-After": str(ceil(wait))})


class RateLimited:
    """Asks the limits before anything is done for a request. Its place is right inside whatever signs callers in."""

    def __init__(self, app: ASGIApp, rates: RateLimits) -> None:
        self.app, self.rates = app, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self.rates.refusal(scope) if scope["type"] == "http" else None
        await (refused or self.app)(scope, receive, send)


def household(scope: Scope) -> Hashable:
    """Where a client is: its address, or of IPv6 the network, in which a single client has addresses without end."""
    address: str = scope["client"][0] if scope["client"] else ""
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped) if found.ipv4_mapped else found.packed[:8]
