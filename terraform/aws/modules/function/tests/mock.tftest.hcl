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
  name    = "media-thumbnail"
  package = "../../../tests/fixtures/image-processing/aws-arm64.zip"
  handler = "thumbnail"
}

run "mocked" {
  assert {
    condition     = output.target_arn == "arn:aws:lambda:eu-west-1:123456789012:function:media-thumbnail:live" && aws_lambda_alias.live.function_version == aws_lambda_function.this.version
    error_message = "the same with another provider"
  }
}
