"""The calls of the plugin protocol, answered from a schema.

Deals with: validate, plan, apply, read and import of anything that the schema holds.
Does not deal with: what a cloud would answer (``aws.py``, ``azure.py``), value checks (``rules.py``).
"""

from __future__ import annotations

import json

from . import messages, values, wire
from . import rules as rule_checks
from . import schema as schemas
from .aws import Aws
from .azure import Azure
from .generic import Generic
from .values import pack, unpack

CLOUDS = {"aws": Aws, "azurerm": Azure}


class Provider:
    """One provider of one version. ``peer`` names the connection: each has its own configuration."""

    def __init__(self, name: str, schema: dict, rules: dict) -> None:
        self.name = name
        self._schema = schema
        self._rules = rules
        self._bytes = schemas.to_wire(schema, name)
        self._clouds: dict[str, Generic] = {}

    def knows(self, method: str) -> bool:
        return method == "GetSchema" or method in messages.METHODS

    def call(self, method: str, request: bytes, peer: str) -> bytes:
        if method == "GetSchema":
            return self._bytes
        asked, answered = messages.METHODS[method]
        cloud = self._clouds.setdefault(peer, CLOUDS.get(self.name, Generic)())
        answer = getattr(self, method)(wire.decode(asked, request), cloud)
        return wire.encode(answered, answer or {})

    def _block(self, section: str, tf_type: str) -> dict:
        return self._schema[section][tf_type]["block"]

    # -- the provider itself -------------------------------------------------

    def PrepareProviderConfig(self, request, _cloud):
        return {"prepared_config": request["config"]}

    def Configure(self, request, cloud):
        cloud.configure(unpack(request.get("config")) or {})

    def GetFunctions(self, _request, _cloud):
        return {}

    def Stop(self, _request, _cloud):
        return {}

    # -- checks --------------------------------------------------------------

    def ValidateResourceTypeConfig(self, request, _cloud):
        tf_type, config = request["type_name"], unpack(request["config"])
        block = self._block("resource_schemas", tf_type)
        found = [
            rule_checks.diagnostic("Value for unconfigurable attribute", f"{path} is decided by the provider.", path)
            for path in values.read_only_set(block, config)
        ]
        return {"diagnostics": found + rule_checks.check(self._rules.get(tf_type, []), config)}

    def ValidateDataSourceConfig(self, _request, _cloud):
        return {}

    # -- resources -----------------------------------------------------------

    def UpgradeResourceState(self, request, _cloud):
        block = self._block("resource_schemas", request["type_name"])
        state = json.loads(request["raw_state"].get("json") or b"null")
        return {"upgraded_state": pack(values.conform(block, state))}

    def ReadResource(self, request, _cloud):
        return {"new_state": request["current_state"], "private": request.get("private")}

    def PlanResourceChange(self, request, cloud):
        tf_type, config = request["type_name"], unpack(request["config"])
        prior, proposed = unpack(request.get("prior_state")), unpack(request["proposed_new_state"])
        if proposed is None:
            return {"planned_state": pack(None), "legacy_type_system": True}
        block = self._block("resource_schemas", tf_type)
        unchanged = {**proposed, **cloud.defaults(tf_type, block, config)}
        if prior == unchanged:
            return {"planned_state": pack(prior), "legacy_type_system": True}
        planned = values.mark_unknown(block, proposed)
        planned.update(cloud.defaults(tf_type, block, config))
        return {"planned_state": pack(planned), "legacy_type_system": True}

    def ApplyResourceChange(self, request, cloud):
        planned = unpack(request["planned_state"])
        if planned is not None:
            block = self._block("resource_schemas", request["type_name"])
            planned = values.resolve(block, planned, cloud.invent(request["type_name"], planned))
        return {"new_state": pack(planned), "legacy_type_system": True}

    def ImportResourceState(self, request, _cloud):
        block = self._block("resource_schemas", request["type_name"])
        state = values.conform(block, {"id": request["id"], "name": request["id"]})
        return {"imported_resources": [{"type_name": request["type_name"], "state": pack(state)}]}

    def ReadDataSource(self, request, cloud):
        tf_type, config = request["type_name"], unpack(request["config"])
        block = self._block("data_source_schemas", tf_type)
        state = values.fill_computed(block, config, cloud.invent(tf_type, config))
        known = cloud.data(tf_type, config)
        return {"state": pack({**state, **{name: value for name, value in known.items() if name in state}})}
