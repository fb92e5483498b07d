"""Small PDFs made by hand, so that a test says what is drawn and where."""

from __future__ import annotations

import io
import zlib

from pypdf import PdfReader, PdfWriter


def line(text: str, x: float = 70, y: float = 700, size: float = 10, before: str = "", font: str = "F1") -> str:
    """The operators that show one line; `before` stands between BT and the text (« 3 Tr »)."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"q BT /{font} {size} Tf {before} 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET Q\n"


def prose(lines: list[str], x: float = 70, top: float = 700, size: float = 10) -> str:
    """Lines of one paragraph, 12 points apart."""
    return "".join(line(text, x, top - 12 * n, size) for n, text in enumerate(lines))


def pdf(*contents: str, image: bool = False) -> bytes:
    """A PDF of one page a content stream, 600 × 800 points; F1 is Helvetica, F2 its bold, Im1 a grey image."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    fonts = (
        b"/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> "
        b"/F2 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"
    )
    drawn = b""
    if image:
        data = zlib.compress(bytes([200]) * 64)
        objects.append(
            b"<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        )
        drawn = b"/XObject << /Im1 %d 0 R >> " % len(objects)
    for content in contents:
        body = content.encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents %d 0 R "
            b"/Resources << /Font << %s >> %s>> >>" % (len(objects), fonts, drawn)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def rewritten(data: bytes, outline: list[tuple[str, int]] | None = None, password: str | None = None) -> bytes:
    """The same PDF with an outline (title, page from 0), or encrypted (RC4; an empty password opens by itself)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for title, page in outline or []:
        writer.add_outline_item(title, page)
    if password is not None:
        writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
