# Who may tell, who is told, and what the bill says: topic, key, budgets, anomalies.

variables {
  name               = "media"
  emails             = ["ops@example.com", "boss@example.com"]
  monthly_budget_usd = 20
  functions = {
    resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64" }
  }
}

run "budgets_anomalies_and_alarms_may_publish_and_nobody_else" {
  command = plan

  assert {
    condition = toset([
      for s in jsondecode(aws_sns_topic_policy.this.policy).Statement :
      "${s.Principal.Service} ${s.Action} ${s.Resource} ${s.Condition.StringEquals["aws:SourceAccount"]}" if s.Effect == "Allow"
      ]) == toset([
      for service in ["budgets", "costalerts", "cloudwatch"] :
      "${service}.amazonaws.com sns:Publish arn:aws:sns:eu-west-1:123456789012:media-alarms 123456789012"
    ])
    error_message = aws_sns_topic_policy.this.policy
  }
  assert {
    condition     = one([for s in jsondecode(aws_sns_topic_policy.this.policy).Statement : s.Condition.Bool["aws:SecureTransport"] if s.Effect == "Deny"]) == "false"
    error_message = "nothing unencrypted"
  }
  assert {
    condition     = output.topic_arn == "arn:aws:sns:eu-west-1:123456789012:media-alarms"
    error_message = "known at plan: ${output.topic_arn}"
  }
}

run "the_topic_that_is_named_is_the_topic_that_is_made" {
  assert {
    condition     = aws_sns_topic.this.arn == output.topic_arn
    error_message = "${aws_sns_topic.this.arn} is not ${output.topic_arn}"
  }
  assert {
    condition     = alltrue([for a in aws_cloudwatch_metric_alarm.rate : a.alarm_actions == toset([aws_sns_topic.this.arn]) && a.ok_actions == toset([aws_sns_topic.this.arn])])
    error_message = "alarms tell the topic, of the beginning and of the end"
  }
  assert {
    condition     = toset([for s in aws_sns_topic_subscription.email : "${s.protocol} ${s.endpoint}"]) == toset(["email ops@example.com", "email boss@example.com"]) && length(aws_sns_topic_subscription.webhook) == 0
    error_message = "both addresses, no webhook"
  }
  assert {
    condition     = length(aws_kms_key.this) == 0 && aws_sns_topic.this.kms_master_key_id == null
    error_message = "a key costs a dollar a month: only on demand"
  }
}

