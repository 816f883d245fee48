"""Permissions read like a table: who may call what. Limits on amounts are AUTH-1's (people.rules.authority)."""

from enum import StrEnum

from shouwen.kernel.actor import Role


class Permission(StrEnum):
    """One name a kind of act; a use case declares exactly one."""

    PUBLIC = "public"
    SELF = "self"  # anyone logged in, on their own session
    LEASE_READ = "lease.read"
    BILLS_READ = "bills.read"
    LEASE_APPLY = "lease.apply"
    LEASE_DECIDE = "lease.decide"
    LEASE_SIGN = "lease.sign"
    LEASE_CHANGE = "lease.change"
    AMENDMENT_ANSWER = "amendment.answer"
    IMPORT = "import"
    CASE_READ = "case.read"
    CASE_SPEAK = "case.speak"
    CASE_OPEN = "case.open"
    CASE_RATE = "case.rate"
    QUEUE_READ = "queue.read"
    CASE_TAKE = "case.take"
    CASE_ANSWER = "case.answer"
    CASE_TRANSFER = "case.transfer"
    CASE_CLOSE = "case.close"
    ESCALATION_SETTLE = "escalation.settle"
    QUOTE = "quote"
    REVEAL = "renter.reveal"
    EVIDENCE_ADD = "evidence.add"
    EVIDENCE_READ = "evidence.read"
    DOSSIER_EXPORT = "dossier.export"
    INSPECT = "inspect"
    INSPECTIONS_READ = "inspections.read"
    CLAIM_READ = "claim.read"
    CLAIM_ANSWER = "claim.answer"
    CLAIM_FACTS = "claim.facts"
    CLAIM_WITHDRAW = "claim.withdraw"
    RETURN_RECORD = "return.record"
    CLAIM_DECIDE = "claim.decide"
    CLAIM_APPEAL = "claim.appeal"
    STOCK = "stock"
    LEASE_MOVE = "lease.move"
    SWAP = "swap"
    ENDING_AGREE = "ending.agree"
    LOSS = "loss"
    LOSS_SETTLE = "loss.settle"
    APPROVE = "approve"
    STAFF_MANAGE = "staff.manage"
    TEMPLATE_PUBLISH = "template.publish"
    TEMPLATE_READ = "template.read"
    BOOK_READ = "book.read"
    ARREARS_READ = "arrears.read"
    RELIEF = "relief"
    FREEZE = "freeze"
    DEFAULT = "default"
    DAY_READ = "day.read"
    DEDUCT = "deduct"
    PAY = "pay"
    AGREEMENT_END = "agreement.end"
    REFUND = "refund"
    PAYMENT_CARE = "payment.care"
    MONEY_BOOK = "money.book"
    PAYMENT_RECORD = "payment.record"
    MONEY_REVERSE = "money.reverse"
    WAIVE = "waive"
    WRITE_OFF = "write_off"
    SYSTEM = "system"


_ALL = frozenset(Role)
_IN = _ALL - {Role.ANONYMOUS}
_DESK = frozenset({Role.AGENT, Role.SPECIALIST, Role.SUPERVISOR})
_DECIDERS = frozenset({Role.SPECIALIST, Role.SUPERVISOR})
_RENTER = frozenset({Role.RENTER})
_SYSTEM = frozenset({Role.SYSTEM})

