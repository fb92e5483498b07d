"""The remarks as a document to keep: for Word, PDF or Markdown.

Guarantee: the user's words, what to look at, and the source with its own words; how many sentences nothing decided.
"""

from __future__ import annotations

from assistant.export.document import Block, Document, Heading, Paragraph, Quote, Run
from assistant.proofing.proof import Proof
from assistant.reading.dates import say_date
from assistant.wording.phrases import DISCLAIMER
from ingest.clock import FACT_BASE_DATE


def paper(proof: Proof) -> Document:
    """The list of the remarks, in the order of the text."""
    blocks: list[Block] = [Paragraph(proof.summary, "lead")]
    for n, remark in enumerate(proof.remarks, 1):
        c = remark.cited
        blocks += [
            Heading(f"{n}. {remark.look_at}", 2),
            Quote(remark.words),
            Paragraph((Run(f"{c.source_title}, {c.locator}", link=c.url), f" : « {c.quote} »")),
        ]
    blocks.append(Paragraph(DISCLAIMER["fr"].format(date=say_date(FACT_BASE_DATE, "fr")), "small"))
    return Document(title="Texte vérifié", blocks=tuple(blocks), date=proof.as_of)
