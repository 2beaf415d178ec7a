# Deals with: what the bill says: budgets and anomalies. It says so 8 to 24 hours late.
# Does not deal with: what happens in between (rate.tf).

locals {
  daily_budget_usd = coalesce(var.daily_budget_usd, var.monthly_budget_usd / 10)

  budgets = {
    monthly = { unit = "MONTHLY", usd = var.monthly_budget_usd, actual = [50, 80, 100], forecasted = [100] }
    # AWS makes no forecast for a budget of a day.
    daily = { unit = "DAILY", usd = local.daily_budget_usd, actual = [80, 100], forecasted = [] }
  }
}

resource "aws_budgets_budget" "this" {
  for_each = local.budgets

  name         = "${var.name}-${each.key}"
  budget_type  = "COST"
  time_unit    = each.value.unit
  limit_amount = tostring(each.value.usd)
  limit_unit   = "USD"
  tags         = var.tags

  dynamic "cost_filter" {
    for_each = var.budget_scope == "tag" ? [join("$", ["user:anyfn:app", local.app])] : []

    content {
      name   = "TagKeyValue"
      values = [cost_filter.value]
    }
  }

  dynamic "notification" {
    for_each = concat(
      [for percent in each.value.actual : { type = "ACTUAL", percent = percent }],
      [for percent in each.value.forecasted : { type = "FORECASTED", percent = percent }],
    )

    content {
      notification_type         = notification.value.type
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value.percent
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [local.topic_arn]
    }
  }

  # No budget speaks before it may.
  depends_on = [aws_sns_topic_policy.this]
}

resource "aws_ce_cost_allocation_tag" "app" {
  count = var.activate_tag ? 1 : 0

  tag_key = "anyfn:app"
  status  = "Active"
}

# Of what carries the tag, not of the services: an account has one monitor of its services at most, and
# AWS has made it in most accounts already.
resource "aws_ce_anomaly_monitor" "app" {
  count = var.anomaly.enabled && var.anomaly.existing_monitor_arn == null ? 1 : 0

  name         = "${var.name}-app"
  monitor_type = "CUSTOM"
  monitor_specification = jsonencode({
    And            = null
    CostCategories = null
    Dimensions     = null
    Not            = null
    Or             = null
    Tags = {
      Key          = "anyfn:app"
      MatchOptions = null
      Values       = [local.app]
    }
  })
  tags = var.tags

  depends_on = [aws_ce_cost_allocation_tag.app]
}

resource "aws_ce_anomaly_subscription" "this" {
  count = var.anomaly.enabled ? 1 : 0

  name             = "${var.name}-anomalies"
  frequency        = "IMMEDIATE" # The only one that a topic may have.
  monitor_arn_list = [try(aws_ce_anomaly_monitor.app[0].arn, var.anomaly.existing_monitor_arn)]
  tags             = var.tags

  subscriber {
    type    = "SNS"
    address = local.topic_arn
  }

  threshold_expression {
    dimension {
      key           = "ANOMALY_TOTAL_IMPACT_ABSOLUTE"
      match_options = ["GREATER_THAN_OR_EQUAL"]
      values        = [tostring(var.anomaly.min_usd)]
    }
  }

  depends_on = [aws_sns_topic_policy.this]
}
