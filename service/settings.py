"""What can be set from outside: by environment variables of the same names, or by the command line."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.logs import Form, Level
from service.wire import Day

HOST = r"(localhost|127\.0\.0\.1|\[::1\])"
ORIGIN = re.compile(rf"(https://[a-z0-9.-]+|https?://{HOST})(:(?!80$|443$)[0-9]{{1,5}})?")


def _parts(given: object) -> object:
    return tuple(part for part in map(str.strip, given.split(",")) if part) if isinstance(given, str) else given


def _network(given: object) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(given)  # type: ignore[arg-type] # whatever it is not raises
    except ValueError as error:
        raise PydanticCustomError(
            "network",
            "{error}; write addresses or networks with commas between: 10.0.0.5,10.0.1.0/24",
            {"error": str(error)},
        ) from None
    if network.prefixlen == 0:
        raise PydanticCustomError("network_of_all", "this would trust everybody; name the proxies alone")
    return network


def _origin(given: str) -> str:
    if not ORIGIN.fullmatch(given):
        raise PydanticCustomError(
            "origin",
            "an origin is written as browsers send it: https://officers.example.vn, in small letters, without a path, "
            "a star or a usual port; http:// only for this machine",
        )
    return given


def _public_url(given: str) -> str:
    if not re.fullmatch(rf"(https://[a-zA-Z0-9.-]+|https?://{HOST})(:[0-9]{{1,5}})?", given):
        raise PydanticCustomError(
            "public_url", "the public address is https:// and a name, without a path: https://children.example.vn"
        )
    return given


Proxy = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Origin = Annotated[str, AfterValidator(_origin)]


class Limits(BaseSettings):
    """How long a request may wait, in seconds; how much there may be at once; how often one may ask."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    pool_size: PositiveInt = 20  # of each pool, and there are two: together below the 100 of a server as it comes
    pool_timeout: PositiveFloat = 5  # for a connection
    lock_timeout: PositiveFloat = 5  # for a row that another request is changing
    statement_timeout: PositiveFloat = 15  # for the answer to one statement
    body_timeout: PositiveFloat = 30  # for the head of a request to arrive, and then for its whole body
    stop_timeout: PositiveInt = 30  # for the last requests, when the service stops
    connections: PositiveInt = (
        800  # of clients, at once: with all others below the 1,024 files of a process as it comes
    )
    rate: PositiveFloat = 50  # requests a second of one account; in the demonstration 2,000
    burst: PositiveInt = 200  # at once; in the demonstration 4,000
    unsigned_rate: PositiveFloat = 20  # of one address, without signing in
    unsigned_burst: PositiveInt = 100


class Network(BaseSettings):
    """By which ways the service is reached, and from which pages."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    tls_certificate: Path | None = None  # with those that signed it, in PEM
    tls_key: Path | None = None
    trusted_proxies: Annotated[tuple[Proxy, ...], NoDecode, BeforeValidator(_parts)] = ()  # TLS ends at them
    public_url: Annotated[str, AfterValidator(_public_url)] | None = None  # in the document of the API; else relative
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_parts)] = ()


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    data_dir: Path = Path(".data")
    database_url: str | None = None  # set: that PostgreSQL (18 or later), and no embedded server; the owner's address
    service_database_url: str | None = None  # the same, for the role `<owner>_service`, which serves
    listen: str = "127.0.0.1"
    port: int = 8000
    log_level: Level = "INFO"  # of the service's own lines
    log_format: Form | None = None  # else text on a terminal, and JSON
    slow_statement: int = Field(default=1000, ge=-1)  # milliseconds from which the embedded server logs one; -1: never
    otel_exporter_otlp_endpoint: str | None = None  # set: traces are made and sent there
    signing_keys: Path | None = None  # the file of the keys that tokens are signed with: DATA_DIR/signing-keys.json
    demo_password: SecretStr | None = None  # of the demonstration's users, instead of a random one
    backup_dir: Path | None = None  # set: the embedded server's write-ahead log is archived there
    backup_recipients: str | None = None  # public keys of age, to which backups are encrypted
    today: Day | None = None  # fixes the service's day
    children: int = 270_000  # the size of the demonstration province
    limits: Limits = Field(default_factory=Limits)
    network: Network = Field(default_factory=Network)
