"""The reforms of the files, applied before any code is read: in the order in which they were applied first."""

import asyncpg
from pydantic import ValidationError

from service.domain.refusal import Refusal
from service.importing.faults import Fault
from service.queries import reforms
from service.routers.reforms import ReformInput

STAGED = """
SELECT line, id, effective_on::text, legal_basis, document, applied_at::text, coalesce(account, 'operator') AS account
FROM staged_reforms
WHERE id IS NOT NULL AND effective_on IS NOT NULL AND legal_basis IS NOT NULL AND document IS NOT NULL
ORDER BY staged_reforms.applied_at, line
"""
PRESENT = "SELECT id FROM reform"
FILE = "reforms.csv"


async def redraw(connection: asyncpg.Connection) -> list[Fault]:
    """Answers what is wrong with the first reform that cannot be applied. One that is there already stays as it is."""
    await connection.execute("LOCK TABLE reform, assignment IN SHARE ROW EXCLUSIVE MODE")
    present, seen = {row[0] for row in await connection.fetch(PRESENT)}, set()
    for row in await connection.fetch(STAGED):
        if row["id"] in seen:
            return [Fault(FILE, row["line"], "id", "id_taken")]
        seen.add(row["id"])
        if row["id"] in present:
            continue
        try:
            given = ReformInput.model_validate_json(row["document"])
        except ValidationError:
            return [Fault(FILE, row["line"], "document", "reform_form")]
        if (str(given.effective_on), given.legal_basis) != (row["effective_on"], row["legal_basis"]):
            return [Fault(FILE, row["line"], "document", "reform_form")]
        try:
            await reforms.add(connection, given.of(row["id"]), given.document(), row["account"], row["applied_at"])
        except Refusal as refusal:
            return [Fault(FILE, row["line"], "document", refusal.code, refusal.pointer)]
    return []
