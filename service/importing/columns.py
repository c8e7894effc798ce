"""The files and their columns, in the order in which their rows depend on one another."""

from dataclasses import dataclass
from enum import Enum

from service.domain.procedure.step import StepCode
from service.importing.forms import (
    AMOUNTS,
    CODE,
    COMMUNE,
    CONTENT,
    DAY_FORM,
    DECIMAL_NUMBER,
    DOCUMENT,
    HASH,
    IDENTIFIER_FORM,
    MOMENT_FORM,
    NAME,
    NOTE,
    NUMBER,
    PERSONAL_ID,
    PUBLIC_KEY,
    STEP_CONTENT,
    STEPS,
    TRUTH,
    VERSION,
    WHOLE,
    Form,
    choice,
)


class Needed(Enum):
    """What a file must have of a column."""

    VALUE = "in every row"
    COLUMN = "the column; a field may be empty"
    NOTHING = "may be left out"


@dataclass(frozen=True)
class Column:
    """A column of a file."""

    name: str
    form: Form
    needed: Needed


def value(name: str, form: Form) -> Column:
    return Column(name, form, Needed.VALUE)


def column(name: str, form: Form) -> Column:
    return Column(name, form, Needed.COLUMN)


def optional(name: str, form: Form) -> Column:
    return Column(name, form, Needed.NOTHING)


