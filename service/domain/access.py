"""Who may do what: roles, how far each of them reaches, and which parts of a child's file it receives.

Deny by default: a role has the permissions named here, and no others. The law behind it: Law on Children 102/2016
Art. 53, 72, 90 (the commune's worker), Decree 56/2017 Art. 24 and 33 (what is confidential), Decree 356/2025 Art. 4
(what is sensitive). What the law leaves open is cautious here, and docs/security.md says so.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class DataClass(IntEnum):
    """How confidential a datum is. Of a sensitive one, a role also needs its section."""

    PUBLIC = 0
    INTERNAL = 1  # of the service and its offices, and about nobody
    CONFIDENTIAL = 2  # Decree 56/2017 Art. 33: nearly everything about a child
    SENSITIVE = 3  # Decree 356/2025 Art. 4


class Section(StrEnum):
    """The sensitive parts of a child's file."""

    HEALTH = "health"
    OFFENCE = "offence"
    ABUSE = "abuse"
    ETHNICITY = "ethnicity"
    EVIDENCE = "evidence"
    CASE = "case"


class Permission(StrEnum):
    """What a route asks for."""

    SEE_MAP = "map.read"  # areas, categories, measures, programmes: what is public but for signing in
    SEE_FIGURES = "figures.read"
    WRITE_RULES = "rules.write"  # draft, preview and adopt the rules by which a programme counts
    SEE_RECORDS = "records.read"  # whom a figure consists of
    READ_CHILDREN = "children.read"
    WRITE_CHILDREN = "children.write"  # with their residences
    WITHDRAW_CHILDREN = "children.withdraw"  # with all that hangs on them, cases and hidden circumstances too
    WRITE_CIRCUMSTANCES = "circumstances.write"
    READ_CASES = "cases.read"
    WRITE_CASES = "cases.write"  # with their interventions
    WRITE_REPORTS = "reports.write"  # report that a child may be harmed, and see the receipts of one's own reports
    READ_REPORTS = "reports.read"
    READ_INFORMANTS = "informants.read"  # who informed, of a report of one's own commune
    TAKE_STEPS = "steps.write"  # in a case: those that a worker takes
    TAKE_DECISIONS = "decisions.write"  # those of the chair of the commune
    TAKE_SHARED_STEPS = "shared_steps.write"  # those that either of them takes, and withdrawing one's own
    READ_SITES = "sites.read"
    WRITE_SITES = "sites.write"
    SEAL_EDITIONS = "editions.write"  # publish figures
    WRITE_TARGETS = "targets.write"  # with the official figures that rates may be of
    READ_HISTORY = "history.read"
    READ_ACCESSES = "accesses.read"
    SHARE_CHILDREN = "lists.write"  # put children on a collaborator's list
    READ_ACCOUNTS = "accounts.read"
    WRITE_ACCOUNTS = "accounts.write"
    WRITE_AREAS = "areas.write"  # apply a reform to the map


class Reach(StrEnum):
    """Which children a role can meet at all."""

    NOBODY = "nobody"
    AREA = "area"  # who live, or lived last, in the areas of the assignment; and whose open case is in its charge
    LIST = "list"  # of these, who are on the assignment's own list
    AGENCY = "agency"  # of these, to whom the assignment's agency gives something in an open case


class Purpose(StrEnum):
    """What a look or a change is for. It is on record with each of them."""

    CASE_WORK = "case_work"
    SUPERVISION = "supervision"
    CIVIL_STATUS = "civil_status"
    EXCHANGE = "exchange"
    HEALTH_CARE = "health_care"
    INSPECTION = "inspection"
    POLICING = "policing"
    SCHOOLING = "schooling"
    SERVICE = "service"
    STATISTICS = "statistics"
    ADMINISTRATION = "administration"


@dataclass(frozen=True)
class Role:
    """A role: the first purpose is meant when a request names none."""

    reach: Reach
    purposes: tuple[Purpose, ...]
    permissions: frozenset[Permission]
    sections: frozenset[Section] = frozenset()

    @property
    def receives_everything(self) -> bool:
        """Whether nothing of whom the role meets is left out. An agency receives its own part of a case."""
        return self.sections == frozenset(Section) and self.reach != Reach.AGENCY

    @property
    def clearance(self) -> DataClass:
        """The highest class of which the role receives anything."""
        if self.sections:
            return DataClass.SENSITIVE
        return DataClass.INTERNAL if self.reach == Reach.NOBODY else DataClass.CONFIDENTIAL


