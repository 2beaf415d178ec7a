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
  name   = "media-photos-1a2b3c4d"
  events = { thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events" } }
}

run "mocked" {
  assert {
    condition     = output.arn == "arn:aws:s3:::media-photos-1a2b3c4d" && aws_s3_bucket_notification.this[0].bucket == output.name
    error_message = "the same with another provider"
  }
}
