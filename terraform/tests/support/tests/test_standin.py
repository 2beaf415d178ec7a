"""The provider's calls, without gRPC and without Terraform."""

import json
import unittest

import msgpack

from runner import served
from standin import messages, wire
from standin.azure import Azure
from standin.provider import Provider
from standin.schema import attribute
from standin.values import UNKNOWN, conform

QUEUE = {"type_name": "aws_sqs_queue"}


def value(content):
    return {"msgpack": msgpack.packb(content)}


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.providers = {}
        for name in ("aws", "azurerm-4", "azurerm-5"):
            [cls.providers[name]] = served.providers([name]).values()

    def call(self, method, request, provider="aws", peer="one"):
        asked, answered = messages.METHODS[method]
        answer = self.providers[provider].call(method, wire.encode(asked, request), peer)
        return wire.decode(answered, answer)

    def data(self, tf_type, config=None, provider="aws", peer="one"):
        block = self.providers[provider]._block("data_source_schemas", tf_type)
        whole = conform(block, {})
        answer = self.call(
            "ReadDataSource", {"type_name": tf_type, "config": value(whole | (config or {}))}, provider, peer
        )
        return msgpack.unpackb(answer["state"]["msgpack"])

    def plan(self, tf_type, prior, config):
        block = self.providers["aws"]._block("resource_schemas", tf_type)
        whole = conform(block, config)
        merged = {**(prior or whole), **{k: v for k, v in whole.items() if v is not None}}
        answer = self.call(
            "PlanResourceChange",
            {
                "type_name": tf_type,
                "prior_state": value(prior),
                "proposed_new_state": value(merged),
                "config": value(whole),
            },
        )
        return msgpack.unpackb(answer["planned_state"]["msgpack"])

    def test_each_connection_has_its_own_region(self):
        for peer, region in (("one", "eu-central-1"), ("two", "us-east-1")):
            self.call("Configure", {"config": value({"region": region})}, peer=peer)
        self.assertEqual(self.data("aws_region", peer="one")["region"], "eu-central-1")
        self.assertEqual(self.data("aws_region", peer="two")["region"], "us-east-1")
        self.assertEqual(self.data("aws_region", {"region": "eu-north-1"}, peer="two")["region"], "eu-north-1")

    def test_account_and_subscription_are_known_values(self):
        self.assertEqual(self.data("aws_caller_identity")["account_id"], "123456789012")
        self.assertEqual(self.data("aws_partition")["partition"], "aws")
        for azurerm in ("azurerm-4", "azurerm-5"):
            config = self.data("azurerm_client_config", provider=azurerm)
            whole = self.data("azurerm_subscription", provider=azurerm)
            self.assertEqual(whole["id"], f"/subscriptions/{config['subscription_id']}")

    def test_a_plan_leaves_open_what_only_the_provider_knows(self):
        planned = self.plan("aws_sqs_queue", None, {"name": "jobs", "tags": {"a": "b"}})
        self.assertEqual((planned["name"], planned["tags_all"]), ("jobs", {"a": "b"}))
        self.assertEqual((planned["arn"], planned["url"]), (UNKNOWN, UNKNOWN))

    def test_an_apply_fills_what_was_open_and_a_second_plan_changes_nothing(self):
        planned = self.plan("aws_sqs_queue", None, {"name": "jobs"})
        answer = self.call("ApplyResourceChange", {**QUEUE, "planned_state": value(planned), "config": value(planned)})
        state = msgpack.unpackb(answer["new_state"]["msgpack"])
        self.assertRegex(state["arn"], r"^arn:aws:sqs:[a-z0-9-]+:123456789012:jobs$")
        self.assertEqual(self.plan("aws_sqs_queue", state, {"name": "jobs"}), state)
        changed = self.plan("aws_sqs_queue", state, {"name": "jobs", "delay_seconds": 5})
        self.assertEqual((changed["delay_seconds"], changed["arn"]), (5, state["arn"]))

    def test_a_value_that_the_provider_left_null_stays_so(self):
        planned = self.plan("aws_sqs_queue", None, {"name": "jobs"})
        state = {name: None if one == UNKNOWN else one for name, one in planned.items()}
        self.assertEqual(self.plan("aws_sqs_queue", state, {"name": "jobs"}), state)

    def test_a_value_outside_of_its_rule_names_attribute_and_bound(self):
        config = value({"name": "jobs", "visibility_timeout_seconds": 43201})
        [found] = self.call("ValidateResourceTypeConfig", {**QUEUE, "config": config})["diagnostics"]
        self.assertEqual(found["detail"], "visibility_timeout_seconds must be at most 43200, got 43201")

    def test_a_read_only_attribute_cannot_be_set(self):
        [found] = self.call("ValidateResourceTypeConfig", {**QUEUE, "config": value({"arn": "x"})})["diagnostics"]
        self.assertIn("arn is decided by the provider", found["detail"])

    def test_an_azure_child_has_its_parent_in_its_id(self):
        parent = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"
        invent = Azure().invent("azurerm_storage_queue", {"name": "jobs", "storage_account_id": parent})
        self.assertEqual(invent("id", "string"), f"{parent}/queueServices/default/queues/jobs")

    def test_a_policy_document_is_rendered_as_the_provider_renders_it(self):
        statement = {
            "sid": "Send",
            "actions": ["sqs:SendMessage"],
            "resources": ["b", "a"],
            "principals": [{"type": "Service", "identifiers": ["s3.amazonaws.com"]}],
            "condition": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["&{aws:x}"]}],
        }
        rendered = json.loads(self.data("aws_iam_policy_document", {"statement": [statement]})["json"])
        self.assertEqual(
            rendered,
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Send",
                        "Effect": "Allow",
                        "Action": "sqs:SendMessage",
                        "Resource": ["b", "a"],
                        "Principal": {"Service": "s3.amazonaws.com"},
                        "Condition": {"StringEquals": {"aws:SourceAccount": "${aws:x}"}},
                    }
                ],
            },
        )

    def test_an_override_replaces_the_statement_with_its_sid(self):
        over = json.dumps({"Statement": [{"Sid": "A", "Effect": "Deny"}]})
        config = {"statement": [{"sid": "A", "actions": ["x:y"]}], "override_policy_documents": [over]}
        rendered = json.loads(self.data("aws_iam_policy_document", config)["json"])
        self.assertEqual(rendered["Statement"], [{"Sid": "A", "Effect": "Deny"}])

    def test_every_rule_is_about_what_some_schema_has(self):
        rules = json.loads((served.SUPPORT / "rules.json").read_text())
        for tf_type, listed in rules.items():
            blocks = [
                provider._schema["resource_schemas"][tf_type]["block"]
                for provider in self.providers.values()
                if tf_type in provider._schema["resource_schemas"]
            ]
            for rule in listed:
                kinds = [key for key in ("attr", "conflicts", "exactly_one_of", "at_least_one_of") if key in rule]
                self.assertEqual(len(kinds), 1, rule)
                for path in [rule["attr"]] if "attr" in rule else rule[kinds[0]]:
                    self.assertTrue(any(has(block, path.split(".")) for block in blocks), f"{tf_type}.{path}")


