"""Plants one fault at a time into a module that is right, and reads what the checks say.

Deals with: the whole way from a module's file to the sentence, on the real Terraform.
Does not deal with: the parts on the way (the other files here).
"""

import io
import json
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path
from shutil import copytree

from runner import __main__ as runner
from runner import served, steps
from runner.terraform import Failed, Terraform

FIXTURES = Path(__file__).parent / "fixtures"

# What is planted -> fixture, old text, new text, words of the sentence.
FAULTS = {
    "a misspelt argument": (
        "aws",
        "visibility_timeout_seconds",
        "visibility_timeout_secondz",
        'An argument named "visibility_timeout_secondz" is not expected here',
    ),
    "a missing argument": (
        "aws",
        "  role          = aws_iam_role.this.arn\n",
        "",
        'The argument "role" is required',
    ),
    "a wrong type": (
        "aws",
        "memory_size   = 128",
        'memory_size   = "lots"',
        'Inappropriate value for attribute "memory_size": a number is required',
    ),
    "a value out of range": (
        "aws",
        "memory_size   = 128",
        "memory_size   = 64",
        "memory_size must be at least 128, got 64",
    ),
    "a value that is none of the few": ("aws", '["arm64"]', '["arm65"]', "must be one of x86_64, arm64, got arm65"),
    "two arguments that exclude each other": (
        "aws",
        "  sqs_managed_sse_enabled    = true\n",
        '  sqs_managed_sse_enabled = true\n  kms_master_key_id = "alias/x"\n',
        "give at most one of kms_master_key_id, sqs_managed_sse_enabled",
    ),
    "an attribute that only the provider sets": (
        "aws",
        'resource "aws_iam_role" "this" {',
        'resource "aws_iam_role" "this" {\n  unique_id = "x"',
        "unique_id",
    ),
    "a secret in an output": (
        "azure",
        'resource "azurerm_service_plan"',
        'output "key" {\n  value = azurerm_storage_account.this.primary_access_key\n}\nresource "azurerm_service_plan"',
        "Output refers to sensitive values",
    ),
    "a missing block": ("azure", "  site_config {}\n", "", 'At least 1 "site_config" blocks are required'),
}


ALIASES = """
provider "aws" {
  region = "eu-west-3"
}
provider "aws" {
  alias  = "virginia"
  region = "us-east-1"
}
data "aws_region" "here" {}
data "aws_region" "there" {
  provider = aws.virginia
}
output "here" {
  value = data.aws_region.here.region
}
output "there" {
  value = data.aws_region.there.region
}
"""


class Faults(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = Path(scratch.name)

    def check(self, environment, fixture, old="", new=""):
        folder = Path(tempfile.mkdtemp(dir=self.scratch)) / "module"
        copytree(FIXTURES / fixture, folder)
        main = folder / "main.tf"
        text = main.read_text()
        self.assertIn(old, text)
        main.write_text(text.replace(old, new, 1))
        return steps.run(Terraform(folder, "terraform/planted", environment), example=True)

    def test_each_fault_fails_with_a_sentence_that_names_file_and_line(self):
        for schema, fixture in (("aws", "aws"), ("azurerm-4", "azure"), ("azurerm-5", "azure")):
            with served.schemas([schema]) as environment:
                for name, (of, old, new, words) in FAULTS.items():
                    if of != fixture:
                        continue
                    with self.subTest(name, schema=schema), self.assertRaises(Failed) as raised:
                        self.check(environment, fixture, old, new)
                    sentence = str(raised.exception)
                    self.assertRegex(sentence, r"^terraform/planted/main\.tf:\d+: error: ")
                    self.assertIn(words, sentence)

    def test_a_misspelt_argument_fails_the_whole_run_and_is_printed_with_its_place(self):
        root = self.scratch / "root"
        for name in ("good", "bad"):
            copytree(FIXTURES / "aws", root / "terraform/aws/modules" / name)
        main = root / "terraform/aws/modules/bad/main.tf"
        main.write_text(main.read_text().replace("memory_size ", "memory_sise "))
        said = io.StringIO()
        with redirect_stdout(said):
            status = runner.check(root, self.scratch / "copy", sys.executable)
        self.assertEqual(status, 1)
        self.assertRegex(
            said.getvalue(), r"FAILED .* aws/modules/bad\n.*bad/main\.tf:\d+: .*\"memory_sise\" is not expected"
        )
        self.assertRegex(said.getvalue(), r"ok .* aws/modules/good: 4 tests")

    def test_two_configurations_of_a_provider_keep_their_regions_apart(self):
        folder = self.scratch / "aliases"
        folder.mkdir()
        (folder / "main.tf").write_text(ALIASES)
        with served.schemas(["aws"]) as variables:
            terraform = Terraform(folder, "aliases", variables)
            terraform.call("init")
            terraform.call("apply", "-auto-approve")
            said = json.loads(terraform.call("output", "-json").stdout)
        regions = {name: one["value"] for name, one in said.items()}
        self.assertEqual(regions, {"here": "eu-west-3", "there": "us-east-1"})

    def test_what_is_right_passes_applies_and_plans_nothing_more(self):
        for schema, fixture, words in (
            ("aws", "aws", "4 tests, 7 resources applied"),
            ("azurerm-4", "azure", "1 tests, 8 resources applied"),
            ("azurerm-5", "azure", "1 tests, 8 resources applied"),
        ):
            with self.subTest(schema), served.schemas([schema]) as environment:
                self.assertEqual(self.check(environment, fixture), words)


if __name__ == "__main__":
    unittest.main()
