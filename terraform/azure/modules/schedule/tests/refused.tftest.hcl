variables {
  schedules = {}
}

run "four_fields" {
  command = plan

  variables {
    schedules = { sweep = "0 3 * *" }
  }

  expect_failures = [var.schedules]
}

run "six_fields" {
  command = plan

  variables {
    schedules = { sweep = "0 0 3 * * *" }
  }

  expect_failures = [var.schedules]
}

run "a_question_mark" {
  command = plan

  variables {
    schedules = { sweep = "0 3 ? * MON" }
  }

  expect_failures = [var.schedules]
}

run "the_last_day" {
  command = plan

  variables {
    schedules = { sweep = "0 3 L * *" }
  }

  expect_failures = [var.schedules]
}

run "day_of_month_and_of_week" {
  command = plan

  variables {
    schedules = { sweep = "0 3 1 * MON" }
  }

  expect_failures = [var.schedules]
}

run "minute_60" {
  command = plan

  variables {
    schedules = { sweep = "60 3 * * *" }
  }

  expect_failures = [output.schedules]
}

run "hour_24" {
  command = plan

  variables {
    schedules = { sweep = "0 24 * * *" }
  }

  expect_failures = [output.schedules]
}

run "day_0" {
  command = plan

  variables {
    schedules = { sweep = "0 3 0 * *" }
  }

  expect_failures = [output.schedules]
}

run "month_13" {
  command = plan

  variables {
    schedules = { sweep = "0 3 1 13 *" }
  }

  expect_failures = [output.schedules]
}

run "backwards" {
  command = plan

  variables {
    schedules = { sweep = "0 9-3 * * *" }
  }

  expect_failures = [output.schedules]
}

run "a_step_of_nothing" {
  command = plan

  variables {
    schedules = { sweep = "*/0 3 * * *" }
  }

  expect_failures = [output.schedules]
}
