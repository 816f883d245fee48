"""Settings come from the environment, once, at start."""

import os
from pathlib import Path

from msgspec import Struct


class BadSetting(ValueError):
    """A variable that cannot be understood; the text names it."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything an installation may choose; `data_dir` holds database, media and keys by default."""

    data_dir: Path
    database_url: str = ""  # empty: the embedded server
    postgres_bin: str = ""
    host: str = "127.0.0.1"
    port: int = 8787
    demo: bool = False
    secure_cookies: bool = False
    tsa_url: str = ""  # empty: the local authority, labelled as such
    app_link_key: str = ""  # shared with the rental company's own app for signed log-in links
    courier_url: str = ""  # where parcels are asked about; empty: no courier service
    courier_key: str = ""  # shared with the courier service: signs what it pushes to us and answers
    trusted_proxies: str = "127.0.0.1"  # whose X-Forwarded-For says where a request comes from
    company_name: str = "好租手机"
    bank_account: str = ""  # holder, bank, number for transfers, one line as renters read it; empty: they ask a person
    log_origin: str = "shouwen.local/log"
    web_workers: int = 1
    max_upload_bytes: int = 200 * 1024 * 1024
    payment_gateway: str = ""  # the payment provider's address; empty: none, nothing is deducted
    payment_app_id: str = ""
    payment_seller_id: str = ""
    payment_notify_url: str = ""  # where the provider reaches `/payments/notices` from outside
    payment_keys: str = ""  # folder of client_private.pem and provider_public.pem; empty: keys_dir/payment
    reports_to_bureau: bool = False  # a licensed credit bureau (CRE-4); off: mentioning one as pressure is blocked

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def payment_keys_dir(self) -> Path:
        return Path(self.payment_keys).expanduser() if self.payment_keys else self.keys_dir / "payment"


def load_settings(environ: dict[str, str] | None = None) -> Settings:
    """Read `SHOUWEN_*`; raises BadSetting naming the variable that cannot be understood."""
    env = os.environ if environ is None else environ
    default_dir = Path(env.get("XDG_DATA_HOME", "") or Path.home() / ".local" / "share") / "shouwen"
    return Settings(
        data_dir=Path(env.get("SHOUWEN_DATA", "") or default_dir).expanduser().resolve(),
        database_url=env.get("SHOUWEN_DATABASE_URL", ""),
        postgres_bin=env.get("SHOUWEN_POSTGRES_BIN", ""),
        host=env.get("SHOUWEN_HOST", "127.0.0.1"),
        port=_whole(env, "SHOUWEN_PORT", 8787),
        demo=env.get("SHOUWEN_DEMO", "") == "1",
        secure_cookies=env.get("SHOUWEN_SECURE_COOKIES", "") == "1",
        tsa_url=env.get("SHOUWEN_TSA_URL", ""),
        app_link_key=env.get("SHOUWEN_APP_LINK_KEY", ""),
        courier_url=env.get("SHOUWEN_COURIER_URL", ""),
        courier_key=env.get("SHOUWEN_COURIER_KEY", ""),
        company_name=env.get("SHOUWEN_COMPANY_NAME", "好租手机"),
        bank_account=" ".join(env.get("SHOUWEN_BANK_ACCOUNT", "").split()),
        trusted_proxies=env.get("SHOUWEN_TRUSTED_PROXIES", "") or "127.0.0.1",
        log_origin=env.get("SHOUWEN_LOG_ORIGIN", "shouwen.local/log"),
        web_workers=_whole(env, "SHOUWEN_WEB_WORKERS", 1),
        payment_gateway=env.get("SHOUWEN_PAYMENT_GATEWAY", ""),
        payment_app_id=env.get("SHOUWEN_PAYMENT_APP_ID", ""),
        payment_seller_id=env.get("SHOUWEN_PAYMENT_SELLER_ID", ""),
        payment_notify_url=env.get("SHOUWEN_PAYMENT_NOTIFY_URL", ""),
        payment_keys=env.get("SHOUWEN_PAYMENT_KEYS", ""),
        reports_to_bureau=env.get("SHOUWEN_REPORTS_TO_BUREAU", "") == "1",
    )


def _whole(env: "os._Environ[str] | dict[str, str]", name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isdigit():
        raise BadSetting(f"{name} 应是一个整数，而不是 {text!r} · {name} takes a whole number")
    return int(text)
