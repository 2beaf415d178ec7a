# A URL for a function. What the path and the method mean is in the code.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  target_arn = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:function:${var.function_name}:${var.alias}"
}

resource "aws_lambda_function_url" "this" {
  #checkov:skip=CKV_AWS_258:open to all only where the code says .public(); otherwise IAM decides
  function_name      = var.function_name
  qualifier          = var.alias
  authorization_type = var.public ? "NONE" : "AWS_IAM"
  # The runtime answers whole; it does not stream.
  invoke_mode = "BUFFERED"

  dynamic "cors" {
    for_each = var.cors == null ? [] : [var.cors]
    content {
      allow_origins     = cors.value.origins
      allow_methods     = cors.value.methods
      allow_headers     = cors.value.headers
      expose_headers    = cors.value.expose_headers
      allow_credentials = cors.value.credentials
      max_age           = cors.value.max_age_s
    }
  }
}
