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
  mock_resource "aws_sns_topic_subscription" {
    defaults = { pending_confirmation = true }
  }
}

variables {
  manifest = "../../../tests/fixtures/webhook/manifest.json"
  package  = "../../../tests/fixtures/webhook/aws-arm64.zip"
  cost     = { emails = ["ops@example.com"], monthly_budget_usd = 20 }
}

run "mocked" {
  assert {
    condition     = output.queues["deliveries"] == "arn:aws:sqs:eu-west-1:123456789012:webhook-deliveries" && endswith(output.urls["receive"], "/hooks/{provider}")
    error_message = "the same with another provider"
  }
  assert {
    condition     = output.unconfirmed_emails == ["ops@example.com"]
    error_message = "who has to follow a link is named: ${jsonencode(output.unconfirmed_emails)}"
  }
}
