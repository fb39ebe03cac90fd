"""Verify an audit package of Värna, offline: `python3 -I verify.py [FOLDER|ZIP] [--key FILE] [--language sv|en]`.

Needs nothing but Python's standard library, and `openssl` for the signatures (Ed25519). Names each file that is not as
it was made, and why. Ends with 0 if all is well, and with 1 if anything is not.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

START, MANIFEST, SIGNATURE, TREE = "0" * 64, "manifest.json", "manifest.sig", "tree.json"
LEDGER = "algorithm case seq organisation at recorded actor cause type sealed previous".split()
ACCESS = "form organisation seq case user role via what at source ground reference previous".split()
TROUBLE = (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(it: object) -> bytes:
    return json.dumps(it, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def packed(files: dict[str, bytes]) -> bytes:
    """The one ZIP that these files make: in order of name, as they are, without a time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, files[name])
    return made.getvalue()


def signed(keys: list[str], text: bytes, signature: bytes) -> bool:
    """Whether one of these public keys has signed this, says openssl."""
    words = "openssl pkeyutl -verify -pubin -inkey key -rawin -in text -sigfile sig".split()
    with tempfile.TemporaryDirectory() as folder:
        for key in keys:
            for name, content in (("key", key.encode()), ("text", text), ("sig", signature)):
                Path(folder, name).write_bytes(content)
            if not subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode:
                return True
    return False


def climb(at: int, last: int, old: bytes, new: bytes, proof: list[str]) -> tuple[bytes, bytes]:
    """The roots that a proof leads to: of the tree before, and of the tree now (RFC 9162 §2.1.3.2, §2.1.4.2)."""
    for part in map(bytes.fromhex, proof):
        left = at & 1 or at == last
        old, new = (sha256(b"\1", part, old) if left else old), sha256(b"\1", *((part, new) if left else (new, part)))
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else (b"", b"")


def extends(first: int, first_root: bytes, second: int, second_root: bytes, proof: list[str]) -> bool:
    """Whether a proof shows that the second tree begins with the first."""
    if first in {0, second}:
        return not proof and (first == 0 or first_root == second_root)
    first_part, *rest = proof if first & (first - 1) else [first_root.hex(), *proof]
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return first < second and climb(at, last, *2 * (bytes.fromhex(first_part),), rest) == (first_root, second_root)


