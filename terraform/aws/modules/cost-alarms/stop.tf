# Deals with: stopping the app when its alarm rings (hard_stop), with nothing that idles and no code.
# Does not deal with: starting it again: `terraform apply` does, since it finds what was changed.
#
# Not a budget action: that comes with the bill, 8 to 24 hours late, and can only deny a role something;
# Lambda asks no role whether it may call a function for an event source.

locals {
  stop_name      = "${var.name}-stop"
  function_arns  = [for key in local.keys : "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.functions[key].name}"]
  function_names = [for key in local.keys : var.functions[key].name]
  stop_arn       = "arn:${local.partition}:states:${local.region}:${local.account}:stateMachine:${local.stop_name}"
  stop_rule_arn  = "arn:${local.partition}:events:${local.region}:${local.account}:rule/${local.stop_name}"

  again = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 5, BackoffRate = 2 }]

  # First what stops the spending, then the pollers: a message that they fetch for a function that may
  # not run counts as tried, and after a few tries it would be a dead letter.
  stop_definition = {
    Comment       = "Stops ${var.name}: no call starts any more, and no message is fetched."
    QueryLanguage = "JSONata"
    StartAt       = "No call starts"
    States = {
      "No call starts" = {
        Type  = "Map"
        Items = local.function_names
        ItemProcessor = {
          StartAt = "Concurrency 0"
          States = {
            "Concurrency 0" = {
              Type      = "Task"
              Resource  = "arn:${local.partition}:states:::aws-sdk:lambda:putFunctionConcurrency"
              Arguments = { FunctionName = "{% $states.input %}", ReservedConcurrentExecutions = 0 }
              Retry     = local.again
              End       = true
            }
          }
        }
        Output = {}
        Next   = "List the pollers"
      }
      "List the pollers" = {
        Type      = "Task"
        Resource  = "arn:${local.partition}:states:::aws-sdk:lambda:listEventSourceMappings"
        Arguments = "{% $states.input.NextMarker ? {'Marker': $states.input.NextMarker} : {} %}"
        # Those of these functions, by name or by alias. Step Functions calls the field `Uuid`, as it does
        # where it is an argument.
        Output = {
          Ours       = "{% [$states.result.EventSourceMappings[$split(FunctionArn, ':')[6] in ${jsonencode(local.function_names)}].(Uuid ? Uuid : UUID)] %}"
          NextMarker = "{% $states.result.NextMarker ? $states.result.NextMarker : '' %}"
        }
        Retry = local.again
        Next  = "No message is fetched"
      }
      "No message is fetched" = {
        Type  = "Map"
        Items = "{% $states.input.Ours %}"
        ItemProcessor = {
          StartAt = "Poller off"
          States = {
            "Poller off" = {
              Type      = "Task"
              Resource  = "arn:${local.partition}:states:::aws-sdk:lambda:updateEventSourceMapping"
              Arguments = { Uuid = "{% $states.input %}", Enabled = false }
              Retry     = local.again
              End       = true
            }
          }
        }
        Output = "{% $states.input %}"
        Next   = "More of them?"
      }
      "More of them?" = {
        Type    = "Choice"
        Choices = [{ Condition = "{% $states.input.NextMarker != '' %}", Next = "List the pollers" }]
        Default = "Stopped"
      }
      Stopped = { Type = "Succeed" }
    }
  }
}

data "aws_iam_policy_document" "stop_assume" {
  for_each = var.hard_stop ? { states = local.stop_arn, events = local.stop_rule_arn } : {}

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [each.value]
    }
  }
}

data "aws_iam_policy_document" "stop" {
  # checkov:skip=CKV_AWS_356: lambda:ListEventSourceMappings knows no resource.
  statement {
    sid       = "NoCallStarts"
    actions   = ["lambda:PutFunctionConcurrency"]
    resources = local.function_arns
  }
  statement {
    sid       = "ListThePollers"
    actions   = ["lambda:ListEventSourceMappings"]
    resources = ["*"]
  }
  statement {
    sid       = "PollersOff"
    actions   = ["lambda:UpdateEventSourceMapping"]
    resources = ["arn:${local.partition}:lambda:${local.region}:${local.account}:event-source-mapping:*"]

    condition {
      test     = "ArnLike"
      variable = "lambda:FunctionArn"
      values   = concat(local.function_arns, [for arn in local.function_arns : "${arn}:*"])
    }
  }
}

data "aws_iam_policy_document" "start_the_stop" {
  statement {
    actions   = ["states:StartExecution"]
    resources = [local.stop_arn]
  }
}

resource "aws_iam_role" "stop" {
  for_each = data.aws_iam_policy_document.stop_assume

  name               = "${local.stop_name}-${each.key}"
  assume_role_policy = each.value.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "stop" {
  count = var.hard_stop ? 1 : 0

  name   = "stop"
  role   = aws_iam_role.stop["states"].name
  policy = data.aws_iam_policy_document.stop.json
}

resource "aws_iam_role_policy" "start_the_stop" {
  count = var.hard_stop ? 1 : 0

  name   = "start"
  role   = aws_iam_role.stop["events"].name
  policy = data.aws_iam_policy_document.start_the_stop.json
}

resource "aws_sfn_state_machine" "stop" {
  # checkov:skip=CKV_AWS_284: it runs once in an emergency; its history is kept for 90 days anyway.
  # checkov:skip=CKV_AWS_285: as above.
  count = var.hard_stop ? 1 : 0

  name       = local.stop_name
  role_arn   = aws_iam_role.stop["states"].arn
  definition = jsonencode(local.stop_definition)
  tags       = var.tags

  depends_on = [aws_iam_role_policy.stop]
}

resource "aws_cloudwatch_event_rule" "stop" {
  count = var.hard_stop ? 1 : 0

  name        = local.stop_name
  description = "${var.name} costs too much: stop it."
  event_pattern = jsonencode({
    source      = ["aws.cloudwatch"]
    detail-type = ["CloudWatch Alarm State Change"]
    resources   = sort([for key, alarm in local.rate_alarms : "${local.alarm_arn_prefix}${key}" if alarm.stops])
    detail      = { state = { value = ["ALARM"] } }
  })
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "stop" {
  count = var.hard_stop ? 1 : 0

  rule     = aws_cloudwatch_event_rule.stop[0].name
  arn      = aws_sfn_state_machine.stop[0].arn
  role_arn = aws_iam_role.stop["events"].arn
}
