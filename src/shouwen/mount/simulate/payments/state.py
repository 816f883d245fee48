"""What the simulated provider keeps. Amounts are fen; the sum of all of them never changes but by a deposit."""

from datetime import datetime

from msgspec import Struct, field


class Buyer(Struct):
    """An account: what it may spend and what is frozen. A blocked one may neither pay nor be frozen."""

    buyer_id: str
    balance_fen: int = 0
    frozen_fen: int = 0
    is_blocked: bool = False
    auth_code: str = ""


class Agreement(Struct):
    """A deduction agreement of a buyer."""

    agreement_no: str
    buyer_id: str
    is_ended: bool = False


class Trade(Struct):
    """One payment by our number; `source` is the agreement or the hold it is paid from."""

    out_trade_no: str
    trade_no: str
    buyer_id: str
    amount_fen: int
    source: str
    created_at: datetime
    status: str = "WAIT_BUYER_PAY"
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunds_fen: dict[str, int] = field(default_factory=dict)
    notify_url: str = ""

    @property
    def refunded_fen(self) -> int:
        """All refunds so far."""
        return sum(self.refunds_fen.values())


class Operation(Struct):
    """A freeze or a release."""

    out_request_no: str
    operation_id: str
    kind: str  # FREEZE, UNFREEZE
    amount_fen: int
    created_at: datetime
    status: str = "SUCCESS"  # INIT, SUCCESS, CLOSED
    closes_at: datetime | None = None  # where it is not decided by then


class Hold(Struct):
    """Frozen money: frozen = captured + released + rest."""

    out_order_no: str
    auth_no: str
    buyer_id: str
    operations: dict[str, Operation] = field(default_factory=dict)
    frozen_fen: int = 0
    captured_fen: int = 0
    released_fen: int = 0
    notify_url: str = ""

    @property
    def rest_fen(self) -> int:
        """What is still frozen."""
        return self.frozen_fen - self.captured_fen - self.released_fen


class Move(Struct, frozen=True):
    """Money that moved, for tests to count: `kind` is pay, refund, freeze or unfreeze."""

    kind: str
    number: str
    buyer_id: str
    amount_fen: int


class Books(Struct):
    """Everything, as it can be shown."""

    buyers: dict[str, Buyer] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    trades: dict[str, Trade] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)  # by our out_order_no
    moves: list[Move] = field(default_factory=list)
    merchant_fen: int = 0
    last_no: int = 0

    @property
    def total_fen(self) -> int:
        """All money there is."""
        return self.merchant_fen + sum(buyer.balance_fen + buyer.frozen_fen for buyer in self.buyers.values())