def has(block, parts):
    """Whether a schema's block has what a rule's path names."""
    first, *rest = parts
    if not rest:
        return first in block.get("attributes", {}) or first in block.get("block_types", {})
    inner = block.get("block_types", {}).get(first)
    return bool(inner) and has(inner["block"], rest)


class Secrets(unittest.TestCase):
    def test_every_secret_is_one_of_some_schema_and_reaches_terraform_marked(self):
        secret = json.loads((served.SUPPORT / "sensitive.json").read_text())
        blocks = [
            provider._schema["resource_schemas"]
            for name in served.NAMES
            for provider in served.providers([name]).values()
        ]
        for tf_type, paths in secret.items():
            for path in paths:
                found = [attribute(of[tf_type]["block"], path) for of in blocks if tf_type in of]
                marked = [one for one in found if one]
                self.assertTrue(marked and all(one["sensitive"] for one in marked), f"{tf_type}.{path}")


class Wire(unittest.TestCase):
    def test_a_message_survives_the_wire(self):
        message = {
            "diagnostics": [
                {
                    "severity": 1,
                    "summary": "é",
                    "attribute": {"steps": [{"attribute_name": "a"}, {"element_key_int": 300}]},
                }
            ]
        }
        spec = {1: ("diagnostics", [messages.DIAGNOSTIC])}
        self.assertEqual(wire.decode(spec, wire.encode(spec, message)), message)

    def test_fields_that_nobody_described_are_passed_over(self):
        self.assertEqual(wire.decode({1: ("a", int)}, b"\x12\x01x\x08\x05\x1d0000"), {"a": 5})


class Schema(unittest.TestCase):
    def test_a_schema_reaches_terraform_whole(self):
        lamp = {
            "version": 0,
            "block": {
                "attributes": {"watts": {"type": "number", "required": True}},
                "block_types": {"shade": {"nesting_mode": "set", "min_items": 1, "block": {}}},
            },
        }
        schema = {"provider": {"block": {}}, "resource_schemas": {"lamp_bulb": lamp}, "data_source_schemas": {}}
        sent = Provider("lamp", schema, {}).call("GetSchema", b"", "one")
        spec = {**messages.PROVIDER_SCHEMA, 2: ("resource_schemas", [{1: ("key", str), 2: ("value", messages.SCHEMA)}])}
        [bulb] = wire.decode(spec, sent)["resource_schemas"]
        block = bulb["value"]["block"]
        self.assertEqual(bulb["key"], "lamp_bulb")
        self.assertEqual(block["attributes"], [{"name": "watts", "type": b'"number"', "required": True}])
        self.assertEqual(block["block_types"], [{"type_name": "shade", "block": {}, "nesting": 3, "min_items": 1}])
