"""The rules for modules and examples, on folders that the tests write."""

import tempfile
import unittest
from pathlib import Path

from runner import hcl, security, shape, steps, tables, units

VERSIONS = """
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.28, < 7"
    }
  }
}
"""
VARIABLES = """
variable "name" {
  description = "What it is | called."
  type        = string
  nullable    = false
  validation {
    condition     = var.name != "x"
    error_message = "name: not x."
  }
}

variable "retry" {
  description = <<-EOT
    How often:
    - `times`: as it says; null for never.
  EOT
  type = object({
    times = optional(number, 3)
  })
  default = { times = 2 }
}
"""
OUTPUTS = 'output "arn" {\n  description = "Its ARN."\n  value = aws_sqs_queue.this.arn\n}\n'
MAIN = 'resource "aws_sqs_queue" "this" {\n  name = var.name\n}\nmodule "dead" {\n  source = "../queue"\n}\n'
TESTS = """
mock_provider "aws" {}
run "a_bad_name_is_refused" {
  command = plan
  expect_failures = [var.name]
}
"""
GOOD = {
    "versions.tf": VERSIONS,
    "variables.tf": VARIABLES,
    "outputs.tf": OUTPUTS,
    "main.tf": MAIN,
    "tests/all.tftest.hcl": TESTS,
}
PLAYED = {"aws": ["6.69.1"]}


class Folder(unittest.TestCase):
    def folder(self, **changed):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        for name, text in {**GOOD, **changed}.items():
            path = Path(scratch.name) / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return Path(scratch.name)


class Shape(Folder):
    def findings(self, kind="modules", **changed):
        folder = self.folder(**changed)
        return shape.check(hcl.read(folder), hcl.read_tests(folder), "terraform/m", kind, PLAYED)

    def test_what_is_right_has_no_finding(self):
        self.assertEqual(self.findings(), [])

    def test_a_validation_that_no_test_breaks_is_named_with_its_place(self):
        [finding] = self.findings(**{"tests/all.tftest.hcl": TESTS.replace("[var.name]", "[var.other]")})
        self.assertTrue(finding.startswith("terraform/m/variables.tf:2: variable name has a validation"), finding)
        self.assertIn("expect_failures = [var.name]", finding)

    def test_a_module_without_a_mocked_test_is_found_and_an_example_may_be(self):
        changed = {"tests/all.tftest.hcl": TESTS.replace('mock_provider "aws" {}', "")}
        self.assertIn('no test has mock_provider "aws"', self.findings(**changed)[0])
        self.assertEqual(self.findings(kind="examples", **changed), [])

    def test_versions_that_leave_out_a_tested_one_are_found(self):
        [finding] = self.findings(**{"versions.tf": VERSIONS.replace("< 7", "< 6.69")})
        self.assertIn("leaves out 6.69.1", finding)
        [finding] = self.findings(**{"versions.tf": VERSIONS.replace(">= 1.9", ">= 1.5")})
        self.assertIn("required_version", finding)

    def test_a_null_that_means_nothing_is_found(self):
        [finding] = self.findings(**{"variables.tf": VARIABLES.replace("nullable    = false", "")})
        self.assertIn("variables.tf:2: variable name: say nullable = false", finding)
        [finding] = self.findings(**{"variables.tf": VARIABLES.replace("null for never", "0 for never")})
        self.assertIn("variable retry", finding)

    def test_a_provider_block_in_a_module_is_found(self):
        changed = {"main.tf": MAIN + 'provider "aws" {\n  region = "x"\n}\n'}
        self.assertIn("configures no provider", self.findings(**changed)[0])
        self.assertEqual(self.findings(kind="examples", **changed), [])

    def test_what_has_no_description_is_found(self):
        [finding] = self.findings(**{"outputs.tf": OUTPUTS.replace('  description = "Its ARN."\n', "")})
        self.assertEqual(finding, "terraform/m/outputs.tf:1: arn has no description")

    def test_constraints_are_read_as_terraform_reads_them(self):
        for constraint, version, fits in (
            (">= 4.81, < 6.0", "4.81.0", True),
            (">= 4.81, < 6.0", "6.0.0", False),
            ("~> 5.10", "5.12.1", True),
            ("~> 5.10", "6.0.0", False),
            ("~> 5.10.1", "5.11.0", False),
            ("5.10.0", "5.10", True),
            ("!= 5.10", "5.10.0", False),
        ):
            self.assertEqual(shape.accepts(constraint, version), fits, (constraint, version))


