"""Runs the migrations on the connection that `service.migrate` hands over, or on DATABASE_URL."""

import asyncio
import os

from sqlalchemy import Connection
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

import service.models  # noqa: F401 - importing it fills the metadata
from alembic import context
from service.database import engine


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_run() -> None:
    once = engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    async with once.begin() as connection:
        await connection.run_sync(run)
    await once.dispose()


if (given := context.config.attributes.get("connection")) is not None:
    run(given)
else:
    asyncio.run(connect_and_run())
