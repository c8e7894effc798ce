"""Counting rules: drafted, changed while they are drafts, previewed, and adopted for good."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.calendar import YEAR
from service.domain.refusal import Refusal
from service.models import AgeBand, CountingRule, Programme
from service.preconditions import IfMatch
from service.queries.stocks import Stocks

SHIPPED = 100  # ids up to here are left to the rules that ship with the service
RULE_JSON = """json_build_object(
    'code', r.programme_code || '/' || r.number, 'programme', r.programme_code, 'number', r.number,
    'name_vi', r.name_vi, 'name_en', r.name_en, 'categories', r.categories, 'case_kinds', r.case_kinds,
    'assisting_measures', r.assisting_measures,
    'age_bands', (SELECT coalesce(json_agg(json_build_object('code', b.code, 'from_age', b.from_age,
                                                             'until_age', b.until_age) ORDER BY b.from_age), '[]')
                  FROM age_band b WHERE b.rule = r.id),
    'state', r.state, 'from', r.adopted_from,
    'known_from', (SELECT p.day FROM posting p WHERE p.number = r.first_posting),
    'drafted_by', r.drafted_by, 'drafted_at', r.drafted_at,
    'progress', (SELECT json_build_object('done', w.done, 'total', w.total) FROM rule_posting w WHERE w.rule = r.id))"""
OF_PROGRAMME = "FROM counting_rule r WHERE r.state <> 'withdrawn' AND r.programme_code = {programme}"
LIST = f"SELECT coalesce(json_agg({RULE_JSON} ORDER BY r.number), '[]') {OF_PROGRAMME.format(programme='$1')}"
ONE = f"SELECT r.version, {RULE_JSON} AS record {OF_PROGRAMME.format(programme='$1')} AND r.number = $2"
AS_LEFT = text(f"SELECT CAST({RULE_JSON} AS text) FROM counting_rule r WHERE r.id = :id")
PLACE = "SELECT area_code, lower(during) AS start FROM programme WHERE code = $1"
WITHOUT_WRITERS = text("LOCK TABLE counting_rule IN SHARE ROW EXCLUSIVE MODE")  # two drafts at once, two numbers
KNOWN_CODES = {
    "categories": text("SELECT code FROM category WHERE code = ANY (:codes)"),
    "assisting_measures": text("SELECT code FROM intervention_measure WHERE code = ANY (:codes)"),
}
UNKNOWN = {"categories": "category_unknown", "assisting_measures": "measure_unknown"}
BEGIN = text("SELECT begin_rule(CAST(:rule AS smallint), CAST(:from_day AS date), :actor)")

# Both rules in one statement: of one moment. $1 the one · $2 the present one · $3 areas of records · $4 days ·
# $5, $6 measures with the category `all`
PREVIEW = """
SELECT true AS drafted, area_id, measure, day, stock FROM rule_stocks($1::smallint, $3, $4)
UNION ALL
SELECT false, area_id, measure, day, stock FROM stocks($2::smallint, $5, $6, 'all', 'all', $3, $4)
"""


async def rules(reader: Reader, programme: str) -> str:
    """All rules of a programme, by number."""
    await place(reader, programme)
    found: str = await reader.fetchval(LIST, programme)
    return found


async def rule(reader: Reader, programme: str, number: int) -> tuple[int, str]:
    """Version and record."""
    await place(reader, programme)
    found = await reader.fetchrow(ONE, programme, number)
    if found is None:
        raise Refusal("rule_unknown")
    return found[0], found[1]


async def place(reader: Reader, programme: str) -> tuple[str, date]:
    """Of a programme: its area, and the day on whose map that is."""
    found = await reader.fetchrow(PLACE, programme)
    if found is None:
        raise Refusal("programme_unknown")
    return found["area_code"], found["start"]


async def draft(session: AsyncSession, rule: CountingRule, bands: list[AgeBand] | None) -> None:
    """Gives a new rule its number and writes it; without age bands of its own, with those of the programme's latest."""
    connection = await session.connection()
    await connection.execute(WITHOUT_WRITERS)
    await check_codes(session, rule)
    of_programme = select(CountingRule).where(CountingRule.programme_code == rule.programme_code)
    before = (await session.exec(of_programme.order_by(col(CountingRule.number)))).all()
    last_id = (await session.exec(select(func.max(CountingRule.id)))).one() or 0
    rule.id, rule.number = max(last_id, SHIPPED) + 1, max((r.number for r in before), default=0) + 1
    if bands is None:
        adopted = [r.id for r in before if r.state == "adopted"]
        latest = select(AgeBand).where(AgeBand.rule == max(adopted, default=0))
        bands = [AgeBand(**band.model_dump()) for band in (await session.exec(latest)).all()]
    session.add(rule)
    await session.flush()
    await set_bands(session, rule, bands)


