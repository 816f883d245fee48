"""`make routes`: permissions read like a table."""

from shouwen.mount import runtime as _runtime  # noqa: F401 -- declares every use case
from shouwen.mount.api import PREFIX
from shouwen.platform.permissions import ALLOWED
from shouwen.platform.registry import REGISTRY


def print_routes() -> int:
    """Method, path, use case, permission, roles; one line each."""
    for case in sorted(REGISTRY.values(), key=lambda case: (case.path, case.method)):
        roles = " ".join(sorted(ALLOWED[case.permission]))
        kind = "write" if case.method != "GET" else "read*" if case.recorded else "read"
        print(f"{case.method:6} {PREFIX + case.path:52} {case.name:22} {kind:6} {case.permission:18} {roles}")
    return 0
