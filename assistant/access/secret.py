"""The secret of a data folder, that signs what this installation gives: names, links, sessions."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret(path: Path) -> bytes:
    """The secret of a data folder, 32 random bytes in a file of mode 0600; made once, even by two processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    return path.read_bytes()
