"""A snapshot is behind once a fact was written after it was put in place."""

import os
from pathlib import Path

from warehouse.freshness import is_behind
from warehouse.layout import Home


def test_a_snapshot_is_behind_once_a_fact_is_written_after_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    assert not is_behind(home)
    home.facts_path.touch()
    assert is_behind(home)
    (home.snapshots / "20260301T000000000000Z").mkdir()
    home.current.symlink_to("20260301T000000000000Z")
    assert not is_behind(home)
    later = home.current.lstat().st_mtime_ns + 1
    os.utime(home.facts_path, ns=(later, later))
    assert is_behind(home)