class Package:
    """What was handed over, and what is wrong with it so far: file, code, and where."""

    def __init__(self, path: Path, key: Path | None, people: Path | None) -> None:
        self.files: dict[str, bytes] = {}
        self.wrong: list[tuple[str, str, str]] = []
        self.people = json.loads(people.read_text()) if people else {}
        if path.is_dir():
            self.files = {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}
        else:
            self._unpack(path)
        self.key = key.read_text() if key else self.files.get("key.pem", b"").decode(errors="replace")
        self.keys = re.findall("-----BEGIN PUBLIC KEY-----\n.*?\n-----END PUBLIC KEY-----\n", self.key, re.DOTALL)

    def _unpack(self, path: Path) -> None:
        name = path.name  # and then that of each file in it, so that it is known where reading broke off
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                self.wrong += [(name, "twice", "") for name in set(names) if names.count(name) > 1]
                for name in names:
                    self.files[name] = archive.read(name)
            if packed(self.files) != path.read_bytes():
                self.wrong.append((path.name, "zip_changed", ""))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, here it ends
            self.wrong.append((name, "unreadable", type(error).__name__))

    def lines(self, name: str) -> list[dict[str, Any]]:
        """A file of JSON lines, each written in the one way there is."""
        try:
            found = [json.loads(line) for line in self.files[name].splitlines()]
            if b"".join(map(canonical, found)) != self.files[name] or not all(isinstance(it, dict) for it in found):
                raise ValueError(name)
        except TROUBLE:
            self.wrong.append((name, "unreadable" if name in self.files else "missing", ""))
            return []
        return found

    def manifest(self) -> None:
        """Every file is there as it was made, and no other; who made it has signed so."""
        if not signed(self.keys[-1:], self.files.get(MANIFEST, b""), self.files.get(SIGNATURE, b"")):
            self.wrong.append((SIGNATURE, "not_signed", ""))
        listed = (self.lines(MANIFEST) or [{}])[0].get("files", {})
        for name in sorted({*self.files, *listed} - {MANIFEST, SIGNATURE}):
            if name not in listed or name not in self.files:
                self.wrong.append((name, "missing" if name in listed else "added", ""))
            elif hashlib.sha256(self.files[name]).hexdigest() != listed[name]:
                self.wrong.append((name, "changed", ""))

    def chain(self, name: str, parts: list[str], *, whole: bool) -> tuple[list[str], int]:
        """The lines follow each other, and each is what its hash says: the hashes, and how many were computed anew."""
        seq, previous, hashes, computed = 0, START, list[str](), 0
        for line in self.lines(name):
            follows = line["seq"] == seq + 1
            if line["seq"] <= seq or (whole and not follows):
                self.wrong.append((name, "gap", str(line["seq"])))
            if follows and line["previous"] != previous:
                self.wrong.append((name, "unlinked", str(line["seq"])))
            if self.people or not line["hidden"]:
                for part in line["hidden"]:
                    line[part] = re.sub(r"person-\d+", lambda it: self.people.get(it[0], it[0]), line[part])
                text = json.dumps([line[part] for part in parts], separators=(",", ":")).encode()
                computed += 1
                if hashlib.sha256(text).hexdigest() != line["hash"]:
                    self.wrong.append((name, "hash_differs", str(line["seq"])))
            seq, previous = line["seq"], line["hash"]
            hashes.append(line["hash"])
        return hashes, computed

    def tree(self, hashes: dict[str, list[str]]) -> None:
        """Each checkpoint is signed and extends the one before; every line of the ledgers stands under the last."""
        its, size, root = (self.lines(TREE) or [{}])[0], 0, b""
        for number, (note, proof) in enumerate(its["checkpoints"], start=1):
            text, _, below = note.partition("\n\n")
            its_size, its_root = int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])
            signatures = [base64.b64decode(line.split(" ")[2])[4:] for line in below.splitlines()]
            if not any(signed(self.keys, (text + "\n").encode(), one) for one in signatures):
                self.wrong.append((TREE, "not_signed", str(number)))
            if not extends(size, root, its_size, its_root, proof):
                self.wrong.append((TREE, "does_not_extend", str(number)))
            size, root = its_size, its_root
        for case, ours in hashes.items():
            for seq, leaf in enumerate(ours, start=1):
                at, proof = its["leaves"][case][seq - 1]
                if not 0 <= at < size or climb(at, size - 1, b"", sha256(b"\0", leaf.encode()), proof)[1] != root:
                    self.wrong.append((TREE, "not_in_tree", f"{case}/{seq}"))

    def check(self) -> dict[str, int]:
        """Everything; how much there was, and how many entries could be computed anew."""
        self.manifest()
        its = (self.lines("package.json") or [{}])[0]
        ours, computed = dict[str, list[str]](), 0
        for case, (seq, last) in sorted(its["heads"].items()):
            ours[case], anew = self.chain(f"cases/{case}/ledger.jsonl", LEDGER, whole=True)
            computed += anew
            if [len(ours[case]), ours[case][-1:]] != [seq, [last]]:
                self.wrong.append((f"cases/{case}/ledger.jsonl", "truncated", ""))
        self.tree(ours)
        read, _ = self.chain("access.jsonl", ACCESS, whole=False)
        return {"cases": len(ours), "entries": sum(map(len, ours.values())), "computed": computed, "reads": len(read)}


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("package", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    asked.add_argument("--key", type=Path, help="the public key (PEM) that you were given otherwise")
    asked.add_argument("--people", type=Path, help="who is who (JSON), if you were given that")
    asked.add_argument("--language", choices=("sv", "en"), default="sv")
    given = asked.parse_args()
    its, told = Package(given.package, given.key, given.people), dict[str, int]()
    try:
        told = its.check()
    except TROUBLE as error:
        its.wrong.append(("openssl" if isinstance(error, OSError) else MANIFEST, "unreadable", type(error).__name__))
    words = (its.lines("words.json") or [{}])[0].get(given.language, {})
    for name, code, where in dict.fromkeys(its.wrong):
        print(f"{words.get('wrong', 'WRONG')} {name}: {words.get(code, code)} {where}".rstrip())
    key = hashlib.sha256(its.key.encode()).hexdigest()
    print(words.get("broken" if its.wrong else "whole", "{key}").format(wrong=len(its.wrong), key=key, **told))
    sys.exit(bool(its.wrong))
