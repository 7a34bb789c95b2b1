"""Sealed files come back byte by byte under the right key, and under no other; a changed one is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import keys
from warehouse.connection import attach, open_memory, reader
from warehouse.errors import HomeError
from warehouse.sealed import BLOCK, is_sealed, read_sealed, replace_sealed, seal_file, size_of

ONE, OTHER = keys.Key(b"1" * 32), keys.Key(b"2" * 32)


@pytest.fixture(autouse=True)
def key() -> Iterator[None]:
    keys.use((ONE,))
    yield
    keys.use(())


@pytest.mark.parametrize("size", [0, 1, 40, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK])
def test_a_file_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    content, path = bytes(range(256)) * (size // 256 + 1), tmp_path / "file"
    replace_sealed(path, content[:size])
    assert is_sealed(path)
    assert read_sealed(path) == content[:size]
    assert size_of(path) == size
    assert size < 40 or content[:40] not in path.read_bytes()


def test_a_plain_file_is_read_as_it_is_and_sealed_in_place(tmp_path: Path) -> None:
    path, content = tmp_path / "file", b"AMC-0015X" * (BLOCK // 4)
    path.write_bytes(content)
    assert (read_sealed(path), size_of(path)) == (content, len(content))
    seal_file(path)
    assert b"AMC-0015X" not in path.read_bytes()
    assert read_sealed(path) == content
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("others", [(), (OTHER,)])
def test_without_the_right_key_nothing_opens_and_the_message_says_so(
    tmp_path: Path, others: tuple[keys.Key, ...]
) -> None:
    path, database = tmp_path / "file", tmp_path / "x.duckdb"
    replace_sealed(path, b"AMC-0015X")
    with open_memory() as connection:
        attach(connection, database, "x")
        connection.execute("create table x.t as select 'AMC-0015X' as patient_id")
    assert b"AMC-0015X" not in database.read_bytes()
    keys.use(others)
    said = "with another key than the one set" if others else "and no key is set"
    with pytest.raises(HomeError, match=said):
        read_sealed(path)
    with pytest.raises(HomeError, match=said), reader(database):
        pass


def test_an_older_key_in_the_file_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_sealed(path, b"text")
    keys.use((OTHER, ONE))
    assert read_sealed(path) == b"text"
    seal_file(path)
    keys.use((OTHER,))
    assert read_sealed(path) == b"text"


def cut(content: bytes) -> bytes:
    return content[: -(BLOCK + 16)]


def swap(content: bytes) -> bytes:
    start, size = len(content) - 2 * (BLOCK + 16), BLOCK + 16
    return content[:start] + content[start + size :] + content[start : start + size]


def flip(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("change", [cut, swap, flip])
def test_a_changed_file_is_named(tmp_path: Path, change: object) -> None:
    path = tmp_path / "file"
    replace_sealed(path, b"x" * (2 * BLOCK))
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]  # one of the three above
    with pytest.raises(HomeError, match="file was damaged or changed"):
        read_sealed(path)


def test_a_key_file_holds_a_line_a_key_the_newest_first(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = keys.write_key_file(path)
    second = keys.write_key_file(path, (first,))
    assert keys.read_key_file(path) == (second, first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert repr(first) == "Key()"


@pytest.mark.parametrize("content", [b"", b"short\n", b"c2hvcnQ=\n", b"\xff\xfe"])
def test_what_is_no_key_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(HomeError, match="key is not a key file"):
        keys.read_key_file(tmp_path / "key")


def test_a_release_has_a_key_of_its_own(tmp_path: Path) -> None:
    first, second = keys.release_secret("20260301T000000000000Z"), keys.release_secret("20260401T000000000000Z")
    assert len({first, second, *keys.database_secrets(tmp_path / "registry.duckdb")}) == 3
    folder = tmp_path / "releases" / "20260301T000000000000Z.part"
    assert keys.database_secrets(folder / "registry.duckdb") == (first,)
