# A wrong value is refused at plan time, by the variable that has it.

variables {
  name      = "hooks"
  topic_arn = "arn:aws:sns:eu-west-1:123456789012:hooks-alarms"
  functions = {
    archive = { name = "hooks-archive", timeout_s = 60 }
  }
}

run "a_name_with_capitals" {
  command = plan
  variables {
    name = "Hooks"
  }
  expect_failures = [var.name]
}

run "a_topic_that_is_no_arn" {
  command = plan
  variables {
    topic_arn = "hooks-alarms"
  }
  expect_failures = [var.topic_arn]
}

run "no_function" {
  command = plan
  variables {
    functions = {}
  }
  expect_failures = [var.functions]
}

run "a_key_with_a_dot" {
  command = plan
  variables {
    functions = { "schedules.errors" = { name = "hooks-archive", timeout_s = 60 } }
  }
  expect_failures = [var.functions]
}

run "a_timeout_beyond_lambda" {
  command = plan
  variables {
    functions = { archive = { name = "hooks-archive", timeout_s = 901 } }
  }
  expect_failures = [var.functions]
}

run "an_unknown_trigger" {
  command = plan
  variables {
    functions = { archive = { name = "hooks-archive", timeout_s = 60, trigger = "cron" } }
  }
  expect_failures = [var.functions]
}

run "a_queue_key_with_a_blank" {
  command = plan
  variables {
    queues = { "my queue" = { name = "q", dlq_name = "q-dead" } }
  }
  expect_failures = [var.queues]
}

run "an_arn_for_a_schedule_group" {
  command = plan
  variables {
    schedule_group = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/hooks"
  }
  expect_failures = [var.schedule_group]
}

run "an_error_rate_of_zero" {
  command = plan
  variables {
    thresholds = { error_percent = 0 }
  }
  expect_failures = [var.thresholds]
}

run "a_duration_beyond_the_timeout" {
  command = plan
  variables {
    thresholds = { duration_percent = 100 }
  }
  expect_failures = [var.thresholds]
}

run "an_age_below_a_minute" {
  command = plan
  variables {
    thresholds = { queue_age_s = 59 }
  }
  expect_failures = [var.thresholds]
}
