# Needs no account: works with the real provider too.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "210987654321" }
  }
}

run "mocked" {
  variables {
    name      = "media"
    topic_arn = "arn:aws:sns:eu-central-1:210987654321:media-alarms"
    functions = { thumbnail = { name = "media-thumbnail", timeout_s = 60, trigger = "blob" } }
    queues    = { thumbnail = { name = "media-thumbnail", dlq_name = "media-thumbnail-dead" } }
  }

  assert {
    condition     = output.alarm_arns["thumbnail-dead-letters"] == "arn:aws:cloudwatch:eu-central-1:210987654321:alarm:media-thumbnail-dead-letters"
    error_message = jsonencode(output.alarm_arns)
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 5
    error_message = "three of the function, two of the queue"
  }
}
