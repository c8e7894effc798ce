"""Writes docs/api.http anew (`make snapshot`): every operation of the document as a request that an editor sends.

The format is that of the VS Code REST Client, which the HTTP clients of JetBrains and Visual Studio read too. Ids come
from the answers of the lists; a path's codes and the bodies are true in the demonstration province.
"""

import json
from pathlib import Path
from typing import Any

from service.app import create_app

COLLECTION = Path(__file__).parents[2] / "docs" / "api.http"
HEAD = """\
# Every request of the API, made from its OpenAPI document: change the document, not this file (`make snapshot`).
#
# VS Code (REST Client): choose the password below, send "sign_in" first, then any other request. An id comes from the
# answer of the list that is named beside it: send that list before. A JetBrains editor does not read answers of other
# requests: put the token and the ids after the equals signs yourself, and $uuid where $guid stands.
# Accounts and agencies are for the user administrator.
# A token is good for ten minutes: send "sign_in" again. Who sees what: docs/front-end.md.

@host = http://127.0.0.1:8000
@username = province_officer
@password = as printed by make run, or as in DEMO_PASSWORD

### Sign in, before all others
# @name sign_in
POST {{host}}/v1/auth/token
Content-Type: application/x-www-form-urlencoded

grant_type=password&username={{username}}&password={{password}}

### What the others use
@token = {{sign_in.response.body.$.access_token}}
"""
# Where an id of a path comes from: the operation that tells it, and the place in its answer.
IDS = {
    "account_id": ("list_accounts", "items[0].id"),
    "agency_id": ("list_agencies", "items[0].id"),
    "case_id": ("list_cases", "items[0].id"),
    "child_id": ("list_children", "items[0].id"),
    "circumstance_id": ("read_child", "circumstances[0].id"),
    "day": ("list_holidays", "items[0].day"),
    "deadline_id": ("list_deadlines", "items[0].id"),
    "deadline_rule_id": ("list_deadline_rules", "items[0].id"),
    "edition_id": ("list_editions", "items[0].id"),
    "flag_id": ("list_case_flags", "items[0].id"),
    "intervention_id": ("read_case", "interventions[0].id"),
    "person_id": ("list_persons", "items[0].id"),
    "population_id": ("list_populations", "items[0].id"),
    "report_id": ("list_reports", "items[0].id"),
    "reform_id": ("list_reforms", "items[0].id"),
    "residence_id": ("read_child", "residences[0].id"),
    "site_id": ("list_sites", "items[0].id"),
    "stage_id": ("read_site", "stages[0].id"),
    "stand_in_id": ("list_stand_ins", "items[0].id"),
    "step_id": ("read_case_file", "steps[0].id"),
    "target_id": ("list_targets", "items[0].id"),
}
ASSIGNMENTS = {
    "accounts": ("read_account", "assignments[0].id"),
    "assignments": ("list_officers", "items[0].assignment"),
    "children": ("list_collaborators", "items[0].assignment_id"),
}
CODES = {
    "/v1/communes/{code}": "12145",
    "/v1/indicators/{code}": "special_rate",
    "/v1/programmes/{code}": "hung-yen-2016-2020",
    "/problems/{code}": "stale",
}
# What a question must say, where the document cannot know what is true.
ASKED = {
    "action": "read_child",
    "from_known": "2020-01-31",
    "by": "sex",
}
# What moves much is shown before it is done.
CAREFULLY = {"create_reform": "dry_run=true", "allocate_target": "dry_run=true"}
# Of a patch, one field. Of other bodies, what only fits together.
BODIES: dict[str, dict[str, Any]] = {
    "sign_out": {"token": "{{sign_in.response.body.$.refresh_token}}"},
    "change_password": {"current": "{{password}}", "password": "correct horse battery staple"},
    "update_account": {"full_name": "Phạm Thị Hoa"},
    "update_assignment": {"until": "2021-01-01"},
    "update_agency": {"name": "Ủy ban nhân dân xã Phù Ủng"},
    "create_residence": {"commune": "12148", "from": "2020-06-01"},
    "update_child": {"full_name": "Nguyễn Thị Bưởi"},
    "update_residence": {"until": "2020-12-01", "reason": "left"},
    "update_circumstance": {"until": "2020-12-01"},
    "update_case": {"reason": "Gia đình đã tự lo được"},
    "update_intervention": {"ended_on": "2018-11-20"},
    "update_rule": {"name_en": "Of disabled children, the severe"},
    "identify_reported_child": {"child_id": "{{child_id}}"},
    "create_reform": {
        "effective_on": "2020-07-01",
        "legal_basis": "Nghị quyết 1",
        "units": [{"code": "12999", "name": "Phù Sơn", "kind": "commune"}],
        "changes": [
            {"change": "merged_into", "from": "12145", "to": "12999"},
            {"change": "merged_into", "from": "12148", "to": "12999"},
        ],
    },
}
PARTS = {"sex": "female", "child_id": "{{child_id}}"}
BY_FORMAT = {"date": "2020-06-01", "date-time": "2020-06-01T08:00:00+07:00", "uuid": "{{$guid}}"}
JSON_TYPES = ("application/json", "application/merge-patch+json")


