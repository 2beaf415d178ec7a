# As users test with the real provider: nothing is asked of a cloud.

mock_provider "aws" {}

variables {
  target_arn = "arn:aws:lambda:eu-west-1:123456789012:function:media-archive:live"
  role_name  = "media-archive"
  queue_arn  = "arn:aws:sqs:eu-west-1:123456789012:media-deliveries"
}

run "mocked" {
  assert {
    condition     = output.uuid == aws_lambda_event_source_mapping.this.uuid
    error_message = "the same with another provider"
  }
}
