"""The moments of a work, in their order, and the day of the work that each one leads to: a work that has
no delivery, as an advert, is broadcast."""

from __future__ import annotations

from ingest.corpus.rules import DateName, Stage

STAGES = (Stage.FILING, Stage.PREP, Stage.SHOOT, Stage.DELIVERY, Stage.AFTER, Stage.COMPANY)
LEADS_TO = {
    Stage.FILING: (DateName.FILING,),
    Stage.PREP: (DateName.SHOOT,),
    Stage.SHOOT: (DateName.SHOOT,),
    Stage.DELIVERY: (DateName.DELIVERY, DateName.BROADCAST),
}