run "a_month_and_a_day_of_the_account" {
  command = plan

  assert {
    condition     = { for key, b in aws_budgets_budget.this : key => "${b.time_unit} ${b.limit_amount} ${b.limit_unit} ${b.budget_type}" } == { monthly = "MONTHLY 20 USD COST", daily = "DAILY 2 USD COST" }
    error_message = "20 a month, a tenth of it a day"
  }
  assert {
    condition     = toset([for n in aws_budgets_budget.this["monthly"].notification : "${n.notification_type} ${n.threshold}"]) == toset(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = jsonencode(aws_budgets_budget.this["monthly"].notification)
  }
  assert {
    condition     = toset([for n in aws_budgets_budget.this["daily"].notification : "${n.notification_type} ${n.threshold}"]) == toset(["ACTUAL 80", "ACTUAL 100"])
    error_message = "a day has no forecast"
  }
  assert {
    condition     = alltrue(flatten([for b in aws_budgets_budget.this : [for n in b.notification : n.subscriber_sns_topic_arns == toset([output.topic_arn]) && n.threshold_type == "PERCENTAGE" && n.comparison_operator == "GREATER_THAN"]]))
    error_message = "all of them tell the topic"
  }
  assert {
    condition     = alltrue([for b in aws_budgets_budget.this : length(b.cost_filter) == 0]) && length(aws_ce_cost_allocation_tag.app) == 0
    error_message = "a filter on a tag that is not active would count nothing"
  }
}

run "only_the_app_by_its_tag" {
  command = plan

  variables {
    name             = "media-staging"
    app              = "media"
    budget_scope     = "tag"
    activate_tag     = true
    daily_budget_usd = 5
  }

  assert {
    condition     = alltrue([for b in aws_budgets_budget.this : one(b.cost_filter).name == "TagKeyValue" && one(b.cost_filter).values[0] == "user:anyfn:app$media"])
    error_message = jsonencode([for b in aws_budgets_budget.this : b.cost_filter])
  }
  assert {
    condition     = aws_ce_cost_allocation_tag.app[0].tag_key == "anyfn:app" && aws_ce_cost_allocation_tag.app[0].status == "Active"
    error_message = "the tag becomes a cost allocation tag"
  }
  assert {
    condition     = aws_budgets_budget.this["daily"].limit_amount == "5"
    error_message = "the caller's day"
  }
}

run "anomalies_of_what_carries_the_tag" {
  assert {
    condition     = aws_ce_anomaly_monitor.app[0].monitor_type == "CUSTOM" && jsondecode(aws_ce_anomaly_monitor.app[0].monitor_specification).Tags == { Key = "anyfn:app", MatchOptions = null, Values = ["media"] }
    error_message = aws_ce_anomaly_monitor.app[0].monitor_specification
  }
  assert {
    condition     = aws_ce_anomaly_subscription.this[0].monitor_arn_list == tolist([aws_ce_anomaly_monitor.app[0].arn]) && aws_ce_anomaly_subscription.this[0].frequency == "IMMEDIATE"
    error_message = "a topic wants IMMEDIATE"
  }
  assert {
    condition     = one(aws_ce_anomaly_subscription.this[0].subscriber).type == "SNS" && one(aws_ce_anomaly_subscription.this[0].subscriber).address == output.topic_arn
    error_message = "anomalies tell the topic"
  }
  assert {
    condition     = one(one(aws_ce_anomaly_subscription.this[0].threshold_expression).dimension).key == "ANOMALY_TOTAL_IMPACT_ABSOLUTE" && one(one(aws_ce_anomaly_subscription.this[0].threshold_expression).dimension).values == toset(["5"])
    error_message = "a subscription without a threshold is refused"
  }
}

run "an_existing_monitor_is_used" {
  command = plan

  variables {
    anomaly = { existing_monitor_arn = "arn:aws:ce::123456789012:anomalymonitor/1a2b", min_usd = 50 }
  }

  assert {
    condition     = length(aws_ce_anomaly_monitor.app) == 0 && aws_ce_anomaly_subscription.this[0].monitor_arn_list == tolist(["arn:aws:ce::123456789012:anomalymonitor/1a2b"])
    error_message = "no second monitor"
  }
}

run "no_anomaly_detection_on_demand" {
  command = plan

  variables {
    anomaly = { enabled = false }
  }

  assert {
    condition     = length(aws_ce_anomaly_monitor.app) + length(aws_ce_anomaly_subscription.this) == 0
    error_message = "none"
  }
}

run "a_webhook_instead_of_mail" {
  command = plan

  variables {
    emails      = []
    webhook_url = "https://hooks.example.com/aws"
  }

  assert {
    condition     = aws_sns_topic_subscription.webhook[0].protocol == "https" && aws_sns_topic_subscription.webhook[0].endpoint == "https://hooks.example.com/aws" && length(aws_sns_topic_subscription.email) == 0
    error_message = "only the webhook"
  }
}

run "a_key_of_its_own_lets_all_three_use_it" {
  variables {
    encryption = { own_key = true }
  }

  assert {
    condition = toset([
      for s in jsondecode(aws_kms_key.this[0].policy).Statement :
      "${s.Principal.Service} ${join(" ", sort(s.Action))} ${s.Condition.StringEquals["aws:SourceAccount"]}" if can(s.Principal.Service)
      ]) == toset([
      for service in ["budgets", "costalerts", "cloudwatch"] : "${service}.amazonaws.com kms:Decrypt kms:GenerateDataKey* 123456789012"
    ])
    error_message = aws_kms_key.this[0].policy
  }
  assert {
    condition     = one([for s in jsondecode(aws_kms_key.this[0].policy).Statement : s.Principal.AWS if can(s.Principal.AWS)]) == "arn:aws:iam::123456789012:root"
    error_message = "without the account's own policies nobody could change the key"
  }
  assert {
    condition     = aws_sns_topic.this.kms_master_key_id == aws_kms_key.this[0].arn && aws_kms_key.this[0].enable_key_rotation
    error_message = "the topic uses it"
  }
  assert {
    condition     = abs(output.monthly_usd - 1.20) < 0.000001
    error_message = "a key is a dollar a month: ${output.monthly_usd}"
  }
}

run "a_key_of_yours_is_used" {
  command = plan

  variables {
    encryption = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && aws_sns_topic.this.kms_master_key_id == "arn:aws:kms:eu-west-1:123456789012:key/1a2b"
    error_message = "your key"
  }
  assert {
    condition     = length(jsondecode(output.kms_key_policy).Statement) == 3
    error_message = "and what its policy needs: ${output.kms_key_policy}"
  }
}
