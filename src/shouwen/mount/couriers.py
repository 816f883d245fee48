"""The edge of the courier's pushes: the signature is checked before anything is opened or written."""

import hashlib

from msgspec import Struct

from shouwen.features.leases.use_cases.parcels import TakeTracking
from shouwen.kernel.errors import BadInput, Refusal
from shouwen.platform import clock
from shouwen.platform.courier.port import PushRefused
from shouwen.platform.door import Door


def check_push(door: Door, command: Struct) -> str:
    """The key of the act a push becomes, the same for the same push within an hour; "" for other commands.

    Refusal `bad_signature` where it is not the courier's, BadInput where it cannot be read.
    """
    courier = door.services.courier
    if not isinstance(command, TakeTracking) or courier is None:
        return ""
    try:
        courier.read_push(command.param, command.sign)
    except PushRefused as refused:
        if refused.why == "signature":
            raise Refusal("bad_signature", "签名不对", "the signature is not the courier's", status=403) from None
        raise BadInput("param", "内容无法读取", "the report cannot be read", status=400) from None
    return f"push:{clock.now():%Y%m%d%H}:{hashlib.sha256(command.param.encode()).hexdigest()[:48]}"
