"""What can be set from outside: by environment variables of the same names, or by the command line."""

from datetime import date
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    data_dir: Path = Path(".data")
    database_url: str | None = None  # set: that PostgreSQL (18 or later), and no embedded server
    listen: str = "127.0.0.1"
    port: int = 8000
    open_to_network: bool = False  # needed to listen beyond loopback: nobody signs in yet
    backup_dir: Path | None = None  # set: the embedded server's write-ahead log is archived there
    backup_recipients: str | None = None  # public keys of age, to which backups are encrypted
    today: date | None = None  # fixes the service's day
    children: int = 270_000  # the size of the demonstration province
