"""No tracked file may name a package index or a path of the machine it was written on.

The patterns are put together from pieces, so that this file does not hold what it looks for.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

NOT_OURS = frozenset({".git", ".venv", "build", "runs", "__pycache__"})
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]
PATHS = ["file:" + "///", "/" + "root/", "/" + "work/", "/" + "Users/"]
HOME = "/" + r"home/\w"


def configured_hosts() -> list[str]:
    """The hosts of the package indexes that pip is set to use on this machine."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    hosts = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s'\"]+", listed)}
    return sorted(host for host in hosts if host and "." in host)


def files(root: Path) -> list[Path]:
    """The tracked files; every file that could be one where there is no git."""
    git = shutil.which("git")
    if git and (root / ".git").exists():
        listed = subprocess.run(
            # A checkout may belong to another user than the one who runs the tests.
            [git, "-c", "safe.directory=*", "ls-files", "-z"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return [root / name for name in listed.split("\0") if name and (root / name).is_file()]
    return [
        path
        for path in sorted(root.rglob("*"))
        if path.is_file() and NOT_OURS.isdisjoint(path.relative_to(root).parts)
    ]


def addresses(root: Path, hosts: list[str] | None = None) -> list[str]:
    """Lines that name an index or a path of a machine."""
    wanted = [re.escape(text) for text in (*HOSTS, *PATHS, *(hosts or []))] + [HOME]
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(wanted)})")
    return list(_lines_with(pattern, root))


def _lines_with(pattern: re.Pattern[str], root: Path) -> Iterator[str]:
    for path in files(root):
        # Bytes that are no text stand for themselves, so that no file is left out.
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        for number, line in enumerate(text.splitlines(), start=1):
            if found := pattern.search(line):
                yield f"{path.relative_to(root)}:{number}: {found.group()}"
