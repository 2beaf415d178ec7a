# Deals with: what goes wrong in an app, as one table of alarms.
# Does not deal with: what it costs (../cost-alarms), who is told (the topic's subscriptions).
#
# CloudWatch bills the metrics that alarms read, not the alarms. So each metric gets an alarm of its own
# wherever one of them is enough to ring: a sum would cost the same, say less, and be silent while one
# of its parts has never had a value.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  period_s = 300

  # Lambda dates a metric to the beginning of the call and sends it at the end, so the window reaches back
  # as far as a call may take: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
  late_periods = { for key, f in var.functions : key => ceil(f.timeout_s / local.period_s) }

  scheduled  = { for key, f in var.functions : key => f if f.trigger == "schedule" }
  rated      = { for key, f in var.functions : key => f if f.trigger != "schedule" }
  on_failure = { for key, f in var.functions : key => f if f.on_failure }

  # A handler that answers 500 has not failed for Lambda, only for the function URL.
  counts = {
    for key, f in local.rated : key => (
      f.trigger == "http"
      ? { all = "UrlRequestCount", failed = "Url5xxCount", what = "answers 5xx to" }
      : { all = "Invocations", failed = "Errors", what = "fails in" }
    )
  }

  function_alarms = merge(
    {
      for key, f in local.rated : "${key}-errors" => {
        description = "${f.name} ${local.counts[key].what} more than ${var.thresholds.error_percent} % of its calls. Its log /aws/lambda/${f.name} tells why: look for level ERROR."
        expression  = "100 * failed / all"
        metrics = {
          all    = { namespace = "AWS/Lambda", name = local.counts[key].all, stat = "Sum", dimensions = { FunctionName = f.name } }
          failed = { namespace = "AWS/Lambda", name = local.counts[key].failed, stat = "Sum", dimensions = { FunctionName = f.name } }
        }
        above      = var.thresholds.error_percent
        datapoints = 2
        periods    = 2 + local.late_periods[key]
      }
    },
    {
      for key, f in local.scheduled : "${key}-failed" => {
        description = "A scheduled run of ${f.name} failed. It is not tried again before the next tick. Its log /aws/lambda/${f.name} tells why: look for level ERROR."
        expression  = null
        metrics = {
          failed = { namespace = "AWS/Lambda", name = "Errors", stat = "Sum", dimensions = { FunctionName = f.name } }
        }
        above      = 0
        datapoints = 1
        periods    = 1 + local.late_periods[key]
      }
    },
    {
      for key, f in local.scheduled : "${key}-dropped" => {
        description = "A scheduled run of ${f.name} never ended well: Lambda dropped the event, after it failed or because it found no free concurrency."
        expression  = null
        metrics = {
          dropped = { namespace = "AWS/Lambda", name = "AsyncEventsDropped", stat = "Sum", dimensions = { FunctionName = f.name } }
        }
        above      = 0
        datapoints = 1
        periods    = 1 + local.late_periods[key]
      }
    },
    {
      for key, f in var.functions : "${key}-throttles" => {
        description = "${f.name} is refused calls: the account's or its own concurrency is used up."
        expression  = null
        metrics = {
          throttles = { namespace = "AWS/Lambda", name = "Throttles", stat = "Sum", dimensions = { FunctionName = f.name } }
        }
        above      = 0
        datapoints = 2
        periods    = 3
      }
    },
    {
      for key, f in var.functions : "${key}-duration" => {
        description = "One call in a hundred of ${f.name} takes more than ${var.thresholds.duration_percent} % of its ${f.timeout_s} s. Beyond them it is killed: raise the timeout or do less in a call."
        expression  = null
        metrics = {
          duration = { namespace = "AWS/Lambda", name = "Duration", stat = "p99", dimensions = { FunctionName = f.name } }
        }
        above      = f.timeout_s * 1000 * var.thresholds.duration_percent / 100
        datapoints = 3
        periods    = 3 + local.late_periods[key]
      }
    },
    {
      for key, f in local.on_failure : "${key}-dead-letter-errors" => {
        description = "A failed event of ${f.name} could not be put into its dead-letter queue and is lost. Does its role let it send there?"
        expression  = null
        metrics = {
          lost = { namespace = "AWS/Lambda", name = "DeadLetterErrors", stat = "Sum", dimensions = { FunctionName = f.name } }
        }
        above      = 0
        datapoints = 1
        periods    = 1 + local.late_periods[key]
      }
    },
    {
      for key, f in local.on_failure : "${key}-destination-failures" => {
        description = "A failed event of ${f.name} could not be delivered to its destination and is lost. Does its role let it send there?"
        expression  = null
        metrics = {
          lost = { namespace = "AWS/Lambda", name = "DestinationDeliveryFailures", stat = "Sum", dimensions = { FunctionName = f.name } }
        }
        above      = 0
        datapoints = 1
        periods    = 1 + local.late_periods[key]
      }
    },
  )

  queue_alarms = merge(
    {
      for key, q in var.queues : "${key}-age" => {
        description = "The oldest message of the queue ${q.name} waits for more than ${var.thresholds.queue_age_s} s: its function is too slow, or fails and tries again."
        expression  = null
        metrics = {
          age = { namespace = "AWS/SQS", name = "ApproximateAgeOfOldestMessage", stat = "Maximum", dimensions = { QueueName = q.name } }
        }
        above      = var.thresholds.queue_age_s
        datapoints = 1
        periods    = 1
      }
    },
    {
      for key, q in var.queues : "${key}-dead-letters" => {
        description = "Messages are in the dead-letter queue ${q.dlq_name}. Read why (the attribute with the reason, or the log), mend it, then start a redrive from there."
        expression  = null
        metrics = {
          letters = { namespace = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Maximum", dimensions = { QueueName = q.dlq_name } }
        }
        above      = 0
        datapoints = 1
        periods    = 1
      }
    },
  )

  schedule_alarms = {
    for metric, what in {
      TargetErrorCount       = "could not start a function: it is gone, or the schedule's role may not invoke it"
      InvocationDroppedCount = "gave up starting a function after all tries"
      } : "schedules.${metric == "TargetErrorCount" ? "errors" : "drops"}" => { # A function's key has no dot.
      description = "The schedule group ${coalesce(var.schedule_group, "-")} ${what}. The tick did not run."
      expression  = null
      metrics = {
        ticks = { namespace = "AWS/Scheduler", name = metric, stat = "Sum", dimensions = { ScheduleGroup = var.schedule_group } }
      }
      above      = 0
      datapoints = 1
      periods    = 1
    } if var.schedule_group != null
  }

  alarms = merge(local.function_alarms, local.queue_alarms, local.schedule_alarms)

  arn_prefix = "arn:${data.aws_partition.current.partition}:cloudwatch:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:alarm"
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.datapoints
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topic_arn]
  ok_actions          = [var.topic_arn]
  tags                = var.tags

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = each.value.expression == null

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.stat
        period      = local.period_s
      }
    }
  }

  dynamic "metric_query" {
    for_each = each.value.expression == null ? [] : [each.value.expression]

    content {
      id          = "result"
      expression  = metric_query.value
      label       = "percent"
      return_data = true
    }
  }
}
