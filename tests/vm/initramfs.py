"""The archive a kernel begins with: busybox, the modules it needs, and a script."""

from __future__ import annotations

import gzip
import lzma
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

_FOLDERS = ("bin", "dev", "lower", "memory", "proc", "rig", "system")
_READERS: dict[str, Callable[[bytes], bytes]] = {
    ".ko": bytes,
    ".xz": lzma.decompress,
    ".gz": gzip.decompress,
}
_DEPENDS = re.compile(rb"\0depends=([^\0]*)\0")


class Modules:
    """The modules that came with a kernel, somewhere below a folder."""

    def __init__(self, folder: Path) -> None:
        self._paths = {
            _name(path): path for path in folder.rglob("*.ko*") if path.suffix in _READERS
        }

    def in_order(self, wanted: list[str]) -> dict[str, bytes]:
        """The wanted modules and all they need, each after what it needs.

        A module that is not there is taken for a part of the kernel itself.
        """
        loaded: dict[str, bytes] = {}
        for name in wanted:
            for needed, code in self._with_needs(name):
                loaded.setdefault(needed, code)
        return loaded

    def _with_needs(self, name: str) -> Iterator[tuple[str, bytes]]:
        path = self._paths.get(name)
        if path is None:
            return
        code = _READERS[path.suffix](path.read_bytes())
        found = _DEPENDS.search(code)
        for needed in found[1].decode().split(",") if found and found[1] else []:
            yield from self._with_needs(needed.replace("-", "_"))
        yield name, code


def archive(files: Mapping[str, bytes]) -> bytes:
    """A cpio archive in the form "newc", which the kernel unpacks: these files, and folders."""
    entries = [(name, stat.S_IFDIR | 0o755, b"") for name in _FOLDERS]
    entries += [(name, stat.S_IFREG | 0o755, content) for name, content in files.items()]
    entries += [("TRAILER!!!", 0, b"")]
    return b"".join(_entry(i, *entry) for i, entry in enumerate(entries, start=1))


def _entry(inode: int, name: str, mode: int, content: bytes) -> bytes:
    named = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(named), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + named
    return _filled(head) + _filled(content)


def _filled(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _name(path: Path) -> str:
    return path.name.partition(".")[0].replace("-", "_")
