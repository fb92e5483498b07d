"""The moments of a work, in their order."""

from __future__ import annotations

from ingest.corpus.rules import Stage

STAGES = (Stage.FILING, Stage.PREP, Stage.SHOOT, Stage.DELIVERY, Stage.AFTER, Stage.COMPANY)
STAGE_NAMES = {
    Stage.FILING: "Avant de déposer",
    Stage.PREP: "Avant le tournage",
    Stage.SHOOT: "Pendant le tournage",
    Stage.DELIVERY: "À la livraison et à la diffusion",
    Stage.AFTER: "Après",
    Stage.COMPANY: "Toute l'année, pour la société",
}