ALLOWED: dict[Permission, frozenset[Role]] = {
    Permission.PUBLIC: _ALL,
    Permission.SELF: _IN,
    Permission.LEASE_READ: _DESK | _RENTER | {Role.INSPECTOR},
    Permission.BILLS_READ: _DESK | _RENTER,
    Permission.LEASE_APPLY: _DESK | _RENTER,
    Permission.LEASE_DECIDE: _DECIDERS | _SYSTEM,
    Permission.LEASE_SIGN: _RENTER,
    Permission.LEASE_CHANGE: _DESK | _RENTER,
    Permission.AMENDMENT_ANSWER: _RENTER,  # what a contract says is changed by the renter's word alone
    Permission.IMPORT: frozenset({Role.SUPERVISOR, Role.ADMIN}),
    Permission.CASE_READ: _DESK | _RENTER,
    Permission.CASE_SPEAK: _RENTER,
    Permission.CASE_OPEN: _RENTER | _DESK,
    Permission.CASE_RATE: _RENTER,
    Permission.QUEUE_READ: _DESK,
    Permission.CASE_TAKE: _DESK,
    Permission.CASE_ANSWER: _DESK,
    Permission.CASE_TRANSFER: _DESK,  # whose case and which reason: OWN-2
    Permission.CASE_CLOSE: _DESK | _RENTER,
    Permission.ESCALATION_SETTLE: frozenset({Role.SUPERVISOR}),
    Permission.QUOTE: _DESK | _RENTER,
    Permission.REVEAL: _DESK | {Role.ADMIN},
    Permission.EVIDENCE_ADD: _RENTER | _DESK | {Role.INSPECTOR},
    Permission.EVIDENCE_READ: _DESK | _RENTER | {Role.INSPECTOR},
    Permission.DOSSIER_EXPORT: _DESK | _RENTER,
    Permission.INSPECT: frozenset({Role.INSPECTOR}),
    Permission.INSPECTIONS_READ: _DESK | {Role.INSPECTOR},
    Permission.CLAIM_READ: _DESK | _RENTER | {Role.INSPECTOR, Role.SYSTEM},  # the system prints letters
    Permission.CLAIM_ANSWER: _RENTER,
    Permission.CLAIM_FACTS: _DESK | {Role.INSPECTOR},  # what stands on a picture, never who is liable
    Permission.CLAIM_WITHDRAW: _DECIDERS | {Role.INSPECTOR},  # an inspector their own report: the state table
    Permission.RETURN_RECORD: _DESK | {Role.INSPECTOR, Role.SYSTEM},
    Permission.CLAIM_DECIDE: _DECIDERS,
    Permission.CLAIM_APPEAL: _RENTER,
    Permission.STOCK: _DESK | {Role.INSPECTOR},
    Permission.LEASE_MOVE: _DESK | _RENTER | {Role.INSPECTOR, Role.SYSTEM},  # who which act: leases.rules.life.WHO
    Permission.SWAP: _DESK | {Role.INSPECTOR},  # an inspector takes the old phone in
    Permission.ENDING_AGREE: _RENTER,
    Permission.LOSS: _DESK | _RENTER,
    Permission.LOSS_SETTLE: _DECIDERS,
    Permission.APPROVE: _DECIDERS | {Role.ADMIN},  # the owner: only what nobody else can decide (AUTH-1)
    Permission.STAFF_MANAGE: frozenset({Role.ADMIN}),
    Permission.TEMPLATE_PUBLISH: frozenset({Role.SUPERVISOR, Role.ADMIN}),
    Permission.TEMPLATE_READ: _DESK | {Role.ADMIN},
    Permission.BOOK_READ: _DESK,  # who booked what, and what is left of one's own power
    Permission.ARREARS_READ: _DESK,
    Permission.RELIEF: _DESK,  # LATE-5 on a bank statement is a specialist's
    Permission.FREEZE: _DECIDERS,
    Permission.DEFAULT: frozenset({Role.SUPERVISOR}),
    Permission.DAY_READ: frozenset({Role.SUPERVISOR, Role.ADMIN}) | _SYSTEM,
    Permission.DEDUCT: _DECIDERS | _SYSTEM,
    Permission.PAY: _RENTER,
    Permission.AGREEMENT_END: _DECIDERS | _RENTER,
    Permission.REFUND: _DESK,  # an agent's is asked of a specialist (AUTH-1)
    Permission.PAYMENT_CARE: _DECIDERS,
    Permission.MONEY_BOOK: _DECIDERS,
    Permission.PAYMENT_RECORD: _DECIDERS | _SYSTEM,
    Permission.MONEY_REVERSE: _DECIDERS,
    Permission.WAIVE: _DESK,  # how much alone: AUTH-1
    Permission.WRITE_OFF: _DECIDERS,
    Permission.SYSTEM: _SYSTEM,
}


def may(role: Role, permission: Permission) -> bool:
    """Whether `role` may call use cases of `permission` at all; the object is checked by `access_*`."""
    return role in ALLOWED[permission]
