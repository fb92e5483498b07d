"""How a project's sheet is said: the moments, what a row asks, who is bound, why, in French or in English.

Guarantee: a reason is the project's own facts, in a fixed form; nothing is added to what the rule looked at.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

from assistant.project.facts import figure_words
from assistant.project.sheet import Row, Sheet
from assistant.project.steps import Todo
from assistant.reading.dates import say_date
from assistant.wording.figures import case_words, fact_words
from ingest.corpus.demarches import Vocabulary
from ingest.corpus.fiches import FACETS, CaseField, Polarity
from ingest.corpus.glossary import Glossary
from ingest.corpus.rules import DATES, Due, Rule, Stage, Subject
from ingest.language.claims import Language

STAGE_NAMES: dict[Language, dict[Stage, str]] = {
    "fr": {
        Stage.FILING: "Avant de déposer", Stage.PREP: "Avant le tournage ou la fabrication",
        Stage.SHOOT: "Pendant le tournage ou la fabrication",
        Stage.DELIVERY: "À la livraison et à la diffusion", Stage.AFTER: "Après",
        Stage.COMPANY: "Toute l'année, dans la société",
    },
    "en": {
        Stage.FILING: "Before filing", Stage.PREP: "Before shooting or making",
        Stage.SHOOT: "During shooting or making",
        Stage.DELIVERY: "On delivery and broadcast", Stage.AFTER: "Afterwards",
        Stage.COMPANY: "All year, in the company",
    },
}  # fmt: skip
FORCES: dict[Language, dict[Polarity, str]] = {
    "fr": {
        Polarity.OBLIGE: "Obligatoire", Polarity.INTERDIT: "Interdit", Polarity.PERMET: "Permis",
        Polarity.N_OBLIGE_PAS: "Non obligatoire", Polarity.FAIT: "À savoir",
    },
    "en": {
        Polarity.OBLIGE: "Mandatory", Polarity.INTERDIT: "Forbidden", Polarity.PERMET: "Allowed",
        Polarity.N_OBLIGE_PAS: "Not mandatory", Polarity.FAIT: "Good to know",
    },
}  # fmt: skip
RISK: dict[Language, str] = {"fr": "Risque", "en": "Risk"}
NO_RISK: dict[Language, str] = {"fr": "Sans objet", "en": "No such risk"}
REFUSED: dict[Language, str] = {"fr": "Non permis", "en": "Not allowed"}
"""A right that the project has not, whatever the text that gives it to others allows."""
CONDITION: dict[Language, str] = {"fr": "Condition", "en": "Condition"}
"""What binds only whoever seeks what it is about."""
OPEN: dict[Language, str] = {"fr": "Dépend de votre cas", "en": "Depends on your case"}
SUBJECTS: dict[Language, dict[Subject, str]] = {
    "fr": {"environment": "environnement", "social": "social", "aid": "gestion de l'aide"},
    "en": {"environment": "environment", "social": "social", "aid": "keeping of the aid"},
}
"""What an obligation is about."""
_TOTAL: dict[Language, str] = {"fr": "{n} obligations", "en": "{n} obligations"}
NO: dict[Language, str] = {"fr": "non :", "en": "no:"}
OUT_OF: dict[Language, dict[str, str]] = {
    "fr": {
        "ban": "Dans votre cas, ce n'est pas interdit. La règle :",
        "duty": "Dans votre cas, ce n'est pas dû. La règle :",
        "denied": "Dans votre cas, ce n'est pas permis. La règle :",
    },
    "en": {
        "ban": "In your case, it is not forbidden. The rule:",
        "duty": "In your case, it is not due. The rule:",
        "denied": "In your case, it is not allowed. The rule:",
    },
}
LIKELY: dict[Language, str] = {"fr": "a priori", "en": "likely"}
DAY_NAMES: dict[Language, dict[str, str]] = {
    "fr": {
        "filing": "Dépôt de la demande", "shoot": "Premier jour de tournage", "shoot_end": "Dernier jour de tournage",
        "delivery": "Livraison", "broadcast": "Diffusion", "visa": "Visa d'exploitation",
        "decision": "Décision", "principle": "Décision de principe", "preliminary": "Autorisation préalable",
        "investment": "Agrément des investissements", "provisional": "Décision provisoire", "grant": "Décision d'aide",
    },
    "en": {
        "filing": "Application filed", "shoot": "First day of shooting", "shoot_end": "Last day of shooting",
        "delivery": "Delivery", "broadcast": "Broadcast", "visa": "Exhibition visa", "decision": "Decision",
        "principle": "Decision in principle", "preliminary": "Preliminary authorisation",
        "investment": "Investment approval", "provisional": "Provisional decision", "grant": "Award of the aid",
    },
}  # fmt: skip


_MONTHS: dict[Language, tuple[str, str]] = {"fr": ("mois", "mois"), "en": ("month", "months")}
_DAYS: dict[Language, tuple[str, str]] = {"fr": ("jour", "jours"), "en": ("day", "days")}


class Speaker:
    """Says rows in a language."""

    def __init__(self, glossary: Glossary, language: Language = "fr", translated: Callable[[str], str] = str) -> None:
        """`translated`: says a French word of the glossary in the language."""
        self.glossary, self.language, self._translated = glossary, language, translated

    def name(self, rule: Rule) -> str:
        """What a rule is about, in a few words."""
        return (rule.name if self.language == "fr" else rule.name_en) or self.settles(rule)

    def names(self, rules: Iterable[Rule]) -> str:
        """What several rules are about."""
        return ", ".join(map(self.name, rules))

    def lead(self, row: Row) -> str:
        """What says it, in its most direct form; before it, the verdict where the project is out of the rule."""
        return self.verdict(row) + (row.lead if self.language == "fr" else row.lead_en)

    def verdict(self, row: Row) -> str:
        """« Dans votre cas, ce n'est pas interdit. La règle : »; empty where what is shown says it."""
        if not row.contrary:
            return ""
        about = row.obligation.about
        said = OUT_OF[self.language]
        which = (
            "denied" if row.obligation.denied else "ban" if about == "ban" or row.first is Polarity.INTERDIT else "duty"
        )
        return f"{said[which]} "

    def settles(self, rule: Rule) -> str:
        """The question that a rule settles."""
        return rule.settles if self.language == "fr" else rule.settles_en

    def stage(self, stage: Stage) -> str:
        """A moment of the work."""
        return STAGE_NAMES[self.language][stage]

    def force(self, row: Row) -> str:
        """« Obligatoire », « Interdit, a priori »."""
        if row.open:
            return OPEN[self.language]
        said = FORCES[self.language][row.force]
        if row.obligation.about == "sanction":
            said = RISK[self.language] if row.grants else NO_RISK[self.language]
        elif row.obligation.denied and (row.rule.sought or row.obligation.group != "applies"):
            said = REFUSED[self.language]
        elif row.chance and row.force is Polarity.OBLIGE:
            said = CONDITION[self.language]
        likely = row.obligation.strength != "firm" and said != FORCES[self.language][Polarity.FAIT]
        return f"{said}, {LIKELY[self.language]}" if likely else said

    def label(self, facet: str, value: str) -> str:
        """The word for a value of a facet, as the glossary has it."""
        entry = self.glossary.facets.get(facet, {}).get(value.removeprefix("!"))
        said = self._translated(entry.label) if entry else value
        return f"{NO[self.language]} {said}" if value.startswith("!") else said

    def bound(self, rule: Rule) -> list[str]:
        """Who is bound."""
        return [self.label("acteur", who) for who in rule.bound]

    def because(self, row: Row, sheet: Sheet) -> list[str]:
        """Why, with the project's own figures, days and choices."""
        out = []
        for reason in row.reasons:
            said = figure_words(CaseField(reason.quantity.field), reason.quantity.low, self.language)
            told = reason if self.language == "fr" else replace(reason, quantity=replace(reason.quantity, said=said))
            out.append(case_words(told, self.language))
        for name, value in row.facts:
            if name in FACETS:
                out.append(self.label(name, value))
            elif name in DATES:
                out.append(fact_words(name, self.span(sheet.facts.dates[name]), self.language))
            elif name in sheet.facts.quantities:
                low, _ = sheet.facts.quantities[name]
                figured = name in set(CaseField)
                out.append(figure_words(CaseField(name), low, self.language) if figured else f"{low:g}")
        return list(dict.fromkeys(out))

    def span(self, ends: tuple[dt.date, dt.date]) -> str:
        """A day, or two."""
        first, last = (say_date(d, self.language) for d in ends)
        return first if first == last else f"{first} – {last}"

    def text(self, row: Row) -> str:
        """The statement that says it first."""
        if not row.shown:
            return ""
        return row.shown[0].text if self.language == "fr" else row.shown[0].text_en

    def when(self, todo: Todo, vocabulary: Vocabulary | None) -> str:
        """Who does a step, and when: its day, its deadline in words, or its moment."""
        step, lang = todo.step, self.language
        who = vocabulary.who[step.who].of(lang) if vocabulary and step.who in vocabulary.who else step.who
        stage = vocabulary.stages[step.stage].of(lang) if vocabulary and step.stage in vocabulary.stages else ""
        moment = step.deadline.of(lang) if step.deadline else stage
        day = say_date(todo.due, lang) if todo.due else ""
        return ", ".join(t for t in (who, moment, day) if t)

    def papers(self, row: Row) -> list[str]:
        """The documents that a row asks for."""
        if row.obligation.group == "does_not_apply":
            return []
        return [d.fr if self.language == "fr" else d.en for d in row.obligation.documents]

    def subject(self, row: Row) -> str:
        """What a row is about, when it is not the environment."""
        subject = row.rule.subject
        return "" if subject == "environment" else SUBJECTS[self.language][subject]

    def counted(self, found: Sheet) -> str:
        """« 15 obligations (9 environnement, 3 social, 3 gestion de l'aide) »."""
        said = SUBJECTS[self.language]
        total = _TOTAL[self.language].format(n=len(found.binding))
        parts = ", ".join(f"{n} {said[subject]}" for subject, n in found.subjects.items())
        return f"{total} ({parts})" if set(found.subjects) - {"environment"} else total

    def why_not(self, row: Row, found: Sheet) -> str:
        """Why something does not apply: the project's own figures, else the statement that says so."""
        because = " ; ".join(self.because(row, found))
        return because if row.reasons else f"{self.verdict(row)}{self.text(row)}{f' ({because})' if because else ''}"

    def by(self, row: Row, on: dt.date) -> str:
        """« au plus tard le 15 janvier 2027 », and that the day has passed; empty without a day."""
        if row.due is None:
            return self.delay(row.waits) if row.waits else ""
        fr = self.language == "fr"
        said = f"au plus tard le {say_date(row.due, 'fr')}" if fr else f"by {say_date(row.due, 'en')}"
        passed = " (jour passé)" if fr else " (day passed)"
        return said + passed if row.late(on) else said

    def wanted(self, row: Row, found: Sheet) -> list[str]:
        """What is to be told for a row that is not settled: the questions that turn it."""
        asked = [q for q in found.questions if row.open and row.rule in q.rules]
        return [q.ask if self.language == "fr" else q.ask_en for q in asked]

    def done(self, row: Row, on: dt.date) -> str:
        """« fait le 12 mars 2027 », « prévu le » for a day to come; empty where it is not done."""
        if row.done is None:
            return ""
        fr, come = self.language == "fr", row.done > on
        said = ("prévu le" if come else "fait le") if fr else ("planned for" if come else "done on")
        return f"{said} {say_date(row.done, self.language)}"

    def delay(self, due: Due) -> str:
        """« 8 mois au plus tard après : visa d'exploitation (date à renseigner) »."""
        fr, out = self.language == "fr", []
        for n, one, many in ((abs(due.months), *_MONTHS[self.language]), (abs(due.days), *_DAYS[self.language])):
            if n:
                out.append(f"{n} {one if n == 1 else many}")
        name = DAY_NAMES[self.language].get(due.after.value, "") if due.after else ""
        before = due.eve or due.months < 0 or due.days < 0
        if fr:
            where = f"{'avant' if before else 'après'} : {name[:1].lower()}{name[1:]} (date à renseigner)"
            return f"{' et '.join(out)} {'au moins' if before else 'au plus'} {where}" if out else f"{where}"
        where = f"{'before' if before else 'after'}: {name[:1].lower()}{name[1:]} (day to be told)"
        return f"{'at least' if before else 'within'} {' and '.join(out)} {where}" if out else where

    def texts(self, row: Row) -> list[str]:
        """Every statement that says it."""
        return [s.text if self.language == "fr" else s.text_en for s in row.shown]

    def needs(self, row: Row) -> list[str]:
        """The reserves of a row: what it misleads without."""
        return [s.text if self.language == "fr" else s.text_en for s in row.needs if s not in row.shown]