async def change(session: AsyncSession, rule: CountingRule, bands: list[AgeBand] | None) -> None:
    """Writes a changed draft, and its age bands if they are given."""
    with session.no_autoflush:  # what is not allowed is not written, not even to be rolled back
        await check_codes(session, rule)
    await session.flush()
    if bands is not None:
        await set_bands(session, rule, bands)


async def set_bands(session: AsyncSession, rule: CountingRule, bands: Iterable[AgeBand]) -> None:
    await session.exec(delete(AgeBand).where(col(AgeBand.rule) == rule.id))
    session.add_all([AgeBand(**(band.model_dump() | {"rule": rule.id})) for band in bands])
    await session.flush()


async def check_codes(session: AsyncSession, rule: CountingRule) -> None:
    """Refuses what the legal lists do not have."""
    connection = await session.connection()
    for name, statement in KNOWN_CODES.items():
        codes = getattr(rule, name)
        if codes is not None:
            known = (await connection.execute(statement, {"codes": codes})).scalars().all()
            for n, code in enumerate(codes):
                if code not in known:
                    raise Refusal(UNKNOWN[name], f"/{name}/{n}")


async def lock(session: AsyncSession, programme: str, number: int, precondition: IfMatch) -> CountingRule:
    """Take a draft for this transaction, which changes it."""
    wanted = (
        select(CountingRule)
        .where(CountingRule.programme_code == programme, CountingRule.number == number)
        .where(CountingRule.state != "withdrawn")
        .with_for_update(key_share=True)
    )
    record = (await session.exec(wanted)).first()
    if record is None:
        raise Refusal("rule_unknown" if await session.get(Programme, programme) else "programme_unknown")
    precondition.check(record.version)
    if record.state != "draft":
        raise Refusal("rule_is_adopted")
    return record


async def adopt(session: AsyncSession, rule: CountingRule, from_day: date) -> None:
    """From now on every write posts by this rule as well; what is there already is posted in the background."""
    programme = await session.get_one(Programme, rule.programme_code)
    during = programme.during
    if (during.lower and from_day < during.lower) or (during.upper and from_day >= during.upper):
        raise Refusal("rule_outside_programme", "/from")
    connection = await session.connection()
    asked = {"rule": rule.id, "from_day": from_day, "actor": session.info["caller"].account_name}
    await connection.execute(BEGIN, asked)
    await session.refresh(rule)


async def as_left(session: AsyncSession, rule: CountingRule) -> str:
    """The record as the transaction leaves it."""
    connection = await session.connection()
    record: str = (await connection.execute(AS_LEFT, {"id": rule.id})).scalar_one()
    return record


async def number_to_id(reader: Reader, programme: str, number: int) -> tuple[int, str]:
    """The id of a rule, be it a draft, and its code."""
    statement = (
        f"SELECT r.id, r.programme_code || '/' || r.number {OF_PROGRAMME.format(programme='$1')} AND r.number = $2"
    )
    found = await reader.fetchrow(statement, programme, number)
    if found is None:
        raise Refusal("rule_unknown")
    return found[0], found[1]


async def preview(
    reader: Reader, rule_id: int, present_id: int, measures: list[str], areas: list[int], on: date
) -> tuple[dict[int, Stocks], dict[int, Stocks]]:
    """What the rule, and the present one, count in each area of records, on a day and a year before."""
    days = [on, on - YEAR]
    rows = await reader.fetch(PREVIEW, rule_id, present_id, areas, days, measures, ["all"] * len(measures))
    by_rule: dict[int, Stocks] = {area: {} for area in areas}
    by_present: dict[int, Stocks] = {area: {} for area in areas}
    for drafted, area, measure, day, stock in rows:
        (by_rule if drafted else by_present)[area][measure, day] = stock
    return by_rule, by_present
