"""Bindings of an invented provider with one resource, ``lamp_bulb``, in the shape of the generated ones.

Deals with: a wheel small enough to read.
Does not deal with: what is expected of it (``test_extract.py``).
"""

import io
import tarfile
import zipfile
from pathlib import Path

GENERATED_BY = """
            terraformResourceType: '{type}',
            terraformGeneratorMetadata: {{
                providerName: 'lamp',
                providerVersion: '3.2.1',
"""


def attribute(name, flags, getter="", member=""):
    computed, optional, required = (("false", "true")[flag in flags] for flag in "cor")
    lines = [f"    // {name} - computed: {computed}, optional: {optional}, required: {required}"]
    lines += [f"    {member}"] if member else []
    lines += [f"    get {name}() {{", f"        return {getter};", "    }"] if getter else []
    return "\n".join(lines)


def entry(name, kind, storage, value="x", block="false"):
    return (
        f"            {name}: {{\n                value: {value},\n                isBlock: {block},"
        f'\n                type: "{kind}",\n                storageClassType: "{storage}",\n            }},'
    )


def hcl_function(struct, *entries):
    body = "\n".join(["    const attrs = {", *entries, "    };"])
    return f"function {struct}ToHclTerraform(struct) {{\n{body}\n}}"


def klass(name, base, *parts):
    return "\n".join([f"class {name} extends cdktn.{base} {{", *parts, "}"])


BULB_JS = "\n".join(
    [
        hcl_function("bulbShade", entry("colour", "simple", "string")),
        hcl_function("bulbSocket", entry("size", "simple", "number")),
        klass(
            "BulbShadeOutputReference",
            "ComplexObject",
            attribute("colour", "r", "this.getStringAttribute('colour')"),
            attribute("warmth", "c", "this.getNumberAttribute('warmth')"),
        ),
        klass(
            "BulbShadeList",
            "ComplexList",
            "    get(index) {",
            "        return new BulbShadeOutputReference(this);",
            "    }",
        ),
        klass("BulbSocketOutputReference", "ComplexObject", attribute("size", "r", "this.getNumberAttribute('size')")),
        klass(
            "Bulb",
            "TerraformResource",
            GENERATED_BY.format(type="lamp_bulb"),
            attribute("id", "c", "this.getStringAttribute('id')"),
            attribute("watts", "r", "this.getNumberAttribute('watts')"),
            attribute("rooms", "o", "cdktn.Fn.tolist(this.getListAttribute('rooms'))"),
            attribute("tags", "oc", "this.getStringMapAttribute('tags')"),
            attribute("shade", "o", "this._shade", '_shade = new BulbShadeList(this, "shade", true);'),
            attribute("socket", "r", "this._socket", '_socket = new BulbSocketOutputReference(this, "socket");'),
            "    synthesizeHclAttributes() {\n        const attrs = {",
            entry("watts", "simple", "number"),
            entry("rooms", "set", "stringList"),
            entry("shade", "set", "BulbShadeList", block="true"),
            entry("socket", "list", "BulbSocketList", block="true"),
            "        };\n    }",
        ),
        "//# sourceMappingURL=data:nothing",
    ]
)

BLOCK = """    /**
    * {name} block
    *
    * Docs at Terraform Registry: {{@link x}}
    */
    readonly {name}?: X;"""
BULB_DTS = "\n".join(
    [
        "export interface BulbConfig extends cdktn.TerraformMetaArguments {",
        BLOCK.format(name="shade"),
        BLOCK.format(name="socket"),
        "}",
        "export interface BulbShade {",
        "}",
    ]
)

PROVIDER_JS = klass(
    "LampProvider",
    "TerraformProvider",
    GENERATED_BY.format(type="lamp"),
    attribute("voltage", "r"),
    "    synthesizeHclAttributes() {\n        const attrs = {",
    entry("voltage", "simple", "number"),
    entry("fuses", "list", "numberList"),
    "        };\n    }",
)


def wheel(folder: Path, bulb_js: str = BULB_JS) -> Path:
    """Writes the wheel into ``folder``."""
    files = {
        "package/lib/bulb/index.js": bulb_js,
        "package/lib/bulb/index.d.ts": BULB_DTS,
        "package/lib/provider/index.js": PROVIDER_JS,
    }
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    path = folder / "lamp.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lamp/_jsii/lamp@1.jsii.tgz", inner.getvalue())
    return path
