# Schedules that call functions.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  # Built from names, so that a first plan knows them.
  group_arn = "arn:${local.partition}:scheduler:${data.aws_region.current.region}:${local.account}:schedule-group/${var.name}"
  # No function of the app has a name with `_`, so none has this role's.
  role_name = "${var.name}_scheduler"
  role_arn  = "arn:${local.partition}:iam::${local.account}:role/${local.role_name}"
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.name
  tags = var.tags
}

resource "aws_scheduler_schedule" "this" {
  for_each = var.schedules

  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "`${each.value.cron}` in UTC"
  schedule_expression          = local.expressions[each.key]
  schedule_expression_timezone = "UTC"
  state                        = each.value.enabled ? "ENABLED" : "DISABLED"
  kms_key_arn                  = one(var.kms_key[*].arn)

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = each.value.target_arn
    role_arn = local.role_arn
    # The instant that was due, also where the call comes late. Not by jsonencode, which spells < and >
    # in a way that the scheduler does not look for.
    input = "{\"detail-type\":\"Scheduled Event\",\"source\":\"aws.scheduler\",\"time\":\"<aws.scheduler.scheduled-time>\"}"

    # Handing the tick to Lambda, not running it: a failed run is not tried again.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }

  lifecycle {
    precondition {
      condition     = length(local.expressions[each.key]) <= 256
      error_message = "schedule `${each.key}`: `${each.value.cron}` is over EventBridge's 256 characters once its steps are written out; split it into two functions."
    }
  }

  # The role's right before the first tick.
  depends_on = [aws_iam_role.this, aws_iam_role_policy.this, aws_iam_role_policy.key]
}