P, S = Permission, Section
EVERY_SECTION = frozenset(Section)
EVERYONE = frozenset({P.SEE_MAP, P.SEE_FIGURES, P.READ_SITES})
READER = EVERYONE | {P.READ_CHILDREN}
REPORTER = READER | {P.WRITE_REPORTS}
OVERSIGHT = READER | {P.SEE_RECORDS, P.READ_CASES, P.READ_HISTORY, P.READ_ACCESSES}
OFFICER = OVERSIGHT | {
    *(P.WRITE_REPORTS, P.READ_REPORTS),
    *(P.WRITE_CHILDREN, P.WITHDRAW_CHILDREN, P.WRITE_CIRCUMSTANCES, P.WRITE_CASES, P.WRITE_SITES, P.SHARE_CHILDREN),
    *(P.TAKE_STEPS, P.TAKE_SHARED_STEPS),
}
CHAIR = OVERSIGHT | {
    *(P.TAKE_DECISIONS, P.TAKE_SHARED_STEPS),
    *(P.WRITE_REPORTS, P.READ_REPORTS, P.READ_INFORMANTS),
}

# Of what its role may, a request does what its purpose needs. Statistics need no record of a child; who has looked at a
# file is asked by who supervises, and not in the course of a case.
PURPOSES: dict[Purpose, frozenset[Permission]] = {
    Purpose.SUPERVISION: OFFICER
    | CHAIR
    | {P.READ_ACCOUNTS, P.WRITE_AREAS, P.WRITE_RULES, P.WRITE_TARGETS, P.SEAL_EDITIONS},
    Purpose.CASE_WORK: (OFFICER | CHAIR) - {P.READ_ACCESSES},
    Purpose.INSPECTION: OVERSIGHT,
    Purpose.EXCHANGE: REPORTER,
    Purpose.CIVIL_STATUS: REPORTER,
    Purpose.HEALTH_CARE: REPORTER,
    Purpose.POLICING: REPORTER,
    Purpose.SCHOOLING: REPORTER,
    Purpose.SERVICE: READER | {P.READ_CASES},
    Purpose.STATISTICS: EVERYONE,
    Purpose.ADMINISTRATION: EVERYONE | {P.READ_ACCOUNTS, P.WRITE_ACCOUNTS},
}

ROLES: dict[str, Role] = {
    "administrator": Role(Reach.NOBODY, (Purpose.ADMINISTRATION,), EVERYONE | {P.READ_ACCOUNTS, P.WRITE_ACCOUNTS}),
    "province_officer": Role(
        Reach.AREA,
        (Purpose.SUPERVISION, Purpose.CASE_WORK, Purpose.STATISTICS, Purpose.EXCHANGE),
        OFFICER | {P.READ_ACCOUNTS, P.WRITE_AREAS, P.WRITE_RULES, P.WRITE_TARGETS, P.SEAL_EDITIONS},
        EVERY_SECTION,
    ),
    "district_officer": Role(
        Reach.AREA, (Purpose.SUPERVISION, Purpose.CASE_WORK, Purpose.STATISTICS), OFFICER, EVERY_SECTION
    ),
    "commune_worker": Role(
        Reach.AREA,
        (Purpose.CASE_WORK, Purpose.STATISTICS),
        OFFICER - {P.READ_ACCESSES} | {P.READ_INFORMANTS},
        EVERY_SECTION,
    ),
    "commune_chair": Role(Reach.AREA, (Purpose.SUPERVISION, Purpose.CASE_WORK), CHAIR, EVERY_SECTION),
    "village_collaborator": Role(
        Reach.LIST, (Purpose.CASE_WORK,), REPORTER | {P.WRITE_CHILDREN, P.WRITE_CIRCUMSTANCES}
    ),
    "police": Role(Reach.AREA, (Purpose.POLICING,), REPORTER, frozenset({S.OFFENCE, S.ABUSE})),
    "health": Role(Reach.AREA, (Purpose.HEALTH_CARE,), REPORTER, frozenset({S.HEALTH})),
    "school": Role(Reach.AREA, (Purpose.SCHOOLING,), REPORTER),
    "justice": Role(Reach.AREA, (Purpose.CIVIL_STATUS,), REPORTER, frozenset({S.ETHNICITY})),
    "service_provider": Role(Reach.AGENCY, (Purpose.SERVICE,), READER | {P.READ_CASES}, frozenset({S.CASE})),
    "inspector": Role(Reach.AREA, (Purpose.INSPECTION,), OVERSIGHT, EVERY_SECTION),
    "analyst": Role(Reach.NOBODY, (Purpose.STATISTICS,), EVERYONE),
    "integration": Role(Reach.AREA, (Purpose.EXCHANGE,), REPORTER),
}
