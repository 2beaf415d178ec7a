# A store: a bucket that only this account reads, and the events of its changes.

data "aws_partition" "current" {}

locals {
  # Built from names, so that a first plan knows it.
  arn = "arn:${data.aws_partition.current.partition}:s3:::${var.name}"
  own = var.create ? { this = var.name } : {}
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:a copy in another region is a decision about the data, which the code does not know
  #checkov:skip=CKV2_AWS_62:events go where a function listens, and nowhere else
  for_each = local.own

  bucket        = each.value
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.own

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.own

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.own

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    # One key request for many objects.
    bucket_key_enabled = var.kms_key != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key == null ? "AES256" : "aws:kms"
      kms_master_key_id = one(var.kms_key[*].arn)
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = var.versioning ? local.own : {}

  bucket = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.own

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {}
    # Parts of uploads that broke off are billed and seen by nobody.
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
    dynamic "noncurrent_version_expiration" {
      for_each = var.versioning ? [30] : []
      content {
        noncurrent_days = noncurrent_version_expiration.value
      }
    }
  }

  dynamic "rule" {
    for_each = var.expire_days
    content {
      id     = "expire-${rule.key == "" ? "all" : rule.key}"
      status = "Enabled"

      filter {
        prefix = rule.key
      }
      expiration {
        days = rule.value
      }
    }
  }

  # S3 refuses a rule about versions before it keeps any.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  for_each = var.access_log_bucket == null ? {} : local.own

  bucket        = aws_s3_bucket.this[each.key].id
  target_bucket = var.access_log_bucket
  target_prefix = "${var.name}/"
}

resource "aws_s3_bucket_notification" "this" {
  count = length(var.events) > 0 ? 1 : 0

  bucket = var.name

  dynamic "queue" {
    for_each = var.events
    content {
      id            = queue.key
      queue_arn     = queue.value.queue_arn
      events        = [queue.value.change == "created" ? "s3:ObjectCreated:*" : "s3:ObjectRemoved:*"]
      filter_prefix = queue.value.prefix == "" ? null : queue.value.prefix
      filter_suffix = queue.value.suffix == "" ? null : queue.value.suffix
    }
  }

  depends_on = [aws_s3_bucket.this]
}
