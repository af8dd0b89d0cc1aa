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
from model.warehouse.embedded import locks, process, roles
from model.warehouse.embedded.cluster import SUPERUSER
from model.warehouse.embedded.locks import exclusive, open_lock
from model.warehouse.embedded.places import Places
from model.warehouse.embedded.programs import Account, EmbeddedFailed
from model.warehouse.embedded.server import EmbeddedServer, join, stop
from model.warehouse.locks import LockTimeout

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


def test_files_beside_the_data_and_a_folder_that_was_made_for_them_are_closed_to_others(
    fresh: Path,
) -> None:
    join(fresh)

    open_to_others = [file.name for file in fresh.parent.iterdir() if file.stat().st_mode & 0o007]

    assert open_to_others == []
    assert fresh.parent.stat().st_mode & 0o067 == 0
    # Passing through is what the account needs that runs PostgreSQL for root.
    assert fresh.parent.stat().st_mode & 0o010 == 0o010 * (os.geteuid() == 0)


def test_files_of_an_earlier_version_are_closed_and_a_folder_of_somebody_else_is_left_as_it_is(
    fresh: Path,
) -> None:
    fresh.parent.mkdir(mode=0o755)
    names = ("start", "users", "watch", "log")
    files = [fresh.with_name(f"warehouse.{name}") for name in names]
    for file in files:
        file.touch(mode=0o644)

    join(fresh)

    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 4
    assert fresh.parent.stat().st_mode & 0o777 == 0o755


def test_a_link_in_the_place_of_a_lock_is_refused_and_what_it_names_stays_as_it_is(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other"
    other.touch(mode=0o644)
    lock = tmp_path / "warehouse.start"
    lock.symlink_to(other)

    with pytest.raises(OSError, match="symbolic link"):
        open_lock(lock)

    assert other.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("name", ["start", "users"])
def test_a_lock_that_another_process_keeps_is_not_waited_for_without_end(
    fresh: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "WAIT_SECONDS", 0.1)
    fresh.parent.mkdir()
    held = fresh.with_name(f"warehouse.{name}")
    with open_lock(held) as file, exclusive(file), pytest.raises(LockTimeout) as refused:
        join(fresh)

    assert f"{held} and did not release it within 0.1 s" in str(refused.value)


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
def test_a_starter_that_is_killed_before_it_is_done_leaves_no_server_running(fresh: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from model.warehouse.embedded import server
server.roles.ensure_roles = lambda _: os.kill(os.getpid(), 9)
server.join(Path(sys.argv[1]))
"""
    assert run_python(code, str(fresh)).wait() == -signal.SIGKILL

    wait_for(lambda: process.running_server(fresh) is None)


@pytest.mark.long
def test_a_busy_session_of_a_killed_server_does_not_outlive_the_next_start(fresh: Path) -> None:
    def work_without_end(server: EmbeddedServer) -> int:
        """Start a session that does not look for its server; its process id."""
        busy = connect(server, SUPERUSER)
        sessions.append(busy)
        pid = busy.info.backend_pid
        busy.pgconn.send_query(b"select count(*) from generate_series(1, 1000000000000)")
        busy.pgconn.flush()
        return pid

    sessions: list[psycopg.Connection] = []
    session = psutil.Process(work_without_end(join(fresh)))
    server = process.running_server(fresh)
    assert server is not None
    server.kill()
    wait_for(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    assert session.is_running()

    with connect(join(fresh), roles.WRITER) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not session.is_running()
    sessions[0].close()


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


def test_a_link_in_the_place_of_the_socket_folder_is_refused_and_what_it_names_is_not_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "tmp"
    shared.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    # Too long for a socket, so that it moves into the folder that all users share.
    data = tmp_path / ("long" * 30)
    account = Account(os.geteuid() + 1, os.getegid(), "somebody")
    places = Places(data)
    folder = places.sockets(Account(os.geteuid(), os.getegid(), "me"))
    folder.rmdir()
    precious = tmp_path / "precious"
    precious.mkdir(mode=0o700)
    folder.symlink_to(precious)

    with pytest.raises(EmbeddedFailed, match=str(folder)):
        places.sockets(account)

    assert precious.stat().st_uid == os.geteuid()


USE_AND_END = """
import sys
from pathlib import Path
from model.warehouse.embedded.server import join
join(Path(sys.argv[1]))
"""


def test_a_command_ends_without_a_warning_while_its_server_runs_on(fresh: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "always", "-c", USE_AND_END, str(fresh)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "still running" not in ended.stderr


def test_a_server_that_does_not_start_is_explained_by_the_fatal_line_of_its_log(
    fresh: Path,
) -> None:
    join(fresh)
    stop(fresh)
    with (fresh / "postgresql.auto.conf").open("a") as settings:
        settings.write("no_such_setting = on\n")

    with pytest.raises(EmbeddedFailed, match=r"FATAL: .* contains errors") as failed:
        join(fresh)

    assert str(fresh.with_name("warehouse.log")) in str(failed.value)
