# What cannot be deployed fails the plan with a sentence.

variables {
  manifest            = "./tests/manifests/one-need.json"
  package             = "../function/tests/azure-x86_64.zip"
  resource_group_name = "shop"
  location            = "westeurope"
  cost                = { emails = ["ops@example.com"], monthly_budget_usd = 20 }
  azure_cli           = null
}

run "a_queue_in_order" {
  command = plan

  variables {
    manifest = "./tests/manifests/ordered.json"
  }

  expect_failures = [terraform_data.manifest]
}

run "a_function_called_by_a_queue_elsewhere" {
  command = plan

  variables {
    queues = { orders = { name = "orders", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs/queueServices/default/queues/orders", url = "azqueue://theirs/orders" } }
  }

  expect_failures = [terraform_data.manifest]
}

run "events_of_a_store_without_a_topic" {
  command = plan

  variables {
    manifest = "./tests/manifests/every-kind.json"
    config   = { RULES = "x" }
    stores   = { photos = { account = "theirs", container = "photos", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs/blobServices/default/containers/photos", url = "azblob://theirs/photos" } }
  }

  expect_failures = [terraform_data.manifest]
}

run "a_store_that_the_code_does_not_use" {
  command = plan

  variables {
    stores = { photos = { account = "theirs", container = "photos", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/theirs/blobServices/default/containers/photos", url = "azblob://theirs/photos" } }
  }

  expect_failures = [terraform_data.manifest]
}

run "a_loop" {
  command = plan

  variables {
    manifest = "./tests/manifests/loop.json"
  }

  expect_failures = [terraform_data.manifest]
}

run "two_functions_on_one_queue" {
  command = plan

  variables {
    manifest = "./tests/manifests/one-queue-for-two.json"
  }

  expect_failures = [terraform_data.manifest]
}

run "a_required_setting_without_a_value" {
  command = plan

  variables {
    manifest = "./tests/manifests/every-kind.json"
  }

  expect_failures = [terraform_data.manifest]
}

run "a_setting_that_nobody_reads" {
  command = plan

  variables {
    config = { COLOUR = "red" }
  }

  expect_failures = [terraform_data.manifest]
}

run "a_manifest_that_is_not_there" {
  command = plan

  variables {
    manifest = "./tests/manifests/none.json"
  }

  expect_failures = [var.manifest]
}

run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Shop"
  }

  expect_failures = [var.name]
}

run "an_account_name_with_a_hyphen" {
  command = plan

  variables {
    storage_account_names = { host = "shop-host" }
  }

  expect_failures = [var.storage_account_names]
}

run "alarms_that_nobody_hears" {
  command = plan

  variables {
    cost = null
  }

  expect_failures = [var.alarms]
}

run "a_loop_that_something_else_ends" {
  command = plan

  variables {
    manifest      = "./tests/manifests/loop.json"
    allowed_loops = ["grow"]
  }

  assert {
    condition     = contains(keys(output.grants), "blob photos write")
    error_message = "who allows it by name gets it"
  }
}
