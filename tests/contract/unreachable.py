"""Constraints whose violation has no problem of its own, with the reason why no caller needs one."""

BY_KIND = {
    "contype = 'n'": "a value that must be there is required by the type of the input, or made by the database",
    "contype = 'p' AND conname LIKE '%_pkey'": "an id that a client brings twice is answered by id_taken",
    "contype = 'c'": "every check that has no problem of its own is answered by the problem invalid",
    "contype = 't'": "a trigger is no rule of input",
}

LOADED = "reference data, which the service loads and nobody else writes"
LEDGER = "the ledger, which its own functions write from records that are valid"
LOOKED_UP = "the service looks the code up before it writes, and nothing is removed from the list"
LOCKED = "the record above is found and locked before one below it is written"

BY_NAME = {
    "area_version_no_overlap": LOADED,
    "area_within_no_overlap": LOADED,
    "area_code_no_overlap": LOADED,
    "area_change_predecessor_id_fkey": LOADED,
    "area_change_successor_id_fkey": LOADED,
    "area_version_area_id_fkey": LOADED,
    "area_version_parent_id_fkey": LOADED,
    "area_within_ancestor_id_fkey": LOADED,
    "area_within_area_id_fkey": LOADED,
    "category_parent_code_fkey": LOADED,
    "category_scheme_code_fkey": LOADED,
    "intervention_measure_parent_code_fkey": LOADED,
    "counting_rule_programme_code_fkey": LOADED,
    "counting_rule_number": LOADED,
    "age_band_rule_fkey": LOADED,
    "target_indicator_code_fkey": LOADED,
    "target_programme_code_fkey": LOADED,
    "cell_key": LEDGER,
    "cell_area_id_fkey": LEDGER,
    "cell_rule_fkey": LEDGER,
    "page_cell_id_fkey": LEDGER,
    "page_turn_area_id_fkey": LEDGER,
    "total_page_area_id_fkey": LEDGER,
    "total_page_rule_fkey": LEDGER,
    "spell_area_id_fkey": LEDGER,
    "spell_rule_fkey": LEDGER,
    "spell_posted_fkey": LEDGER,
    "spell_withdrawn_fkey": LEDGER,
    "residence_area_id_fkey": LOOKED_UP,
    "site_area_id_fkey": LOOKED_UP,
    "circumstance_category_code_fkey": LOOKED_UP,
    "intervention_measure_code_fkey": LOOKED_UP,
    "residence_child_id_fkey": LOCKED,
    "circumstance_child_id_fkey": LOCKED,
    "case_file_child_id_fkey": LOCKED,
    "intervention_case_id_fkey": LOCKED,
    "site_stage_site_id_fkey": LOCKED,
}
