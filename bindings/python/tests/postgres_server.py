"""A real PostgreSQL server for the tests: made when the first test wants it, and gone with them.

Whatever is missing on the machine makes the test fail with a sentence that says what to install. ``tests/postgres_server`` is
the same for Rust. As a program it runs a command that finds the URL of a database of its own in ``OBLIGOR_TEST_STORE``, and
a key for personal numbers in ``OBLIGOR_TEST_KEY``: so the tests in C and C# come to a server.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List

PLACES = Path(__file__).resolve().parents[3] / "tests" / "places"


def program(name: str, package: str) -> str:
    """Where a program is. Debian keeps those of a server out of the path; the newest server is taken."""
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: int(at.parent.name), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, servers), os.environ.get("PATH", "")]))
    assert found, f"this test needs the program {name!r}: apt-get install {package} (`cargo xtask test` does it as root)"
    return found


def unprivileged() -> Dict[str, Any]:
    """Who the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def environment() -> Dict[str, str]:
    """No variable of libpq, no language."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "LC_ALL": "C.UTF-8"}


class Server:
    """A server with databases that are lent to tests one at a time, and emptied in between."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="obligor-pg-"))
        self.at_rest: List[str] = []
        self.made = 0
        self.user = unprivileged()
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        data = self.folder / "data"
        make = [program("initdb", "postgresql"), "-D", str(data), "--username=postgres", "--auth=trust", "--no-sync"]
        # Text is sorted as in a dictionary and not by its bytes, as on most real servers.
        make += ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"]
        subprocess.run(make, check=True, stdout=subprocess.DEVNULL, cwd="/", env=environment(), **self.user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder}
        settings.update({"fsync": "off", "full_page_writes": "off"})
        # A server that is killed leaves its shared memory behind, unless that lies in its own folder.
        settings["dynamic_shared_memory_type"] = "mmap"
        with (self.folder / "log").open("wb") as log:
            # Whatever becomes of us, it stops: the signal makes it end all its processes.
            start = [program("setpriv", "util-linux"), "--pdeathsig", "QUIT", program("postgres", "postgresql")]
            start += ["-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]
            self.process = subprocess.Popen(start, cwd="/", env=environment(), stdout=log, stderr=log, **self.user)
        end = time.monotonic() + 60
        while "ready" not in self.state():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.01)

    def state(self) -> str:
        try:
            return (self.folder / "data" / "postmaster.pid").read_text()
        except FileNotFoundError:
            return ""

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def psql(self, database: str) -> List[str]:
        return [program("psql", "postgresql-client"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]

    def sql(self, database: str, text: str) -> None:
        subprocess.run(self.psql(database), check=True, input=text, text=True, env=environment())

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lends a database without customers."""
        if self.at_rest:
            name = self.at_rest.pop()
            self.sql(name, (PLACES / "empty.sql").read_text(encoding="utf-8"))
        else:
            name = f"test_{self.made}"
            self.made += 1
            self.sql("postgres", f"CREATE DATABASE {name}")
        yield name
        self.at_rest.append(name)


def main() -> int:
    server = Server()
    try:
        with server.database() as name:
            given = {"OBLIGOR_TEST_STORE": server.url(name), "OBLIGOR_TEST_KEY": "a key of thirty-two bytes or more"}
            return subprocess.run(sys.argv[1:], env={**os.environ, **given}).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
