"""A search for words in every file below a folder, and within those that hide text: databases, Parquet, workbooks."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from warehouse.connection import attach, open_memory
from warehouse.keys import release_secret
from warehouse.sealed import read_sealed


def find_everywhere(folder: Path, words: Sequence[str]) -> set[str]:
    """The files, relative to the folder, that hold a word as bytes or as text; a name counts as well."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {path.relative_to(folder).as_posix() for path in files if _holds(path, [word.lower() for word in words])}


def _holds(path: Path, words: Sequence[str]) -> bool:
    texts = (path.name, *_texts(path))
    return any(word in text.lower() for text in texts for word in words)


def _texts(path: Path) -> Iterator[str]:
    content = read_sealed(path)
    yield content.decode("latin-1")
    yield content.decode("utf-16-le", "ignore")
    if path.suffix == ".duckdb":
        yield from _rows_of_database(path)
    if path.suffix == ".parquet":
        yield from _rows_of_parquet(path)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            yield from (workbook.read(name).decode("utf-8", "replace") for name in workbook.namelist())


def _rows_of_database(path: Path) -> Iterator[str]:
    with open_memory() as connection:
        attach(connection, path, "searched", is_read_only=True)
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'searched'"
        ).fetchall()
        for schema, table in tables:
            yield str(connection.execute(f'from searched."{schema}"."{table}"').fetchall())


def _rows_of_parquet(path: Path) -> Iterator[str]:
    secret = release_secret(path.parents[1].name)
    with open_memory() as connection:
        option = ""
        if secret is not None:
            connection.execute(f"pragma add_parquet_key('release', '{secret}')")
            option = ", encryption_config = {footer_key: 'release'}"
        yield str(connection.execute(f"from read_parquet('{path}'{option})").fetchall())
