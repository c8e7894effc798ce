"""What can be set from outside: by environment variables of the same names, or by the command line."""

from pathlib import Path

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.logs import Form, Level
from service.wire import Day


class Limits(BaseSettings):
    """How long a request may wait for something, in seconds, and how many connections all of them share."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    pool_size: PositiveInt = 20  # of each pool, and there are two: together below the 100 of a server as it comes
    pool_timeout: PositiveFloat = 5  # for a connection
    lock_timeout: PositiveFloat = 5  # for a row that another request is changing
    statement_timeout: PositiveFloat = 15  # for the answer to one statement
    body_timeout: PositiveFloat = 30  # for the whole body of a request to arrive
    stop_timeout: PositiveInt = 30  # for the last requests, when the service stops


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    data_dir: Path = Path(".data")
    database_url: str | None = None  # set: that PostgreSQL (18 or later), and no embedded server
    listen: str = "127.0.0.1"
    port: int = 8000
    open_to_network: bool = False  # needed to listen beyond loopback: nobody signs in yet
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
