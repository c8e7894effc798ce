"""Who is calling, and what they may do: the one place that decides it for every route."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from service.domain.access import PURPOSES, ROLES, DataClass, Permission, Purpose, Role, Section
from service.domain.refusal import Refusal

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

UNSIGNED = "unsigned"  # the policy of a route that needs no signing in


@dataclass(frozen=True)
class Caller:
    """Who asks, in which assignment, and for what purpose: of one request."""

    account_id: UUID
    account_name: str
    sign_in_id: UUID
    assignment_id: UUID
    role_code: str
    purpose: Purpose
    address: str  # of the client, as the trusted proxy or the connection tells it
    request_id: str

    @property
    def role(self) -> Role:
        return ROLES[self.role_code]

    def may(self, permission: Permission | str) -> bool:
        """Whether the role has the permission, and the purpose needs it."""
        return permission in self.role.permissions and permission in PURPOSES[self.purpose]

    def check(self, permission: Permission | str) -> None:
        """Refuses what the role, or the purpose, does not allow."""
        if permission not in self.role.permissions:
            raise Refusal("forbidden")
        if not self.may(permission):
            raise Refusal("purpose_too_narrow")

    def receives(self, data_class: DataClass, section: Section | None = None) -> bool:
        """Whether this caller is given data of a class (of a section, where they are sensitive)."""
        return data_class <= self.role.clearance and (section is None or section in self.role.sections)


def check_received(caller: Caller, body: BaseModel) -> None:
    """Refuses to write a field of a section that the caller does not receive: what is hidden would be lost unseen."""
    for name in sorted(body.model_fields_set):
        field = type(body).model_fields[name]
        told = field.json_schema_extra
        section = told.get("x-data-section") if isinstance(told, dict) else None
        if section and not caller.receives(DataClass.SENSITIVE, Section(str(section))):
            raise Refusal("field_restricted", f"/{field.alias or name}")


def permits(policy: Permission | str) -> Callable[[Endpoint], Endpoint]:
    """Declares what a route asks of its callers: a permission, or `UNSIGNED`. A route that declares nothing is refused
    when the service starts."""

    def declared(endpoint: Endpoint) -> Endpoint:
        endpoint.policy = policy  # type: ignore[attr-defined] # read by service.routing
        return endpoint

    return declared
