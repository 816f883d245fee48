"""RSA2, the provider's envelope, and notifications: what is signed, what is believed, what is turned away."""

import base64
import subprocess
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shouwen.platform.payment import rsa2, wire
from shouwen.platform.payment.notices import read_notification
from shouwen.platform.payment.port import NoticeRefused, Outcome

OURS, THEIRS, STRANGER = rsa2.new_key(), rsa2.new_key(), rsa2.new_key()
ACCOUNT = wire.Account(
    app_id="2021000000000001",
    seller_id="2088000000000001",
    private_key=OURS,
    provider_key=THEIRS.public_key(),
    notify_url="https://desk.example/pay",
)
AT = datetime(2026, 3, 20, 2, 30, tzinfo=UTC)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
PARAMS = st.dictionaries(KEYS, VALUES, max_size=12)
TRADE = {
    "notify_type": "trade_status_sync",
    "notify_id": "2026032000222103000000000001",
    "app_id": ACCOUNT.app_id,
    "seller_id": ACCOUNT.seller_id,
    "charset": "utf-8",
    "version": "1.0",
    "sign_type": "RSA2",
    "out_trade_no": "D7_1",
    "trade_no": "2026032022001400000000000001",
    "buyer_id": "2088000000000009",
    "total_amount": "541.83",
    "trade_status": "TRADE_SUCCESS",
    "gmt_payment": "2026-03-20 10:30:00",
    "subject": "第 3 期租金 & 小米 15=黑",
}


def signed_form(fields, key=THEIRS):
    signature = rsa2.sign(key, rsa2.signing_text(fields, ("sign", "sign_type")))
    return urlencode({**fields, "sign": signature}).encode()


def why_refused(form):
    with pytest.raises(NoticeRefused) as refused:
        read_notification(ACCOUNT, form)
    return refused.value.why


def test_signing_text_is_sorted_keeps_values_raw_and_leaves_empty_ones_and_the_signature_out():
    params = {"method": "alipay.trade.query", "charset": "utf-8", "app_id": "1", "notify_url": "", "sign": "x",
              "sign_type": "RSA2", "biz_content": '{"subject":"租金 a=b&c"}'}  # fmt: skip
    request = 'app_id=1&biz_content={"subject":"租金 a=b&c"}&charset=utf-8&method=alipay.trade.query'
    assert rsa2.signing_text(params).decode() == f"{request}&sign_type=RSA2"
    assert rsa2.signing_text(params, ("sign", "sign_type")).decode() == request


@given(PARAMS, st.randoms(use_true_random=False))
def test_signing_text_is_the_same_in_any_order_and_with_any_empty_fields(params, chance):
    shuffled = list(params.items())
    chance.shuffle(shuffled)
    assert rsa2.signing_text(dict(shuffled)) == rsa2.signing_text(params)
    assert rsa2.signing_text({**params, "zzzzzzzzzzzzz": ""}) == rsa2.signing_text(params)


@given(PARAMS)
def test_signing_text_names_every_field_that_has_a_value_once_in_order(params):
    text = rsa2.signing_text(params).decode()
    for key, value in sorted(params.items()):
        if value and key != "sign":
            assert text.startswith(f"{key}={value}")
            text = text.removeprefix(f"{key}={value}").removeprefix("&")
    assert text == ""


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_signature_holds_over_its_own_bytes_only(message, other):
    signature = rsa2.sign(OURS, message)
    assert rsa2.verify(OURS.public_key(), message, signature)
    assert rsa2.verify(OURS.public_key(), other, signature) is (other == message)
    assert not rsa2.verify(THEIRS.public_key(), message, signature)


@pytest.mark.parametrize("signature", ["", "%%%", "AAAA", "签名", base64.b64encode(bytes(256)).decode()])
def test_signature_that_is_none_is_refused_not_raised(signature):
    assert rsa2.verify(OURS.public_key(), b"x", signature) is False


