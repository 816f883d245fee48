"""The simulated provider without its wires: calls in, answers and notifications out, faults as told.

No clock and no chance: time is what it was given plus one second a call, or as moved by `Forward`.
"""

from collections import deque
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct
from msgspec.structs import replace

from shouwen.mount.simulate.payments import commands as say
from shouwen.mount.simulate.payments.book import Book
from shouwen.mount.simulate.payments.commands import Cannot, Fault, Manner
from shouwen.mount.simulate.payments.notify import Post
from shouwen.mount.simulate.payments.state import Agreement, Books, Buyer
from shouwen.mount.simulate.payments.words import Body, Refused, pay_timeout
from shouwen.platform.payment import rsa2
from shouwen.platform.payment.wire import Unreadable, instant, read_form

# the provider's own rhythm: after each failed try it waits this many minutes
RETRY_MINUTES = (4, 10, 10, 60, 120, 360, 900)
_SYSTEM_ERROR: Body = {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.SYSTEM_ERROR", "sub_msg": "系统错误"}
_GATEWAY_ERROR: Body = {"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "isp.unknow-error"}


class How(StrEnum):
    """How an answer leaves."""

    PLAIN = "plain"
    SILENT = "silent"
    BROKEN = "broken"
    FORGED = "forged"
    GARBAGE = "garbage"


_AFTER = {
    Fault.SILENT_AFTER: How.SILENT,
    Fault.BROKEN_AFTER: How.BROKEN,
    Fault.FORGED_AFTER: How.FORGED,
    Fault.GARBAGE_AFTER: How.GARBAGE,
}
_BEFORE = {Fault.SILENT_BEFORE: How.SILENT, Fault.BROKEN_BEFORE: How.BROKEN}


class Reply(Struct, frozen=True):
    """The content of an answer and how it leaves."""

    body: Body
    how: How = How.PLAIN


class Envelope(Struct, frozen=True):
    """A signed notification on its way; tell the provider with `answered` what came back."""

    post: Post
    form: bytes


class Provider:
    """Keys on both sides, books, and the present mood."""

    def __init__(
        self, app_id: str, seller_id: str, key: rsa.RSAPrivateKey, client_key: rsa.RSAPublicKey, now: datetime
    ) -> None:
        self.app_id, self.key, self.client_key, self.now = app_id, key, client_key, now
        self.stranger_key = rsa2.new_key()
        self.books = Books()
        self._book = Book(self.books, app_id, seller_id)
        self._scripts: dict[tuple[str, str], deque[Fault]] = {}
        self._manners: dict[str, Manner] = {}
        self._posts: list[Post] = []

    def handle(self, method: str, biz: Body, notify_url: str) -> Reply:
        """Carry out one call whose signature was checked."""
        self.now += timedelta(seconds=1)
        fault = self._take_fault(self._book.buyer_of(biz), method)
        if fault in _BEFORE:
            return Reply({}, _BEFORE[fault])
        if fault in (Fault.SYSTEM_ERROR_BEFORE, Fault.GATEWAY_ERROR):
            return Reply(_GATEWAY_ERROR if fault is Fault.GATEWAY_ERROR else _SYSTEM_ERROR)
        body = self._book.call(method, biz, self.now, notify_url, undecided=fault is Fault.UNDECIDED)
        self._gather()
        if fault is Fault.SYSTEM_ERROR_AFTER:
            return Reply(_SYSTEM_ERROR)
        return Reply(body, _AFTER.get(fault, How.PLAIN))

    def control(self, command: say.Command) -> None:
        """Do as told; raises Cannot."""
        match command:
            case say.SetBuyer():
                buyer = self.books.buyers.setdefault(command.buyer_id, Buyer(command.buyer_id))
                buyer.balance_fen, buyer.is_blocked = command.balance_fen, command.is_blocked
                buyer.auth_code = command.auth_code
            case say.SetAgreement():
                if command.buyer_id not in self.books.buyers:
                    raise Cannot("no such buyer")
                agreement = Agreement(command.agreement_no, command.buyer_id, command.is_ended)
                self.books.agreements[command.agreement_no] = agreement
            case say.Script():
                self._scripts[command.buyer_id, command.method] = deque(command.faults)
            case say.Travel():
                self._manners[command.buyer_id] = command.manner
            case say.LetGo():
                if command.newest_first:
                    self._posts.reverse()
                for post in self._posts:
                    post.is_held = False
            case say.Forward():
                self.now += timedelta(seconds=command.seconds)
                self._book.holds.expire(self.now)
                self._gather()
            case say.Decide():
                self._decide(command)
            case say.Confirm():
                self._confirm(command)

    def due(self) -> list[Envelope]:
        """Notifications that should leave now, signed."""
        return [self._signed(post) for post in self._posts if not post.is_held and post.due_at <= self.now and post.url]

    def answered(self, envelope: Envelope, well: bool) -> None:
        """What came back: `success` ends a notification, anything else has it sent again later, eight times in all."""
        post = envelope.post
        if not any(other is post for other in self._posts):
            return
        if well or post.tries >= len(RETRY_MINUTES):
            self._posts = [other for other in self._posts if other is not post]
            return
        post.due_at = self.now + timedelta(minutes=RETRY_MINUTES[post.tries])
        post.tries += 1

    def _take_fault(self, buyer_id: str, method: str) -> Fault:
        for key in ((buyer_id, method), (buyer_id, ""), ("", method), ("", "")):
            if self._scripts.get(key):
                return self._scripts[key].popleft()
        return Fault.NONE

    def _gather(self) -> None:
        for post in self._book.posts():
            manner = self._manners.get(post.buyer_id) or self._manners.get("", Manner.PROMPT)
            if manner is Manner.LOST:
                continue
            post.is_held, post.is_forged = manner is Manner.HELD, manner is Manner.FORGED
            self._posts.append(post)
            if manner is Manner.TWICE:
                self._posts.append(replace(post))

    def _signed(self, post: Post) -> Envelope:
        key = self.stranger_key if post.is_forged else self.key
        signature = rsa2.sign(key, rsa2.signing_text(post.fields, ("sign", "sign_type")))
        return Envelope(post, urlencode({**post.fields, "sign": signature}).encode("ascii"))

    def _decide(self, command: say.Decide) -> None:
        if command.number in self.books.trades:
            self._book.decide(command.number, command.yes, self.now)
        elif command.number in self.books.holds:
            self._book.holds.decide(command.number, command.yes, self.now)
        else:
            raise Cannot("no such payment or freeze")
        self._gather()

    def _confirm(self, command: say.Confirm) -> None:
        try:
            fields = read_form(command.order.encode("ascii"))
            biz = msgspec.json.decode(fields["biz_content"], type=dict[str, object])
        except (Unreadable, KeyError, ValueError) as error:
            raise Cannot("an order that cannot be read") from error
        if not rsa2.verify(self.client_key, rsa2.signing_text(fields), fields.get("sign", "")):
            raise Cannot("an order that the merchant did not sign")
        if instant(fields["timestamp"]) + pay_timeout(biz) <= self.now:
            raise Cannot("an order that is too old")
        if command.buyer_id not in self.books.buyers:
            raise Cannot("no such buyer")
        try:
            self._book.holds.freeze_for(command.buyer_id, biz, self.now, fields.get("notify_url", ""))
        except (Refused, Unreadable) as refusal:
            raise Cannot(str(refusal)) from refusal
        self._gather()
