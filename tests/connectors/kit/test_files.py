import stat
from pathlib import Path

import pytest

from connectors.kit.files import FileBlocked, replace_file


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(b"old")
    return path


def test_a_file_is_replaced_and_nothing_else_is_left(plan: Path) -> None:
    replace_file(plan, b"old", b"new")
    assert plan.read_bytes() == b"new"
    assert list(plan.parent.iterdir()) == [plan]


def test_a_file_that_was_changed_meanwhile_is_left_as_it_is(plan: Path) -> None:
    plan.write_bytes(b"theirs")
    with pytest.raises(FileBlocked, match="was changed meanwhile"):
        replace_file(plan, b"old", b"new")
    assert plan.read_bytes() == b"theirs"
    assert list(plan.parent.iterdir()) == [plan]


def test_a_file_that_appeared_meanwhile_is_left_as_it_is(plan: Path) -> None:
    with pytest.raises(FileBlocked, match="was changed meanwhile"):
        replace_file(plan, None, b"new")
    assert plan.read_bytes() == b"old"


def test_the_new_file_has_the_permissions_of_the_old(plan: Path) -> None:
    plan.chmod(0o640)
    replace_file(plan, b"old", b"new")
    assert stat.S_IMODE(plan.stat().st_mode) == 0o640


def test_a_link_stays_a_link_to_the_replaced_file(plan: Path) -> None:
    link = plan.with_name("current.xlsx")
    link.symlink_to(plan)
    replace_file(link, b"old", b"new")
    assert link.is_symlink()
    assert plan.read_bytes() == b"new"


def test_what_a_killed_run_left_behind_is_cleared(plan: Path) -> None:
    plan.with_name(".plan.xlsx.x1y2.interlock").write_bytes(b"half")
    replace_file(plan, b"old", b"new")
    assert list(plan.parent.iterdir()) == [plan]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileBlocked, match="cannot be written"):
        replace_file(tmp_path / "gone" / "plan.notes.csv", None, b"new")
