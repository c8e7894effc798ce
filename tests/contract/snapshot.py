"""Writes the OpenAPI document anew: `make snapshot`. Its changes are read in review, as clients will meet them."""

import json
from pathlib import Path

from service.app import create_app

SNAPSHOT = Path(__file__).parent / "openapi.json"


def document() -> str:
    return json.dumps(create_app("").openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(document(), encoding="utf-8")
