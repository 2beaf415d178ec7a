variables {
  name   = "image-processing-thumbnail"
  change = "created"
  store  = { container = "photos", topic = { name = "medias3f9c2a71", resource_group_name = "media", principal_id = "22222222-2222-2222-2222-222222222222" } }
  queue  = { account_id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/h", name = "thumbnail-events", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/h/queueServices/default/queues/thumbnail-events" }
}

run "a_name_with_a_dot" {
  command = plan

  variables {
    name = "thumb.nail"
  }

  expect_failures = [var.name]
}

run "a_change_that_azure_does_not_tell" {
  command = plan

  variables {
    change = "renamed"
  }

  expect_failures = [var.change]
}

run "a_store_without_a_topic" {
  command = plan

  variables {
    store = { container = "photos", topic = null }
  }

  expect_failures = [var.store]
}

run "two_days_of_tries" {
  command = plan

  variables {
    tries = { minutes = 2880 }
  }

  expect_failures = [var.tries]
}

run "a_hundred_tries" {
  command = plan

  variables {
    tries = { attempts = 100 }
  }

  expect_failures = [var.tries]
}