class Tables(Folder):
    def test_inputs_outputs_and_resources_are_shown(self):
        shown = tables.render(hcl.read(self.folder()))
        for line in (
            "| `name` | `string` | What it is \\| called. |",
            "| `retry` | `object({times = optional(number, 3)})` | `{ times = 2 }` "
            "| How often:<br>- `times`: as it says; null for never. |",
            "| `arn` | Its ARN. |",
            "| `aws_sqs_queue` | `this` |",
            "| module `../queue` | `dead` |",
        ):
            self.assertIn(line, shown)

    def check(self, folder, kind, **more):
        return tables.check(hcl.read(folder), folder, "m", kind, **more)

    def test_old_tables_are_found_and_written_anew_between_their_marks(self):
        folder = self.folder(**{"README.md": f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n"})
        self.assertIn("its tables are old", self.check(folder, "modules")[0])
        self.assertEqual(self.check(folder, "modules", write=True), [])
        self.assertEqual(self.check(folder, "modules"), [])
        text = (folder / "README.md").read_text()
        self.assertTrue(text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text)

    def test_only_a_module_needs_marks(self):
        folder = self.folder(**{"README.md": "none\n"})
        self.assertIn("put <!-- BEGIN TABLES -->", self.check(folder, "modules")[0])
        self.assertEqual(self.check(folder, "examples"), [])
        self.assertEqual(self.check(self.folder(), "examples"), ["m: has no README.md"])


FOUND = {"passed": 1, "failed": [["CKV_AWS_117", "module.app.aws_lambda_function.this", "in a VPC"]], "skipped": []}


class Security(unittest.TestCase):
    def compare(self, hardened, accepted, **changed):
        return security.compare("e", hardened, {**FOUND, **changed}, security.baseline(accepted))

    def test_a_finding_needs_a_line_with_a_reason(self):
        self.assertEqual(self.compare(False, "CKV_AWS_117 module.app.*  # none to reach\n"), [])
        self.assertIn("CKV_AWS_117 on module.app.aws_lambda_function.this: in a VPC", self.compare(False, "")[0])
        self.assertIn("e/checkov.txt:1: give a reason", self.compare(False, "CKV_AWS_117")[0])

    def test_a_line_that_accepts_nothing_must_go(self):
        [finding] = self.compare(False, "# all\nCKV_AWS_117 *  # a\nCKV_AWS_1 *  # b")
        self.assertEqual(finding, "e/checkov.txt:3: CKV_AWS_1 is no longer found; take the line out")

    def test_a_hardened_example_accepts_nothing(self):
        first, second = self.compare(True, "CKV_AWS_117 *  # a")
        self.assertIn("accepts nothing", first)
        self.assertIn("CKV_AWS_117 on", second)

    def test_a_skip_needs_a_reason(self):
        [finding] = self.compare(True, "", failed=[], skipped=[["CKV_AWS_1", "x.y", ""], ["CKV_AWS_2", "x.y", "so"]])
        self.assertEqual(finding, "e: CKV_AWS_1 is skipped on x.y for no reason")


class Units(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name) / "root"
        for path in ("aws/modules/queue", "azure/modules/queue", "aws/examples/media", "aws/modules/empty"):
            (self.root / "terraform" / path).mkdir(parents=True)
            if "empty" not in path:
                (self.root / "terraform" / path / "main.tf").write_text('terraform {\n  backend "s3" {}\n}\n')
        (self.root / "functions").mkdir()
        (self.root / "terraform/tests").mkdir()

    def test_every_folder_with_terraform_is_found_on_each_of_its_schemas(self):
        labels = [unit.label for unit in units.find(self.root, "")]
        self.assertEqual(
            labels,
            [
                "aws/modules/queue",
                "aws/examples/media",
                "azure/modules/queue (azurerm-4)",
                "azure/modules/queue (azurerm-5)",
            ],
        )
        self.assertEqual([unit.path for unit in units.find(self.root, "media")], ["terraform/aws/examples/media"])

    def test_a_copy_reaches_the_rest_of_the_workspace_and_keeps_state_to_itself(self):
        scratch = self.root.parent / "scratch"
        units.copy(self.root, scratch)
        [unit] = units.find(self.root, "media")
        copied = unit.within(scratch)
        self.assertTrue((copied / "../../../../functions").is_dir())
        self.assertTrue((copied / "../../../tests").is_dir())
        steps._keep_state_here(copied)
        self.assertIn('backend "local"', (copied / "state_override.tf").read_text())
        self.assertEqual([file.name for file in unit.source.iterdir()], ["main.tf"])
