"""The words of scores, plans and losses, in French and in English. They hold no figure of their own."""

from __future__ import annotations

POINT = {"fr": ("point", "points"), "en": ("point", "points")}
SPAN = {"fr": "{least} à {most}", "en": "{least} to {most}"}
CEILED = {"fr": "{percent} (arrondi à l'inférieur)", "en": "{percent} (rounded down)"}
HEADLINE = {"fr": "de {low} à {high}", "en": "from {low} to {high}"}

SCHEMES = {
    "performance": {"fr": "schéma Performance", "en": "Performance scheme"},
    "engagement": {"fr": "avec phase d'Engagement", "en": "with a commitment phase"},
}
REACHED = {
    "fr": "Seuil de {percent} % ({scheme}) : atteint.",
    "en": "Threshold of {percent}% ({scheme}): reached.",
}
JUST_REACHED = {
    "fr": "Seuil de {percent} % ({scheme}) : atteint, tout juste.",
    "en": "Threshold of {percent}% ({scheme}): reached, only just.",
}
DEPENDS = {
    "fr": "Seuil de {percent} % ({scheme}) : dépend de la règle du « sans objet ». Il manque {missing} si le « sans "
    "objet » compte pour zéro, aucun s'il est exclu.",
    "en": "Threshold of {percent}% ({scheme}): depends on the rule for “not applicable”: {missing} missing if it "
    "counts for zero, none if it is left out.",
}
NOT_REACHED = {
    "fr": "Seuil de {percent} % ({scheme}) : non atteint, il manque {missing}.",
    "en": "Threshold of {percent}% ({scheme}): not reached, {missing} missing.",
}
NEEDS = {"fr": "Il manque {missing} pour {percent} %", "en": "{missing} missing for {percent}%"}
NEEDS_DEPENDS = {
    "fr": "{percent} % : dépend de la règle du « sans objet »",
    "en": "{percent}%: depends on the rule for “not applicable”",
}
NEEDS_NOTHING = {"fr": "Seuil de {percent} % atteint", "en": "Threshold of {percent}% reached"}
SUMS = {"fr": "{got} sur {all} : {exact}.", "en": "{got} out of {all}: {exact}."}
LEFT_OUT = {
    "fr": "« Sans objet » : {absent}. Hors du total, cela donne {got} sur {rest}, soit {exact}. La règle officielle "
    "n'est pas dans les sources de Clapvert : demandez-la à Ecoprod ou à AFNOR Certification.",
    "en": "“Not applicable”: {absent}. Left out of the total, that makes {got} out of {rest}: {exact}. The official "
    "rule is not in Clapvert's sources: ask Ecoprod or AFNOR Certification.",
}
ROUNDED = {
    "fr": "Le pourcentage affiché est arrondi au centième inférieur ; les seuils sont comparés à la valeur exacte. "
    "64,96 % n'est pas 65 %.",
    "en": "The percentage shown is rounded down to a hundredth; thresholds are compared with the exact value. "
    "64.96% is not 65%.",
}

NO_SCORE_HERE = {
    "fr": "{name} n'a pas de score : ses critères sont remplis ou ne le sont pas.",
    "en": "{name} has no score: its criteria are met or they are not.",
}
FOLLOW = {"fr": "Suivez l'avancement par critère.", "en": "Follow progress by criterion."}
NO_GRID = {
    "fr": "Pas de score : le barème {of} n'est pas public, et Clapvert n'invente aucun point. Seul l'avancement est "
    "compté.",
    "en": "No score: the points {of} are not public, and Clapvert invents none. Only progress is counted.",
}
IMPORT = {
    "fr": "Importez la grille officielle (XLSX ou CSV) de votre espace AFNOR Certification pour obtenir le score.",
    "en": "Import the official grid (XLSX or CSV) of your AFNOR Certification account to get the score.",
}
ALL_ABSENT = {
    "fr": "Pas de score : tous les critères qui ont des points sont « sans objet ».",
    "en": "No score: every criterion that has points is “not applicable”.",
}
NO_POINTS = {
    "fr": "Pas de score : la grille importée ne donne aucun point.",
    "en": "No score: the imported grid gives no point.",
}
CHECK = {
    "fr": "Vérifiez les statuts, ou la colonne des points de la grille.",
    "en": "Check the statuses, or the column of the grid's points.",
}

NEEDED = {
    "fr": "{target} % de {all} points, c'est {needed} ; vous en avez {got}, il en manque {missing}.",
    "en": "{target}% of {all} points is {needed}; you have {got}, {missing} missing.",
}
ABSENT = {
    "zero": {
        "fr": "Les {n} points « sans objet » comptent pour zéro dans le total.",
        "en": "The {n} “not applicable” points count for zero in the total.",
    },
    "excluded": {
        "fr": "Les {n} points « sans objet » sont exclus du total.",
        "en": "The {n} “not applicable” points are left out of the total.",
    },
}
FIRST = {"fr": "D'abord {some} : {points}.", "en": "First, {some}: {points}."}
TO_MEET = {
    "fr": ("obligatoire à remplir", "obligatoires à remplir"),
    "en": ("mandatory criterion to meet", "mandatory criteria to meet"),
}
REFUSED = {
    "fr": "Obligatoires mais « non retenus » : {keys}. À reprendre, sinon pas de label.",
    "en": "Mandatory but “not taken up”: {keys}. Take them up again, or there is no label.",
}
OUT_OF_REACH = {
    "fr": "Hors d'atteinte : tous les critères ouverts ensemble donnent {best}.",
    "en": "Out of reach: all open criteria together give {best}.",
}
CHOSEN = {"fr": "{some}, {points} : {least} possible.", "en": "{some}, {points}: {least} possible."}
THEN = {"fr": "Puis ", "en": "Then "}
CRITERION = {"fr": ("critère", "critères"), "en": ("criterion", "criteria")}
LEAST_EFFORT = {"fr": "le moins d'effort", "en": "the least effort"}
FEWEST = {"fr": "le moins de critères", "en": "the fewest criteria"}
AFTER = {"fr": "Score alors : {after}.", "en": "Score then: {after}."}
ENOUGH = {"fr": "Ils suffisent : score alors de {after}.", "en": "They are enough: score then of {after}."}
NOTHING = {
    "fr": "Rien à ajouter : le seuil est déjà atteint.",
    "en": "Nothing to add: the threshold is already reached.",
}

NOT_DONE = {
    "fr": "« {key} » n'est pas fait : sa perte ne change rien au score d'aujourd'hui.",
    "en": "“{key}” is not done: losing it changes nothing in today's score.",
}
LOST = {
    "fr": "Sans « {key} », le score passe de {was} à {now} ({lost} de moins).",
    "en": "Without “{key}”, the score goes from {was} to {now} ({lost} fewer).",
}
FALLEN = {
    "fr": " Le seuil de {percent} % n'est plus atteint.",
    "en": " The threshold of {percent}% is no longer reached.",
}
KEPT = {"fr": " Les seuils atteints le restent.", "en": " The thresholds reached stay so."}
OBLIGED = {
    "fr": " C'est un critère obligatoire : sans lui, aucun score ne suffit.",
    "en": " It is a mandatory criterion: without it, no score is enough.",
}
