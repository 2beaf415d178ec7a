# Plans only: what each alarm reads, when it rings, whom it tells, what it costs.

variables {
  name      = "hooks"
  topic_arn = "arn:aws:sns:eu-west-1:123456789012:hooks-alarms"
  functions = {
    archive = { name = "hooks-archive", timeout_s = 60 }
  }
}

run "a_function_alone_has_three_alarms_on_four_metrics" {
  command = plan

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["archive-errors", "archive-throttles", "archive-duration"])
    error_message = "alarms: ${join(", ", keys(aws_cloudwatch_metric_alarm.this))}"
  }
  assert {
    condition     = abs(output.monthly_usd - 0.40) < 0.000001
    error_message = "four metrics at 0.10: ${output.monthly_usd}"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.this : a.treat_missing_data == "notBreaching"])
    error_message = "no calls are no fault"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.this : a.alarm_actions == toset([var.topic_arn]) && a.ok_actions == toset([var.topic_arn])])
    error_message = "the topic hears of the beginning and of the end"
  }
  assert {
    condition     = output.alarm_arns["archive-errors"] == "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:hooks-archive-errors"
    error_message = "the ARN is known before anything exists: ${jsonencode(output.alarm_arns)}"
  }
}

run "errors_are_a_rate" {
  command = plan

  assert {
    condition = toset([
      for q in aws_cloudwatch_metric_alarm.this["archive-errors"].metric_query : q.id == "result" ? q.expression : "${q.id}=${q.metric[0].namespace}/${q.metric[0].metric_name}/${q.metric[0].stat}/${q.metric[0].dimensions.FunctionName}"
    ]) == toset(["100 * failed / all", "all=AWS/Lambda/Invocations/Sum/hooks-archive", "failed=AWS/Lambda/Errors/Sum/hooks-archive"])
    error_message = jsonencode(aws_cloudwatch_metric_alarm.this["archive-errors"].metric_query)
  }
  assert {
    condition     = [for q in aws_cloudwatch_metric_alarm.this["archive-errors"].metric_query : q.id if q.return_data] == ["result"]
    error_message = "the alarm watches the rate and nothing else"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["archive-errors"].threshold == 5
    error_message = "5 percent by default"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["archive-errors"].datapoints_to_alarm == 2 && aws_cloudwatch_metric_alarm.this["archive-errors"].evaluation_periods == 3
    error_message = "twice in a row, and one period more, since a call's metrics bear the time of its beginning"
  }
}

run "the_duration_is_held_against_the_timeout" {
  command = plan

  variables {
    functions = { archive = { name = "hooks-archive", timeout_s = 900 } }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["archive-duration"].threshold == 720000
    error_message = "80 % of 900 s in milliseconds: ${aws_cloudwatch_metric_alarm.this["archive-duration"].threshold}"
  }
  assert {
    condition     = one(one(aws_cloudwatch_metric_alarm.this["archive-duration"].metric_query).metric).stat == "p99"
    error_message = "an average hides the slow ones"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["archive-duration"].evaluation_periods == 6
    error_message = "a call of 15 minutes reports three periods late"
  }
}

run "a_failed_tick_rings_at_once" {
  command = plan

  variables {
    functions      = { sweep = { name = "hooks-sweep", timeout_s = 60, trigger = "schedule" } }
    schedule_group = "hooks"
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["sweep-failed", "sweep-dropped", "sweep-throttles", "sweep-duration", "schedules.errors", "schedules.drops"])
    error_message = "alarms: ${join(", ", keys(aws_cloudwatch_metric_alarm.this))}"
  }
  assert {
    condition = alltrue([
      for key in ["sweep-failed", "sweep-dropped", "schedules.errors", "schedules.drops"] :
      aws_cloudwatch_metric_alarm.this[key].threshold == 0
      && aws_cloudwatch_metric_alarm.this[key].datapoints_to_alarm == 1
      && aws_cloudwatch_metric_alarm.this[key].comparison_operator == "GreaterThanThreshold"
    ])
    error_message = "one is enough"
  }
  assert {
    condition = {
      for key in ["sweep-failed", "sweep-dropped", "schedules.errors", "schedules.drops"] :
      key => one(one(aws_cloudwatch_metric_alarm.this[key].metric_query).metric).metric_name
      } == {
      "sweep-failed"     = "Errors"
      "sweep-dropped"    = "AsyncEventsDropped"
      "schedules.errors" = "TargetErrorCount"
      "schedules.drops"  = "InvocationDroppedCount"
    }
    error_message = "the run that failed, the event that Lambda gave up, the call that the scheduler could not make or gave up"
  }
  assert {
    condition     = one(one(aws_cloudwatch_metric_alarm.this["schedules.errors"].metric_query).metric).dimensions == tomap({ ScheduleGroup = "hooks" })
    error_message = "the group of this app and no other"
  }
}

