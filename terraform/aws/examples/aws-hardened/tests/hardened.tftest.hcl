variables {
  dist   = "../../../tests/fixtures"
  emails = ["ops@example.com"]
}

run "planned" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && one(aws_lambda_code_signing_config.this.policies).untrusted_artifact_on_deployment == "Warn"
    error_message = "a key that rotates, code that is signed"
  }
  assert {
    condition     = alltrue([for sid in ["Logs", "Senders"] : contains([for s in jsondecode(data.aws_iam_policy_document.key.json).Statement : try(s.Sid, "")], sid)])
    error_message = "the services that the apps use may use the key: ${data.aws_iam_policy_document.key.json}"
  }
  assert {
    condition     = [for s in jsondecode(module.image_processing.policies["thumbnail"]["needs"]).Statement : s.Sid] == ["ObjectsPhotos", "ObjectsThumbnails", "BucketPhotos"]
    error_message = "a plan that makes the key shows the needs all the same"
  }
  assert {
    condition     = module.cron_cleanup.stores["photos"] == module.image_processing.stores["photos"] && startswith(module.image_processing.stores["photos"], "hardened-images-photos-")
    error_message = "what one fills the other cleans"
  }
}

run "a_long_name_is_refused" {
  command = plan
  variables {
    name = "hardened-beyond-what-names-hold"
  }
  expect_failures = [var.name]
}

run "another_policy_for_unsigned_code_is_refused" {
  command = plan
  variables {
    unsigned_code = "Ignore"
  }
  expect_failures = [var.unsigned_code]
}
