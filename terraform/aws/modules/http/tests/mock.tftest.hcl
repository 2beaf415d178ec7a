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
  function_name = "media-receive"
  public        = true
}

run "mocked" {
  assert {
    condition     = output.url == aws_lambda_function_url.this.function_url
    error_message = "the same with another provider"
  }
}
