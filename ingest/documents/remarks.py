"""What a file holds besides its text: instructions to an assistant, characters that nobody sees.

Guarantee: nothing here changes what a document says; a remark is for the person who adds the file. Text that speaks
to an assistant is kept as text (instructions found in documents are never followed) and pointed out.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.documents.tree import Document

_INSTRUCTION = re.compile(
    r"\b(?:ignore[zrs]?|oublie[zrs]?|n[ée]glige[zrs]?|disregard|forget|ignore)\b[^.\n]{0,40}?"
    r"\b(?:instructions?|consignes?|(?:directives?|r[èe]gles) pr[ée]c[ée]dentes?|prompts?|previous|above)\b"
    r"|\b(?:prompt syst[èe]me|system prompt|messages? syst[èe]me|<\|?(?:system|im_start)\|?>)"
    r"|\b(?:tu es|vous [êe]tes|you are) (?:d[ée]sormais|maintenant|now)\b"
    r"[^.\n]{0,40}\b(?:assistant|mod[èe]le|model|ia|ai|chatbot)\b"
    r"|\b(?:en tant qu['’](?:ia|assistant)|as an ai)\b[^.\n]{0,60}\b(?:dois|devez|must|r[ée]ponds|r[ée]pondez|answer)\b"
    r"|\b(?:assistants?|mod[èe]les? de langage|intelligences? artificielles?|llms?)\b[^.\n]{0,30}"
    r"\b(?:doi(?:t|vent) r[ée]pondre|r[ée]ponde?z?(?:nt)? (?:toujours|que)|must (?:say|answer))\b",
    re.IGNORECASE,
)
_UNSEEN = re.compile("[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069]")
"""Tag characters and direction overrides: they say, to a machine, what the eye does not read."""


def with_remarks(document: Document) -> Document:
    """The document without characters that nobody sees, with a note when there were some or when it gives orders."""
    notes = list(document.notes)
    blocks = []
    unseen = 0
    spoken: list[str] = []
    for block in document.blocks:
        text, count = _UNSEEN.subn("", block.text) if block.page_from is None else (block.text, 0)
        unseen += count  # the text of a page keeps its length: page breaks are offsets in it
        if match := _INSTRUCTION.search(text):
            spoken.append(excerpt(text[match.start() :]))
        blocks.append(replace(block, text=text) if count else block)
    if unseen:
        notes.append(f"{unseen} caractère(s) de contrôle invisible(s) retiré(s) du texte.")
    if spoken:
        notes.append(
            f"{len(spoken)} passage(s) s'adresse(nt) à un assistant (« {spoken[0]} ») : gardé(s) comme texte, "
            "jamais suivi(s). Vérifiez l'origine du fichier."
        )
    if not notes or (tuple(notes) == document.notes and not unseen):
        return document
    return replace(document, blocks=tuple(b for b in blocks if b.text.strip()), notes=tuple(notes))


def hidden_note(hidden: list[str], where: str = "") -> tuple[str, ...]:
    """The note on text that a reader of the page would not see, and that was not read; none when there is none."""
    text = " ".join(" ".join(hidden).split())
    if not text:
        return ()
    order = " ; il s'adresse à un assistant" if _INSTRUCTION.search(text) else ""
    return (f"Texte invisible écarté{where} ({len(text)} caractères{order}) : « {excerpt(text)} ».",)


def excerpt(text: str, limit: int = 80) -> str:
    """The head of a text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"
