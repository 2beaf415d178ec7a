# A wrong value is refused at plan time, by the variable that has it.

provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

variables {
  name                = "media"
  resource_group_name = "media"
  location            = "westeurope"
  function_app = {
    id   = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/media/providers/Microsoft.Web/sites/media-1a2b"
    name = "media-1a2b"
  }
  emails             = ["ops@example.com"]
  monthly_budget_usd = 20
}

run "a_name_that_ends_in_a_hyphen" {
  command = plan
  variables {
    name = "media-"
  }
  expect_failures = [var.name]
}

run "memory_that_flex_does_not_have" {
  command = plan
  variables {
    function_app = { id = "x", name = "media-1a2b", memory_mb = 1024 }
  }
  expect_failures = [var.function_app]
}

run "more_instances_than_flex_has" {
  command = plan
  variables {
    function_app = { id = "x", name = "media-1a2b", maximum_instances = 1001 }
  }
  expect_failures = [var.function_app]
}

run "an_address_without_an_at" {
  command = plan
  variables {
    emails = ["ops.example.com"]
  }
  expect_failures = [var.emails]
}

run "nobody_to_tell" {
  command = plan
  variables {
    emails = []
  }
  expect_failures = [var.emails]
}

run "a_budget_of_zero" {
  command = plan
  variables {
    monthly_budget_usd = 0
  }
  expect_failures = [var.monthly_budget_usd]
}

run "a_limit_of_zero" {
  command = plan
  variables {
    usd_per_hour = 0
  }
  expect_failures = [var.usd_per_hour]
}

run "a_webhook_without_tls" {
  command = plan
  variables {
    webhook_url = "http://hooks.example.com/azure"
  }
  expect_failures = [var.webhook_url]
}

run "a_price_of_zero" {
  command = plan
  variables {
    prices = { execution = 0 }
  }
  expect_failures = [var.prices]
}
