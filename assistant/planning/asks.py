"""How a missing detail of the case is asked for, in French and in English: fixed questions, which claim nothing."""

from __future__ import annotations

from ingest.corpus.cards import DependsOn

SUBJECT = DependsOn(
    field="subject",
    ask="De quoi parlez-vous : d'une aide du CNC, de la CSRD, d'une publicité, d'un label, d'un lieu ou d'une règle du "
    "tournage ? Et pour quel genre d'œuvre ou de société ?",
    ask_en="What is it about: CNC support, the CSRD, an advert, a label, a place or a rule of the shoot? And for what "
    "kind of work or company?",
    options=(
        "Par où commencer pour un tournage ?",
        "Que demande le CNC pour une aide à la production ?",
        "Suis-je soumis à la CSRD ?",
        "Que peut-on dire d'écologique dans une publicité ?",
        "Comment obtenir le Label Ecoprod ?",
    ),
    options_en=(
        "Where do I start for a shoot?",
        "What does the CNC ask for production support?",
        "Am I subject to the CSRD?",
        "Which green claims may an advert make?",
        "How do I get the Ecoprod label?",
    ),
)
ROLE = DependsOn(
    field="acteur",
    ask="Que préparez-vous (film, série, documentaire, animation, publicité…), et à quel titre : production, régie, "
    "agence, annonceur, chaîne, studio, association ?",
    ask_en="What are you preparing (film, series, documentary, animation, advert…), and in what role: production, "
    "unit, agency, advertiser, broadcaster, studio, non-profit?",
    options=(
        "Un film ou une série, à la production",
        "Un documentaire",
        "Une animation",
        "Une publicité, à la production",
        "Annonceur",
        "Chaîne ou plateforme",
        "À la régie, sur le tournage",
        "Un studio de tournage",
        "Une salle de cinéma",
    ),
    options_en=(
        "A film or a series, in production",
        "A documentary",
        "An animation",
        "An advert, in production",
        "Advertiser",
        "Broadcaster or platform",
        "In the unit, on the shoot",
        "A shooting studio",
        "A cinema",
    ),
)
"""What is asked of who asks where to begin, and says no more."""
