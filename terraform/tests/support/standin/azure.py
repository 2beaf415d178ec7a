"""The little that the stand-in knows of Azure.

Deals with: resource ids, endpoints, the data sources that modules build scopes from.
Does not deal with: what Azure Resource Manager would accept.
"""

from __future__ import annotations

from .generic import Generic, name_of
from .values import placeholder

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
TENANT = "11111111-1111-1111-1111-111111111111"
PRINCIPAL = "22222222-2222-2222-2222-222222222222"

# Type -> its path below "providers" of its resource group.
PATHS = {
    "azurerm_storage_account": "Microsoft.Storage/storageAccounts",
    "azurerm_service_plan": "Microsoft.Web/serverFarms",
    "azurerm_linux_function_app": "Microsoft.Web/sites",
    "azurerm_function_app_flex_consumption": "Microsoft.Web/sites",
    "azurerm_monitor_action_group": "Microsoft.Insights/actionGroups",
    "azurerm_monitor_metric_alert": "Microsoft.Insights/metricAlerts",
    "azurerm_monitor_scheduled_query_rules_alert_v2": "Microsoft.Insights/scheduledQueryRules",
    "azurerm_application_insights": "Microsoft.Insights/components",
    "azurerm_log_analytics_workspace": "Microsoft.OperationalInsights/workspaces",
    "azurerm_key_vault": "Microsoft.KeyVault/vaults",
    "azurerm_user_assigned_identity": "Microsoft.ManagedIdentity/userAssignedIdentities",
    "azurerm_servicebus_namespace": "Microsoft.ServiceBus/namespaces",
    "azurerm_eventgrid_system_topic": "Microsoft.EventGrid/systemTopics",
    "azurerm_redis_cache": "Microsoft.Cache/redis",
    "azurerm_virtual_network": "Microsoft.Network/virtualNetworks",
    "azurerm_private_endpoint": "Microsoft.Network/privateEndpoints",
}
# Type -> the path below its parent, which is the attribute named first.
CHILDREN = {
    "azurerm_storage_queue": ("storage_account_id", "queueServices/default/queues"),
    "azurerm_storage_container": ("storage_account_id", "blobServices/default/containers"),
    "azurerm_storage_table": ("storage_account_id", "tableServices/default/tables"),
    "azurerm_servicebus_queue": ("namespace_id", "queues"),
    "azurerm_role_assignment": ("scope", "providers/Microsoft.Authorization/roleAssignments"),
    "azurerm_role_definition": ("scope", "providers/Microsoft.Authorization/roleDefinitions"),
    "azurerm_consumption_budget_resource_group": (
        "resource_group_id",
        "providers/Microsoft.Consumption/budgets",
    ),
    "azurerm_consumption_budget_subscription": (
        "subscription_id",
        "providers/Microsoft.Consumption/budgets",
    ),
}
VALUES = {
    ("azurerm_linux_function_app", "default_hostname"): "{name}.azurewebsites.net",
    ("azurerm_function_app_flex_consumption", "default_hostname"): "{name}.azurewebsites.net",
    ("azurerm_key_vault", "vault_uri"): "https://{name}.vault.azure.net/",
    ("azurerm_application_insights", "connection_string"): "InstrumentationKey=" + PRINCIPAL,
    ("azurerm_role_definition", "role_definition_resource_id"): "{id}",
}


class Azure(Generic):
    def __init__(self) -> None:
        self.subscription = SUBSCRIPTION

    def configure(self, config: dict) -> None:
        self.subscription = config.get("subscription_id") or SUBSCRIPTION

    def _id(self, tf_type: str, name: str, value: dict) -> str:
        base, group = f"/subscriptions/{self.subscription}", value.get("resource_group_name")
        if tf_type == "azurerm_resource_group":
            return f"{base}/resourceGroups/{name}"
        parent, kind = CHILDREN.get(tf_type, (None, tf_type.removeprefix("azurerm_")))
        if parent is None and tf_type not in PATHS and not isinstance(group, str):
            ids = (k for k, v in value.items() if k.endswith("_id") and str(v).startswith("/subscriptions/"))
            parent = next(ids, None)
        if parent and isinstance(value.get(parent), str):
            return f"{value[parent]}/{kind}/{name}"
        if isinstance(group, str):
            base += f"/resourceGroups/{group}"
        return f"{base}/providers/{PATHS.get(tf_type, f'Microsoft.Standin/{kind}')}/{name}"

    def invent(self, tf_type: str, value: dict):
        name = name_of(tf_type, value)
        words = {"name": name, "id": self._id(tf_type, name, value)}

        def one(path: str, kind):
            if kind != "string":
                return placeholder(path, kind, tf_type + name)
            leaf = path.split(".")[-1]
            if path == "id":
                return words["id"]
            if (tf_type, path) in VALUES:
                return VALUES[tf_type, path].format_map(words)
            if tf_type == "azurerm_storage_account" and leaf.endswith("_endpoint"):
                service = leaf.removesuffix("_endpoint").removeprefix("primary_").removeprefix("secondary_")
                return f"https://{name}.{service}.core.windows.net/"
            if leaf in ("principal_id", "client_id"):
                return PRINCIPAL
            return TENANT if leaf == "tenant_id" else placeholder(path, kind, tf_type + name)

        return one

    def data(self, tf_type: str, value: dict) -> dict:
        whole = f"/subscriptions/{self.subscription}"
        if tf_type == "azurerm_client_config":
            return {
                "subscription_id": self.subscription,
                "tenant_id": TENANT,
                "client_id": PRINCIPAL,
                "object_id": PRINCIPAL,
            }
        if tf_type == "azurerm_subscription":
            return {
                "id": whole,
                "subscription_id": self.subscription,
                "tenant_id": TENANT,
                "display_name": "standin",
                "state": "Enabled",
            }
        if tf_type == "azurerm_resource_group":
            return {"location": "westeurope"}
        return {}
