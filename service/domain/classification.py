"""How confidential each column of the database is (Decree 56/2017 Art. 33, Decree 356/2025 Art. 3 and 4).

A table has a class; a column that differs is named. A new column has the class of its table: those of a child's file
are guarded on the day they appear, and one that may be known is released by naming it here.
"""

from service.domain.access import DataClass

PUBLIC, INTERNAL, CONFIDENTIAL, SENSITIVE = DataClass

TABLES: dict[str, tuple[DataClass, dict[str, DataClass]]] = {
    # What everyone may know.
    "area": (PUBLIC, {}),
    "area_version": (PUBLIC, {}),
    "area_change": (PUBLIC, {}),
    "area_within": (PUBLIC, {}),
    "reform": (PUBLIC, {"account": INTERNAL}),
    "category_scheme": (PUBLIC, {}),
    "category": (PUBLIC, {}),
    "intervention_measure": (PUBLIC, {}),
    "deadline_rule": (PUBLIC, {}),
    "holiday": (PUBLIC, {}),
    "programme": (PUBLIC, {}),
    "indicator": (PUBLIC, {}),
    "target": (PUBLIC, {}),
    "official_population": (PUBLIC, {}),
    "counting_rule": (PUBLIC, {"drafted_by": INTERNAL, "drafted_at": INTERNAL, "first_posting": INTERNAL}),
    "age_band": (PUBLIC, {}),
    "role": (PUBLIC, {}),
    "purpose": (PUBLIC, {}),
    # Of the service and its offices. Counts are internal until they are rounded.
    "agency": (INTERNAL, {}),
    "account": (INTERNAL, {}),
    "assignment": (INTERNAL, {}),
    "assignment_area": (INTERNAL, {}),
    "stand_in": (INTERNAL, {}),
    "site": (INTERNAL, {}),
    "site_stage": (INTERNAL, {}),
    "posting": (INTERNAL, {}),
    "rule_posting": (INTERNAL, {}),
    "total_page": (INTERNAL, {}),
    "cell": (INTERNAL, {}),
    "page": (INTERNAL, {}),
    "page_turn": (INTERNAL, {}),
    "edition": (INTERNAL, {}),
    "touch": (INTERNAL, {}),
    "register": (INTERNAL, {}),
    # About children.
    "child": (CONFIDENTIAL, {"ethnicity": SENSITIVE}),
    "residence": (CONFIDENTIAL, {}),
    "child_name": (CONFIDENTIAL, {}),
    "home": (CONFIDENTIAL, {}),
    # How a person is reached tells of harm: of whoever harms the child, it is told to nobody.
    "person": (CONFIDENTIAL, {"phone": SENSITIVE, "address": SENSITIVE, "note": SENSITIVE}),
    "assignment_child": (CONFIDENTIAL, {}),
    "access": (CONFIDENTIAL, {}),
    # Health, offences, abuse: the category, and what proves it. Case files as a whole.
    "circumstance": (SENSITIVE, {"id": CONFIDENTIAL, "child_id": CONFIDENTIAL, "during": CONFIDENTIAL}),
    "case_file": (SENSITIVE, {}),
    "case_step": (SENSITIVE, {}),
    "deadline": (SENSITIVE, {}),
    "intervention": (SENSITIVE, {}),
    "case_note": (SENSITIVE, {}),
    "case_flag": (SENSITIVE, {}),
    "case_report": (SENSITIVE, {}),
    "case_report_child": (SENSITIVE, {}),
    "report_series": (INTERNAL, {}),
    "informant": (SENSITIVE, {}),
    "care": (SENSITIVE, {}),
    "spell": (SENSITIVE, {}),
    "history": (SENSITIVE, {}),
    "first_answer": (SENSITIVE, {}),
    # What opens doors.
    "credential": (SENSITIVE, {}),
    "sign_in": (CONFIDENTIAL, {}),
    "refresh_token": (SENSITIVE, {}),
    "sign_in_delay": (CONFIDENTIAL, {}),
}


def class_of(table: str, column: str) -> DataClass:
    of_table, exceptions = TABLES[table]
    return exceptions.get(column, of_table)
