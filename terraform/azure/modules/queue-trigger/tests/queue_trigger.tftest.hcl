variables {
  function = "thumb-nail"
  queue    = { name = "thumb-nail-events", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/queueServices/default/queues/thumb-nail-events", url = "azqueue://a/thumb-nail-events" }
  poison   = { name = "thumb-nail-events-poison", scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/queueServices/default/queues/thumb-nail-events-poison", url = "azqueue://a/thumb-nail-events-poison" }
}

run "defaults_use_built_in_roles" {
  command = plan

  assert {
    condition     = output.app_settings == { ANYFN_SOURCE_THUMB_NAIL = "thumb-nail-events", ANYFN_DEAD_LETTER_THUMB_NAIL = "azqueue://a/thumb-nail-events-poison" }
    error_message = "the settings that function.json names"
  }
  assert {
    condition     = { for key, grant in output.host_grants : key => "${grant.role} on ${basename(grant.scope)}" } == { thumb-nail-source = "Storage Queue Data Contributor on thumb-nail-events", thumb-nail-poison = "Storage Queue Data Message Sender on thumb-nail-events-poison" }
    error_message = "the host listens on this queue, and lays down in its poison queue"
  }
}

run "a_narrower_role_takes_the_place_of_the_built_in_one" {
  command = plan

  variables {
    role_definition_id = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r"
  }

  assert {
    condition     = output.host_grants["thumb-nail-source"].role == null && output.host_grants["thumb-nail-source"].role_definition_id == var.role_definition_id
    error_message = "one role, not both"
  }
}

run "a_function_has_a_name" {
  command = plan

  variables {
    function = "Thumbnail"
  }

  expect_failures = [var.function]
}

run "a_queue_is_given_with_its_scope" {
  command = plan

  variables {
    queue = { name = "thumb-nail-events", scope = "thumb-nail-events", url = "azqueue://a/thumb-nail-events" }
  }

  expect_failures = [var.queue]
}

run "the_poison_queue_is_the_queues_own" {
  command = plan

  variables {
    poison = { name = "failed", scope = "/subscriptions/s", url = "azqueue://a/failed" }
  }

  expect_failures = [var.poison]
}
