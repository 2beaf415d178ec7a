variables {
  region = "eu-central-1"
}

run "a_bucket_that_keeps_hides_and_encrypts" {
  assert {
    condition     = aws_s3_bucket.state.bucket == "tfstate-123456789012-eu-central-1" && output.bucket == aws_s3_bucket.state.bucket
    error_message = aws_s3_bucket.state.bucket
  }
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "a state that is lost can be brought back"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "encrypted with S3's keys"
  }
  assert {
    condition     = aws_s3_bucket_public_access_block.state.block_public_acls && aws_s3_bucket_public_access_block.state.block_public_policy && aws_s3_bucket_public_access_block.state.ignore_public_acls && aws_s3_bucket_public_access_block.state.restrict_public_buckets
    error_message = "never public"
  }
  assert {
    condition     = one(aws_s3_bucket_ownership_controls.state.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "no access lists"
  }
  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.state.rule).noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "old versions end"
  }
}

run "nobody_comes_in_unencrypted" {
  command = plan

  assert {
    condition = {
      for s in jsondecode(aws_s3_bucket_policy.state.policy).Statement : s.Sid => "${s.Effect} ${s.Action} ${jsonencode(sort(s.Resource))} ${jsonencode(s.Condition)}"
      } == {
      OnlyEncryptedConnections = "Deny s3:* [\"arn:aws:s3:::tfstate-123456789012-eu-central-1\",\"arn:aws:s3:::tfstate-123456789012-eu-central-1/*\"] {\"Bool\":{\"aws:SecureTransport\":\"false\"}}"
      OnlyTls12OrNewer         = "Deny s3:* [\"arn:aws:s3:::tfstate-123456789012-eu-central-1\",\"arn:aws:s3:::tfstate-123456789012-eu-central-1/*\"] {\"NumericLessThan\":{\"s3:TlsVersion\":\"1.2\"}}"
    }
    error_message = aws_s3_bucket_policy.state.policy
  }
}

run "a_deployer_needs_the_state_and_its_lock_and_no_more" {
  command = plan

  assert {
    condition = {
      for s in jsondecode(output.policy_json).Statement : s.Sid => "${join(" ", sort(flatten([s.Action])))} ${s.Resource}"
      } == {
      FindTheState          = "s3:ListBucket arn:aws:s3:::tfstate-123456789012-eu-central-1"
      ReadAndWriteIt        = "s3:GetObject s3:PutObject arn:aws:s3:::tfstate-123456789012-eu-central-1/*.tfstate"
      TakeAndReleaseTheLock = "s3:DeleteObject s3:GetObject s3:PutObject arn:aws:s3:::tfstate-123456789012-eu-central-1/*.tfstate.tflock"
    }
    error_message = output.policy_json
  }
  assert {
    condition     = strcontains(output.backend, "use_lockfile = true") && strcontains(output.backend, "bucket       = \"tfstate-123456789012-eu-central-1\"")
    error_message = output.backend
  }
}

run "with_a_key_of_yours" {
  command = plan

  variables {
    bucket             = "example-tfstate"
    kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/1a2b"
    keep_versions_days = 30
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == "arn:aws:kms:eu-central-1:123456789012:key/1a2b"
    error_message = "your key"
  }
  assert {
    condition     = one([for s in jsondecode(output.policy_json).Statement : s.Resource if s.Sid == "UseTheKey"]) == "arn:aws:kms:eu-central-1:123456789012:key/1a2b"
    error_message = output.policy_json
  }
  assert {
    condition     = aws_s3_bucket.state.bucket == "example-tfstate" && one(aws_s3_bucket_lifecycle_configuration.state.rule).noncurrent_version_expiration[0].noncurrent_days == 30
    error_message = "name and days are the caller's"
  }
}

run "an_unknown_form_of_region" {
  command = plan
  variables {
    region = "Frankfurt"
  }
  expect_failures = [var.region]
}

run "a_bucket_with_an_underscore" {
  command = plan
  variables {
    bucket = "my_state"
  }
  expect_failures = [var.bucket]
}

run "an_alias_for_a_key" {
  command = plan
  variables {
    kms_key_arn = "alias/state"
  }
  expect_failures = [var.kms_key_arn]
}

run "versions_for_a_day" {
  command = plan
  variables {
    keep_versions_days = 1
  }
  expect_failures = [var.keep_versions_days]
}
