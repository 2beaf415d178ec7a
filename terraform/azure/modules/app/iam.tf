# What the code declares, as Azure grants it: one assignment a store or queue and access, on that
# container or queue alone. `docs`: the table in README.md.

locals {
  # What the built-in roles have only together with more. Actions by need, from Azure's page "Permissions
  # for calling data operations".
  blob  = "Microsoft.Storage/storageAccounts/blobServices/containers"
  queue = "Microsoft.Storage/storageAccounts/queueServices/queues"
  definitions = {
    "blob-write" = {
      wanted       = anytrue([for access in local.store_needs : contains(access, "write")])
      actions      = []
      data_actions = ["${local.blob}/blobs/write"]
      description  = "Put blobs: not read, list or delete them."
    }
    "blob-delete" = {
      wanted = anytrue([for access in local.store_needs : contains(access, "delete")])
      # Azure asks for it of who sends a batch; each deletion in it is checked by itself.
      actions      = ["${local.blob}/write"]
      data_actions = ["${local.blob}/blobs/delete"]
      description  = "Delete blobs, singly or by the batch: not read, list or write them."
    }
    "queue-receive" = {
      wanted  = anytrue([for access in local.queue_needs : contains(access, "receive")])
      actions = []
      # Postponing a message is an update, which is writing.
      data_actions = ["${local.queue}/messages/read", "${local.queue}/messages/process/action", "${local.queue}/messages/write"]
      description  = "Take, look at, postpone and delete messages."
    }
    "queue-listen" = {
      wanted       = length(local.sources) > 0
      actions      = ["${local.queue}/read"]
      data_actions = ["${local.queue}/messages/read", "${local.queue}/messages/process/action", "${local.queue}/messages/write"]
      description  = "For a Functions host: watch a queue's length; take, postpone and delete messages."
    }
  }

  # The id is known before the role is made, and naming the attribute keeps the order.
  roles = { for key in keys(local.definitions) : key => try(
    "/subscriptions/${data.azurerm_client_config.current.subscription_id}/providers/Microsoft.Authorization/roleDefinitions/${azurerm_role_definition.this[key].role_definition_id}", null
  ) }

  # Azure has one action for reading a blob and for listing; a condition tells them apart. Azure wants an
  # attribute in a condition: no container is called `-`, so that half is never true.
  never     = "@Resource[${local.blob}:name] StringEquals '-'"
  reads     = "ActionMatches{'${local.blob}/blobs/read'}"
  only_read = "((!(${local.reads} AND SubOperationMatches{'Blob.List'})) OR (${local.never}))"
  only_list = "((!(${local.reads} AND NOT SubOperationMatches{'Blob.List'})) OR (${local.never}))"

  store_grants = merge([for name, access in local.store_needs : {
    for kind in distinct([for one in access : contains(["read", "list"], one) ? "read" : one]) : "blob ${name} ${kind == "read" ? join("+", [for one in ["list", "read"] : one if contains(access, one)]) : kind}" => {
      scope              = local.stores[name].scope
      role               = kind == "read" ? "Storage Blob Data Reader" : null
      role_definition_id = kind == "read" ? null : local.roles["blob-${kind}"]
      condition          = kind != "read" || (contains(access, "read") && contains(access, "list")) ? null : contains(access, "read") ? local.only_read : local.only_list
      description        = "${local.app} needs: blob ${name}: ${kind == "read" ? join(", ", [for one in ["list", "read"] : one if contains(access, one)]) : kind}"
    }
  }]...)

  queue_grants = merge([for name, access in local.queue_needs : {
    for one in access : "queue ${name} ${one}" => {
      scope              = local.queues[name].scope
      role               = one == "send" ? "Storage Queue Data Message Sender" : null
      role_definition_id = one == "send" ? null : local.roles["queue-receive"]
      condition          = null
      description        = "${local.app} needs: queue ${name}: ${one}"
    }
  }]...)

  grants = merge(local.store_grants, local.queue_grants)
}

resource "azurerm_role_definition" "this" {
  for_each = { for key, definition in local.definitions : key => definition if definition.wanted }

  # Names are unique in a tenant, ids too.
  name               = "anyfn ${local.name} ${local.mark} ${each.key}"
  role_definition_id = uuidv5("url", "${local.group}/${local.name}/${each.key}")
  scope              = local.group
  assignable_scopes  = [local.group]
  description        = each.value.description

  permissions {
    actions      = each.value.actions
    data_actions = each.value.data_actions
  }
}
