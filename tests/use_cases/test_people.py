"""Log-in, sessions, and the door's promises seen through them."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from shouwen.features.people import use_cases as people
from shouwen.features.people.links import sign_link
from shouwen.features.people.passwords import hash_password
from shouwen.features.people.tries import place_of
from shouwen.kernel.actor import ANONYMOUS, Actor, Role
from shouwen.kernel.errors import Refusal

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PHONE = "19900002210"


@pytest.fixture
def peopled(house, admin_dsn):
    """An agent `zhoumin` (password `correct horse`) and a renter with PHONE."""
    import asyncio

    import asyncpg

    cipher = house.door.services.cipher

    async def fill():
        conn = await asyncpg.connect(admin_dsn)
        async with conn.transaction():
            await conn.execute("SELECT set_config('shouwen.act', '1', true)")
            await conn.execute(
                "INSERT INTO staff (login, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
                "zhoumin", "周敏", "agent", hash_password("correct horse"), NOW,
            )  # fmt: skip
            await conn.execute(
                "INSERT INTO renters (ref, name, name_masked, phone_cipher, phone_hash, phone_masked, verified,"
                " created_at) VALUES ('ZK-1', '陈思宇', '陈*宇', $1, $2, '199****2210', true, $3)",
                cipher.encrypt(PHONE, "phone"), cipher.lookup(PHONE, "phone"), NOW,
            )  # fmt: skip
        await conn.close()

    asyncio.run(fill())
    return house


def act(house, use_case, command, actor=ANONYMOUS, **more):
    return house.run(house.door.run(use_case, actor, command, at=more.pop("at", NOW), **more))


def test_log_in_staff_right_password_opens_session(peopled):
    logged_in = act(peopled, people.log_in_staff, people.LogInStaff("zhoumin", "correct horse"))
    assert (logged_in.role, logged_in.name) == (Role.AGENT, "周敏")
    assert peopled.sql("SELECT count(*) FROM sessions")[0][0] == 1
    assert logged_in.token not in str(peopled.sql("SELECT * FROM sessions")[0])
    assert peopled.sql("SELECT body FROM act_results")[0]["body"] == b""  # the token is stored nowhere


@pytest.mark.parametrize(("login", "password"), [("zhoumin", "wrong"), ("nobody", "correct horse")])
def test_log_in_staff_wrong_name_or_password_same_answer_and_counted(peopled, login, password):
    with pytest.raises(Refusal) as refused:
        act(peopled, people.log_in_staff, people.LogInStaff(login, password))
    assert refused.value.code == "wrong_login"
    assert peopled.sql("SELECT count FROM rate_windows")[0][0] == 1  # the refusal was committed


def test_log_in_staff_ninth_try_refused_even_with_right_password(peopled):
    for _ in range(8):
        with pytest.raises(Refusal):
            act(peopled, people.log_in_staff, people.LogInStaff("zhoumin", "wrong"))
    with pytest.raises(Refusal) as refused:
        act(peopled, people.log_in_staff, people.LogInStaff("zhoumin", "correct horse"))
    assert refused.value.status == 429


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "testclient", True),
    ],
)
def test_place_of_counts_a_network_of_ipv6_as_one(one, other, together):
    assert (place_of(one) == place_of(other)) is together


def test_log_in_staff_from_many_addresses_of_one_network_is_one_guesser(peopled):
    for n in range(8):
        with pytest.raises(Refusal):
            act(peopled, people.log_in_staff, people.LogInStaff("zhoumin", "wrong", address=f"2001:db8:1:2::{n}"))
    with pytest.raises(Refusal) as refused:
        act(peopled, people.log_in_staff, people.LogInStaff("zhoumin", "wrong", address="2001:db8:1:2:3::1"))
    assert refused.value.status == 429
    elsewhere = people.LogInStaff("zhoumin", "correct horse", address="2001:db8:1:9::1")
    assert act(peopled, people.log_in_staff, elsewhere).role is Role.AGENT


def test_log_in_renter_with_sent_code_opens_session_once(peopled):
    sent = act(peopled, people.send_code, people.SendCode(PHONE))
    logged_in = act(peopled, people.log_in_renter, people.LogInRenter(PHONE, sent.demo_code))
    assert (logged_in.role, logged_in.name) == (Role.RENTER, "陈*宇")
    with pytest.raises(Refusal):
        act(peopled, people.log_in_renter, people.LogInRenter(PHONE, sent.demo_code))


def test_log_in_renter_expired_code_refused(peopled):
    sent = act(peopled, people.send_code, people.SendCode(PHONE))
    with pytest.raises(Refusal):
        act(
            peopled,
            people.log_in_renter,
            people.LogInRenter(PHONE, sent.demo_code),
            at=NOW + people.CODE_LIFE + timedelta(seconds=1),
        )


def test_log_in_renter_five_wrong_codes_spend_the_code(peopled):
    sent = act(peopled, people.send_code, people.SendCode(PHONE))
    wrong = "000000" if sent.demo_code != "000000" else "111111"
    for _ in range(people.MAX_WRONG_CODES):
        with pytest.raises(Refusal):
            act(peopled, people.log_in_renter, people.LogInRenter(PHONE, wrong))
    with pytest.raises(Refusal):
        act(peopled, people.log_in_renter, people.LogInRenter(PHONE, sent.demo_code))


def test_send_code_unknown_number_answers_the_same_and_sends_nothing(peopled):
    sent = act(peopled, people.send_code, people.SendCode("19900009999"))
    assert sent.demo_code == ""
    assert peopled.sql("SELECT jobs FROM outbox")[0]["jobs"] == []


def test_log_in_by_link_fresh_then_replayed_refused(peopled):
    token = sign_link("a shared key of the test", PHONE, "nonce-1", NOW + timedelta(minutes=5))
    assert act(peopled, people.log_in_by_link, people.LogInByLink(token)).role is Role.RENTER
    with pytest.raises(Refusal) as refused:
        act(peopled, people.log_in_by_link, people.LogInByLink(token))
    assert refused.value.code == "bad_link"


def test_read_link_names_whose_it_is_and_leaves_it_good(peopled):
    token = sign_link("a shared key of the test", PHONE, "nonce-7", NOW + timedelta(minutes=5))
    for _ in range(3):  # a message's preview and a virus scanner look before the renter does
        shown = act(peopled, people.read_link, people.ReadLink(token))
        assert (shown.name, shown.expires_at) == ("陈*宇", NOW + timedelta(minutes=5))
    assert peopled.sql("SELECT count(*) FROM acts")[0][0] == 0
    assert act(peopled, people.log_in_by_link, people.LogInByLink(token)).role is Role.RENTER
    with pytest.raises(Refusal) as refused:
        act(peopled, people.read_link, people.ReadLink(token))
    assert refused.value.code == "bad_link"


@pytest.mark.parametrize(
    ("key", "phone", "life"),
    [
        ("another key", PHONE, 5),
        ("a shared key of the test", PHONE, -1),
        ("a shared key of the test", PHONE, 60),
        ("a shared key of the test", "19900009999", 5),
    ],
    ids=["forged", "expired", "too long", "nobody's"],
)
def test_read_link_that_opens_nothing_names_nobody(peopled, key, phone, life):
    token = sign_link(key, phone, "nonce-8", NOW + timedelta(minutes=life))
    with pytest.raises(Refusal) as refused:
        act(peopled, people.read_link, people.ReadLink(token))
    assert refused.value.code == "bad_link"


@pytest.mark.parametrize(
    ("key", "life"), [("another key", 5), ("a shared key of the test", -1), ("a shared key of the test", 60)]
)
def test_log_in_by_link_forged_expired_or_too_long_refused(peopled, key, life):
    token = sign_link(key, PHONE, "nonce-2", NOW + timedelta(minutes=life))
    with pytest.raises(Refusal) as refused:
        act(peopled, people.log_in_by_link, people.LogInByLink(token))
    assert refused.value.code == "bad_link"


def test_write_same_key_twice_acts_once_and_answers_the_same(peopled):
    agent = Actor(Role.AGENT, 1, "周敏", 7)
    first = act(peopled, people.log_out, people.LogOut(), agent, key="same-key-1")
    again = act(peopled, people.log_out, people.LogOut(), agent, key="same-key-1")
    assert first == again
    assert peopled.sql("SELECT count(*) FROM acts")[0][0] == 1


def test_write_same_key_other_body_refused(peopled):
    agent = Actor(Role.AGENT, 1, "周敏", 7)
    act(peopled, people.log_out, people.LogOut(), agent, key="same-key-2")
    with pytest.raises(Refusal) as refused:
        act(peopled, people.revoke_session, people.RevokeSession(3), agent, key="same-key-2")
    assert refused.value.status == 422


def test_reveal_renter_on_record_with_reason(peopled):
    agent = Actor(Role.AGENT, 1, "周敏")
    revealed = act(peopled, people.reveal_renter, people.RevealRenter("ZK-1", "电话回访"), agent)
    assert (revealed.name, revealed.phone) == ("陈思宇", PHONE)
    entry = peopled.sql("SELECT kind, data FROM journal")[0]
    assert entry["kind"] == "renter.revealed"
    assert entry["data"] == {"reason": "电话回访"}


@pytest.mark.parametrize("role", [Role.RENTER, Role.INSPECTOR, Role.ANONYMOUS])
def test_reveal_renter_by_others_refused_and_unrecorded(peopled, role):
    with pytest.raises(Refusal):
        act(peopled, people.reveal_renter, people.RevealRenter("ZK-1", "好奇"), Actor(role, 1))
    assert peopled.sql("SELECT count(*) FROM acts")[0][0] == 0


def test_act_with_a_password_keeps_not_even_its_hash(peopled):
    act(peopled, people.log_in_staff, people.LogInStaff("zhoumin", "correct horse"))
    stored = peopled.sql("SELECT body_hash FROM acts")[0]["body_hash"]
    assert stored == hashlib.sha256(b"").digest()
