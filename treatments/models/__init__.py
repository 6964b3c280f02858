from treatments.models.catalogue import Qualification, Supply, Treatment, TreatmentSupply
from treatments.models.control import Control, ControlEvent
from treatments.models.day import DaySlips, slips_of_day
from treatments.models.recap import Recap, RecapLine, RecapSlip
from treatments.models.slip import Slip, SlipEvent, SlipLine, SlipSupply

__all__ = [
    "Control",
    "ControlEvent",
    "DaySlips",
    "Qualification",
    "Recap",
    "RecapLine",
    "RecapSlip",
    "Slip",
    "SlipEvent",
    "SlipLine",
    "SlipSupply",
    "Supply",
    "Treatment",
    "TreatmentSupply",
    "slips_of_day",
]
