"""Questions to begin with, by trade. Each is answered by the embedded corpus (a test asks them all)."""

from __future__ import annotations

from typing import NamedTuple

from assistant.web.words import french


class Role(NamedTuple):
    """A trade and the questions that it asks."""

    name: str
    questions: tuple[str, ...]


ROLES = (
    Role(
        french("Production"),
        (
            french("Je tourne un court métrage aidé par le CNC : quels bilans carbone remettre et quand ?"),
            french("Que se passe-t-il si le bilan carbone définitif n'est pas remis ?"),
            french("Quels outils de calcul le CNC reconnaît-il pour le bilan carbone ?"),
            french("Le bilan définitif conditionne-t-il l'agrément de production ?"),
        ),
    ),
    Role(
        french("Éco-production"),
        (
            french("Quel score faut-il pour obtenir le Label Ecoprod ?"),
            french("Quels critères du Label Ecoprod sont obligatoires ?"),
            french("Que faire des déchets de décor après le tournage ?"),
            french("Peut-on utiliser un groupe électrogène diesel sur un tournage à Paris ?"),
        ),
    ),
    Role(
        french("Juridique, diffusion"),
        (
            french("En 2024, quel était le seuil de la CSRD ?"),
            french("Qu'est-ce que la directive Omnibus a changé pour la CSRD ?"),
            french("Une chaîne doit-elle signer un contrat climat ?"),
            french("Quand la directive sur les allégations environnementales s'appliquera-t-elle ?"),
        ),
    ),
    Role(
        french("Agence, publicité"),
        (
            french("Une publicité peut-elle dire « neutre en carbone » ?"),
            french("La publicité pour les énergies fossiles est-elle interdite ?"),
            french("Faut-il afficher la mention sur les mobilités douces dans une publicité automobile ?"),
        ),
    ),
)
