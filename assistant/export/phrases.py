"""The fixed words of the exports, in French and in English. They claim nothing."""

from __future__ import annotations

from ingest.corpus.register import Rank
from ingest.language.claims import Language

TITLE = {"fr": "Note de conformité", "en": "Compliance note"}
MADE = {
    "fr": "Établie par Clapvert le {made}. Règles à la date du {as_of}.",
    "en": "Made by Clapvert on {made}. Rules as of {as_of}.",
}
CONVERSATION = {"fr": "Conversation avec Clapvert", "en": "Conversation with Clapvert"}
CONVERSATION_MADE = {
    "fr": "Exportée le {made}. {n} question(s), chacune avec ses sources et ses empreintes.",
    "en": "Exported on {made}. {n} question(s), each with its sources and hashes.",
}
UNDERSTOOD = {"fr": "Comprise comme", "en": "Understood as"}
DATE = {"fr": "À la date du", "en": "As of"}
DATE_REASON = {
    "fr": {"today": "jour de la question", "asked": "date demandée", "sticky": "date gardée de la conversation"},
    "en": {"today": "day of the question", "asked": "date asked for", "sticky": "date kept from the conversation"},
}
DOMAINS = {"fr": "Domaines", "en": "Fields"}
PROFILE = {"fr": "Profil", "en": "Profile"}
OUTCOME = {"fr": "Résultat", "en": "Outcome"}
OUTCOMES = {
    "fr": {
        "answered": "Réponse trouvée dans les textes",
        "partial": "Réponse partielle",
        "abstained": "Pas de réponse dans les textes",
    },
    "en": {
        "answered": "Answer found in the texts",
        "partial": "Partial answer",
        "abstained": "No answer in the texts",
    },
}
REASONS = {
    "fr": {
        "false_premise": "la question part d'une idée que les textes démentent",
        "unclear": "un détail décide de la réponse",
        "not_found": "les textes détenus ne le disent pas",
        "out_of_scope": "hors du domaine de Clapvert",
        "not_in_force": "aucun texte en vigueur à cette date",
    },
    "en": {
        "false_premise": "the question rests on an idea that the texts deny",
        "unclear": "one detail decides the answer",
        "not_found": "the texts held do not say",
        "out_of_scope": "outside Clapvert's field",
        "not_in_force": "no text in force on that date",
    },
}
ANSWER = {"fr": "Réponse", "en": "Answer"}
NEXT = {"fr": "À faire", "en": "To do"}
DUE = {"fr": " (échéance : {day})", "en": " (due {day})"}
CASE = {"fr": "Chiffres donnés", "en": "Figures given"}
BESIDE = {"fr": "À savoir", "en": "To know"}
KINDS = {
    "fr": {
        "changed": "Cela a changé", "upcoming": "À venir", "conflict": "Sources en désaccord", "stale": "À revérifier",
    },
    "en": {"changed": "Changed", "upcoming": "Coming", "conflict": "Sources disagree", "stale": "To be checked again"},
}  # fmt: skip
SOURCES = {"fr": "Sources citées", "en": "Sources cited"}
RANKS: dict[Language, dict[Rank, str]] = {
    "fr": {
        Rank.OFFICIEL: "Texte officiel", Rank.AUTORITE: "Document d'une autorité publique", Rank.GUIDE: "Guide",
        Rank.PRESSE: "Source secondaire : presse, cabinet", Rank.NOTICE: "Notice Clapvert",
    },
    "en": {
        Rank.OFFICIEL: "Official text", Rank.AUTORITE: "Document of a public authority", Rank.GUIDE: "Guide",
        Rank.PRESSE: "Secondary source: press, law firm", Rank.NOTICE: "Clapvert notice",
    },
}  # fmt: skip
NOTICES = {
    "fr": "Une notice est rédigée par Clapvert d'après un texte qu'elle nomme ; elle n'est pas ce texte. Seuls les "
    "passages marqués « Texte officiel » en sont les mots.",
    "en": "A notice is written by Clapvert from a text that it names; it is not that text. Only passages marked "
    "“Official text” are its words.",
}
BASED_ON = {"fr": "D'après", "en": "Based on"}
READ = {"fr": "À lire", "en": "Read at"}
PAGE = {"fr": "page {page}", "en": "page {page}"}
SINCE = {"fr": "En vigueur depuis le {start}.", "en": "In force since {start}."}
LATER = {
    "fr": "En vigueur depuis le {start}, après la date de la question.",
    "en": "In force since {start}, after the date of the question.",
}
COMING = {"fr": "À venir : en vigueur à partir du {start}.", "en": "Coming: in force from {start}."}
BETWEEN = {"fr": "En vigueur du {start} au {end}.", "en": "In force from {start} to {end}."}
UNTIL = {"fr": "En vigueur jusqu'au {end}.", "en": "In force until {end}."}
BILL_SINCE = {
    "fr": "Projet, qui n'est pas en vigueur : situation depuis le {start}.",
    "en": "Bill, not in force: as of {start}.",
}
BILL_BETWEEN = {
    "fr": "Projet, qui n'est pas en vigueur : situation du {start} au {end}.",
    "en": "Bill, not in force: from {start} to {end}.",
}
BILL = {"fr": "Projet, qui n'est pas en vigueur.", "en": "Bill, not in force."}
UNDATED = {"fr": "Dates d'application non établies.", "en": "Dates of application not established."}
COPY = {
    "fr": "Lu dans une copie du {day} ; dates d'application non établies.",
    "en": "Read in a copy of {day}; dates of application not established.",
}
CONFIDENCE = {
    "fr": {"haute": "", "moyenne": "Confiance moyenne : à vérifier avant de s'y fier."},
    "en": {"haute": "", "moyenne": "Medium confidence: check before relying on it."},
}
MISSING = {"fr": "Ce qui n'a pas été trouvé", "en": "What was not found"}
SEARCHED = {
    "fr": "Recherche faite dans {n} textes et notices, domaines : {domains}.",
    "en": "Searched in {n} texts and notices, fields: {domains}.",
}
NEAR = {
    "fr": "Ce qui s'en rapproche, sans répondre à la question :",
    "en": "What comes near, without answering the question:",
}
DETAIL = {"fr": "Pour préciser :", "en": "To narrow it down:"}
CONTACTS = {"fr": "À qui demander", "en": "Whom to ask"}
CHECK = {"fr": "Vérification", "en": "Verification"}
CHECK_HOW = {
    "fr": "Chaque phrase de la réponse a été vérifiée sur les passages qu'elle cite : citations mot pour mot, "
    "chiffres, dates, négations, modalités. Pour la vérifier à nouveau, plus tard ou ailleurs : téléchargez le reçu "
    "de cette réponse (JSON), puis lancez ",
    "en": "Each sentence of the answer was checked against the passages it cites: quotes word for word, figures, "
    "dates, negations, modality. To check it again, later or elsewhere: download the receipt of this answer (JSON), "
    "then run ",
}
CHECK_SAYS = {
    "fr": " : la commande dit si les passages cités tiennent toujours, ont été modifiés ou abrogés, ou si la réponse "
    "a été altérée.",
    "en": ": the command says whether the passages cited still stand, were amended or repealed, or the answer was "
    "altered.",
}
NOTHING_TO_CHECK = {
    "fr": "Cette réponse ne cite aucun passage : elle n'affirme rien, il n'y a rien à vérifier.",
    "en": "This answer cites no passage: it claims nothing, there is nothing to check.",
}
SNAPSHOT = {"fr": "Index", "en": "Index"}
CORPUS = {"fr": "Corpus", "en": "Corpus"}
ENGINE = {"fr": "Rédaction", "en": "Wording"}
ENGINES = {
    "fr": {
        "extractive": "extraits des textes et notices, sans modèle de langue",
        "llm": "phrases de {name}, prouvées par les textes et notices cités",
    },
    "en": {
        "extractive": "extracts of the texts and notices, no language model",
        "llm": "sentences by {name}, proved by the texts and notices cited",
    },
}
RECEIPT = {"fr": "Reçu", "en": "Receipt"}
HASH = {"fr": "Empreinte [{n}]", "en": "Hash [{n}]"}
COLON = {"fr": " : ", "en": ": "}
QUOTES = {"fr": "« {text} »", "en": "“{text}”"}
SOURCE = {"fr": "Source", "en": "Source"}
