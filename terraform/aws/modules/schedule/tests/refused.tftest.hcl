# Each validation, once.

variables {
  name      = "media"
  schedules = { sweep = { cron = "0 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
}

run "a_name_with_a_space_is_refused" {
  command = plan
  variables {
    name = "the media"
  }
  expect_failures = [var.name]
}

run "no_schedule_is_refused" {
  command = plan
  variables {
    schedules = {}
  }
  expect_failures = [var.schedules]
}

run "four_fields_are_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "six_fields_are_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 0 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "minute_60_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "60 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "hour_24_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 24 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "day_0_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 0 * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "month_13_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 1 13 *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "day_of_the_week_8_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 * * 8", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "the_last_day_is_nobody_s_common_ground" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 L * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "a_step_of_a_number_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "5/10 * * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "a_step_of_0_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "*/0 * * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "a_range_backwards_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 22-4 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "a_range_of_words_backwards_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 * * FRI-MON", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "both_kinds_of_day_are_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 1 * MON", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "a_rate_is_no_cron" {
  command = plan
  variables {
    schedules = { sweep = { cron = "rate(5 minutes)", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [var.schedules]
}

run "a_function_without_alias_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "0 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep" } }
  }
  expect_failures = [var.schedules]
}

run "an_expression_over_256_characters_is_refused" {
  command = plan
  variables {
    schedules = { sweep = { cron = "1-29/1,31-59/1 1-11/1,13-23/1 1-29/1,31 * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }
  expect_failures = [aws_scheduler_schedule.this["sweep"]]
}

run "an_alias_of_a_key_is_refused" {
  command = plan
  variables {
    kms_key = { arn = "alias/mine" }
  }
  expect_failures = [var.kms_key]
}
