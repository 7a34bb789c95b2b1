"""Whether the current snapshot holds all facts, told from the files' times. Opens no database, so needs no lock."""

from warehouse.layout import Home


def is_behind(home: Home) -> bool:
    """Whether a fact was written after the current snapshot was put in place.

    A run died between loading and publishing, its audits failed, or a person made a decision.
    """
    return newest_fact(home) > _put_in_place(home)


def newest_fact(home: Home) -> int:
    """When the facts file or the log beside it was last written (nanoseconds since 1970); 0 where there is none."""
    files = (home.facts_path, home.facts_path.with_name(f"{home.facts_path.name}.wal"))
    return max((path.stat().st_mtime_ns for path in files if path.exists()), default=0)


def _put_in_place(home: Home) -> int:
    return home.current.lstat().st_mtime_ns if home.current.is_symlink() else 0
