"""Opening the warehouse: what an address that does not work is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from model.warehouse.connect import (
    URL_VARIABLE,
    WarehouseUnreachable,
    open_warehouse,
    recreate_tables,
)


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    address = "postgresql://interlock:s3cret@127.0.0.1:1/interlock"

    with pytest.raises(WarehouseUnreachable, match=r"127\.0\.0\.1:1") as error:
        open_warehouse(tmp_path, {URL_VARIABLE: address})

    assert "s3cret" not in str(error.value)


def test_a_text_that_is_no_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(WarehouseUnreachable, match="postgresql://user:password@host") as error:
        open_warehouse(tmp_path, {URL_VARIABLE: "s3cret"})

    assert "s3cret" not in str(error.value)


def test_recreated_tables_are_empty_and_append_only_again(
    tmp_path: Path, warehouse: Engine
) -> None:
    with warehouse.begin() as connection:
        connection.execute(text("insert into operating_model_version values ('f', now(), '{}')"))

    address = warehouse.url.render_as_string(hide_password=False)
    recreate_tables(tmp_path, {URL_VARIABLE: address})

    with warehouse.connect() as connection:
        count = connection.execute(text("select count(*) from operating_model_version"))
        assert count.scalar_one() == 0
        triggers = text("select count(*) from pg_trigger where tgname = 'append_only'")
        assert connection.execute(triggers).scalar_one() == 6
