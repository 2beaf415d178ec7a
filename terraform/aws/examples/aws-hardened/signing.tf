# Code that a pipeline signed.

resource "aws_signer_signing_profile" "this" {
  name        = replace(var.name, "-", "_")
  platform_id = "AWSLambda-SHA384-ECDSA"
}

resource "aws_lambda_code_signing_config" "this" {
  description = "Packages of ${var.name}"

  allowed_publishers {
    signing_profile_version_arns = [aws_signer_signing_profile.this.version_arn]
  }
  policies {
    untrusted_artifact_on_deployment = var.unsigned_code
  }
}
