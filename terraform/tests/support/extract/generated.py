"""What one resource's generated files say.

Deals with: the shapes of the JavaScript and of its type declarations, and the words picked out of them.
Does not deal with: what they mean together (``blocks.py``), the package around them (``wheel.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

CLASS = re.compile(r"^class (\w+) extends (?:cdktn|cdktf)\.(\w+) \{$(.*?)^\}$", re.M | re.S)
HCL_FUNCTION = re.compile(r"^function (\w+)ToHclTerraform\(struct\) \{$(.*?)^\}$", re.M | re.S)
HCL_ENTRY = re.compile(
    r'^\s+"?([\w-]+)"?: \{\n\s+value: (.*),\n\s+isBlock: (true|false),'
    r'\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)"',
    re.M,
)
ATTRIBUTE = re.compile(
    r"^ {4}// ([\w-]+) - computed: (true|false), optional: (true|false), required: (true|false)\n"
    r"(.*?)(?=^ {4}// [\w-]+ - computed:|^ {4}// =====|\Z)",
    re.M | re.S,
)
COMPLEX_FIELD = re.compile(r'^\s+(?:this\.)?_\w+ = new (?:\w+\.)?(\w+)\(this, "([\w-]+)"(?:, (true|false))?\)', re.M)
GETTER = re.compile(r"^ {4}get \w+\(\) \{\n\s+return (.*);$", re.M)
TF_TYPE = re.compile(r"terraformResourceType: ['\"](\w+)['\"]")
VERSION = re.compile(r"providerName: '([\w-]+)',\s+providerVersion: '([\w.+-]+)'")
INTERFACE = re.compile(r"^export interface (\w+)[^{]*\{$(.*?)^\}$", re.M | re.S)
BLOCK_MARK = re.compile(r"/\*\*\s*\* ([\w-]+) block\s*\*\s*\* Docs at Terraform Registry")
REQUIRED_FIELD = re.compile(r"#([\w-]+) [\w]+#[\w-]+\}(?:(?!/\*\*).)*?\*/\s*readonly \w+(\??):", re.S)

SIMPLE_GETTERS = (
    ("getStringMapAttribute", ["map", "string"]),
    ("getNumberMapAttribute", ["map", "number"]),
    ("getBooleanMapAttribute", ["map", "bool"]),
    ("getNumberListAttribute", ["list", "number"]),
    ("getListAttribute", ["list", "string"]),
    ("getStringAttribute", "string"),
    ("getNumberAttribute", "number"),
    ("getBooleanAttribute", "bool"),
)
BUILTIN_MAPS = {
    "StringMap": ["map", "string"],
    "NumberMap": ["map", "number"],
    "BooleanMap": ["map", "bool"],
    "AnyMap": ["map", "dynamic"],
}
SCALARS = {"string": "string", "number": "number", "boolean": "bool", "any": "dynamic"}


def storage_type(kind: str, storage: str):
    """Type of an attribute from its ``type`` and ``storageClassType`` words."""
    wrappers = []
    while storage not in SCALARS:
        for suffix, wrapper in (("List", "list"), ("Map", "map")):
            if storage.endswith(suffix):
                wrappers.append(wrapper)
                storage = storage[: -len(suffix)]
                break
        else:
            return "dynamic"
    result = SCALARS[storage]
    for wrapper in reversed(wrappers):
        result = [wrapper, result]
    if kind == "set" and isinstance(result, list) and result[0] == "list":
        result[0] = "set"
    return result


@dataclass
class Attr:
    name: str
    computed: bool
    optional: bool
    required: bool
    type: object = None  # cty type, when simple
    struct: str | None = None  # class of the nested object, when complex
    wrapper: str | None = None  # list | set | map | None (one object)


@dataclass
class Unit:
    """The classes, HCL tables and block names of one resource's files."""

    classes: dict[str, tuple[str, str]] = field(default_factory=dict)
    hcl: dict[str, dict[str, tuple[str, str, str]]] = field(default_factory=dict)
    blocks: dict[str, set[str]] = field(default_factory=dict)
    required: dict[str, set[str]] = field(default_factory=dict)
    version: tuple[str, str] | None = None  # provider name and version

    def add_js(self, text: str) -> None:
        for name, base, body in CLASS.findall(text):
            self.classes[name] = (base, body)
        for name, body in HCL_FUNCTION.findall(text):
            self.hcl[name.lower()] = hcl_entries(body)

    def add_dts(self, text: str) -> None:
        for name, body in INTERFACE.findall(text):
            self.blocks[name] = set(BLOCK_MARK.findall(body))
            self.required[name] = {tf for tf, opt in REQUIRED_FIELD.findall(body) if not opt}

    # -- reading -----------------------------------------------------------

    def attributes(self, class_name: str) -> list[Attr]:
        _base, body = self.classes[class_name]
        complex_fields = {name: (cls, wraps) for cls, name, wraps in COMPLEX_FIELD.findall(body)}
        found = []
        for name, computed, optional, required, text in ATTRIBUTE.findall(body):
            attr = Attr(name, computed == "true", optional == "true", required == "true")
            cls, wraps_set = complex_fields.get(name, (None, None))
            if cls in BUILTIN_MAPS:
                attr.type = BUILTIN_MAPS[cls]
            elif cls:
                attr.struct, attr.wrapper = self._unwrap(cls, wraps_set)
            else:
                attr.type = self._getter_type(text)
            found.append(attr)
        return found

    def _unwrap(self, cls: str, wraps_set: str | None) -> tuple[str, str | None]:
        base, body = self.classes.get(cls, ("ComplexObject", ""))
        if base in ("ComplexList", "ComplexMap"):
            element = re.search(r"return new (?:\w+\.)?(\w+)\(", body)
            assert element, cls
            kind = "map" if base == "ComplexMap" else "set" if wraps_set == "true" else "list"
            inner = element[1]
            return inner, kind
        return cls, None

    @staticmethod
    def _getter_type(text: str):
        getter = GETTER.search(text)
        expression = getter[1] if getter else ""
        for word, kind in SIMPLE_GETTERS:
            if word in expression:
                if "Fn.tolist" in expression and kind[0] == "list":
                    return ["set", kind[1]]
                return kind
        return None  # decided by the HCL table


def hcl_entries(body: str) -> dict[str, tuple[str, str, str]]:
    return {n: (value, kind, storage) for n, value, _b, kind, storage in HCL_ENTRY.findall(body)}
