"""What a folder of Terraform files declares.

Deals with: variables, outputs, resources and calls of modules, as data; what its tests break and mock.
Does not deal with: whether that is right (``shape.py``), how it is shown (``tables.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import hcl2
from hcl2 import SerializationOptions

OPTIONS = SerializationOptions(with_comments=False)
NONE = object()
"""Default of a variable that has none."""


@dataclass
class Named:
    """A variable or output: where it is declared, and its arguments as HCL text."""

    name: str
    file: str
    line: int
    arguments: dict

    @property
    def description(self) -> str:
        return plain(self.arguments.get("description", ""))

    @property
    def type(self) -> str:
        return text(self.arguments.get("type", "any")).removeprefix("${").removesuffix("}")

    @property
    def default(self):
        return self.arguments.get("default", NONE)

    @property
    def validations(self) -> int:
        return len(self.arguments.get("validation", []))


@dataclass
class Folder:
    variables: list[Named] = field(default_factory=list)
    outputs: list[Named] = field(default_factory=list)
    resources: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    providers: dict[str, str] = field(default_factory=dict)
    configured: list[str] = field(default_factory=list)
    required_version: str = ""


def read(folder: Path) -> Folder:
    """Everything that ``*.tf`` in ``folder`` declares, in the order of files and lines."""
    found = Folder()
    for file in sorted(folder.glob("*.tf")):
        source = file.read_text()
        content = hcl2.loads(source, serialization_options=OPTIONS)
        for kind, into in (("variable", found.variables), ("output", found.outputs)):
            for block in content.get(kind, []):
                [(label, arguments)] = block.items()
                name = plain(label)
                into.append(Named(name, file.name, _line(source, kind, name), arguments))
        for block in content.get("resource", []):
            [(tf_type, named)] = block.items()
            found.resources.setdefault(plain(tf_type), []).extend(plain(name) for name in _labels(named))
        for block in content.get("module", []):
            [(name, arguments)] = block.items()
            found.calls[plain(name)] = plain(arguments["source"])
        found.configured += [plain(label) for block in content.get("provider", []) for label in _labels(block)]
        for block in content.get("terraform", []):
            found.required_version = plain(block.get("required_version", found.required_version))
            for listed in block.get("required_providers", []):
                for name in _labels(listed):
                    found.providers[plain(name)] = _argument(listed[name], "version")
    return found


@dataclass
class Tests:
    broken: set[str] = field(default_factory=set)
    """Names of variables that some run expects to be refused."""
    mocked: set[str] = field(default_factory=set)
    """Providers that some file mocks."""


def read_tests(folder: Path) -> Tests:
    """What ``tests/*.tftest.hcl`` in ``folder`` covers."""
    found = Tests()
    for file in sorted((folder / "tests").glob("*.tftest.hcl")):
        content = hcl2.loads(file.read_text(), serialization_options=OPTIONS)
        found.mocked |= {plain(label) for block in content.get("mock_provider", []) for label in _labels(block)}
        for block in content.get("run", []):
            for run in block.values():
                expected = run.get("expect_failures", [])
                found.broken |= {name[1] for one in expected if (name := re.search(r"var\.(\w+)", text(one)))}
    return found


def plain(value) -> str:
    """A string's content: without its quotes, or a heredoc without its marks and margin."""
    value = text(value)
    heredoc = re.fullmatch(r'"?<<-?(\w+)\n(.*)\n\s*\1\s*"?', value, re.S)
    if heredoc:
        lines = heredoc[2].split("\n")
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        return "\n".join(line[margin:] for line in lines)
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


def text(value) -> str:
    """A value as HCL."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {text(value[key])}" for key in _labels(value))
        return f"{{ {inner} }}" if inner else "{}"
    return str(value)


def _labels(block: dict) -> list[str]:
    return [label for label in block if not label.startswith("__")]


def _argument(value, name: str) -> str:
    if isinstance(value, dict):
        return plain(next((value[key] for key in value if plain(key) == name), ""))
    found = re.search(rf'{name}\s*=\s*"([^"]*)"', text(value))
    return found[1] if found else ""


def _line(source: str, kind: str, name: str) -> int:
    found = re.search(rf'^{kind}\s+"{re.escape(name)}"', source, re.M)
    return source.count("\n", 0, found.start()) + 1 if found else 1
