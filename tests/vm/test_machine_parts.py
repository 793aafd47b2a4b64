"""What a virtual machine is put together from, without starting one."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vm import machine as machine_module
from tests.vm.initramfs import Modules, archive
from tests.vm.machine import missing

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".xz": lzma.compress,
    ".gz": gzip.compress,
}


def module(folder: Path, name: str, depends: str, packed: str = "") -> bytes:
    """Write a module as a kernel's package holds it."""
    code = b"\x7fELF...license=GPL\0depends=" + depends.encode() + b"\0name=x\0"
    (folder / f"{name}.ko{packed}").write_bytes(PACKED[packed](code))
    return code


@pytest.mark.parametrize("packed", PACKED)
def test_modules_come_after_what_they_need(tmp_path: Path, packed: str) -> None:
    codes = {
        "usb_common": module(tmp_path, "usb-common", "", packed),
        "usbcore": module(tmp_path, "usbcore", "usb-common", packed),
        "vhci_hcd": module(tmp_path, "vhci-hcd", "usbip-core,usbcore", packed),
        "usbip_core": module(tmp_path, "usbip-core", "usbcore", packed),
    }
    found = Modules(tmp_path).in_order(["vhci_hcd", "usbcore"])
    assert found == codes
    assert list(found) == ["usb_common", "usbcore", "usbip_core", "vhci_hcd"]


def test_what_is_no_module_is_taken_for_a_part_of_the_kernel(tmp_path: Path) -> None:
    assert Modules(tmp_path).in_order(["overlay"]) == {}


def test_an_archive_holds_files_where_cpio_has_them() -> None:
    made = archive({"init": b"#!/bin/sh\n"})
    at = made.index(b"init\0") - 110
    head = made[at : at + 110]
    assert at % 4 == 0
    assert head[:6] == b"070701"
    assert int(head[14:22], 16) == 0o100755
    assert int(head[54:62], 16) == 10
    assert int(head[94:102], 16) == len(b"init\0")
    content = at + 110 + 5 + -(110 + 5) % 4
    assert made[content : content + 10] == b"#!/bin/sh\n"
    assert b"TRAILER!!!\0" in made[content:]
    assert len(made) % 4 == 0


def test_without_a_kernel_the_reason_to_skip_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing():
        pytest.skip(missing())
    monkeypatch.setattr(machine_module, "KERNEL", tmp_path)
    assert missing() == "there is no kernel to start: `make setup` fetches Debian's linux-image"


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    if missing():
        pytest.skip(missing())
    monkeypatch.setattr(machine_module, "_NEEDED", {"of-nobody": "that-package"})
    assert missing() == "of-nobody is not installed: apt install that-package"