SEX = choice("male", "female", "unknown")
AGE = choice(*map(str, range(17)), sql="integer")
EVERY = choice(*map(str, range(1, 367)), sql="integer")
REPORT_SOURCE = choice("hotline_111", "police", "school", "health", "citizen", "commune", "other")
REPORTED_AGE = choice(*map(str, range(18)), sql="integer")
STAGE = choice("planned", "started", "completed", "replicated", "stopped")
AGENCY_KIND = choice(
    "people_committee",
    "department",
    "police",
    "health",
    "school",
    "justice",
    "service_provider",
    "mass_organisation",
    "inspectorate",
    "other",
)
PERIOD = (value("from", DAY_FORM), column("until", DAY_FORM))
FILES = {
    "register.csv": (column("today", DAY_FORM), optional("demonstration", TRUTH)),
    "agencies.csv": (
        value("id", IDENTIFIER_FORM),
        value("name", NAME),
        value("kind", AGENCY_KIND),
        *PERIOD,
        optional("version", VERSION),
    ),
    "reforms.csv": (
        value("id", IDENTIFIER_FORM),
        value("effective_on", DAY_FORM),
        value("legal_basis", NOTE),
        value("document", DOCUMENT),
        optional("applied_at", MOMENT_FORM),
        optional("account", NAME),
    ),
    "rules.csv": (
        value("rule", CODE),
        value("name_vi", NAME),
        value("name_en", NAME),
        optional("categories", NOTE),
        optional("case_kinds", NAME),
        optional("assisting_measures", NOTE),
        value("state", choice("draft", "posting", "adopted")),
        column("from", DAY_FORM),
        optional("first_posting", NUMBER),
        value("drafted_by", NAME),
        value("drafted_at", MOMENT_FORM),
        optional("version", VERSION),
    ),
    "age_bands.csv": (value("rule", CODE), value("code", CODE), value("from_age", AGE), value("until_age", AGE)),
    "deadline_rules.csv": (
        value("id", IDENTIFIER_FORM),
        value("deadline", CODE),
        value("name_vi", NAME),
        value("name_en", NAME),
        value("kind", choice("protection", "support")),
        value("part", choice("incident", "residence")),
        column("from", DAY_FORM),
        column("until", DAY_FORM),
        value("amounts", AMOUNTS),
        column("every", EVERY),
        value("unit", choice("hours", "working_days", "days", "months")),
        value("starts", STEPS),
        value("met_by", STEPS),
        column("receipt", choice("first", "commune")),
        column("concluded", choice("emergency", "separation")),
        value("legal_basis", NOTE),
    ),
    "holidays.csv": (
        optional("id", IDENTIFIER_FORM),
        value("day", DAY_FORM),
        value("kind", choice("holiday", "substitute", "swapped_off", "swapped_on")),
        value("name_vi", NAME),
        value("name_en", NAME),
        value("source", NOTE),
        optional("version", VERSION),
    ),
    "targets.csv": (
        value("id", IDENTIFIER_FORM),
        value("programme", CODE),
        value("indicator", CODE),
        column("area", CODE),
        column("area_since", DAY_FORM),
        value("direction", choice("below", "at_most", "at_least")),
        value("unit", choice("ratio", "per_1000", "per_100000", "count", "yearly_change")),
        value("value", DECIMAL_NUMBER),
        optional("baseline_value", DECIMAL_NUMBER),
        optional("baseline_on", DAY_FORM),
        value("due_on", DAY_FORM),
        value("legal_basis", NOTE),
        value("revision", VERSION),
        value("decided_on", DAY_FORM),
        column("from", DAY_FORM),
        column("until", DAY_FORM),
        optional("allocated_from", IDENTIFIER_FORM),
    ),
    "populations.csv": (
        value("id", IDENTIFIER_FORM),
        value("area", CODE),
        column("area_since", DAY_FORM),
        value("on", DAY_FORM),
        value("population", VERSION),
        column("children_under_16", WHOLE),
        value("source", NOTE),
    ),
    "children.csv": (
        value("id", IDENTIFIER_FORM),
        column("full_name", NAME),
        value("sex", SEX),
        column("date_of_birth", DAY_FORM),
        value("date_of_birth_precision", choice("day", "month", "year", "estimated")),
        optional("identified", TRUTH),
        optional("personal_id", PERSONAL_ID),
        optional("ethnicity", NAME),
        optional("version", VERSION),
        optional("created_at", MOMENT_FORM),
        optional("updated_at", MOMENT_FORM),
    ),
    "residences.csv": (
        optional("id", IDENTIFIER_FORM),
        value("child_id", IDENTIFIER_FORM),
        value("commune", COMMUNE),
        *PERIOD,
        optional("end_reason", choice("moved", "died", "left", "corrected")),
        optional("on", DAY_FORM),
    ),
    "circumstances.csv": (
        optional("id", IDENTIFIER_FORM),
        value("child_id", IDENTIFIER_FORM),
        value("category", CODE),
        value("kind", choice("special", "at_risk")),
        *PERIOD,
        optional("evidence", NOTE),
    ),
    "cases.csv": (
        value("id", IDENTIFIER_FORM),
        value("child_id", IDENTIFIER_FORM),
        value("kind", choice("protection", "support")),
        *PERIOD,
        optional("outcome", NAME),
        optional("reason", NOTE),
        optional("previous_case_id", IDENTIFIER_FORM),
        optional("version", VERSION),
    ),
    "case_steps.csv": (
        value("id", IDENTIFIER_FORM),
        value("case_id", IDENTIFIER_FORM),
        value("step", choice(*StepCode)),
        value("occurred_at", MOMENT_FORM),
        value("recorded_at", MOMENT_FORM),
        value("actor", IDENTIFIER_FORM),
        column("content", STEP_CONTENT),
        optional("reason", NOTE),
        optional("withdrawn_at", MOMENT_FORM),
        column("incident", COMMUNE),
        column("incident_since", DAY_FORM),
        column("residence", COMMUNE),
        column("residence_since", DAY_FORM),
    ),
    "deadlines.csv": (
        value("id", IDENTIFIER_FORM),
        value("case_id", IDENTIFIER_FORM),
        value("deadline", CODE),
        column("nth", WHOLE),
        value("starts_at", MOMENT_FORM),
        value("due_at", MOMENT_FORM),
        optional("paused_at", MOMENT_FORM),
        optional("pause_reason", NOTE),
        column("item", IDENTIFIER_FORM),
        column("rule", IDENTIFIER_FORM),
    ),
    "interventions.csv": (
        optional("id", IDENTIFIER_FORM),
        value("case_id", IDENTIFIER_FORM),
        value("measure", CODE),
        *PERIOD,
        optional("provider", NAME),
        optional("agency", IDENTIFIER_FORM),
    ),
    "case_reports.csv": (
        value("id", IDENTIFIER_FORM),
        value("commune", COMMUNE),
        column("commune_since", DAY_FORM),
        optional("place", NOTE),
        value("sender", IDENTIFIER_FORM),
        optional("reference", NAME),
        optional("said", HASH),
        value("receiving_code", CODE),
        value("year", VERSION),
        value("number", VERSION),
        optional("receiving_place", NAME),
        value("source", REPORT_SOURCE),
        value("channel", choice("phone", "direct", "other")),
        value("received_at", MOMENT_FORM),
        optional("recorded_at", MOMENT_FORM),
        value("concern", choice("abused", "at_risk", "special")),
        optional("condition", NOTE),
        optional("likely_harm", NOTE),
        optional("steps_taken", NOTE),
        value("anonymous", TRUTH),
        optional("passed_on_at", MOMENT_FORM),
        optional("unfounded_at", MOMENT_FORM),
        optional("unfounded_reason", NOTE),
        optional("version", VERSION),
    ),
    "reported_children.csv": (
        optional("id", IDENTIFIER_FORM),
        value("report_id", IDENTIFIER_FORM),
        value("number", VERSION),
        column("child_id", IDENTIFIER_FORM),
        column("case_id", IDENTIFIER_FORM),
        optional("full_name", NAME),
        value("sex", SEX),
        optional("date_of_birth", DAY_FORM),
        optional("estimated_age", REPORTED_AGE),
        optional("commune", COMMUNE),
        optional("commune_since", DAY_FORM),
        optional("father", NOTE),
        optional("mother", NOTE),
        optional("carer", NOTE),
    ),
    "sites.csv": (
        value("id", IDENTIFIER_FORM),
        value("commune", COMMUNE),
        column("stage", STAGE),
        column("from", DAY_FORM),
        column("until", DAY_FORM),
        optional("stage_id", IDENTIFIER_FORM),
        optional("version", VERSION),
        optional("on", DAY_FORM),
    ),
    "postings.csv": (
        value("number", NUMBER),
        value("day", DAY_FORM),
        value("at", MOMENT_FORM),
        value("actor", NAME),
        value("cause", NAME),
    ),
    "spells.csv": (
        value("subject_id", IDENTIFIER_FORM),
        value("commune", COMMUNE),
        column("commune_since", DAY_FORM),
        value("rule", CODE),
        value("measure", CODE),
        value("category", CODE),
        column("sex", SEX),
        column("born", DAY_FORM),
        *PERIOD,
        value("posted", NUMBER),
        column("withdrawn", NUMBER),
    ),
    "editions.csv": (
        value("id", IDENTIFIER_FORM),
        value("number", VERSION),
        value("programme", CODE),
        value("area", CODE),
        value("on", DAY_FORM),
        value("map", DAY_FORM),
        value("posting", NUMBER),
        value("sealed_at", MOMENT_FORM),
        value("sealed_by", NAME),
        column("note", NOTE),
        column("previous", IDENTIFIER_FORM),
        value("content", CONTENT),
        value("hash", HASH),
        value("signature", NOTE),
        value("key", PUBLIC_KEY),
    ),
}
REQUIRED = ("children.csv", "residences.csv")
PAST = ("postings.csv", "spells.csv")
