"""What the checks of real plans make of what they are given, so that none passes by looking at nothing.

Deals with: comparing faults, comparing with the documentation, edits that find nothing, the program that prints.
Does not deal with: real plans; ``cargo xtask terraform plans`` makes those.
"""

import platform
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from plans import anyfn, docs, edits, packages
from plans.example import Example
from runner.terraform import Failed, Terraform
from runner.units import Unit

ROOT = Path(__file__).resolve().parents[4]
HANDLER = {"kind": "drift", "place": "a.b handler", "says": "it is `recieve`, and the code's function is: `receive`"}
PAGE = "# Title\n\n```console\n$ anyfn idle\nbills:\n  …\n  0.13  a.b\n\n3.19 USD\n```\n"


def found(*faults: dict, unknown: tuple[dict, ...] = ()) -> dict:
    return {"faults": list(faults), "unknown": list(unknown)}


class Compared(unittest.TestCase):
    def refused(self, words: str, found: dict, expected: list[anyfn.Fault]):
        with self.assertRaises(Failed) as raised:
            anyfn.compare("webhook", found, expected)
        self.assertIn(words, str(raised.exception))

    def test_only_the_very_faults_pass(self):
        right = ("drift", "a.b handler", "`receive`")
        anyfn.compare("webhook", found(HANDLER), [right])
        anyfn.compare("webhook", found(), [])
        self.refused("not found", found(), [right])
        self.refused("not expected", found(HANDLER), [])
        for other in (("grant", *right[1:]), ("drift", "a.c handler", "`receive`"), ("drift", "a.b handler", "`send`")):
            self.refused("not found", found(HANDLER), [other])
        self.refused("unknown: a.b policy", found(unknown=({"place": "a.b policy", "says": "later"},)), [])

    def test_the_page_must_show_what_is_printed(self):
        docs.compare(PAGE, "anyfn idle", "USD", "bills:\n  9.00  c.d\n  0.13  a.b\n\n3.19 USD\n")
        docs.compare(PAGE.replace("  …\n", ""), "anyfn idle", "USD", "bills:\n  0.13  a.b\n\n3.19 USD\n")
        for printed in ("bills:\n  0.13  a.b\n\n3.20 USD\n", "  0.13  a.b\n\n3.19 USD\n"):
            with self.assertRaisesRegex(Failed, r"docs/deploy.md: `anyfn idle` no longer prints"):
                docs.compare(PAGE, "anyfn idle", "USD", printed)
        with self.assertRaisesRegex(Failed, "no longer prints"):
            docs.compare(PAGE.replace("  …\n", ""), "anyfn idle", "USD", "bills:\n  0.13  a.b\n\n3.19 USD\nmore\n")
        with self.assertRaisesRegex(Failed, "no block has"):
            docs.compare(PAGE, "anyfn cost", "USD", "")


class Planted(unittest.TestCase):
    def test_an_edit_that_finds_nothing_is_told_with_its_file(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = Unit(Path("aws-media"), "aws", "examples", "aws")
            example = Example(unit, Path(folder), Terraform(Path(folder), unit.path, {}))
            file = Path(folder) / "aws/terraform/aws/main.tf"
            file.parent.mkdir(parents=True)
            file.write_text("enabled = true\n")
            example.edit("main.tf", "true", "false")
            self.assertEqual(file.read_text(), "enabled = false\n")
            with self.assertRaisesRegex(Failed, r"terraform/aws/main.tf: .* not in it: true"):
                example.edit("main.tf", "true", "false")

    def test_every_text_that_is_replaced_is_in_the_modules(self):
        for cloud, all_edits in (("aws", edits.AWS), ("azure", edits.AZURE)):
            for file, old, new in all_edits:
                self.assertIn(old, (ROOT / "terraform" / cloud / file).read_text(), file)
                self.assertNotEqual(old, new)


class Packages(unittest.TestCase):
    @unittest.skipUnless(sys.platform == "linux" and platform.machine() == "x86_64", "it is for Linux on x86-64")
    def test_the_program_prints_what_it_was_given(self):
        says = b'{"anyfn": 1}' * 300
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "program"
            program.write_bytes(packages.executable(says, packages.X86_64))
            program.chmod(0o755)
            done = subprocess.run([program, "manifest"], capture_output=True, check=True)
        self.assertEqual(done.stdout, says)


if __name__ == "__main__":
    unittest.main()
