"""Compiled templates are kept beside Python's own compiled modules, for the same reason.

Compiling a dozen templates takes longer than rendering the page of a small run. What is kept is
found by a template's source, the options it was compiled with, and Jinja2's and Python's versions.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

FOLDER = Path(__file__).parent / "__pycache__"


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates that were compiled before. Where nothing can be kept, nothing is."""

    def __init__(self, options: Mapping[str, object], folder: Path = FOLDER) -> None:
        said = repr((version("jinja2"), sorted((k, repr(v)) for k, v in options.items())))
        tag = hashlib.sha256(said.encode()).hexdigest()[:12]
        super().__init__(str(folder), f"templates-{tag}-%s.cache")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, unless there is nothing to read."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled, unless Python was told to keep nothing."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self.directory).mkdir(exist_ok=True)
                super().dump_bytecode(bucket)
