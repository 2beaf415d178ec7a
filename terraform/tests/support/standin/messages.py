"""The messages of the Terraform plugin protocol, version 5.

Deals with: the fields that this provider reads or writes, by their numbers.
Does not deal with: how they become bytes (``wire.py``).
Source: ``docs/plugin-protocol/tfplugin5.*.proto`` of Terraform.
"""

from __future__ import annotations

DYNAMIC = {1: ("msgpack", bytes), 2: ("json", bytes)}
STEP = {1: ("attribute_name", str), 2: ("element_key_string", str), 3: ("element_key_int", int)}
PATH = {1: ("steps", [STEP])}
DIAGNOSTIC = {1: ("severity", int), 2: ("summary", str), 3: ("detail", str), 4: ("attribute", PATH)}
ATTRIBUTE = {
    1: ("name", str),
    2: ("type", bytes),
    4: ("required", bool),
    5: ("optional", bool),
    6: ("computed", bool),
    7: ("sensitive", bool),
    10: ("write_only", bool),
}
BLOCK: dict = {1: ("version", int), 2: ("attributes", [ATTRIBUTE])}
NESTED = {1: ("type_name", str), 2: ("block", BLOCK), 3: ("nesting", int), 4: ("min_items", int), 5: ("max_items", int)}
BLOCK[3] = ("block_types", [NESTED])
SCHEMA = {1: ("version", int), 2: ("block", BLOCK)}
CAPABILITIES = {1: ("plan_destroy", bool), 2: ("get_provider_schema_optional", bool), 3: ("move_resource_state", bool)}
PROVIDER_SCHEMA = {
    1: ("provider", SCHEMA),
    2: ("resource_schemas", ("map", SCHEMA)),
    3: ("data_source_schemas", ("map", SCHEMA)),
    4: ("diagnostics", [DIAGNOSTIC]),
    5: ("provider_meta", SCHEMA),
    6: ("server_capabilities", CAPABILITIES),
}
IMPORTED = {1: ("type_name", str), 2: ("state", DYNAMIC), 3: ("private", bytes)}

# method -> (request, response)
METHODS = {
    "PrepareProviderConfig": (
        {1: ("config", DYNAMIC)},
        {1: ("prepared_config", DYNAMIC), 2: ("diagnostics", [DIAGNOSTIC])},
    ),
    "ValidateResourceTypeConfig": ({1: ("type_name", str), 2: ("config", DYNAMIC)}, {1: ("diagnostics", [DIAGNOSTIC])}),
    "ValidateDataSourceConfig": ({1: ("type_name", str), 2: ("config", DYNAMIC)}, {1: ("diagnostics", [DIAGNOSTIC])}),
    "UpgradeResourceState": (
        {1: ("type_name", str), 2: ("version", int), 3: ("raw_state", {1: ("json", bytes)})},
        {1: ("upgraded_state", DYNAMIC), 2: ("diagnostics", [DIAGNOSTIC])},
    ),
    "Configure": ({1: ("terraform_version", str), 2: ("config", DYNAMIC)}, {1: ("diagnostics", [DIAGNOSTIC])}),
    "ReadResource": (
        {1: ("type_name", str), 2: ("current_state", DYNAMIC), 3: ("private", bytes)},
        {1: ("new_state", DYNAMIC), 2: ("diagnostics", [DIAGNOSTIC]), 3: ("private", bytes)},
    ),
    "PlanResourceChange": (
        {
            1: ("type_name", str),
            2: ("prior_state", DYNAMIC),
            3: ("proposed_new_state", DYNAMIC),
            4: ("config", DYNAMIC),
            5: ("prior_private", bytes),
        },
        {
            1: ("planned_state", DYNAMIC),
            2: ("requires_replace", [PATH]),
            3: ("planned_private", bytes),
            4: ("diagnostics", [DIAGNOSTIC]),
            5: ("legacy_type_system", bool),
        },
    ),
    "ApplyResourceChange": (
        {
            1: ("type_name", str),
            2: ("prior_state", DYNAMIC),
            3: ("planned_state", DYNAMIC),
            4: ("config", DYNAMIC),
            5: ("planned_private", bytes),
        },
        {
            1: ("new_state", DYNAMIC),
            2: ("private", bytes),
            3: ("diagnostics", [DIAGNOSTIC]),
            4: ("legacy_type_system", bool),
        },
    ),
    "ImportResourceState": (
        {1: ("type_name", str), 2: ("id", str)},
        {1: ("imported_resources", [IMPORTED]), 2: ("diagnostics", [DIAGNOSTIC])},
    ),
    "ReadDataSource": (
        {1: ("type_name", str), 2: ("config", DYNAMIC)},
        {1: ("state", DYNAMIC), 2: ("diagnostics", [DIAGNOSTIC])},
    ),
    "GetFunctions": ({}, {2: ("diagnostics", [DIAGNOSTIC])}),
    "Stop": ({}, {1: ("Error", str)}),
}
