"""A small province in which every role stands before a child of its own, of another agency, and of another district.

Whom a role meets is said here once more, in Python, from the roles and the facts below: not by the functions of the
database that are put to the test.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
import httpx
from fastapi import FastAPI

from service.domain.access import ROLES, Reach
from service.domain.reform import Line, Reform, Unit
from service.queries import reforms
from service.reference import shipped
from tests.access import files
from tests.signed_in import DISTRICT, made
from tests.signing_in.people import HASH

INSIDE, ANOTHERS, OUTSIDE = "inside", "another's", "outside"
PLACES = {INSIDE: "12145", ANOTHERS: "12148", OUTSIDE: "11950"}  # the first two lie in the district of all roles
FREE = {INSIDE: "12151", ANOTHERS: "12154", OUTSIDE: "11953"}  # communes without a site
RENAMED, SPLIT, PART = "12199", "12196", "12998"  # communes of the district in which nobody lives; what one became
NAMES = {INSIDE: "Đỗ Thị Mận", ANOTHERS: "Trần Văn Ổi", OUTSIDE: "Phạm Thị Hồng"}
GROWN = "Lý Văn Kem"  # who has turned sixteen, in each place
NUMBERS = {INSIDE: "033210000001", ANOTHERS: "033210000002", OUTSIDE: "033210000003"}
RESTRICTED = {"d.2": "health", "đ": "health", "e.1": "offence", "l.1": "abuse"}  # categories by their sections
INFORMANT, STEPS_TAKEN = "Bà Hàng Xóm", "Đã gọi công an xã"
ETHNICITY, EVIDENCE, OUTCOME = "Mường", "Giấy xác nhận khuyết tật", "child_safe"


def named(what: str, where: str = "") -> UUID:
    """The id of a record of a place: always the same."""
    return uuid5(NAMESPACE_OID, f"{what} {where}")


OWN, OTHER = named("own agency"), named("other agency")  # of all roles, and of nobody here
KEYS = {role: named("account", role) for role in ROLES}  # of account, assignment and sign-in alike
COLLABORATOR = KEYS["village_collaborator"]
EMPLOYEE, OFFICE = named("employee"), named("office")  # an account and an agency to be changed
REFORM = named("reform")
SPLITTING = Reform(
    REFORM,
    date(2013, 1, 1),
    "Nghị quyết",
    (Unit(PART, "Phần", "commune"),),
    (Line("split_into", SPLIT, SPLIT), Line("split_into", SPLIT, PART)),
)


def lies_in_the_district(where: str) -> bool:
    return where != OUTSIDE


def meets(role: str, where: str) -> bool:
    """The child outside is on the list and has a measure of the own agency; the one of others has neither."""
    return (
        where
        in {
            Reach.NOBODY: (),
            Reach.AREA: (INSIDE, ANOTHERS),
            Reach.LIST: (INSIDE,),
            Reach.AGENCY: (INSIDE,),
        }[ROLES[role].reach]
    )


REMAKE = """
DELETE FROM informant WHERE report_id = '{report}';
DELETE FROM case_report_child WHERE report_id = '{report}';
DELETE FROM case_report WHERE id = '{report}';
DELETE FROM child WHERE id = '{child}';
DELETE FROM site WHERE id = '{site}' OR area_id = {free};
INSERT INTO child (id, full_name, sex, date_of_birth, personal_id, ethnicity)
VALUES ('{child}', '{name}', 'female', '2010-02-28', '{number}', '{ethnicity}');
INSERT INTO residence (id, child_id, area_id, during, end_reason) VALUES
    ('{residence}', '{child}', {area}, '[2014-01-01,)', NULL),
    ('{former}', '{child}', {split}, '[2010-03-01,2014-01-01)', 'moved');
INSERT INTO circumstance (id, child_id, category_code, during, evidence) VALUES
    ('{circumstance}', '{child}', 'poor_household', '[2018-01-01,)', '{evidence}'),
    {restricted};
