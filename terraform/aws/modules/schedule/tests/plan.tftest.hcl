variables {
  name      = "media"
  schedules = { sweep = { cron = "0 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
}

run "defaults" {
  command = plan

  assert {
    condition     = aws_scheduler_schedule.this["sweep"].schedule_expression == "cron(0 3 * * ? *)" && aws_scheduler_schedule.this["sweep"].schedule_expression_timezone == "UTC" && aws_scheduler_schedule.this["sweep"].state == "ENABLED"
    error_message = "three at night, UTC"
  }
  assert {
    condition     = jsondecode(aws_scheduler_schedule.this["sweep"].target[0].input) == jsondecode("{\"detail-type\":\"Scheduled Event\",\"source\":\"aws.scheduler\",\"time\":\"<aws.scheduler.scheduled-time>\"}") && strcontains(aws_scheduler_schedule.this["sweep"].target[0].input, "<aws.scheduler.scheduled-time>")
    error_message = "what the runtime reads as a tick, with the scheduler's own word in clear"
  }
  assert {
    condition     = aws_scheduler_schedule.this["sweep"].target[0].role_arn == "arn:aws:iam::123456789012:role/media_scheduler" && aws_scheduler_schedule.this["sweep"].flexible_time_window[0].mode == "OFF"
    error_message = "on time, by its own role"
  }
  assert {
    condition = aws_iam_role_policy.this.policy == jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Call"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = ["arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live"]
      }]
    })
    error_message = "that function and no other: ${aws_iam_role_policy.this.policy}"
  }
  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition) == jsonencode({
      StringEquals = {
        "aws:SourceAccount" = "123456789012"
        "aws:SourceArn"     = "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/media"
      }
    })
    error_message = "this group's schedules take the role, and nobody else's: ${aws_iam_role.this.assume_role_policy}"
  }
}

run "every_form_of_a_field" {
  command = plan
  variables {
    schedules = { for name, cron in {
      minutes  = "*/15 * * * *"
      hours    = "0 */6 * * *"
      each     = "* * * * *"
      one      = "*/1 * * * *"
      hourly   = "0 * * * *"
      daily    = "0 0 * * *"
      list     = "5,10-12,50-58/4 1-3,9 * * *"
      months   = "0 0 1,15 JAN,mar,10-12 *"
      workdays = "30 8 * * MON-FRI"
      numbers  = "30 8 * * 1-5"
      sunday0  = "0 3 * * 0"
      sunday7  = "0 3 * * 7"
      weekend  = "0 3 * * 6-7"
      odd_days = "0 3 * * */2"
      spaces   = "  0   3 * *  * "
      zeros    = "05 03 01 02 *"
    } : name => { cron = cron, target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
  }

  assert {
    condition = jsonencode(output.expressions) == jsonencode({
      minutes  = "cron(0,15,30,45 * * * ? *)"
      hours    = "cron(0 0,6,12,18 * * ? *)"
      each     = "cron(* * * * ? *)"
      one      = "cron(* * * * ? *)"
      hourly   = "cron(0 * * * ? *)"
      daily    = "cron(0 0 * * ? *)"
      list     = "cron(5,10,11,12,50,54,58 1,2,3,9 * * ? *)"
      months   = "cron(0 0 1,15 1,3,10,11,12 ? *)"
      workdays = "cron(30 8 ? * MON,TUE,WED,THU,FRI *)"
      numbers  = "cron(30 8 ? * MON,TUE,WED,THU,FRI *)"
      sunday0  = "cron(0 3 ? * SUN *)"
      sunday7  = "cron(0 3 ? * SUN *)"
      weekend  = "cron(0 3 ? * SUN,SAT *)"
      odd_days = "cron(0 3 ? * SUN,TUE,THU,SAT *)"
      spaces   = "cron(0 3 * * ? *)"
      zeros    = "cron(5 3 1 2 ? *)"
    })
    error_message = jsonencode(output.expressions)
  }
}

run "full" {
  command = plan
  variables {
    schedules = {
      sweep  = { cron = "0 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" }
      report = { cron = "0 4 * * 1", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-report:live", enabled = false }
    }
    kms_key = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
    tags    = { "anyfn:app" = "media" }
  }

  assert {
    condition     = aws_scheduler_schedule.this["report"].state == "DISABLED" && aws_scheduler_schedule.this["report"].kms_key_arn == var.kms_key.arn && aws_scheduler_schedule_group.this.tags["anyfn:app"] == "media"
    error_message = "as asked"
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement[0].Resource == [
      "arn:aws:lambda:eu-west-1:123456789012:function:media-report:live",
      "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live",
    ]
    error_message = "both functions: ${aws_iam_role_policy.this.policy}"
  }
}
