"""Write docs/openapi.json from the HTTP API's models. `--check` only says whether it is fresh."""

import json
import sys
from pathlib import Path

from quarantine.console.openapi import document

TARGET = Path(__file__).parents[1] / "docs/openapi.json"

if __name__ == "__main__":
    written = json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
    if "--check" in sys.argv:
        sys.exit(0 if TARGET.read_text() == written else "docs/openapi.json is stale: make fix")
    TARGET.write_text(written)
