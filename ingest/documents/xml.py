"""XML → document tree: Formex (EUR-Lex), Akoma Ntoso, LEGI and JORF (DILA), each told by its root.

Guarantee: no entity is expanded, no network or file is reached, no external definition is loaded; a file that declares
entities is refused. Numbers of paragraphs, points and recitals stand before their text, as printed.
"""

from __future__ import annotations

import re

from lxml import etree

from ingest.documents.akoma import read_akoma
from ingest.documents.dila import read_dila
from ingest.documents.formex import read_formex
from ingest.documents.html import read_markup
from ingest.documents.tree import Document
from ingest.errors import ClapvertError, ErrorCode

_FORMEX_ROOTS = {"ACT", "CONS.ACT", "ANNEX", "CONS.ANNEX", "CONS.DOC", "GENERAL", "CORR", "DECISION", "RECOMMENDATION",
                 "AGR", "LETTER", "PROT"}  # fmt: skip
_DILA_ROOTS = {"ARTICLE", "TEXTE_VERSION", "TEXTELR", "TEXTEKALI", "SECTION_TA", "LEGI", "JORF", "ARTICLES", "TEXTE"}


def read_xml(data: bytes) -> Document:
    """Read an XML file; `DOCUMENT_REFUSED` for a schema that is not known or for entities, `DOCUMENT_DAMAGED` for XML
    that is not well formed."""
    root = parse_xml(data)
    name = etree.QName(root).localname
    if name == "html":
        return read_markup(etree.tostring(root, encoding="unicode"))
    if name == "akomaNtoso":
        return read_akoma(root)
    if name in _FORMEX_ROOTS and root.find(".//META_COMMUN") is None:
        return read_formex(root)
    if name in _DILA_ROOTS:
        return read_dila(root)
    raise ClapvertError(
        ErrorCode.DOCUMENT_REFUSED,
        f"Schéma XML inconnu (racine « {name[:40]} »).",
        "Schémas lus : Formex, Akoma Ntoso, LEGI/JORF, XHTML.",
    )


def parse_xml(data: bytes) -> etree._Element:
    """The root of a file that can reach nothing outside itself."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        said = str(exc)
        if re.search(r"amplification|[Ee]ntity|huge|[Ee]xcessive", said):
            raise ClapvertError(
                ErrorCode.DOCUMENT_TOO_BIG, "Le fichier XML se déploie sans limite (entités ou imbrication)."
            ) from exc
        raise ClapvertError(
            ErrorCode.DOCUMENT_DAMAGED,
            f"XML mal formé, ligne {exc.lineno or '?'} : le fichier est tronqué ou abîmé.",
            "Téléchargez-le à nouveau.",
        ) from exc
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        raise ClapvertError(
            ErrorCode.DOCUMENT_REFUSED, "Le fichier XML déclare des entités : refusé, elles peuvent lire ou déborder."
        )
    return root
