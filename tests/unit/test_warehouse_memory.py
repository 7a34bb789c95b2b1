"""Work that does not fit in memory: it lies in the home's scratch folder while it goes on, encrypted."""

from pathlib import Path

import pytest

from warehouse import connection as warehouse_connection
from warehouse.connection import CONFIG, bound_memory, open_facts
from warehouse.layout import Home

SAID = "BULK-0001E-said-so"
SORTED = f"create table memory.sorted as select '{SAID}' || n as said from range(2_000_000) as t(n) order by hash(n)"


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_rows_that_do_not_fit_lie_encrypted_beside_the_facts(
    is_encrypted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_encrypted:  # the rows are found where nothing hides them
        monkeypatch.setattr(warehouse_connection, "CONFIG", {**CONFIG, "temp_file_encryption": "false"})
    home = Home(tmp_path)
    home.scratch.mkdir()
    with open_facts(home) as connection:
        bound_memory(connection, "60MB")
        connection.execute(SORTED)
        files = [Path(path) for (path,) in connection.execute("select path from duckdb_temporary_files()").fetchall()]
        assert files
        assert all(path.is_relative_to(home.scratch) for path in files)
        assert any(SAID.encode() in path.read_bytes() for path in files) is not is_encrypted
        assert connection.execute("select count(distinct said) from memory.sorted").fetchone() == (2_000_000,)
    assert not any(path.exists() for path in files)
