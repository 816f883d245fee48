"""The provider's envelope: signed form fields out, signed JSON back; yuan with two decimals, Beijing times."""

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from msgspec import Struct

from shouwen.kernel.days import BEIJING, beijing_at
from shouwen.platform.payment import rsa2

Body = Mapping[str, object]  # the decoded content of an answer; read it with `text_of`
_YUAN = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?\Z", re.ASCII)
_TIME = "%Y-%m-%d %H:%M:%S"
_FORM_BYTES, _FORM_FIELDS = 65_536, 200
_ERROR = "error_response"


class Unreadable(ValueError):
    """Bytes that are not what the provider promised; the text says which promise."""


class Account(Struct, frozen=True, kw_only=True):
    """Who we are at the provider, and the keys on both sides. `product_code` is that of the signed agreements."""

    app_id: str
    seller_id: str
    private_key: rsa.RSAPrivateKey
    provider_key: rsa.RSAPublicKey
    notify_url: str
    product_code: str = "GENERAL_WITHHOLDING"


def yuan(amount_fen: int) -> str:
    """`5418` → `54.18`."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def fen(text: str) -> int:
    """`54.18`, `54.1`, `54` → fen; raises Unreadable for anything else."""
    found = _YUAN.match(text)
    if found is None:
        raise Unreadable(f"amount {text[:20]!r}")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def time_text(at: datetime) -> str:
    """An instant on Beijing's clock, as the provider writes it."""
    return beijing_at(at).strftime(_TIME)


def instant(text: str) -> datetime:
    """The instant of a Beijing time (a fraction of a second is dropped); raises Unreadable."""
    try:
        return datetime.strptime(text[:19], _TIME).replace(tzinfo=BEIJING)
    except ValueError as error:
        raise Unreadable(f"time {text[:30]!r}") from error


def text_of(body: Body, name: str) -> str:
    """A field as text; numbers in their own digits, empty where it is absent; Unreadable for lists and objects."""
    value = body.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(f"field {name}")
    return str(value)


def request_form(account: Account, method: str, biz: Body, at: datetime) -> dict[str, str]:
    """The signed fields of a call."""
    form = {
        "app_id": account.app_id,
        "method": method,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": time_text(at),
        "version": "1.0",
        "notify_url": account.notify_url,
        "biz_content": msgspec.json.encode(biz).decode("utf-8"),
    }
    signed = {key: value for key, value in form.items() if value}
    return {**signed, "sign": rsa2.sign(account.private_key, rsa2.signing_text(signed))}


def answer_name(method: str) -> str:
    """`alipay.trade.pay` → `alipay_trade_pay_response`."""
    return method.replace(".", "_") + "_response"


def open_answer(raw: bytes, method: str, key: rsa.RSAPublicKey) -> dict[str, object]:
    """The content of an answer whose signature holds over its very bytes. Raises Unreadable.

    An error of the gateway itself may come under its own name; unsigned, it proves nothing and is refused here.
    """
    try:
        outer = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        signature = msgspec.json.decode(outer.get("sign", msgspec.Raw(b'""')), type=str)
        content = outer.get(answer_name(method)) or outer[_ERROR]
        body = msgspec.json.decode(content, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError) as error:
        raise Unreadable("body") from error
    if not rsa2.verify(key, bytes(content), signature):
        raise Unreadable("signature")
    return body


def seal_answer(method: str, body: Body, key: rsa.RSAPrivateKey) -> bytes:
    """The provider's side: a signed answer (the simulator uses it)."""
    content = msgspec.json.encode(body)
    signature = msgspec.json.encode(rsa2.sign(key, content))
    return b'{"' + answer_name(method).encode("ascii") + b'":' + content + b',"sign":' + signature + b"}"


def read_form(form: bytes) -> dict[str, str]:
    """The fields of a form-encoded body in UTF-8, each once. Raises Unreadable."""
    if len(form) > _FORM_BYTES:
        raise Unreadable("too large")
    try:
        pairs = parse_qsl(
            form.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_FORM_FIELDS,
        )
    except ValueError as error:
        raise Unreadable("form") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Unreadable("a field twice")
    return fields
