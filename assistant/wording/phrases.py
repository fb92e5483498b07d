"""The few fixed words of ours: connectives, abstentions, disclaimers, in French and in English. They claim nothing."""

from __future__ import annotations

DISCLAIMER = {
    "fr": "Information, pas un conseil juridique. Textes vérifiés au {date}.",
    "en": "Information, not legal advice. Texts verified as of {date}.",
}
WRITTEN = {
    "fr": "Rédigé par {model}, prouvé par {n}. ",
    "en": "Written by {model}, proved by {n}. ",
}
PROOFS = {"fr": ("un texte cité", "{n} textes cités"), "en": ("one text cited", "{n} texts cited")}
UNWRITTEN = {
    "fr": "Composé sans {model} ({why}). ",
    "en": "Put together without {model} ({why}). ",
}
FAILED = {
    "fr": {
        "timeout": "trop lent", "disconnected": "connexion coupée", "rate_limited": "quota dépassé",
        "server_error": "erreur du serveur", "refused": "refusé", "malformed": "réponse illisible", "busy": "occupé",
        "paused": "laissé de côté après trois échecs de suite", "injection": "message écarté",
    },
    "en": {
        "timeout": "too slow", "disconnected": "connection lost", "rate_limited": "quota exceeded",
        "server_error": "server error", "refused": "refused", "malformed": "unreadable reply", "busy": "busy",
        "paused": "left aside after three failures in a row", "injection": "message set aside",
    },
}  # fmt: skip
"""Why an answer is the one that is made without its language model."""
ACCORDING = {"fr": "D'après {place} : {text}", "en": "According to {place}: {text}"}
NOT_FOUND = {
    "fr": "Je n'ai pas trouvé la réponse dans les textes dont je dispose.",
    "en": "I have not found the answer in the texts I hold.",
}
SILENT = {
    "fr": "Je n'ai pas trouvé la réponse dans {titles}.",
    "en": "I have not found the answer in {titles}.",
}
NEAREST = {
    "fr": "Je n'ai pas trouvé la réponse, dite ainsi, dans {titles}. Ce qui s'en approche le plus :",
    "en": "I have not found the answer, said so, in {titles}. What comes nearest:",
}
OUT_OF_SCOPE = {
    "fr": "Cette question sort de mon domaine : je réponds sur les règles d'éco-production de l'audiovisuel en France.",
    "en": "This question is outside my field: I answer on eco-production rules for film and television in France.",
}
NOT_IN_FORCE = {
    "fr": "À cette date, je ne trouve aucun texte en vigueur sur ce point.",
    "en": "On that date, I find no text in force on this point.",
}
PART_MISSING = {
    "fr": "je n'ai pas trouvé de réponse dans les textes dont je dispose.",
    "en": "I have not found an answer in the texts I hold.",
}
TOLD = {"fr": "dit plus haut.", "en": "said above."}
ASK = {"fr": "à demander à : {whom}.", "en": "whom to ask: {whom}."}
IN_YOUR_CASE = {"fr": "Dans votre cas ({facts}) :", "en": "In your case ({facts}):"}
DEPENDS_ON = {"fr": "Cela dépend d'un détail.", "en": "It depends on one detail."}
YES, NO = {"fr": "Oui", "en": "Yes"}, {"fr": "Non", "en": "No"}
DUE = {"fr": "au plus tard le {day}", "en": "by {day} at the latest"}
LIKELY = {"fr": ", a priori", "en": ", most likely"}
NOTE = {"fr": "À noter", "en": "Note"}
ORIGINAL = " (original French)"
UNTIL = {"fr": ", en vigueur jusqu'au {day}", "en": ", in force until {day}"}
CHANGED = {"fr": "Cela a changé", "en": "Changed"}
STALE = {
    "fr": "Un énoncé cité devait être revu avant le {date} : vérifiez qu'il tient toujours.",
    "en": "A cited statement was due for review by {date}: check that it still holds.",
}
UNDATED = {
    "fr": "Texte lu dans une copie du {date} ; son état au {day} n'est pas établi.",
    "en": "Text read in a copy of {date}; its state on {day} is not established.",
}
DISAGREE = {
    "fr": "Le texte officiel et la notice Clapvert divergent ({ruled} contre {said}) : le texte officiel l'emporte.",
    "en": "The official text and the Clapvert notice give different values ({ruled} against {said}): "
    "the official text prevails.",
}


def lower_first(sentence: str) -> str:
    """The sentence as it goes on after « Oui : »: first letter lowered unless the word is a name or an acronym."""
    first = sentence.split(" ", 1)[0]
    common = {
        "Une", "Un", "Le", "La", "Les", "L'article", "Au", "Aux", "En", "Dans", "Pour", "Depuis", "Il", "Aucun", "Aucune", "Chaque",
        "Toute", "Tout", "Toutes", "Tous", "Seul", "Seule", "Seules", "Seuls", "Sans", "Des", "Ces", "Cette", "À", "Faute", "Avant",
        "Après", "Jusqu'au", "Sur", "Si", "Ni", "A", "An", "The", "Every", "Each", "No", "In", "For", "Since", "Only", "Without", "From",
        "Until", "Before", "After", "Under", "Nous", "On", "Ne", "Qui", "Ce", "C'est",
    }  # fmt: skip
    elided = first[:2] in {"L'", "D'", "S'", "N'", "L’", "D’"}
    infinitive = len(first) > 4 and first[1:].islower() and first.endswith(("er", "ir", "re"))
    return sentence[0].lower() + sentence[1:] if first in common or elided or infinitive else sentence
