"""The parts of a message, each read in the light of those before it, like the turns of a conversation.

Guarantee: a part that says enough is read by itself, one that leans is read after its subject, and where the words
leave a doubt both readings are given for the evidence to choose. The day, the domains and the case of the message hold
for all its parts; a facet that a later part names for itself is not lent to the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.dialogue.memory import Memory
from assistant.dialogue.turns import Asked, DialogueReader
from assistant.reading.message import Message
from assistant.reading.question import Question
from ingest.passages.passages import Passage


class PartReader:
    """Reads the parts of messages."""

    def __init__(self, dialogue: DialogueReader) -> None:
        self.dialogue = dialogue

    def readings(self, message: Message, n: int, said: Sequence[Passage]) -> list[Question]:
        """The readings of part `n`, the likeliest first; `said`: what the parts before it show."""
        if n == 0:
            return self._first(message)
        return self._later(message, n, said)

    def facets(self, text: str) -> dict[str, tuple[str, ...]]:
        """The facet values that the words of a text name."""
        return self.dialogue.facets(text)

    def _first(self, message: Message) -> list[Question]:
        part, whole = message.parts[0].text, message.question
        scene = self._scene(message)
        alone = self._alone(message, part, scene)
        asking = _sentence(part)
        found = [alone, replace(whole, facets=scene, parts=(part,), moved=frozenset())]
        if asking != part:  # its scene may hide what it asks
            found.insert(1, self._alone(message, asking, scene))
        return found if not (whole.follow_up and not whole.shift) else found[::-1]

    def _alone(self, message: Message, text: str, scene: dict[str, tuple[str, ...]]) -> Question:
        whole = message.question
        asked = Asked(text, domains=whole.domains, language=whole.language)
        own = self.dialogue.read(asked, None, whole.today).question
        return replace(
            own,
            as_of=whole.as_of,
            facets=scene,
            references=own.references or whole.references,
            parts=(text,),
            profile=whole.profile,
            context_topics=whole.context_topics,
            context_sources=whole.context_sources,
            moved=frozenset(),
        )

    def _later(self, message: Message, n: int, said: Sequence[Passage]) -> list[Question]:
        whole, part = message.question, message.parts[n].text
        scene = self._scene(message)
        subject = _sentence(message.parts[0].text)
        statements = [p.statement for p in said if p.statement]
        memory = Memory(
            base=subject,
            as_of=whole.as_of,
            facets=scene,
            topics=tuple(dict.fromkeys(s.topic for s in statements)),
            domains=whole.domains,
            language=whole.language,
            sources=tuple(dict.fromkeys(p.source_id for p in said)),
            profile=whole.profile,
            heads=tuple(p.id for p in said),
            last=subject,
            root=subject,
        )
        asked = Asked(part, domains=whole.domains, language=whole.language)
        reading = self.dialogue.read_part(asked, memory, whole.today)
        readings = [reading.question, *([reading.other] if reading.other else [])]
        topics, sources = memory.topics, memory.sources
        return [
            replace(q, as_of=whole.as_of, parts=(part,), context_topics=topics, context_sources=sources)
            for q in readings
        ]

    def _scene(self, message: Message) -> dict[str, tuple[str, ...]]:
        """The facets of a message that none of its later parts names for itself."""
        own: dict[str, set[str]] = {}
        for part in message.parts[1:]:
            for facet, values in self.dialogue.facets(part.text).items():
                own.setdefault(facet, set()).update(values)
        first = self.dialogue.facets(message.parts[0].text)
        scene = {
            f: tuple(v for v in values if v not in own.get(f, ()) or v in first.get(f, ()))
            for f, values in message.question.facets.items()
        }
        return {f: values for f, values in scene.items() if values}


def _sentence(part: str) -> str:
    """The sentence of a part that asks, without what only sets the scene before it; the facets hold the case."""
    return re.split(r"(?<=\w{3}[.!])\s+", part)[-1]
