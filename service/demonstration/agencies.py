"""The agencies of the demonstration: the same in each, whatever its size and seed."""

from dataclasses import dataclass
from datetime import date
from random import Random
from uuid import UUID

import asyncpg
from asyncpg import Range

from service.demonstration import days
from service.demonstration.identifiers import drawn_uuid

ADD = "INSERT INTO agency (id, name, kind, during) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
DURING = Range(date.fromordinal(days.REGISTER_BEGINS))


@dataclass(frozen=True)
class Agency:
    """A body that people of the demonstration act for."""

    name: str
    kind: str

    @property
    def id(self) -> UUID:
        rng = Random(self.name)  # noqa: S311 - no secret
        return drawn_uuid(rng, days.office_moment(rng, days.REGISTER_BEGINS))


DEPARTMENT = Agency("Sở Lao động - Thương binh và Xã hội tỉnh Hưng Yên", "department")
OFFICE = Agency("Phòng Lao động - Thương binh và Xã hội huyện Ân Thi", "department")
COMMITTEE = Agency("Ủy ban nhân dân xã Phù Ủng", "people_committee")
POLICE = Agency("Công an xã Phù Ủng", "police")
STATION = Agency("Trạm Y tế xã Phù Ủng", "health")
SCHOOL = Agency("Trường Tiểu học và Trung học cơ sở Phù Ủng", "school")
REGISTRY = Agency("Bộ phận Tư pháp - Hộ tịch xã Phù Ủng", "justice")
CENTRE = Agency("Trung tâm Công tác xã hội tỉnh Hưng Yên", "service_provider")
INSPECTORATE = Agency("Thanh tra tỉnh Hưng Yên", "inspectorate")
AGENCIES = (DEPARTMENT, OFFICE, COMMITTEE, POLICE, STATION, SCHOOL, REGISTRY, CENTRE, INSPECTORATE)


async def add(connection: asyncpg.Connection) -> None:
    """Makes them, but those that are there already."""
    await connection.executemany(ADD, [(agency.id, agency.name, agency.kind, DURING) for agency in AGENCIES])
