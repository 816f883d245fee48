"""The PostgreSQL that comes along: a cluster in a folder, reachable by Unix socket only, alive as long as we.

`with EmbeddedPostgres.start(folder) as server:` gives `server.dsn_admin`. Roles, databases and tables are the
migrations' business. See docs/decisions/embedded-postgres.md for why this launcher is our own.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from shouwen.platform.embedded.errors import AlreadyRunning, EmbeddedPostgresError
from shouwen.platform.embedded.scratch import scratch_cluster
from shouwen.platform.embedded.server import Address, Running, find_running, silent, start, to_stderr

__all__ = [
    "Address",
    "AlreadyRunning",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "Running",
    "find_running",
    "scratch_cluster",
    "silent",
    "to_stderr",
]


class EmbeddedPostgres:
    """Starts the embedded server."""

    @staticmethod
    def start(
        data_dir: Path,
        *,
        bin_dir: Path | None = None,
        on_progress: Callable[[str], None] = silent,
        settings: Mapping[str, str] | None = None,
    ) -> Running:
        """Make the cluster in `data_dir` if there is none, recover it if need be, and start its server.

        Call from the main thread: the server is told to stop when that process ends, even by kill -9.
        `bin_dir` names the PostgreSQL programs (default: SHOUWEN_POSTGRES_BIN, the wheel, an installed one);
        `settings` are further postgresql.conf values; `on_progress` hears whatever takes more than a second.
        Raises AlreadyRunning when another process holds the folder, EmbeddedPostgresError with what to do
        otherwise.
        """
        return start(data_dir, bin_dir=bin_dir, on_progress=on_progress, settings=settings or {})
