"""Reads an invented provider's bindings back into a schema."""

import io
import tempfile
import unittest
from contextlib import redirect_stderr
from pathlib import Path

from extract.__main__ import globs
from extract.wheel import extract

from . import lamp


class Extract(unittest.TestCase):
    def schema(self, keep=(), **changed):
        with tempfile.TemporaryDirectory() as scratch:
            return extract(lamp.wheel(Path(scratch), **changed), list(keep))

    def test_address_and_version_are_those_of_the_bindings(self):
        address, schema = self.schema()
        self.assertEqual(address.rsplit("/", 2)[1:], ["hashicorp", "lamp"])
        self.assertEqual((schema["x_version"], schema["x_source"]), ("3.2.1", "lamp.whl"))

    def test_attributes_have_their_types_and_flags(self):
        block = self.schema()[1]["resource_schemas"]["lamp_bulb"]["block"]
        self.assertEqual(
            block["attributes"],
            {
                "id": {"type": "string", "computed": True},
                "watts": {"type": "number", "required": True},
                "rooms": {"type": ["set", "string"], "optional": True},
                "tags": {"type": ["map", "string"], "optional": True, "computed": True},
            },
        )

    def test_blocks_have_their_nesting_and_bounds(self):
        blocks = self.schema()[1]["resource_schemas"]["lamp_bulb"]["block"]["block_types"]
        shade, socket = blocks["shade"], blocks["socket"]
        self.assertEqual((shade["nesting_mode"], shade.get("max_items")), ("set", None))
        self.assertEqual(shade["block"]["attributes"]["warmth"], {"type": "number", "computed": True})
        self.assertEqual((socket["nesting_mode"], socket["min_items"], socket["max_items"]), ("list", 1, 1))

    def test_the_provider_block_is_read_from_its_table(self):
        block = self.schema()[1]["provider"]["block"]
        self.assertEqual(block["attributes"]["voltage"], {"type": "number", "required": True})
        self.assertEqual(block["attributes"]["fuses"], {"type": ["list", "number"], "optional": True})

    def test_only_types_that_match_a_glob_are_kept(self):
        self.assertEqual(list(self.schema(["lamp_b*"])[1]["resource_schemas"]), ["lamp_bulb"])
        self.assertEqual(list(self.schema(["lamp_c*"])[1]["resource_schemas"]), [])
        self.assertEqual(globs("# all\nlamp_*  # of them\n\n"), ["lamp_*"])

    def test_bindings_without_the_comments_are_refused(self):
        stripped = "\n".join(line for line in lamp.BULB_JS.split("\n") if " - computed: " not in line)
        with self.assertRaisesRegex(SystemExit, "no attributes of lamp_bulb found"):
            self.schema(bulb_js=stripped)

    def test_a_block_that_terraform_would_refuse_is_left_out_aloud(self):
        any_type = lamp.BULB_JS.replace("this.getNumberAttribute('warmth')", "this.interpolationForAttribute('warmth')")
        said = io.StringIO()
        with redirect_stderr(said):
            schema = self.schema(bulb_js=any_type)[1]
        self.assertEqual(schema["resource_schemas"], {})
        self.assertIn("lamp_bulb", said.getvalue())
