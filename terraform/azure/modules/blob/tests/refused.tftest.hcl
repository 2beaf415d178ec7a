variables {
  name                = "medias3f9c2a71"
  resource_group_name = "media"
  location            = "westeurope"
  stores              = ["photos"]
}

run "an_account_name_with_a_hyphen" {
  command = plan

  variables {
    name = "media-stores"
  }

  expect_failures = [var.name]
}

run "no_store" {
  command = plan

  variables {
    stores = []
  }

  expect_failures = [var.stores]
}

run "a_store_of_two_letters" {
  command = plan

  variables {
    stores = ["ab"]
  }

  expect_failures = [var.stores]
}

run "a_rule_about_another_store" {
  command = plan

  variables {
    lifecycle_rules = { old = { store = "films", delete_after_days = 1 } }
  }

  expect_failures = [var.lifecycle_rules]
}

run "a_rule_that_does_nothing" {
  command = plan

  variables {
    lifecycle_rules = { old = { store = "photos" } }
  }

  expect_failures = [var.lifecycle_rules]
}

run "soft_delete_for_two_years" {
  command = plan

  variables {
    soft_delete_days = 730
  }

  expect_failures = [var.soft_delete_days]
}

run "an_unknown_replication" {
  command = plan

  variables {
    storage = { replication = "LOCAL" }
  }

  expect_failures = [var.storage]
}

run "a_closed_account_without_a_network" {
  command = plan

  variables {
    network = { public = false }
  }

  expect_failures = [var.network]
}
