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
  name             = "media-orders"
  dead_letter_name = "media-archive-dead-letter"
}

run "mocked" {
  assert {
    condition     = output.dead_letter_arn == "arn:aws:sqs:eu-west-1:123456789012:media-archive-dead-letter" && aws_sqs_queue_redrive_policy.this["this"].queue_url == aws_sqs_queue.this.url
    error_message = "the same with another provider"
  }
}
