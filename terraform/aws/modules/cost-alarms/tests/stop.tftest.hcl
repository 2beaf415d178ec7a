# The hard stop: nothing by default, and exactly the rights to stop these functions where it is wanted.

variables {
  name               = "media"
  emails             = ["ops@example.com"]
  monthly_budget_usd = 20
  functions = {
    resize = { name = "media-resize", memory_mb = 1024, architecture = "arm64" }
  }
}

run "off_by_default" {
  command = plan

  assert {
    condition     = length(aws_sfn_state_machine.stop) + length(aws_cloudwatch_event_rule.stop) + length(aws_iam_role.stop) == 0
    error_message = "nobody's functions are stopped unasked"
  }
}

run "the_alarm_on_dollars_starts_it_and_no_other_alarm" {
  command = plan

  variables {
    hard_stop       = true
    max_concurrency = 100
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.stop[0].event_pattern) == {
      source      = ["aws.cloudwatch"]
      detail-type = ["CloudWatch Alarm State Change"]
      resources   = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:media-resize-usd-per-hour"]
      detail      = { state = { value = ["ALARM"] } }
    }
    error_message = aws_cloudwatch_event_rule.stop[0].event_pattern
  }
  assert {
    condition     = strcontains(aws_cloudwatch_metric_alarm.rate["resize-usd-per-hour"].alarm_description, "is being stopped") && !strcontains(aws_cloudwatch_metric_alarm.rate["resize-concurrency"].alarm_description, "stopped")
    error_message = "the mail says that the app is being stopped"
  }
}

run "it_sets_concurrency_to_zero_first_and_then_the_pollers_off" {
  command = plan

  variables {
    hard_stop = true
  }

  assert {
    condition = (
      jsondecode(aws_sfn_state_machine.stop[0].definition).StartAt == "No call starts"
      && jsondecode(aws_sfn_state_machine.stop[0].definition).States["No call starts"].Items == ["media-resize"]
      && jsondecode(aws_sfn_state_machine.stop[0].definition).States["No call starts"].ItemProcessor.States["Concurrency 0"].Arguments.ReservedConcurrentExecutions == 0
      && jsondecode(aws_sfn_state_machine.stop[0].definition).States["No message is fetched"].ItemProcessor.States["Poller off"].Arguments.Enabled == false
    )
    error_message = aws_sfn_state_machine.stop[0].definition
  }
}

run "its_rights_end_at_these_functions" {
  variables {
    hard_stop = true
  }

  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.stop[0].policy).Statement : "${s.Action} ${jsonencode(s.Resource)}"
      ] == [
      "lambda:PutFunctionConcurrency \"arn:aws:lambda:eu-west-1:123456789012:function:media-resize\"",
      "lambda:ListEventSourceMappings \"*\"",
      "lambda:UpdateEventSourceMapping \"arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:*\"",
    ]
    error_message = aws_iam_role_policy.stop[0].policy
  }
  assert {
    condition = toset(jsondecode(aws_iam_role_policy.stop[0].policy).Statement[2].Condition.ArnLike["lambda:FunctionArn"]) == toset([
      "arn:aws:lambda:eu-west-1:123456789012:function:media-resize",
      "arn:aws:lambda:eu-west-1:123456789012:function:media-resize:*",
    ])
    error_message = "only mappings of these functions and their aliases"
  }
  assert {
    condition     = { for s in jsondecode(aws_iam_role_policy.start_the_stop[0].policy).Statement : s.Action => s.Resource } == { "states:StartExecution" = "arn:aws:states:eu-west-1:123456789012:stateMachine:media-stop" }
    error_message = aws_iam_role_policy.start_the_stop[0].policy
  }
  assert {
    condition = {
      for key, r in aws_iam_role.stop : key => [for s in jsondecode(r.assume_role_policy).Statement : "${s.Principal.Service} ${s.Condition.ArnEquals["aws:SourceArn"]}"]
      } == {
      states = ["states.amazonaws.com arn:aws:states:eu-west-1:123456789012:stateMachine:media-stop"]
      events = ["events.amazonaws.com arn:aws:events:eu-west-1:123456789012:rule/media-stop"]
    }
    error_message = "each role for one purpose"
  }
  assert {
    condition     = abs(output.monthly_usd - 0.20) < 0.000001
    error_message = "what waits costs nothing: ${output.monthly_usd}"
  }
}
