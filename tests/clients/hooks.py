"""For schemathesis: it sets out from requests that are sound in the sandbox, and what it reached is written down.

`SOUND` names the file of these requests (`sound.py`), `PURPOSE` says what they are for, and to `REACHED`, a file too,
the statuses of each operation are written.
"""

import atexit
import json
import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import schemathesis

REACHED: defaultdict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    """Put requests that are sound here in the place of the examples."""
    sound = json.loads(Path(os.environ["SOUND"]).read_text(encoding="utf-8"))
    raw_schema["components"]["parameters"]["Purpose"]["example"] = os.environ["PURPOSE"]
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            request = sound[operation["operationId"]]
            for parameter in operation.get("parameters", []):
                values = request.get(parameter.get("in"), {})
                if parameter.get("name") in values:
                    parameter["example"] = values[parameter["name"]]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                if request["body"] is not None:
                    content["example"] = request["body"]


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    REACHED[case.operation.definition.raw["operationId"]][response.status_code] += 1


@atexit.register
def write() -> None:
    told = {name: dict(sorted(statuses.items())) for name, statuses in sorted(REACHED.items())}
    Path(os.environ["REACHED"]).write_text(json.dumps(told), encoding="utf-8")
