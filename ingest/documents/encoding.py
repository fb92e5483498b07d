"""Bytes → text, whatever the encoding; bytes that are no text are refused, never guessed into words.

Guarantee: UTF-8 (with or without mark), UTF-16, UTF-32 and Windows-1252 are told apart by their bytes; a file that
mixes encodings or stops inside a character is refused with that reason, since quotes of it would not be verbatim.
"""

from __future__ import annotations

import codecs
import re

from ingest.errors import ClapvertError, ErrorCode

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MULTIBYTE = re.compile(rb"[\xc3\xc5\xe2][\x80-\xbf]{1,2}")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def decode(data: bytes) -> str:
    """The text of a file, without byte-order mark; `DOCUMENT_REFUSED` says why when it is not one text."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], name)
    if wide := _unmarked_utf16(data):
        return _strict(data, wide)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        if exc.end == len(data) and exc.reason == "unexpected end of data" and _MULTIBYTE.search(data):
            raise _refused("Le fichier s'arrête au milieu d'un caractère : il est tronqué.") from exc
        if len(_MULTIBYTE.findall(data)) > 2:
            raise _refused("Le fichier mélange plusieurs encodages (UTF-8 et Windows-1252).") from exc
        if _UNDEFINED.search(data):
            raise _refused("Le fichier n'est ni de l'UTF-8 ni du Windows-1252 : encodage inconnu.") from exc
        text = data.decode("cp1252")
    return _checked(text)


def _strict(data: bytes, name: str) -> str:
    try:
        return _checked(data.decode(name))
    except UnicodeDecodeError as exc:
        raise _refused(f"Le fichier s'annonce en {name.upper()} mais ne l'est pas : il est tronqué ou abîmé.") from exc


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without mark: Latin text has a null every other byte, always on the same side."""
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.7 * half and even == 0:
        return "utf-16-le"
    if even > 0.7 * half and odd == 0:
        return "utf-16-be"
    return None


def _checked(text: str) -> str:
    if "\x00" in text:
        raise _refused("Le fichier contient des octets nuls : ce n'est pas du texte.")
    if len(_CONTROL.findall(text[:20_000])) > max(2, len(text[:20_000]) // 200):
        raise _refused("Le fichier contient des octets de commande : ce n'est pas du texte.")
    return text


def _refused(message: str) -> ClapvertError:
    return ClapvertError(
        ErrorCode.DOCUMENT_REFUSED, message, "Enregistrez-le en UTF-8 depuis le document d'origine et recommencez."
    )
