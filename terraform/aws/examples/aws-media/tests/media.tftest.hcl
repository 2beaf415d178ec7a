variables {
  dist   = "../../../tests/fixtures"
  emails = ["ops@example.com"]
}

run "planned" {
  command = plan

  assert {
    condition     = module.cron_cleanup.stores["photos"] == module.image_processing.stores["photos"] && module.cron_cleanup.stores["thumbnails"] == module.image_processing.stores["thumbnails"]
    error_message = "what one fills the other cleans"
  }
  assert {
    condition = contains(
      [for s in jsondecode(module.cron_cleanup.policies["sweep"]["needs"]).Statement : s.Resource if contains(s.Action, "s3:DeleteObject")],
      "arn:aws:s3:::${module.image_processing.stores["photos"]}/*",
    )
    error_message = "and may delete there: ${module.cron_cleanup.policies["sweep"]["needs"]}"
  }
  assert {
    condition     = !anytrue(flatten([for policies in values(module.image_processing.policies) : [for policy in values(policies) : strcontains(policy, "Delete") && strcontains(policy, "s3:")]]))
    error_message = "who fills them may not"
  }
  assert {
    condition     = { for app, functions in output.functions : app => keys(functions) } == { image-processing = ["thumbnail"], webhook = ["archive", "receive"], cron-cleanup = ["continue", "sweep"] }
    error_message = "five functions of three apps"
  }
  assert {
    condition     = output.dead_letters == { thumbnail = "image-processing-thumbnail-dead-letter", archive = "webhook-archive-dead-letter", continue = "cron-cleanup-continue-dead-letter" }
    error_message = jsonencode(output.dead_letters)
  }
}
