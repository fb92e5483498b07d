"""A whole text, checked.

Guarantee: each sentence either has a remark that cites what proves it, or is counted as not verified.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from assistant.proofing.bodies import Bodies
from assistant.proofing.citations import citation_remarks
from assistant.proofing.contradictions import Contradictions
from assistant.proofing.remarks import Remark
from assistant.proofing.sentences import checked, sentences_of
from assistant.reading.dates import AsOf
from assistant.service import Service


class Proof(BaseModel):
    """What can be proved of a text. `unverified` sentences are neither right nor wrong: nothing held decides them."""

    model_config = ConfigDict(frozen=True)

    as_of: date
    sentences: int
    unverified: int
    remarks: tuple[Remark, ...]

    @property
    def summary(self) -> str:
        """How much of the text was decided, in a sentence: silence is no approval."""
        found = {0: "Aucune remarque", 1: "Une remarque"}.get(len(self.remarks), f"{len(self.remarks)} remarques")
        every = "la seule phrase" if self.sentences == 1 else f"{self.sentences} phrases"
        return (
            f"{found} sur {every} ; {self.unverified} non vérifiée{'s' if self.unverified > 1 else ''} : rien de ce "
            "qui est tenu ici n'en décide, et le silence n'est pas une approbation."
        )


def prove(text: str, service: Service, as_of: date | None = None) -> Proof:
    """Check a text on a day (today by default). Nothing of it is kept."""
    search, day = service.engine.search, AsOf.on(as_of, service.clock())
    bodies = Bodies(c.name for c in service.contacts.values())
    against = Contradictions(service.engine, service.register.names, bodies, day)
    found = sentences_of(checked(text))
    remarks: list[Remark] = []
    silent = 0
    for sentence in found:
        said = [*citation_remarks(sentence, search, service.register.names, day), *against.remarks(sentence)]
        silent += not said
        remarks += said
    return Proof(as_of=day.day, sentences=len(found), unverified=silent, remarks=tuple(remarks))
