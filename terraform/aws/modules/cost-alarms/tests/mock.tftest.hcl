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
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:210987654321:media-alarms" }
  }
  mock_resource "aws_sns_topic_subscription" {
    defaults = { pending_confirmation = false }
  }
}

run "mocked" {
  variables {
    name               = "media"
    emails             = ["ops@example.com"]
    monthly_budget_usd = 20
    functions          = { resize = { name = "media-resize", memory_mb = 512, architecture = "arm64" } }
  }

  assert {
    condition     = output.topic_arn == aws_sns_topic.this.arn
    error_message = "the name that is built is the name that is given"
  }
}

# What a newcomer forgets: the link in the mail.
run "an_unconfirmed_address_is_named" {
  variables {
    name               = "hooks"
    emails             = ["ops@example.com", "boss@example.com"]
    monthly_budget_usd = 20
    functions          = { resize = { name = "hooks-resize", memory_mb = 512, architecture = "arm64" } }
  }

  override_resource {
    target = aws_sns_topic_subscription.email["boss@example.com"]
    values = { pending_confirmation = true }
  }

  assert {
    condition     = output.unconfirmed_emails == ["boss@example.com"]
    error_message = jsonencode(output.unconfirmed_emails)
  }
}
