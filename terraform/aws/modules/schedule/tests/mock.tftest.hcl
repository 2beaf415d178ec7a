# As users test with the real provider: nothing is asked of a cloud.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }
}

variables {
  name      = "media"
  schedules = { sweep = { cron = "0 3 * * *", target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-sweep:live" } }
}

run "mocked" {
  assert {
    condition     = output.group_name == "media" && output.expressions["sweep"] == aws_scheduler_schedule.this["sweep"].schedule_expression
    error_message = "the same with another provider"
  }
}
