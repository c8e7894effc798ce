"""The words of the API's document that belong to no one route: what it is, its subjects, parameters that many share."""

from collections.abc import Mapping
from typing import Any

INFO: Mapping[str, Any] = {
    "description": """\
The register of a province's children in special circumstances and at risk of them, the files of their cases, the map of
communes, and one question for any day: how far are we from what we promised?

**Signing in.** `POST /v1/auth/token` (OAuth 2.0) gives a token for ten minutes and one assignment: send it as
`Authorization: Bearer …`. What lies outside the assignment is 404, the same as what is not there.

**Errors** are problem documents (RFC 9457, `application/problem+json`); what a `type` means is told at its address, in
Vietnamese, or in English by `Accept-Language: en`. Codes do not change with the language; an unknown one may come with
any later version.

**Single things** carry an `ETag`. Send it back as `If-None-Match` when reading again (304), and as `If-Match` when
changing (412 if somebody else was faster: read again, decide again). PATCH is JSON Merge Patch (RFC 7396): what is
absent stays, and null takes away.

**Lists** come in pages: `next` is the `cursor` of the page that follows, and null on the last one.

**Examples** are requests and answers as they were; of a list, the first three items.

**Days** are written `2018-06-30`; a period holds from `from` until the day before `until`, and `until: null` is open.
""",
    "contact": {"name": "The operator of this service"},
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

TAGS: Mapping[str, str] = {
    "auth": "Signing in and out, and the keys that tokens are verified with.",
    "account": "The account that is signed in.",
    "accounts": "Who may sign in, and as what: accounts, their assignments, and who stands in for a chair.",
    "agencies": "The agencies that people work for.",
    "communes": "Areas on the map of any day, what became of them, and resolutions that change the map.",
    "children": "Children: registered, found, corrected; where they live, what they are in, who looked at them.",
    "persons": "Who is around a child, and its household on one page.",
    "collaborators": "Which children a village collaborator meets.",
    "reports": "Reports that a child may be harmed: received, passed on, taken up.",
    "cases": "Case files: opened, led through the steps of the procedure, given interventions, closed.",
    "tasks": "What is to be done, by whom and until when: deadlines of cases, with their pauses, and tasks.",
    "sites": "Sites of the protection model and their stages.",
    "programmes": "Programmes with their scoreboards, counting rules, targets and official figures.",
    "indicators": "How far from the target on any day: values, series, breakdowns, and the records they consist of.",
    "editions": "Figures as they were published: sealed, signed, and proved again.",
    "reference": "The lists of the law: categories of children, measures, the rules and the calendar of the clock.",
    "problems": "What each problem means.",
    "health": "Whether the service is alive, and can answer.",
    "access": "Why something is allowed, or not.",
}

# By name: of parameters whose own field says nothing more.
PARAMETERS: Mapping[str, str] = {
    "account_id": "The account",
    "agency_id": "The agency",
    "assignment_id": "The assignment",
    "case_id": "The case",
    "child_id": "The child",
    "circumstance_id": "The circumstance, one of the child's",
    "day": "The day",
    "deadline_id": "The deadline, one of the case's",
    "deadline_rule_id": "The rule of a deadline, in one of its versions",
    "edition_id": "The edition",
    "intervention_id": "The intervention, one of the case's",
    "flag_id": "The flag, one of the case's",
    "person_id": "The person, one of those around the child",
    "population_id": "The official figure",
    "reform_id": "The reform",
    "report_id": "The report",
    "residence_id": "The residence, one of the child's",
    "site_id": "The site",
    "stand_in_id": "The stand-in",
    "step_id": "The step, one of the case's",
    "stage_id": "The stage, one of the site's",
    "target_id": "The target, one of the programme's",
    "number": "The number of the counting rule in its programme",
    "area": "The code of an area: two digits of a province, three of a district, five of a commune",
    "age_band": "Only children of this age, in completed years on the day asked about",
    "assisted": "Only children who are, or are not, managed and given a measure",
    "by": "Of which areas there is to be a row each",
    "category": "The code of a category: /v1/categories",
    "code": "The code",
    "commune": "The code of a commune",
    "disabled": "Only accounts that are, or are not, disabled",
    "format": "In which form",
    "from_known": "The close of the earlier day",
    "indicator": "The code of an indicator: /v1/indicators",
    "kind": "Only of this kind",
    "known": "As known at the close of this day",
    "level": "Only areas of this level",
    "limit": "How many items a page has at most",
    "on": "The day asked about; today if absent",
    "programme": "The code of a programme; the indicator's own if absent",
    "from": "The first day",
    "until": "The first day that is no longer asked for",
    "year": "Only days of this year",
    "sex": "Only children of this sex",
    "side": "Which records: those counted above, those counted below, or those that are missing",
    "status": "Only of this status",
    "cursor": "`next` of the page before",
    "fields": "Which fields of the answer are wanted, with commas between",
    "sort": "In which order",
}
CODES: Mapping[str, str] = {
    "communes": "The code of the commune: five digits",
    "indicators": "The code of the indicator: /v1/indicators",
    "programmes": "The code of the programme: /v1/programmes",
    "problems": "The code: what follows /problems/ in a problem's `type`",
}

MEANINGS = {
    0: "Any other problem",  # the default answer
    400: "Unreadable",
    401: "Not signed in",
    403: "Not allowed",
    404: "Unknown here, or not for the caller",
    408: "Too slow",
    409: "Conflicts with a rule",
    412: "Stale: somebody else was faster",
    413: "Too large",
    415: "Not a media type that is read here",
    422: "Not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    503: "Try again later",
}