def collection() -> str:
    document = create_app("").openapi()
    names = [tag["name"] for tag in document["tags"]]
    sections = []
    for tag in names:
        operations = [
            request(document, path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if operation["tags"][0] == tag and operation["operationId"] != "sign_in"
        ]
        if operations:
            sections.append(f"# ---- {tag} ----\n\n" + "\n".join(operations))
    ids = "".join(f"@{name} = {{{{{by}.response.body.$.{place}}}}}\n" for name, (by, place) in IDS.items())
    return HEAD + ids + "\n" + "\n".join(sections)


def request(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    """One request: what it does, what else can be asked, the line, the headers and an example of the body."""
    parameters = [resolved(document, parameter) for parameter in operation.get("parameters", [])]
    name = operation["operationId"]
    told = " ".join(operation["description"].split())
    lines = [f"### {told}", f"# @name {name}"]
    lines += [
        f"#   {parameter['name']}: {' '.join(described(document, parameter).split())}".rstrip()
        for parameter in parameters
        if parameter["in"] == "query"
    ]
    headers = {parameter["name"] for parameter in parameters if parameter["in"] == "header"}
    needed = [parameter["name"] for parameter in parameters if parameter["in"] == "query" and parameter.get("required")]
    question = CAREFULLY.get(name, "&".join(f"{each}={ASKED[each]}" for each in needed))
    address = addressed(path)
    if "If-Match" in headers and "{number}" in path:  # only a draft can be changed
        address = address.replace("/rules/1", "/rules/{{draft_rule.response.body.$.number}}")
    lines.append(f"{method.upper()} {{{{host}}}}{address}{'?' if question else ''}{question}")
    if operation.get("security"):
        lines.append("Authorization: Bearer {{token}}")
    if "If-Match" in headers:
        lines.append(f"If-Match: {{{{{version_from(document, path)}.response.headers.ETag}}}}")
    if "Idempotency-Key" in headers:
        lines.append("Idempotency-Key: {{$guid}}")
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        lines += [f"Content-Type: {media_type}", "", body(document, name, media_type, content)]
        break
    return "\n".join(lines) + "\n"


def addressed(path: str) -> str:
    """The path with its codes, and with variables where ids stand."""
    for beginning, code in CODES.items():
        if path.startswith(beginning):
            path = path.replace("{code}", code)
    by, place = ASSIGNMENTS.get(path.split("/")[2], ("", "")) if "{assignment_id}" in path else ("", "")
    path = path.replace("{assignment_id}", f"{{{{{by}.response.body.$.{place}}}}}").replace("{number}", "1")
    path = path.replace("{child_number}", "1")
    for name in IDS:
        path = path.replace(f"{{{name}}}", f"{{{{{name}}}}}")
    return path


def version_from(document: dict[str, Any], path: str) -> str:
    """Whose ETag is wanted: the read of the thing itself, or of what it is a part of; of a rule, the draft."""
    if "{number}" in path:
        return "draft_rule"
    while "get" not in document["paths"].get(path, {}):
        path = path.rpartition("/")[0]
    name: str = document["paths"][path]["get"]["operationId"]
    return name


def described(document: dict[str, Any], parameter: dict[str, Any]) -> str:
    """What a parameter means, and the values that it may have."""
    schema = only(document, parameter.get("schema", {}))
    values = " | ".join(map(str, schema["enum"])) if "enum" in schema else ""
    return "; ".join(filter(None, [parameter.get("description", ""), values]))


def body(document: dict[str, Any], name: str, media_type: str, content: dict[str, Any]) -> str:
    example = BODIES.get(name) or made(document, content["schema"])  # the document's are of things that are not here
    if media_type in JSON_TYPES:
        return json.dumps(example, ensure_ascii=False, indent=2)
    return "&".join(f"{name}={value}" for name, value in example.items())


def given(told: dict[str, Any]) -> Any:
    """The example of the document, where it has one."""
    if "example" in told:
        return told["example"]
    examples = told.get("examples")
    if isinstance(examples, dict):
        return next(iter(examples.values()))["value"]
    return examples[0] if examples else None


def made(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """An example from a schema: of an object what it requires, and what has an example of its own."""
    schema = only(document, schema)
    example = given(schema)
    if example is not None:
        return example
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        parts = schema.get("properties", {})
        chosen = [name for name in parts if name in schema.get("required", []) or given(parts[name]) is not None]
        return {name: PARTS.get(name) or made(document, parts[name]) for name in chosen}
    if schema.get("type") == "array":
        return [made(document, schema["items"])]
    if schema.get("type") in ("integer", "number"):
        return schema.get("minimum", 1)
    return True if schema.get("type") == "boolean" else BY_FORMAT.get(schema.get("format", ""), "…")


def only(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference means, or the one beside null, with what is said beside it."""
    for alternatives in ("anyOf", "allOf", "oneOf"):
        if alternatives in schema:
            beside = {key: value for key, value in schema.items() if key != alternatives}
            return {**only(document, schema[alternatives][0]), **beside}
    return {**resolved(document, schema), **{key: value for key, value in schema.items() if key != "$ref"}}


def resolved(document: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in told:
        return told
    found = document
    for step in told["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


if __name__ == "__main__":
    COLLECTION.write_text(collection(), encoding="utf-8")