run "a_queue_rings_when_it_waits_or_has_dead_letters" {
  command = plan

  variables {
    queues = { deliveries = { name = "hooks-deliveries", dlq_name = "hooks-deliveries-dead" } }
  }

  assert {
    condition     = one(one(aws_cloudwatch_metric_alarm.this["deliveries-age"].metric_query).metric).dimensions.QueueName == "hooks-deliveries" && aws_cloudwatch_metric_alarm.this["deliveries-age"].threshold == 900
    error_message = "the age of the queue's oldest message"
  }
  assert {
    condition     = one(one(aws_cloudwatch_metric_alarm.this["deliveries-dead-letters"].metric_query).metric).dimensions.QueueName == "hooks-deliveries-dead" && aws_cloudwatch_metric_alarm.this["deliveries-dead-letters"].threshold == 0
    error_message = "the first dead letter rings"
  }
}

run "an_http_function_counts_what_the_client_saw" {
  command = plan

  variables {
    functions = { receive = { name = "hooks-receive", timeout_s = 30, trigger = "http" } }
  }

  assert {
    condition     = toset([for q in aws_cloudwatch_metric_alarm.this["receive-errors"].metric_query : q.metric[0].metric_name if q.id != "result"]) == toset(["UrlRequestCount", "Url5xxCount"])
    error_message = "a handler that answers 500 has not failed for Lambda"
  }
}

run "everything" {
  command = plan

  variables {
    functions = {
      receive = { name = "hooks-receive", timeout_s = 30, trigger = "http" }
      archive = { name = "hooks-archive", timeout_s = 60, trigger = "blob", on_failure = true }
      sweep   = { name = "hooks-sweep", timeout_s = 300, trigger = "schedule" }
    }
    queues         = { deliveries = { name = "hooks-deliveries", dlq_name = "hooks-deliveries-dead" } }
    schedule_group = "hooks"
    thresholds     = { error_percent = 1, duration_percent = 50, queue_age_s = 60 }
    tags           = { "anyfn:app" = "hooks" }
  }

  assert {
    condition     = toset([for key in ["archive-dead-letter-errors", "archive-destination-failures"] : one(one(aws_cloudwatch_metric_alarm.this[key].metric_query).metric).metric_name]) == toset(["DeadLetterErrors", "DestinationDeliveryFailures"])
    error_message = "what is lost on the way to a dead-letter queue rings"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["receive-errors"].threshold == 1 && aws_cloudwatch_metric_alarm.this["archive-duration"].threshold == 30000 && aws_cloudwatch_metric_alarm.this["deliveries-age"].threshold == 60
    error_message = "thresholds are the caller's"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.this : a.tags["anyfn:app"] == "hooks" && startswith(a.alarm_name, "hooks-") && length(a.alarm_description) > 20])
    error_message = "each alarm has the name first, the tags, and says what to do"
  }
  assert {
    condition     = abs(output.monthly_usd - 1.80) < 0.000001
    error_message = "4 + 6 + 4 of functions, 2 of the queue, 2 of the schedules: ${output.monthly_usd}"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.this : length([for q in a.metric_query : q if q.expression == null]) <= 10])
    error_message = "CloudWatch refuses an alarm on more than ten metrics"
  }
}
