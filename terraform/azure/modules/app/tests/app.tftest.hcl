variables {
  manifest            = "./tests/manifests/every-kind.json"
  package             = "../function/tests/azure-x86_64.zip"
  resource_group_name = "shop"
  location            = "westeurope"
  cost                = { emails = ["ops@example.com"], monthly_budget_usd = 20 }
  config              = { RULES = "photos=30days", TOKEN = "hush" }
  azure_cli           = null
}

run "every_trigger_gets_what_it_needs" {
  command = plan

  assert {
    condition     = toset(keys(module.queue)) == toset(["orders", "thumb-nail-events", "pulled"])
    error_message = "a queue each for messages, for events of blobs, and for what the code only takes itself"
  }
  assert {
    condition     = module.queue["orders"].poison.name == "orders-poison" && module.queue["thumb-nail-events"].poison.name == "thumb-nail-events-poison" && module.queue["pulled"].poison == null
    error_message = "every queue that calls a function has its poison queue, and no other"
  }
  assert {
    condition     = toset(keys(module.stores[0].stores)) == toset(["photos", "listed", "old", "read-me", "thumbs"])
    error_message = "a container each store"
  }
  assert {
    condition     = keys(module.blob_events) == ["thumb-nail"]
    error_message = "one subscription"
  }
  assert {
    condition     = output.schedules == { sweep = { cron = "30 3 * * 7", ncrontab = "0 30 3 * * 0" } }
    error_message = "schedules are checked, and Sunday is 0 to the host"
  }
}

run "the_environment_is_what_the_runtime_reads" {
  command = plan

  assert {
    condition = output.bindings == {
      ANYFN_BLOB_PHOTOS            = "azblob://shopsf0eb7259/photos"
      ANYFN_BLOB_LISTED            = "azblob://shopsf0eb7259/listed"
      ANYFN_BLOB_OLD               = "azblob://shopsf0eb7259/old"
      ANYFN_BLOB_READ_ME           = "azblob://shopsf0eb7259/read-me"
      ANYFN_BLOB_THUMBS            = "azblob://shopsf0eb7259/thumbs"
      ANYFN_QUEUE_ORDERS           = "azqueue://shophf0eb7259/orders"
      ANYFN_QUEUE_PULLED           = "azqueue://shophf0eb7259/pulled"
      ANYFN_SOURCE_ARCHIVE         = "orders"
      ANYFN_DEAD_LETTER_ARCHIVE    = "azqueue://shophf0eb7259/orders-poison"
      ANYFN_SOURCE_THUMB_NAIL      = "thumb-nail-events"
      ANYFN_DEAD_LETTER_THUMB_NAIL = "azqueue://shophf0eb7259/thumb-nail-events-poison"
    }
    error_message = "bindings by name, and the settings that function.json names"
  }
}

run "grants_are_what_the_code_declares" {
  command = plan

  assert {
    condition = { for need, grant in output.grants : need => "${coalesce(grant.role, try(basename(grant.role_definition_id), null))} on ${basename(grant.scope)}" } == {
      "blob photos list+read" = "Storage Blob Data Reader on photos"
      "blob listed list"      = "Storage Blob Data Reader on listed"
      "blob old list"         = "Storage Blob Data Reader on old"
      "blob old delete"       = "${azurerm_role_definition.this["blob-delete"].role_definition_id} on old"
      "blob read-me read"     = "Storage Blob Data Reader on read-me"
      "blob thumbs write"     = "${azurerm_role_definition.this["blob-write"].role_definition_id} on thumbs"
      "queue orders send"     = "Storage Queue Data Message Sender on orders"
      "queue pulled receive"  = "${azurerm_role_definition.this["queue-receive"].role_definition_id} on pulled"
    }
    error_message = "one grant a need, on that container or queue"
  }
  assert {
    condition     = alltrue([for grant in output.grants : can(regex("/(blobServices/default/containers|queueServices/default/queues)/[a-z-]+$", grant.scope))])
    error_message = "no grant is as wide as an account"
  }
  assert {
    condition     = output.grants["blob photos list+read"].condition == null && strcontains(output.grants["blob listed list"].condition, "NOT SubOperationMatches{'Blob.List'}") && strcontains(output.grants["blob read-me read"].condition, "AND SubOperationMatches{'Blob.List'}")
    error_message = "listing does not read, and reading does not list"
  }
  assert {
    condition = jsonencode({ for key, role in azurerm_role_definition.this : key => sort(concat(role.permissions[0].actions == null ? [] : role.permissions[0].actions, tolist(role.permissions[0].data_actions))) }) == jsonencode({
      "blob-write"    = ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"]
      "blob-delete"   = ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete", "Microsoft.Storage/storageAccounts/blobServices/containers/write"]
      "queue-receive" = ["Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action", "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read", "Microsoft.Storage/storageAccounts/queueServices/queues/messages/write"]
      "queue-listen"  = ["Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action", "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read", "Microsoft.Storage/storageAccounts/queueServices/queues/messages/write", "Microsoft.Storage/storageAccounts/queueServices/queues/read"]
    })
    error_message = "roles of our own hold the very actions"
  }
}

run "one_need" {
  command = plan

  variables {
    manifest = "./tests/manifests/one-need.json"
    config   = {}
  }

  assert {
    condition     = keys(output.grants) == ["blob invoices read"] && keys(module.queue) == ["orders"] && keys(azurerm_role_definition.this) == ["queue-listen"]
    error_message = "one need, one grant"
  }
}

run "one_more_need_in_the_code_changes_the_plan" {
  command = plan

  variables {
    manifest = "./tests/manifests/one-more-need.json"
    config   = {}
  }

  assert {
    condition     = toset(keys(output.grants)) == toset(["blob invoices read", "queue mails send"]) && toset(keys(module.queue)) == toset(["orders", "mails"])
    error_message = "the queue is made and may be sent to"
  }
  assert {
    condition     = endswith(output.grants["queue mails send"].scope, "/queueServices/default/queues/mails") && output.grants["queue mails send"].role == "Storage Queue Data Message Sender"
    error_message = "and nothing but sent to"
  }
}

run "apps_share_stores_and_queues" {
  command = plan

  variables {
    manifest = "./tests/manifests/one-more-need.json"
    config   = {}
    stores   = { invoices = { account = "theirs", container = "bills", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs/blobServices/default/containers/bills", url = "azblob://theirs/bills" } }
    queues   = { mails = { name = "post", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs/queueServices/default/queues/post", url = "azqueue://theirs/post" } }
  }

  assert {
    condition     = length(module.stores) == 0 && keys(module.queue) == ["orders"]
    error_message = "what exists is not made again"
  }
  assert {
    condition     = output.grants["blob invoices read"].scope == var.stores["invoices"].scope && output.grants["queue mails send"].scope == var.queues["mails"].scope
    error_message = "it is granted where it is"
  }
}

run "two_deployments_in_one_group_do_not_meet" {
  command = plan

  variables {
    name = "shop-test"
  }

  assert {
    condition     = local.host != "shophf0eb7259" && startswith(local.host, "shoptesth") && length(local.host) <= 24
    error_message = "global names follow the deployment's name"
  }
}

run "alarms_can_be_left_out_by_name" {
  command = plan

  variables {
    cost   = null
    alarms = null
  }

  assert {
    condition     = length(module.cost_alarms) == 0 && length(module.alarms) == 0 && output.action_group_id == null
    error_message = "null, written out, goes without"
  }
  assert {
    condition     = output.cost_alarms_monthly_usd == 0 && output.loop_usd_per_hour == null
    error_message = "what is not there costs nothing and reckons nothing"
  }
}
