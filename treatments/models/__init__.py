from treatments.models.catalogue import Qualification, Supply, Treatment, TreatmentSupply
from treatments.models.control import Control, ControlEvent
from treatments.models.recap import Recap, RecapLine, RecapOpenSlip
from treatments.models.slip import Slip, SlipEvent, SlipLine, SlipSupply

__all__ = [
    "Control",
    "ControlEvent",
    "Qualification",
    "Recap",
    "RecapLine",
    "RecapOpenSlip",
    "Slip",
    "SlipEvent",
    "SlipLine",
    "SlipSupply",
    "Supply",
    "Treatment",
    "TreatmentSupply",
]