def test_openssl_accepts_our_signature_and_we_accept_its(tmp_path):
    message = rsa2.signing_text({"b": "2", "a": "租金"})
    (tmp_path / "key.pem").write_text(rsa2.private_pem(OURS))
    (tmp_path / "pub.pem").write_text(rsa2.public_pem(OURS.public_key()))
    (tmp_path / "sig").write_bytes(base64.b64decode(rsa2.sign(OURS, message)))
    digest = ["openssl", "dgst", "-sha256"]
    check = subprocess.run(
        [*digest, "-verify", "pub.pem", "-signature", "sig"],
        input=message,
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert check.stdout == b"Verified OK\n"
    theirs = subprocess.run([*digest, "-sign", "key.pem"], input=message, cwd=tmp_path, capture_output=True, check=True)
    assert rsa2.verify(OURS.public_key(), message, base64.b64encode(theirs.stdout).decode())


def test_keys_are_read_as_pem_and_as_the_bare_base64_of_the_providers_tool():
    private, public = rsa2.private_pem(OURS), rsa2.public_pem(OURS.public_key())
    bare = ["".join(line for line in pem.splitlines() if "-----" not in line) for pem in (private, public)]
    assert rsa2.private_key(bare[0]).private_numbers() == rsa2.private_key(private).private_numbers()
    assert rsa2.public_key(bare[1]).public_numbers() == rsa2.public_key(public).public_numbers()


@pytest.mark.parametrize("text", ["", "hello", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "密钥"])
def test_key_that_is_none_is_refused_by_name(text):
    with pytest.raises(rsa2.BadKey):
        rsa2.private_key(text)
    with pytest.raises(rsa2.BadKey):
        rsa2.public_key(text)


@given(st.integers(0, 10**11 - 1))
def test_amount_survives_the_way_to_yuan_and_back(amount_fen):
    assert wire.fen(wire.yuan(amount_fen)) == amount_fen


@pytest.mark.parametrize(("text", "amount_fen"), [("541.83", 54183), ("0.01", 1), ("20", 2000), ("7.5", 750)])
def test_amount_is_read_as_the_provider_may_write_it(text, amount_fen):
    assert wire.fen(text) == amount_fen


@pytest.mark.parametrize(
    "text", ["", "1.234", "-1", "1e3", "１２", "1,000.00", "¥1", "1.", ".5", " 1", "9" * 10, "NaN"]
)
def test_amount_in_any_other_writing_is_refused(text):
    with pytest.raises(wire.Unreadable):
        wire.fen(text)


def test_request_carries_a_signature_over_everything_else():
    form = wire.request_form(ACCOUNT, "alipay.trade.query", {"out_trade_no": "D7_1"}, AT)
    assert form["timestamp"] == "2026-03-20 10:30:00"
    assert rsa2.verify(OURS.public_key(), rsa2.signing_text(form), form["sign"])
    assert not rsa2.verify(OURS.public_key(), rsa2.signing_text({**form, "biz_content": "{}"}), form["sign"])


def test_answer_is_believed_over_its_very_bytes_whatever_their_spacing_and_escapes():
    content = b'{ "code":"10000" , "said":"\\u79df\\u91d1\\/ }" }'
    signature = rsa2.sign(THEIRS, content)
    raw = b'{"sign":"%s", "alipay_trade_query_response": %s }' % (signature.encode(), content)
    body = wire.open_answer(raw, "alipay.trade.query", ACCOUNT.provider_key)
    assert body == {"code": "10000", "said": "租金/ }"}
    with pytest.raises(wire.Unreadable, match="signature"):
        wire.open_answer(raw.replace(b"10000", b"10001"), "alipay.trade.query", ACCOUNT.provider_key)


@given(st.binary(max_size=200))
def test_answer_of_any_other_bytes_is_unreadable_and_nothing_worse(raw):
    with pytest.raises(wire.Unreadable):
        wire.open_answer(raw, "alipay.trade.query", ACCOUNT.provider_key)


@pytest.mark.parametrize("raw", [b"<html>502</html>", b"[" * 100_000, b'{"sign":1}', b"null", b'{"a":"\xff"}'])
def test_answer_that_is_garbage_is_unreadable(raw):
    with pytest.raises(wire.Unreadable, match="body"):
        wire.open_answer(raw, "alipay.trade.query", ACCOUNT.provider_key)


def test_answer_to_another_call_or_without_signature_is_refused():
    raw = wire.seal_answer("alipay.trade.pay", {"code": "10000"}, THEIRS)
    with pytest.raises(wire.Unreadable):
        wire.open_answer(raw, "alipay.trade.query", ACCOUNT.provider_key)
    with pytest.raises(wire.Unreadable, match="signature"):
        wire.open_answer(b'{"error_response":{"code":"40002"}}', "alipay.trade.query", ACCOUNT.provider_key)


def test_notification_of_a_payment_is_read():
    notice = read_notification(ACCOUNT, signed_form(TRADE))
    assert (notice.number, notice.answer.outcome, notice.answer.amount_fen) == ("D7_1", Outcome.DONE, 54183)
    assert notice.answer.moved_at == AT


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"trade_status": "TRADE_FINISHED"}, Outcome.DONE),
        ({"trade_status": "WAIT_BUYER_PAY", "gmt_payment": ""}, Outcome.WAITING),
        ({"trade_status": "TRADE_CLOSED", "gmt_payment": ""}, Outcome.CLOSED),
        ({"trade_status": "TRADE_CLOSED", "refund_fee": "541.83", "out_biz_no": "R7_1"}, Outcome.DONE),
    ],
)
def test_notification_of_every_state_of_a_trade_says_whether_it_was_paid(change, outcome):
    notice = read_notification(ACCOUNT, signed_form({**TRADE, **change}))
    assert notice.answer.outcome is outcome
    assert (notice.refund_no, notice.refunded_fen) == (("R7_1", 54183) if "refund_fee" in change else ("", 0))


