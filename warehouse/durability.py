"""Making what was written survive a power cut: fsync of files and folders, atomic links. Knows no paths of its own."""

import os
from pathlib import Path

from warehouse.faults import reached


def sync_file(path: Path) -> None:
    """Have the disk hold the file's bytes before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Have the disk hold the folder's entries; without it a renamed file may be gone after a power cut."""
    sync_file(path)


def sync_tree(folder: Path) -> None:
    """Have the disk hold a folder with everything in it."""
    for path in sorted(folder.rglob("*")):
        if not path.is_symlink():
            sync_file(path)
    sync_folder(folder)


def replace_file(path: Path, content: bytes) -> None:
    """Write a private file in one step: a reader, or a power cut, sees what it held before or what it holds after."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:  # a full disk: what is half there would take room, and be found by nobody
        part.unlink(missing_ok=True)
        raise
    reached("file.written")
    part.replace(path)
    sync_folder(path.parent)


def replace_link(link: Path, target: str) -> None:
    """Point a symbolic link at another target in one step: a reader sees the old one or the new one."""
    part = link.with_name(f"{link.name}.part")
    part.unlink(missing_ok=True)
    part.symlink_to(target)
    reached("link.written")
    part.replace(link)
    sync_folder(link.parent)
