# Deals with: a bucket for Terraform's state, made once an account, before anything else.
# Does not deal with: who may use it (attach the output `policy_json` to whoever deploys).

provider "aws" {
  region = var.region

  default_tags {
    tags = { "anyfn:part" = "remote-state" }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  bucket = coalesce(var.bucket, "tfstate-${data.aws_caller_identity.current.account_id}-${var.region}")
  arn    = "arn:${data.aws_partition.current.partition}:s3:::${local.bucket}"
}

# State holds secrets and cannot be made again: versions are kept, and S3 deletes no bucket that is not empty.
resource "aws_s3_bucket" "state" {
  # checkov:skip=CKV_AWS_18: who read the state is in CloudTrail's data events, which is the account's decision and cost.
  # checkov:skip=CKV_AWS_144: versions bring a state back; a copy in another region is the account's decision and cost.
  # checkov:skip=CKV2_AWS_62: nothing listens to a change of state.
  bucket = local.bucket
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = var.kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {
      prefix = ""
    }
    noncurrent_version_expiration {
      noncurrent_days = var.keep_versions_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # S3 refuses a rule about versions before it keeps any.
  depends_on = [aws_s3_bucket_versioning.state]
}
