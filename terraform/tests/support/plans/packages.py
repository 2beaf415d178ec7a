"""What ``anyfn build`` would write, without building for a cloud.

Deals with: a manifest as the application prints it, zips of the right shape for it, changed copies of both.
Does not deal with: packages of real executables, which the end-to-end tests run.
"""

from __future__ import annotations

import copy
import json
import shlex
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

APPS = ("image-processing", "webhook", "cron-cleanup")
X86_64, ARM64 = 62, 183
"""Processors, as an ELF header numbers them."""

LOADED_AT = 0x400000
HEADERS = 64 + 56


def build(binaries: Path, dist: Path, azure: bool) -> None:
    """Packages of all apps whose executables are in ``binaries``; those for Azure on request."""
    shutil.rmtree(dist, ignore_errors=True)
    for app in APPS:
        folder = dist / app
        folder.mkdir(parents=True)
        manifest = subprocess.run([binaries / app, "manifest"], capture_output=True, check=True).stdout
        (folder / "manifest.json").write_bytes(manifest)
        with zipfile.ZipFile(folder / "aws-arm64.zip", "w") as aws:
            bootstrap = zipfile.ZipInfo("bootstrap")
            bootstrap.external_attr = 0o100755 << 16
            aws.writestr(bootstrap, executable(manifest, ARM64))
        if azure:
            # The files beside the executable are the code's to write.
            printer = folder / "printer"
            printer.write_bytes(executable(manifest, X86_64))
            printer.chmod(0o755)
            words = [binaries / "anyfn", "build", "--bin", printer, "--target", "azure", "--out", dist]
            subprocess.run(words, capture_output=True, check=True)


def executable(says: bytes, machine: int) -> bytes:
    """A program for Linux that writes ``says`` and ends: 400 times smaller than one with an application in it.

    The instructions are those of x86-64, whatever ``machine`` its header names.
    """
    code = (
        b"\xb8\x01\x00\x00\x00"  # mov eax, 1 (write)
        b"\xbf\x01\x00\x00\x00"  # mov edi, 1 (stdout)
        b"\x48\x8d\x35\x10\x00\x00\x00"  # lea rsi, [rip + 16] (what follows the code)
        + b"\xba"
        + struct.pack("<I", len(says))  # mov edx, length
        + b"\x0f\x05"  # syscall
        b"\xb8\x3c\x00\x00\x00"  # mov eax, 60 (exit)
        b"\x31\xff"  # xor edi, edi
        b"\x0f\x05"  # syscall
    )
    size = HEADERS + len(code) + len(says)
    magic = b"\x7fELF\x02\x01\x01"
    head = struct.pack("<7s9xHHIQQQIHHHHHH", magic, 2, machine, 1, LOADED_AT + HEADERS, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, LOADED_AT, LOADED_AT, size, size, 0x1000)
    return head + segment + code + says


def changed(dist: Path, app: str, change: Callable[[dict], None]) -> str:
    """The manifest of ``app`` after ``change``."""
    manifest = json.loads((dist / app / "manifest.json").read_text())
    before = copy.deepcopy(manifest)
    change(manifest)
    assert manifest != before, f"nothing was changed in {app}"
    return json.dumps(manifest)


def script(path: Path, line: str) -> Path:
    """An executable that runs one line of shell, which finds its own words in ``"$@"``."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def printing(path: Path, manifest: str) -> Path:
    """An executable whose code, to whoever asks, is ``manifest``."""
    return script(path, f"printf %s {shlex.quote(manifest)}")
