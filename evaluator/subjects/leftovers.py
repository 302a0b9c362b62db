"""What a command leaves on disk and in memory, and how it is deleted, whatever it is."""

from __future__ import annotations

import contextlib
import os


def delete(folder: str) -> None:
    """Delete a folder, however deep it is, and whatever may not be done to what is in it.

    It goes down and up a step at a time: neither a path nor a recursion gets long.
    """
    at = None
    with contextlib.suppress(OSError):
        at = _entered(folder)
        way = [("", _emptied(at))]  # each folder on the way down, and the folders left in it
        while way:
            name, left = way[-1]
            if left:
                at = _entered(left[-1], at)
                way.append((left.pop(), _emptied(at)))
            elif way.pop() and way:
                at = _entered("..", at)
                os.rmdir(name, dir_fd=at)
        os.rmdir(folder)
    if at is not None:
        os.close(at)


def _entered(name: str, at: int | None = None) -> int:
    """Open a folder, whatever its mode, in place of the one that it is seen from."""
    if name != "..":
        os.chmod(name, 0o700, dir_fd=at)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
    if at is not None:
        os.close(at)
    return inner


def _emptied(folder: int) -> list[str]:
    """Delete the files of a folder, and give the folders in it."""
    folders = []
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.name)
        else:
            os.unlink(entry.name, dir_fd=folder)
    return folders


def delete_shared(user: int) -> None:
    """Delete the shared memory of a user, who is no more."""
    with contextlib.suppress(OSError), os.scandir("/dev/shm") as found:
        for entry in found:
            if entry.stat(follow_symlinks=False).st_uid != user:
                continue
            if entry.is_dir(follow_symlinks=False):
                delete(entry.path)
            else:
                os.unlink(entry.path)
