"""How a missing detail of the case is asked for, in French and in English: fixed questions, which claim nothing."""

from __future__ import annotations

from ingest.corpus.cards import DependsOn

SUBJECT = DependsOn(
    field="subject",
    ask="De quoi parlez-vous : d'une aide du CNC, de la CSRD, d'une publicité, d'un label, d'un lieu ou d'une règle du "
    "tournage ? Et pour quel genre d'œuvre ou de société ?",
    ask_en="What is it about: CNC support, the CSRD, an advert, a label, a place or a rule of the shoot? And for what "
    "kind of work or company?",
)
ROLE = DependsOn(
    field="acteur",
    ask="Que préparez-vous (film, série, documentaire, animation, publicité…), et à quel titre : production, régie, "
    "agence, annonceur, chaîne, studio, association ?",
    ask_en="What are you preparing (film, series, documentary, animation, advert…), and in what role: production, "
    "unit, agency, advertiser, broadcaster, studio, non-profit?",
)
"""What is asked of who asks where to begin, and says no more."""
