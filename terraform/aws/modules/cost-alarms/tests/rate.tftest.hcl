# The estimate: its expression as CloudWatch gets it, and what it comes to.

variables {
  name               = "media"
  emails             = ["ops@example.com"]
  monthly_budget_usd = 20
  functions = {
    resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64", timeout_s = 60 }
    report = { name = "media-report", memory_mb = 512, architecture = "x86_64" }
  }
}

run "each_function_has_an_alarm_of_its_own" {
  command = plan

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.rate)) == toset(["resize-usd-per-hour", "report-usd-per-hour"])
    error_message = "alarms: ${join(", ", keys(aws_cloudwatch_metric_alarm.rate))}"
  }
  assert {
    condition = {
      for key, a in aws_cloudwatch_metric_alarm.rate : key => one([for q in a.metric_query : q.expression if q.return_data])
      } == {
      # The functions in the order of their keys: 0 is report, 1 is resize.
      "report-usd-per-hour" = "(d0 / 1000 * 512 / 1024 * 0.0000166667 + c0 * 0.0000002) * 3600 / 300"
      "resize-usd-per-hour" = "(d1 / 1000 * 1024 / 1024 * 0.0000133334 + c1 * 0.0000002) * 3600 / 300"
    }
    error_message = jsonencode([for a in aws_cloudwatch_metric_alarm.rate : [for q in a.metric_query : q.expression if q.return_data]])
  }
  assert {
    condition = toset([
      for q in aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].metric_query : "${q.id}=${q.metric[0].metric_name}/${q.metric[0].stat}/${q.metric[0].period}/${q.metric[0].dimensions.FunctionName}" if q.id != "result"
    ]) == toset(["d1=Duration/Sum/300/media-resize", "c1=Invocations/Sum/300/media-resize"])
    error_message = jsonencode(aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].metric_query)
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.rate : a.threshold == 1 && a.comparison_operator == "GreaterThanThreshold" && a.treat_missing_data == "notBreaching"])
    error_message = "a dollar an hour by default"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.rate : a.datapoints_to_alarm == 1])
    error_message = "the first five minutes that are too dear ring"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].evaluation_periods == 2 && aws_cloudwatch_metric_alarm.rate["report-usd-per-hour"].evaluation_periods == 4
    error_message = "what a call of 15 minutes cost is known three periods later"
  }
  assert {
    condition     = abs(output.monthly_usd - 0.40) < 0.000001
    error_message = "two metrics a function: ${output.monthly_usd}"
  }
}

# 1000 calls of a second each, always: 300 000 calls and 300 000 000 ms in five minutes. The very text that
# CloudWatch evaluates is taken apart and computed here; by hand it is
# 3 600 000 GB-s x 0.0000133334 + 3 600 000 x 0.0000002 = 48.00024 + 0.72.
run "a_loop_of_a_thousand_calls_at_once_is_48_dollars_an_hour" {
  command = plan

  assert {
    condition = abs(one([
      for n in [regex("^\\(d1 / 1000 \\* (\\d+) / 1024 \\* ([0-9.]+) \\+ c1 \\* ([0-9.]+)\\) \\* 3600 / (\\d+)$", one([for q in aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].metric_query : q.expression if q.return_data]))] :
      (300000000 / 1000 * n[0] / 1024 * n[1] + 300000 * n[2]) * 3600 / n[3]
    ]) - 48.72024) < 0.000001
    error_message = "the expression comes to something else"
  }
  assert {
    condition     = abs(output.loop_usd_per_hour["resize"] - 48.72024) < 0.000001
    error_message = "the output says something else: ${output.loop_usd_per_hour["resize"]}"
  }
  # 0.5 GB, x86_64: 1 800 000 x 0.0000166667 + 0.72.
  assert {
    condition     = abs(output.loop_usd_per_hour["report"] - 30.72006) < 0.000001
    error_message = "memory and architecture count: ${output.loop_usd_per_hour["report"]}"
  }
}

run "a_function_may_have_its_own_limit" {
  command = plan

  variables {
    usd_per_hour = 2
    functions = {
      resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64", usd_per_hour = 0.25 }
      report = { name = "media-report", memory_mb = 512, architecture = "arm64" }
    }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].threshold == 0.25 && aws_cloudwatch_metric_alarm.rate["report-usd-per-hour"].threshold == 2
    error_message = "0.25 and 2"
  }
}

run "the_total_adds_up_what_each_costs" {
  command = plan

  variables {
    total_usd_per_hour = 3
  }

  assert {
    condition     = one([for q in aws_cloudwatch_metric_alarm.rate["total.usd-per-hour.0"].metric_query : q.expression if q.return_data]) == "((FILL(d0, 0) / 1000 * 512 / 1024 * 0.0000166667 + FILL(c0, 0) * 0.0000002) + (FILL(d1, 0) / 1000 * 1024 / 1024 * 0.0000133334 + FILL(c1, 0) * 0.0000002)) * 3600 / 300"
    error_message = one([for q in aws_cloudwatch_metric_alarm.rate["total.usd-per-hour.0"].metric_query : q.expression if q.return_data])
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.rate["total.usd-per-hour.0"].threshold == 3 && aws_cloudwatch_metric_alarm.rate["total.usd-per-hour.0"].evaluation_periods == 4
    error_message = "3 dollars, as late as the slowest function"
  }
  assert {
    condition     = abs(output.monthly_usd - 0.80) < 0.000001
    error_message = "the total doubles the metrics: ${output.monthly_usd}"
  }
}

run "seven_functions_are_two_groups" {
  command = plan

  variables {
    total_usd_per_hour = 3
    functions          = { for n in ["a", "b", "c", "d", "e", "f", "g"] : n => { name = "media-${n}", memory_mb = 128, architecture = "arm64" } }
  }

  assert {
    condition     = [for n in ["total.usd-per-hour.0", "total.usd-per-hour.1"] : length([for q in aws_cloudwatch_metric_alarm.rate[n].metric_query : q if q.id != "result"])] == [10, 4]
    error_message = "CloudWatch takes ten metrics an alarm"
  }
}

run "calls_and_concurrency_on_demand" {
  command = plan

  variables {
    max_invocations_per_minute = 6000
    max_concurrency            = 100
  }

  assert {
    condition     = one([for q in aws_cloudwatch_metric_alarm.rate["resize-calls"].metric_query : q.expression if q.return_data]) == "c1 * 60 / 300" && aws_cloudwatch_metric_alarm.rate["resize-calls"].threshold == 6000
    error_message = "calls a minute"
  }
  assert {
    condition     = one(one(aws_cloudwatch_metric_alarm.rate["report-concurrency"].metric_query).metric).metric_name == "ConcurrentExecutions" && aws_cloudwatch_metric_alarm.rate["report-concurrency"].threshold == 100
    error_message = "calls at once"
  }
}

run "prices_are_the_callers" {
  command = plan

  variables {
    prices = { gb_second_arm64 = 0.00001, request = 0.0000003 }
  }

  assert {
    condition     = one([for q in aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].metric_query : q.expression if q.return_data]) == "(d1 / 1000 * 1024 / 1024 * 0.00001 + c1 * 0.0000003) * 3600 / 300"
    error_message = one([for q in aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].metric_query : q.expression if q.return_data])
  }
}
