variables {
  name = "media-photos-1a2b3c4d"
}

run "defaults" {
  command = plan

  assert {
    condition     = alltrue([for block in [aws_s3_bucket_public_access_block.this["this"]] : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "nothing is public"
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this["this"].rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256" && aws_s3_bucket_ownership_controls.this["this"].rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "encrypted, without access lists"
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["this"].rule : rule.id] == ["leftovers"] && aws_s3_bucket_lifecycle_configuration.this["this"].rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    error_message = "uploads that broke off go after a week, nothing else does"
  }
  assert {
    condition     = length(aws_s3_bucket_notification.this) == 0 && length(aws_s3_bucket_versioning.this) == 0 && length(aws_s3_bucket_logging.this) == 0 && !aws_s3_bucket.this["this"].force_destroy
    error_message = "nothing that was not asked for"
  }
  assert {
    condition     = [for s in jsondecode(aws_s3_bucket_policy.this["this"].policy).Statement : "${s.Sid} ${s.Effect}"] == ["Tls12 Deny", "TlsOnly Deny"] && alltrue([for s in jsondecode(aws_s3_bucket_policy.this["this"].policy).Statement : s.Resource == ["arn:aws:s3:::media-photos-1a2b3c4d", "arn:aws:s3:::media-photos-1a2b3c4d/*"]])
    error_message = "TLS 1.2 at least, and nobody let in: ${aws_s3_bucket_policy.this["this"].policy}"
  }
}

run "full" {
  command = plan
  variables {
    events = {
      thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events", prefix = "in/", suffix = ".jpg" }
      index     = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-index-events", suffix = ".pdf" }
      forget    = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-forget-events", change = "deleted" }
    }
    expire_days       = { "" = 90, "tmp/" = 1 }
    versioning        = true
    kms_key           = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
    access_log_bucket = "media-access-logs"
    force_destroy     = true
    tags              = { "anyfn:app" = "media" }
  }

  assert {
    condition = jsonencode({ for q in aws_s3_bucket_notification.this[0].queue : q.id => [q.queue_arn, tolist(q.events), q.filter_prefix, q.filter_suffix] }) == jsonencode({
      forget    = ["arn:aws:sqs:eu-west-1:123456789012:media-forget-events", ["s3:ObjectRemoved:*"], null, null]
      index     = ["arn:aws:sqs:eu-west-1:123456789012:media-index-events", ["s3:ObjectCreated:*"], null, ".pdf"]
      thumbnail = ["arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events", ["s3:ObjectCreated:*"], "in/", ".jpg"]
    })
    error_message = "each function hears of its own keys"
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["this"].rule : rule.id] == ["leftovers", "expire-all", "expire-tmp/"] && aws_s3_bucket_lifecycle_configuration.this["this"].rule[2].expiration[0].days == 1 && aws_s3_bucket_lifecycle_configuration.this["this"].rule[0].noncurrent_version_expiration[0].noncurrent_days == 30
    error_message = jsonencode([for rule in aws_s3_bucket_lifecycle_configuration.this["this"].rule : rule.id])
  }
  assert {
    condition     = aws_s3_bucket_versioning.this["this"].versioning_configuration[0].status == "Enabled" && aws_s3_bucket_logging.this["this"].target_bucket == "media-access-logs" && aws_s3_bucket_logging.this["this"].target_prefix == "media-photos-1a2b3c4d/"
    error_message = "versions and access logs"
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this["this"].rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key.arn && aws_s3_bucket.this["this"].force_destroy && aws_s3_bucket.this["this"].tags["anyfn:app"] == "media"
    error_message = "the key, and the tags"
  }
}

run "of_a_bucket_that_is_there_only_the_events_are_set_up" {
  command = plan
  variables {
    create = false
    events = { thumbnail = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:media-thumbnail-events" } }
  }

  assert {
    condition     = length(aws_s3_bucket.this) == 0 && length(aws_s3_bucket_policy.this) == 0 && aws_s3_bucket_notification.this[0].bucket == "media-photos-1a2b3c4d"
    error_message = "nothing but the notification"
  }
}

run "permissions" {
  command = plan

  assert {
    condition = jsonencode({ for need, policy in output.permissions : need => [for s in jsondecode(policy).Statement : [s.Action, s.Resource]] }) == jsonencode({
      delete = [[["s3:DeleteObject", "s3:GetObject"], "arn:aws:s3:::media-photos-1a2b3c4d/*"]]
      list   = [[["s3:ListBucket"], "arn:aws:s3:::media-photos-1a2b3c4d"]]
      read   = [[["s3:GetObject"], "arn:aws:s3:::media-photos-1a2b3c4d/*"], [["s3:ListBucket"], "arn:aws:s3:::media-photos-1a2b3c4d"]]
      write  = [[["s3:AbortMultipartUpload", "s3:PutObject"], "arn:aws:s3:::media-photos-1a2b3c4d/*"]]
    })
    error_message = "a need and no more: ${jsonencode(output.permissions)}"
  }
}
