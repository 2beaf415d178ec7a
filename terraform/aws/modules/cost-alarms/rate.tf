# Deals with: what the functions cost right now, estimated from what CloudWatch knows a minute later.
# Does not deal with: the bill (budgets.tf).
#
# The estimate is the calls' duration and number, at list price, without the free tier. It leaves out
# what Lambda bills besides: initialisation, storage above 512 MB, provisioned concurrency; and all other
# services. CloudWatch bills each metric that an alarm reads; that is why the total is not on by default.

locals {
  period_s = 300

  gb_second = { arm64 = var.prices.gb_second_arm64, x86_64 = var.prices.gb_second_x86_64 }

  # Dollars in one period, by function. A metric's id is a letter and the function's place in the list.
  keys = sort(keys(var.functions))
  parts = {
    for at, key in local.keys : key => {
      at           = at
      name         = var.functions[key].name
      duration     = "d${at}"
      calls        = "c${at}"
      gb           = "${var.functions[key].memory_mb} / 1024"
      gb_second    = local.gb_second[var.functions[key].architecture]
      usd_per_hour = coalesce(var.functions[key].usd_per_hour, var.usd_per_hour)
      # A call's metrics bear the time of its beginning and come at its end.
      late = ceil(var.functions[key].timeout_s / local.period_s)
    }
  }

  # `Duration` is in milliseconds.
  dollars = { for key, p in local.parts : key => "(${p.duration} / 1000 * ${p.gb} * ${p.gb_second} + ${p.calls} * ${var.prices.request})" }
  # In a sum, a function that was not called is a 0 and not a gap that swallows the others.
  filled = { for key, p in local.parts : key => "(FILL(${p.duration}, 0) / 1000 * ${p.gb} * ${p.gb_second} + FILL(${p.calls}, 0) * ${var.prices.request})" }

  metrics = {
    for key, p in local.parts : key => {
      (p.duration) = { name = "Duration", stat = "Sum", function = p.name }
      (p.calls)    = { name = "Invocations", stat = "Sum", function = p.name }
    }
  }

  stopping = var.hard_stop ? " The app is being stopped; terraform apply starts it again." : ""

  rate_alarms = merge(
    {
      for key, p in local.parts : "${key}-usd-per-hour" => {
        description = "${p.name} costs more than ${p.usd_per_hour} USD an hour, as far as its calls tell. Does it call itself, by a queue or a bucket that it writes to?${local.stopping}"
        expression  = "${local.dollars[key]} * 3600 / ${local.period_s}"
        metrics     = local.metrics[key]
        above       = p.usd_per_hour
        periods     = 1 + p.late
        stops       = true
      }
    },
    {
      # CloudWatch takes ten metrics an alarm, which is five functions.
      for group, members in(var.total_usd_per_hour == null ? [] : chunklist(local.keys, 5)) : "total.usd-per-hour.${group}" => {
        description = "${var.name} (${join(", ", members)}) costs more than ${coalesce(var.total_usd_per_hour, 0)} USD an hour, as far as its calls tell.${local.stopping}"
        expression  = "(${join(" + ", [for key in members : local.filled[key]])}) * 3600 / ${local.period_s}"
        metrics     = merge([for key in members : local.metrics[key]]...)
        above       = var.total_usd_per_hour
        periods     = 1 + max([for key in members : local.parts[key].late]...)
        stops       = true
      }
    },
    {
      for key, p in local.parts : "${key}-calls" => {
        description = "${p.name} is called more than ${coalesce(var.max_invocations_per_minute, 0)} times a minute."
        expression  = "${p.calls} * 60 / ${local.period_s}"
        metrics     = { (p.calls) = { name = "Invocations", stat = "Sum", function = p.name } }
        above       = var.max_invocations_per_minute
        periods     = 1 + p.late
        stops       = false
      } if var.max_invocations_per_minute != null
    },
    {
      for key, p in local.parts : "${key}-concurrency" => {
        description = "${p.name} runs more than ${coalesce(var.max_concurrency, 0)} times at once."
        expression  = null
        metrics     = { n = { name = "ConcurrentExecutions", stat = "Maximum", function = p.name } }
        above       = var.max_concurrency
        periods     = 1
        stops       = false
      } if var.max_concurrency != null
    },
  )

  alarm_arn_prefix = "arn:${local.partition}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-"
}

resource "aws_cloudwatch_metric_alarm" "rate" {
  for_each = local.rate_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [local.topic_arn]
  ok_actions          = [local.topic_arn]
  tags                = var.tags

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = each.value.expression == null

      metric {
        namespace   = "AWS/Lambda"
        metric_name = metric_query.value.name
        dimensions  = { FunctionName = metric_query.value.function }
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
      label       = each.value.stops ? "USD an hour" : "calls a minute"
      return_data = true
    }
  }

  depends_on = [aws_sns_topic_policy.this]
}