INSERT INTO case_file (id, child_id, kind, opened_on, closed_on, outcome, reason, previous_case_id) VALUES
    ('{closed}', '{child}', 'protection', '2018-01-01', '2018-02-01', '{outcome}', 'xong', NULL),
    ('{case}', '{child}', 'support', '2018-02-01', NULL, NULL, NULL, '{closed}');
INSERT INTO intervention (id, case_id, measure_code, started_on, provider, agency_id) VALUES
    ('{intervention}', '{case}', 'support.3', '2018-03-01', 'Trung tâm', '{agency}'),
    ('{others}', '{case}', 'support.1', '2018-03-02', NULL, '{other}'),
    ('{past}', '{closed}', 'support.1', '2018-01-10', NULL, '{other}');
INSERT INTO deadline (id, case_id, code, nth, starts_at, due_at, paused_at, pause_reason, area_id, source, rule)
SELECT d.id::uuid, '{case}', 'plan', d.nth, '2020-12-28 09:00+07', '2021-01-05 00:00+07', d.paused_at::timestamptz,
       d.reason, {area}, 'law', '{rule}'
FROM (VALUES ('{deadline}', 0, NULL, NULL), ('{paused}', 1, '2020-12-29 09:00+07', 'chờ'))
     AS d (id, nth, paused_at, reason);
INSERT INTO assignment_child SELECT '{collaborator}', '{child}' WHERE {listed};
INSERT INTO case_report (id, area_id, sender, said, receiving_code, year, number, source, channel, received_at, concern,
                         steps_taken, anonymous)
VALUES ('{report}', {area}, '{agency}', '', '{report}', 2020, 1, 'school', 'phone', '2020-12-30T23:40:00+07:00',
        'abused', '{steps_taken}', false);
INSERT INTO case_report_child (report_id, n, sex) VALUES ('{report}', 1, 'unknown');
INSERT INTO informant VALUES ('{report}', '{informant}', '0912 345 678', NULL, NULL);
DELETE FROM target WHERE allocated_from = '{target}';
DELETE FROM target WHERE id = '{target}' OR area_id = {area};
INSERT INTO target (id, programme_code, indicator_code, area_id, direction, unit, value, due_on, legal_basis, revision,
                    decided_on, during)
SELECT '{target}', 'hung-yen-2016-2020', 'special_rate', ancestor_id, 'at_most', 'count', 40, {due_on}, 'QĐ 1', 1,
       '2016-04-05', '(,)'
FROM area_within WHERE area_id = {area} AND ancestor_level = 'district' AND during @> date '2020-12-31';
DELETE FROM official_population WHERE id = '{population}';
INSERT INTO official_population (id, area_id, on_date, population, source)
VALUES ('{population}', {area}, '2019-07-01', 9000, 'Niên giám {population}');
INSERT INTO site (id, area_id) VALUES ('{site}', {area});
INSERT INTO site_stage (id, site_id, stage, during) VALUES ('{stage}', '{site}', 'planned', '[2017-01-01,)');
DELETE FROM credential WHERE account_id = '{employee}';
UPDATE assignment SET during = '[2016-01-01,)' WHERE id = '{employee}';
INSERT INTO credential VALUES ('{employee}', '{hash}');
SELECT ledger_post(ARRAY['{child}', '{site}']::uuid[], '2020-12-31', 'tests', 'remade');
"""
BEFORE_THE_SPLIT = "SELECT area_id FROM area_version WHERE code = $1 AND during @> date '2010-03-01'"
AREA = "SELECT area_id FROM area_version WHERE code = $1 AND during @> date '2020-12-31'"
STATE = """
SELECT coalesce((SELECT sum(version) FROM child), 0), coalesce((SELECT sum(version) FROM case_file), 0),
       coalesce((SELECT sum(version) FROM site), 0), (SELECT sum(version) FROM account), (SELECT count(*) FROM account),
       (SELECT sum(version) FROM agency), (SELECT count(*) FROM assignment), (SELECT count(*) FROM assignment_child),
       (SELECT count(*) FROM target), (SELECT count(*) FROM official_population),
       (SELECT count(*) FROM case_report), (SELECT sum(version) FROM case_report),
       (SELECT count(*) FROM history), (SELECT count(*) FROM reform), (SELECT max(changed_at) FROM credential)
