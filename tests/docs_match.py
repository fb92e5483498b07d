"""`python -m tests.docs_match [--write]`: README's settings table is the one that the settings describe."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from ingest.settings import settings_table

README = Path(__file__).resolve().parent.parent / "README.md"
_BLOCK = re.compile(r"(<!-- settings:begin -->\n).*?(<!-- settings:end -->)", re.DOTALL)


def with_table(text: str) -> str:
    """The README with the current settings table."""
    return _BLOCK.sub(lambda m: m.group(1) + settings_table() + m.group(2), text)


def main() -> None:
    """Check, or write with `--write`."""
    text = README.read_text(encoding="utf-8")
    wanted = with_table(text)
    if "--write" in sys.argv:
        README.write_text(wanted, encoding="utf-8")
    elif text != wanted:
        sys.exit("README's settings table has drifted: run `python -m tests.docs_match --write`.")


if __name__ == "__main__":
    main()
