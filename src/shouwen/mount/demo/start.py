"""`shouwen demo`: the desk with the demo company, filled on the first start, in a folder of its own."""

import asyncio
import ipaddress
import os
from datetime import date
from pathlib import Path

import uvloop
from msgspec.structs import replace

from shouwen.kernel.days import beijing_on
from shouwen.mount.demo.provider import DemoProvider
from shouwen.mount.demo.seed.mark import DemoState, drop, look, mark
from shouwen.mount.up import say, up
from shouwen.platform.clock import now
from shouwen.platform.database import prepare_embedded
from shouwen.platform.embedded_postgres import Running
from shouwen.platform.settings import Settings, load_settings

STALE_DAYS = 2  # after that the headline's inspection would come too late (INSP-1)


def demo(environ: dict[str, str] | None = None) -> int:
    """Start the demo and wait; the exit code. Never touches an installation somebody works with."""
    settings = demo_settings(dict(os.environ) if environ is None else environ)
    if settings.database_url:
        say("演示不使用 SHOUWEN_DATABASE_URL：它只在自己的数据目录里运行，请先去掉这个设置")
        say("the demo never uses SHOUWEN_DATABASE_URL; unset it and start again")
        return 1
    if not _is_this_machine(settings.host):
        say(f"注意：演示正在监听 {settings.host}，网络上的任何人都能一键登录为管理员；只在可信的网络里这样用")
        say(f"WARNING: listening on {settings.host}: anybody on the network can log in as admin with one click")
    with DemoProvider() as provider:

        def ready(settings: Settings, server: Running) -> str:
            provider.start(settings.data_dir / "payments")
            dsn = ready_demo(settings, server)
            provider.settle_in(settings, dsn)
            return dsn

        return up(settings, ready)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def demo_settings(environ: dict[str, str]) -> Settings:
    """Settings with the demo's one-click log-in and its own data folder, unless SHOUWEN_DATA names one; no provider."""
    settings = replace(load_settings(environ), demo=True, payment_gateway="")
    if environ.get("SHOUWEN_DATA"):
        return settings
    home = Path(environ.get("XDG_DATA_HOME", "") or Path.home() / ".local" / "share")
    return replace(settings, data_dir=(home / "shouwen-demo").expanduser().resolve())


def ready_demo(settings: Settings, server: Running) -> str:
    """The DSN of a complete demo database, filled now where it is not; raises SystemExit where it is not ours."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_ready(settings, server))


async def _ready(settings: Settings, server: Running) -> str:
    found = await look(server)
    if found.state is DemoState.NOT_OURS:
        say(f"{settings.data_dir} 里是正在使用的客服台，不是演示；请用 SHOUWEN_DATA 换一个目录")
        say(f"{settings.data_dir} holds a desk in use, not a demo; name another folder in SHOUWEN_DATA")
        raise SystemExit(1)
    if found.state is DemoState.COMPLETE:
        try:
            dsn = await prepare_embedded(server)
        except RuntimeError:
            say("程序已更新，重新生成演示数据 · the program has changed, filling the demo anew")
        else:
            _tell_age(settings, found.filled_on)
            return dsn
    if found.state is not DemoState.NOTHING:
        if found.state is DemoState.FILLING:
            say("上一次没有填完，重新生成演示数据 · the last filling was interrupted, starting it again")
        await drop(server)
    return await _fill(settings, server)


async def _fill(settings: Settings, server: Running) -> str:
    from shouwen.mount.demo.seed.fill import fill  # only the first start draws and replays

    say("第一次启动：生成一家虚构的租机公司，约半分钟 · first start: inventing a company, about half a minute")
    (settings.keys_dir / "log.key").unlink(missing_ok=True)  # a new log never speaks under an old one's key
    dsn = await prepare_embedded(server)
    await mark(server, "filling")
    at = now()
    await fill(settings, dsn, beijing_on(at), at)
    await mark(server, beijing_on(at).isoformat())
    return dsn


def _tell_age(settings: Settings, filled_on: date | None) -> None:
    days = 0 if filled_on is None else (beijing_on(now()) - filled_on).days
    if days > STALE_DAYS:
        say(f"演示数据是 {days} 天前生成的，期限都按当时计算；想要新的，请停止后删除 {settings.data_dir}")
        say(f"this demo was filled {days} days ago; for a fresh one stop it and remove {settings.data_dir}")