@given(st.sampled_from(sorted(TRADE)), VALUES)
def test_notification_changed_in_any_field_is_refused(name, value):
    assume(value != TRADE[name])
    form = signed_form(TRADE)
    changed = {**wire.read_form(form), name: value}
    assert why_refused(urlencode(changed).encode()) == "signature"


@pytest.mark.parametrize("extra", [{"refund_fee": "541.83"}, {"zz": "1"}])
def test_notification_with_a_field_added_is_refused(extra):
    assert why_refused(signed_form(TRADE) + b"&" + urlencode(extra).encode()) == "signature"


def test_notification_without_a_field_that_was_signed_is_refused():
    fields = wire.read_form(signed_form(TRADE))
    del fields["seller_id"]
    assert why_refused(urlencode(fields).encode()) == "signature"


@pytest.mark.parametrize("keep_empty", [True, False])
def test_notification_with_an_empty_field_is_read_whether_or_not_it_was_signed_along(keep_empty):
    fields = {**TRADE, "body": ""}
    text = rsa2.signing_text(fields, ("sign", "sign_type"), keep_empty=keep_empty)
    form = urlencode({**fields, "sign": rsa2.sign(THEIRS, text)}).encode()
    assert read_notification(ACCOUNT, form).number == "D7_1"


@pytest.mark.parametrize("name", ["app_id", "seller_id"])
def test_notification_meant_for_another_merchant_is_refused(name):
    assert why_refused(signed_form({**TRADE, name: "2088000000000777"})) == "addressee"


def test_notification_signed_by_somebody_else_or_in_another_way_is_refused():
    assert why_refused(signed_form(TRADE, STRANGER)) == "signature"
    assert why_refused(signed_form({**TRADE, "sign_type": "RSA"})) == "signature"
    assert why_refused(urlencode(TRADE).encode()) == "signature"


@pytest.mark.parametrize(
    "change",
    [{"total_amount": "1.234"}, {"total_amount": "0.00"}, {"trade_status": "HAPPY"}, {"notify_id": ""},
     {"out_trade_no": ""}, {"gmt_payment": "yesterday"}, {"refund_fee": "-1"}],
)  # fmt: skip
def test_notification_with_a_senseless_field_is_unreadable_even_when_signed(change):
    assert why_refused(signed_form({**TRADE, **change})) == "unreadable"


@given(st.binary(max_size=300))
def test_notification_of_any_other_bytes_is_refused_and_nothing_worse(form):
    assert why_refused(form) in ("unreadable", "signature")


@pytest.mark.parametrize("form", [b"a=1&a=2", b"a=" + b"1" * 70_000, b"&".join(b"a%d=1" % n for n in range(300)), b"a"])
def test_notification_of_too_much_or_of_a_field_twice_is_unreadable(form):
    assert why_refused(form) == "unreadable"


def test_notification_of_an_unknown_kind_is_refused():
    assert why_refused(signed_form({**TRADE, "notify_type": "dut_user_sign"})) == "kind"
