"""The `shouwen` command: contract, quote, dossier, up, demo, staff, day, simulate, act, routes."""

import argparse
import os
import sys

from shouwen.platform.settings import BadSetting


def main(argv: list[str] | None = None) -> int:
    """Parse and run; every command answers 0 done, 1 refused, 2 could not be read."""
    parser = argparse.ArgumentParser(prog="shouwen", description="首问：手机租赁客服台 · the desk for phone rental")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _register(commands)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.func(arguments))
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader (`| head`) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    # imported here: `shouwen quote` should not load a web server
    from shouwen.features.contracts import cli as contracts
    from shouwen.features.evidence.dossier import cli as dossier
    from shouwen.mount import day_cli, import_cli, staff_cli
    from shouwen.mount.simulate import command as simulate

    import_cli.register(contracts.register(commands))
    dossier.register(commands)
    up = commands.add_parser("up", help="启动客服台 · start the desk")
    _take_port(up)
    up.set_defaults(func=_up)
    demo = commands.add_parser("demo", help="启动带演示数据的客服台 · start the desk with a demo company")
    _take_port(demo)
    demo.set_defaults(func=_demo)
    staff_cli.register(commands)
    day_cli.register(commands)
    simulate.register(commands)
    routes = commands.add_parser("routes", help="列出全部接口与权限 · print every route, use case and permission")
    routes.set_defaults(func=_routes)
    act = commands.add_parser("act", help="以员工身份执行一个用例 · run a use case as a member of staff")
    act.add_argument("name")
    act.add_argument("json", nargs="?", default="{}", metavar="JSON", help="命令内容，- 为标准输入 · - reads stdin")
    act.add_argument("--as", dest="login", required=True, metavar="LOGIN", help="员工账号 · staff login name")
    act.set_defaults(func=_act)


def _take_port(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, metavar="N", help="端口，默认 8787 · the port, else SHOUWEN_PORT or 8787")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError("1–65535")
    return int(text)


def _settings_from(arguments: argparse.Namespace) -> dict[str, str]:
    return {**os.environ, **({"SHOUWEN_PORT": str(arguments.port)} if arguments.port else {})}


def _up(arguments: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from shouwen.mount.up import up
    from shouwen.platform.settings import load_settings

    # one-click log-in belongs to `shouwen demo` alone, whatever the environment says
    return up(replace(load_settings(_settings_from(arguments)), demo=False))


def _demo(arguments: argparse.Namespace) -> int:
    from shouwen.mount.demo.start import demo

    return demo(_settings_from(arguments))


def _routes(arguments: argparse.Namespace) -> int:
    from shouwen.mount.routes import print_routes

    return print_routes()


def _act(arguments: argparse.Namespace) -> int:
    from shouwen.mount.act import act

    return act(arguments.name, arguments.json, arguments.login)


if __name__ == "__main__":
    sys.exit(main())
