"""The embedded PostgreSQL: closed to others, whole after any kill, ended with its last user."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine

from model.warehouse.connect import migrate, open_warehouse
from model.warehouse.embedded import process, roles
from model.warehouse.embedded.cluster import SUPERUSER
from model.warehouse.embedded.server import EmbeddedServer, join, stop

REPOSITORY = Path(__file__).parents[3]
JOIN = "import sys; from pathlib import Path; from model.warehouse.embedded.server import join; "


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """A place for a server that was never started."""
    folder = tmp_path / "a space & more" / "warehouse"
    yield folder
    stop(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One server's data for the tests that leave it as it is."""
    folder = tmp_path_factory.mktemp("a space & more") / "warehouse"
    yield folder
    stop(folder)


def connect(server: EmbeddedServer, role: str) -> psycopg.Connection:
    return psycopg.connect(host=str(server.sockets), user=role, dbname=roles.DATABASE)


def run_python(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=REPOSITORY)


def wait_for(condition: object) -> None:
    """Wait until the callable is true; fails after a minute."""
    end = time.monotonic() + 60
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_writer_is_no_superuser_and_owns_nothing(tmp_path: Path) -> None:
    home = tmp_path / "instance"
    engine = open_warehouse(home, {})
    try:
        with engine.connect() as connection, pytest.raises(Exception, match="must be owner"):
            connection.exec_driver_sql("drop trigger append_only on decision")
        with engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.exec_driver_sql("copy decision to program 'true'")
        with engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.exec_driver_sql("delete from conflict_event")
    finally:
        engine.dispose()
        stop(home / "state" / "warehouse")


def test_a_path_with_spaces_and_an_ampersand_is_only_a_path(data: Path) -> None:
    with connect(join(data), SUPERUSER) as connection:
        row = connection.execute("select current_setting('data_directory')").fetchone()

    assert row == (str(data),)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
@pytest.mark.parametrize("role", [SUPERUSER, roles.OWNER, roles.WRITER, "nobody"])
def test_another_local_user_cannot_connect(data: Path, role: str) -> None:
    server = join(data)
    child = os.fork()
    if child == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            connect(server, role)
        except psycopg.OperationalError:
            os._exit(0)
        os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert server.sockets.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_a_folder_that_only_root_may_enter_is_left_as_it_is(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "warehouse"
    try:
        with connect(join(data), roles.WRITER) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        stop(data)


@pytest.mark.long
@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9, 1.2, 1.5, 2.0, 2.5, 3.0])
def test_a_kill_during_the_first_start_leaves_nothing_that_the_next_start_trips_over(
    fresh: Path, seconds: float
) -> None:
    first = run_python(JOIN + "join(Path(sys.argv[1])); input()", str(fresh))
    time.sleep(seconds)
    first.kill()
    first.wait()

    with connect(join(fresh), roles.WRITER) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.long
def test_half_a_cluster_of_an_earlier_version_is_replaced(fresh: Path) -> None:
    fresh.mkdir(parents=True)
    (fresh / "PG_VERSION").write_text("18\n")
    (fresh / "base").mkdir()

    with connect(join(fresh), roles.WRITER) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.parametrize(
    "content", ["", "12", "{pid}\n{data}\n", "{pid}\n{data}\n1\n5432\n/tmp\n\n1 2\nready\n"]
)
def test_a_pid_file_that_names_no_server_of_ours_is_removed(data: Path, content: str) -> None:
    join(data)
    stop(data)
    (data / "postmaster.pid").write_text(content.format(pid=os.getpid(), data=data))

    with connect(join(data), roles.WRITER) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


@pytest.mark.long
def test_the_server_ends_with_its_last_user_even_when_that_is_killed(fresh: Path) -> None:
    code = JOIN + "join(Path(sys.argv[1])); print(flush=True); input()"
    users = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(fresh)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stdin=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for user in users:
        assert user.stdout is not None
        user.stdout.readline()
    server = process.running_server(fresh)
    assert server is not None

    for user in users:
        user.send_signal(signal.SIGKILL)
        user.communicate()

    wait_for(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.long
def test_the_warehouse_of_an_earlier_version_is_adopted_and_upgraded(tmp_path: Path) -> None:
    home = tmp_path / "instance"
    data = home / "state" / "warehouse"
    server = join(data)
    # As before: no roles, and the superuser's tables in its own database.
    with psycopg.connect(
        host=str(server.sockets), user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        connection.execute("drop database interlock")
        connection.execute("drop role interlock")
        connection.execute("drop role interlock_owner")
    (data / "interlock_roles_ready").unlink()
    earlier = create_engine(server.url(SUPERUSER, "postgres"))
    migrate(earlier, "0001")
    earlier.dispose()
    stop(data)

    engine = open_warehouse(home, {})
    try:
        with engine.connect() as connection:
            assert connection.exec_driver_sql("select count(*) from decision").scalar_one() == 0
    finally:
        engine.dispose()
        stop(data)
