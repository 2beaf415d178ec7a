# Deals with: putting a package into a function app on the Flex Consumption plan.
# Does not deal with: making the package or the app.
#
# AZ is the Azure CLI; SUBSCRIPTION, RESOURCE_GROUP, FUNCTION_APP and PACKAGE say what goes where.

# azurerm writes AzureWebJobsStorage with an empty key even where an identity is configured, and hides it
# from its state (issues 29149, 30732 and 33211); the host takes it for the connection and fails.
"$AZ" functionapp config appsettings delete --output none \
  --subscription "$SUBSCRIPTION" --resource-group "$RESOURCE_GROUP" --name "$FUNCTION_APP" \
  --setting-names AzureWebJobsStorage

# One deploy: the package goes to its container, triggers are synchronised, the host's health is looked at.
"$AZ" functionapp deployment source config-zip --output none \
  --subscription "$SUBSCRIPTION" --resource-group "$RESOURCE_GROUP" --name "$FUNCTION_APP" \
  --src "$PACKAGE" --timeout 600
