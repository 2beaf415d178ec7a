# Deals with: what nobody may, and what a deployer needs.

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "OnlyEncryptedConnections"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.arn, "${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "OnlyTls12OrNewer"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [local.arn, "${local.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.2"]
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.bucket.json

  depends_on = [aws_s3_bucket_public_access_block.state]
}

# What the S3 backend asks for with use_lockfile:
# https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
data "aws_iam_policy_document" "deployer" {
  statement {
    sid       = "FindTheState"
    actions   = ["s3:ListBucket"]
    resources = [local.arn]
  }

  statement {
    sid       = "ReadAndWriteIt"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${local.arn}/*.tfstate"]
  }

  statement {
    sid       = "TakeAndReleaseTheLock"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${local.arn}/*.tfstate.tflock"]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn[*]

    content {
      sid       = "UseTheKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}
