"""The tables of a module's README.

Deals with: inputs, outputs, resources as Markdown between two marks; writing them, telling that they are old.
Does not deal with: the rest of the README.
"""

from __future__ import annotations

from pathlib import Path

from . import hcl

BEGIN, END = "<!-- BEGIN TABLES -->", "<!-- END TABLES -->"


def render(folder: hcl.Folder) -> str:
    """The tables, without the marks."""
    required = [one for one in folder.variables if one.default is hcl.NONE]
    optional = [one for one in folder.variables if one.default is not hcl.NONE]
    parts = []
    if required:
        rows = [(_code(one.name), _code(one.type), one.description) for one in required]
        parts.append("### Required inputs\n\n" + _table(("Name", "Type", "What it is"), rows))
    if optional:
        rows = [(_code(one.name), _code(one.type), _code(hcl.text(one.default)), one.description) for one in optional]
        parts.append("### Optional inputs\n\n" + _table(("Name", "Type", "Default", "What it is"), rows))
    if folder.outputs:
        rows = [(_code(one.name), one.description) for one in folder.outputs]
        parts.append("### Outputs\n\n" + _table(("Name", "What it is"), rows))
    rows = [(_code(kind), ", ".join(map(_code, names))) for kind, names in sorted(folder.resources.items())]
    rows += [(f"module {_code(source)}", _code(name)) for name, source in sorted(folder.calls.items())]
    if rows:
        parts.append("### Resources\n\n" + _table(("Type", "Names"), rows))
    return "\n\n".join(parts)


def renew(readme: str, tables: str) -> str | None:
    """The README with these tables between its marks; None if it has no marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        return None
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"


def check(declared: hcl.Folder, folder: Path, shown: str, kind: str, write: bool = False) -> list[str]:
    """One sentence a finding about the README in ``folder``; with ``write`` old tables are written anew instead."""
    path = folder / "README.md"
    if not path.exists():
        return [f"{shown}: has no README.md"]
    readme = path.read_text()
    renewed = renew(readme, render(declared))
    if renewed is None:
        return [f"{shown}/README.md: put {BEGIN} and {END} where the tables go"] if kind == "modules" else []
    if renewed == readme:
        return []
    if write:
        path.write_text(renewed)
        return []
    return [f"{shown}/README.md: its tables are old; run `cargo xtask terraform docs`"]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *(tuple(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(words: str) -> str:
    return "<br>".join(words.strip().split("\n")).replace("|", "\\|")


def _code(words: str) -> str:
    return f"`{' '.join(words.split())}`"
