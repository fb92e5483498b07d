"""The archives that DOCX and XLSX files are, packed anew so that equal documents are equal files.

Guarantee: every part is dated by the document and not by the clock, in the order it was written, with the same rights.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile


def dated(raw: bytes, day: dt.date, core: dict[bytes, bytes] | None = None) -> bytes:
    """An archive whose parts are dated by a day; `core`: what to write instead in the properties of the document."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for item in before.infolist():
            data = before.read(item.filename)
            if item.filename == "docProps/core.xml":
                for written, wanted in (core or {}).items():
                    data = data.replace(written, wanted)
            info = zipfile.ZipInfo(item.filename, (max(day.year, 1980), day.month, day.day, 12, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            after.writestr(info, data)
    return out.getvalue()