"""


@dataclass
class Province:
    """The service over a database of such a province, and its owner's connection."""

    dsn: str
    app: FastAPI
    client: httpx.AsyncClient
    owner: asyncpg.Connection
    headers: dict[str, dict[str, str]]

    async def ask(self, role: str, method: str, path: str, **more: Any) -> httpx.Response:
        signed = self.headers[role] | more.pop("headers", {})
        return await self.client.request(method, path, headers=signed, **more)

    async def remake(self, where: str) -> None:
        """The child, the case and the site of a place, as they are to begin with."""
        ids = {
            what: named(what, where)
            for what in ("child", "residence", "former", "circumstance", "case", "closed", "intervention", "others")
        }
        ids["past"] = named("past", where)
        restricted = ",\n".join(
            f"('{named(code, where)}', '{ids['child']}', '{code}', '[2018-05-02,)', '{EVIDENCE}')"
            for code in RESTRICTED
        )
        await self.owner.execute(
            REMAKE.format(
                **ids,
                restricted=restricted,
                site=named("site", where),
                target=named("target", where),
                population=named("population", where),
                due_on=f"date '2020-12-31' + {list(PLACES).index(where)}",
                stage=named("stage", where),
                rule=shipped("deadline-rule/plan/2017-07-01"),
                deadline=named("deadline", where),
                paused=named("paused", where),
                name=NAMES[where],
                number=NUMBERS[where],
                ethnicity=ETHNICITY,
                evidence=EVIDENCE,
                outcome=OUTCOME,
                report=named("report", where),
                informant=INFORMANT,
                steps_taken=STEPS_TAKEN,
                area=await self.owner.fetchval(AREA, PLACES[where]),
                split=await self.owner.fetchval(BEFORE_THE_SPLIT, SPLIT),
                free=await self.owner.fetchval(AREA, FREE[where]),
                agency=OTHER if where == ANOTHERS else OWN,
                other=OTHER,
                collaborator=COLLABORATOR,
                listed=where != ANOTHERS,
                employee=EMPLOYEE,
                hash=HASH,
            )
        )
        area = await self.owner.fetchval(AREA, PLACES[where])
        await files.remake(self.owner, named("grown", where), GROWN, where, area)

    async def state(self) -> asyncpg.Record | None:
        """What differs after any change."""
        return await self.owner.fetchrow(STATE)


async def populate(province: Province) -> None:
    """An account in every role, over one district; and the children."""
    await province.owner.executemany(
        "INSERT INTO agency (id, name, kind, during) VALUES ($1, $2, 'service_provider', '[2016-01-01,)')",
        [(OWN, "Trung tâm công tác xã hội"), (OTHER, "Trung tâm khác"), (OFFICE, "Phòng")],
    )
    for role, key in KEYS.items():
        province.headers[role] = await made(province.owner, key, role, DISTRICT, OWN, role.replace("_", "-"))
        await province.owner.execute("INSERT INTO credential VALUES ($1, $2)", key, HASH)
    await made(province.owner, EMPLOYEE, "health", DISTRICT, name="employee")
    # Something was known before all that is tried here.
    await province.owner.execute("INSERT INTO posting (day, actor, cause) VALUES ('2020-01-01', 'tests', 'begun')")
    await reforms.add(province.owner, SPLITTING, '{"units": [], "changes": []}', "tests")
    for where in PLACES:
        await province.remake(where)
        sealed = {"id": str(named("edition", where)), "programme": "hung-yen-2016-2020", "area": PLACES[where]}
        answer = await province.client.post("/v1/reports/editions", json=sealed | {"on": "2020-09-30"})
        assert answer.status_code == 201, answer.text
