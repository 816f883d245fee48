"""Use cases of arrears: read, freeze, relieve, notify before a report, demand and what follows, send."""

from shouwen.features.arrears.use_cases.crediting import GiveCreditNotice, give_credit_notice
from shouwen.features.arrears.use_cases.defaulting import (
    AccelerateLease,
    DemandPayment,
    TerminateLease,
    WithdrawDemand,
    accelerate_lease,
    demand_payment,
    terminate_lease,
    withdraw_demand,
)
from shouwen.features.arrears.use_cases.freezing import FreezeLease, LiftFreeze, freeze_lease, lift_freeze
from shouwen.features.arrears.use_cases.looking import ReadLateness, read_lateness
from shouwen.features.arrears.use_cases.outlook import ReadOutlook, read_outlook
from shouwen.features.arrears.use_cases.reading import ListArrears, ReadAges, list_arrears, read_ages
from shouwen.features.arrears.use_cases.relieving import GrantRelief, grant_relief
from shouwen.features.arrears.use_cases.sending import (
    FollowLease,
    RecordNotices,
    TakeNotices,
    follow_lease,
    record_notices,
    take_due_notices,
)

__all__ = [
    "AccelerateLease",
    "DemandPayment",
    "FollowLease",
    "FreezeLease",
    "GiveCreditNotice",
    "GrantRelief",
    "LiftFreeze",
    "ListArrears",
    "ReadAges",
    "ReadLateness",
    "ReadOutlook",
    "RecordNotices",
    "TakeNotices",
    "TerminateLease",
    "WithdrawDemand",
    "accelerate_lease",
    "demand_payment",
    "follow_lease",
    "freeze_lease",
    "give_credit_notice",
    "grant_relief",
    "lift_freeze",
    "list_arrears",
    "read_ages",
    "read_lateness",
    "read_outlook",
    "record_notices",
    "take_due_notices",
    "terminate_lease",
    "withdraw_demand",
]
