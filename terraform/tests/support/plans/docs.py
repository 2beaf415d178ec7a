"""What the documentation shows a command to print.

Deals with: finding it, comparing it with what the command prints.
Does not deal with: running the command.
"""

from __future__ import annotations

from runner.terraform import Failed

PAGE = "docs/deploy.md"
LEFT_OUT = "…"


def shown(page: str, command: str, whose: str) -> list[str]:
    """The lines below ``$ COMMAND`` in the block that has ``whose``."""
    for block in page.split("```console\n")[1:]:
        first, *lines = block.split("```")[0].splitlines()
        if first == f"$ {command}" and any(whose in line for line in lines):
            return lines
    raise Failed(f"{PAGE}: no block has `$ {command}` and `{whose}`")


def compare(page: str, command: str, whose: str, printed: str) -> None:
    """Raises Failed unless the page shows what was ``printed``, but for what ``…`` leaves out."""
    lines = shown(page, command, whose)
    said = printed.strip().splitlines()
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.strip() == LEFT_OUT:
            parts.append([])
        else:
            parts[-1].append(line)
    whole = len(parts) == 1 and lines != said
    lost = [part for part in parts if not any(said[at : at + len(part)] == part for at in range(len(said)))]
    if whole or lost:
        old = "\n".join(lines if whole else lost[0])
        raise Failed(f"{PAGE}: `{command}` no longer prints\n{old}\nit prints\n{printed.strip()}")
