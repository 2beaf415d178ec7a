# A wrong value is refused at plan time, by the variable that has it.

provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

variables {
  name                    = "hooks"
  resource_group_name     = "hooks"
  location                = "westeurope"
  function_app_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hooks/providers/Microsoft.Web/sites/hooks-1a2b"
  application_insights_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hooks/providers/Microsoft.Insights/components/hooks"
  action_group_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hooks/providers/Microsoft.Insights/actionGroups/hooks-alarms"
  functions = {
    archive = { name = "archive", timeout_s = 60 }
  }
}

run "a_name_with_an_underscore" {
  command = plan
  variables {
    name = "my_hooks"
  }
  expect_failures = [var.name]
}

run "no_function" {
  command = plan
  variables {
    functions = {}
  }
  expect_failures = [var.functions]
}

run "a_function_whose_name_ends_the_string_in_the_query" {
  command = plan
  variables {
    functions = { archive = { name = "archive'", timeout_s = 60 } }
  }
  expect_failures = [var.functions]
}

run "no_time_at_all" {
  command = plan
  variables {
    functions = { archive = { name = "archive", timeout_s = 0 } }
  }
  expect_failures = [var.functions]
}

run "an_unknown_trigger" {
  command = plan
  variables {
    functions = { archive = { name = "archive", timeout_s = 60, trigger = "timer" } }
  }
  expect_failures = [var.functions]
}

run "a_queue_that_azure_would_not_name_so" {
  command = plan
  variables {
    queues = { deliveries = { name = "deliveries", dlq_name = "Deliveries_Poison" } }
  }
  expect_failures = [var.queues]
}

run "an_error_rate_of_a_hundred" {
  command = plan
  variables {
    thresholds = { error_percent = 100 }
  }
  expect_failures = [var.thresholds]
}

run "a_duration_of_zero" {
  command = plan
  variables {
    thresholds = { duration_percent = 0 }
  }
  expect_failures = [var.thresholds]
}

run "no_answer_5xx_at_all" {
  command = plan
  variables {
    thresholds = { http_5xx = 0 }
  }
  expect_failures = [var.thresholds]
}

run "every_minute" {
  command = plan
  variables {
    thresholds = { log_minutes = 1 }
  }
  expect_failures = [var.thresholds]
}
