variables {
  name               = "deliveries"
  storage_account_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Storage/storageAccounts/mediah3f9c2a71b0"
}

run "defaults_make_the_queue_and_its_poison_queue" {
  command = plan

  assert {
    condition     = azurerm_storage_queue.this.name == "deliveries" && azurerm_storage_queue.poison[0].name == "deliveries-poison"
    error_message = "the host looks for NAME-poison and no other"
  }
  assert {
    condition     = output.queue.url == "azqueue://mediah3f9c2a71b0/deliveries" && output.poison.url == "azqueue://mediah3f9c2a71b0/deliveries-poison"
    error_message = "the urls are what ANYFN_QUEUE_… and ANYFN_DEAD_LETTER_… hold"
  }
  assert {
    condition     = output.queue.scope == "${var.storage_account_id}/queueServices/default/queues/deliveries"
    error_message = "the scope is the queue's, not the account's, and known before it is made"
  }
}

run "a_queue_nobody_listens_on_needs_no_poison_queue" {
  command = plan

  variables {
    poison = false
  }

  assert {
    condition     = length(azurerm_storage_queue.poison) == 0 && output.poison == null
    error_message = "poison = false makes one queue"
  }
}

run "a_name_leaves_room_for_its_poison_queue" {
  command = plan

  variables {
    name = "a-name-that-is-fifty-seven-letters-long-which-is-too-long1"
  }

  expect_failures = [var.name]
}

run "a_name_has_three_letters_at_least" {
  command = plan

  variables {
    name = "ab"
  }

  expect_failures = [var.name]
}

run "an_account_is_given_by_its_id" {
  command = plan

  variables {
    storage_account_id = "mediah3f9c2a71b0"
  }

  expect_failures = [var.storage_account_id]
}
