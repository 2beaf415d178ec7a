# What comes out of the manifests of the three functions.

variables {
  package = "../../../tests/fixtures/image-processing/aws-arm64.zip"
  cost    = null
  alarms  = null
}

run "image_processing" {
  command = plan
  variables {
    manifest = "../../../tests/fixtures/image-processing/manifest.json"
  }

  assert {
    condition     = output.stores == { photos = "image-processing-photos-${substr(sha256("123456789012/eu-west-1/image-processing/photos"), 0, 8)}", thumbnails = "image-processing-thumbnails-${substr(sha256("123456789012/eu-west-1/image-processing/thumbnails"), 0, 8)}" }
    error_message = jsonencode(output.stores)
  }
  assert {
    condition = jsonencode(output.policies["thumbnail"]) == jsonencode({
      log = jsonencode({ Version = "2012-10-17", Statement = [
        { Sid = "Log", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/image-processing-thumbnail:*" },
      ] })
      needs = jsonencode({ Version = "2012-10-17", Statement = [
        { Sid = "ObjectsPhotos", Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::${output.stores["photos"]}/*" },
        { Sid = "ObjectsThumbnails", Effect = "Allow", Action = ["s3:AbortMultipartUpload", "s3:PutObject"], Resource = "arn:aws:s3:::${output.stores["thumbnails"]}/*" },
        { Sid = "BucketPhotos", Effect = "Allow", Action = ["s3:ListBucket"], Resource = "arn:aws:s3:::${output.stores["photos"]}" },
      ] })
      dead-letters = jsonencode({ Version = "2012-10-17", Statement = [
        { Sid = "Bury", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = "arn:aws:sqs:eu-west-1:123456789012:image-processing-thumbnail-dead-letter" },
      ] })
      trigger = jsonencode({ Version = "2012-10-17", Statement = [
        { Sid = "Receive", Effect = "Allow", Action = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], Resource = "arn:aws:sqs:eu-west-1:123456789012:image-processing-thumbnail-events" },
      ] })
    })
    error_message = "the needs, its queue, its dead letters, its log: ${jsonencode(output.policies)}"
  }
  assert {
    condition = local.environment == {
      ANYFN_BLOB_PHOTOS           = "s3://${output.stores["photos"]}?region=eu-west-1"
      ANYFN_BLOB_THUMBNAILS       = "s3://${output.stores["thumbnails"]}?region=eu-west-1"
      ANYFN_DEAD_LETTER_THUMBNAIL = "sqs://eu-west-1/123456789012/image-processing-thumbnail-dead-letter"
    }
    error_message = jsonencode(local.environment)
  }
  assert {
    condition     = module.queue["thumbnail-events"].redrive_policy == jsonencode({ deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:image-processing-thumbnail-dead-letter", maxReceiveCount = 5 })
    error_message = "five attempts, then the function's dead letters"
  }
  assert {
    condition     = local.own["thumbnail"].tags == { "anyfn:app" = "image-processing", "anyfn:function" = "thumbnail" } && local.architecture == "arm64"
    error_message = "tags by app and function"
  }
}

run "webhook" {
  command = plan
  variables {
    manifest     = "../../../tests/fixtures/webhook/manifest.json"
    name         = "hooks"
    max_attempts = 3
    config       = { WEBHOOK_SECRET_GITHUB = "hidden" }
  }

  assert {
    condition     = keys(module.http) == ["receive"] && keys(module.queue) == ["deliveries"] && keys(module.store) == ["archive", "deliveries"]
    error_message = "a URL, a queue, two stores"
  }
  assert {
    condition     = output.queues == { deliveries = "arn:aws:sqs:eu-west-1:123456789012:hooks-deliveries" } && module.queue["deliveries"].redrive_policy == jsonencode({ deadLetterTargetArn = "arn:aws:sqs:eu-west-1:123456789012:hooks-archive-dead-letter", maxReceiveCount = 3 })
    error_message = "max_attempts is the redrive policy's"
  }
  assert {
    condition     = !contains(keys(output.policies["receive"]), "dead-letters") && !contains(keys(output.policies["receive"]), "trigger") && contains(keys(output.policies["archive"]), "dead-letters")
    error_message = "who hears of no message has no dead letters"
  }
  assert {
    condition     = local.environment["ANYFN_QUEUE_DELIVERIES"] == "sqs://eu-west-1/123456789012/hooks-deliveries" && issensitive(local.environment["WEBHOOK_SECRET_GITHUB"]) && !issensitive(local.environment["ANYFN_BLOB_ARCHIVE"])
    error_message = "bindings are shown, secrets are not"
  }
}

run "cron_cleanup_in_the_stores_of_image_processing" {
  command = plan
  variables {
    manifest = "../../../tests/fixtures/cron-cleanup/manifest.json"
    config   = { CLEANUP_RULES = "[]" }
    stores   = { photos = "image-processing-photos-1a2b3c4d", thumbnails = "image-processing-thumbnails-1a2b3c4d" }
  }

  assert {
    condition     = keys(module.store) == ["reports"] && module.schedule[0].expressions == { sweep = "cron(0 3 * * ? *)" }
    error_message = "its own store, and no other; every night at three"
  }
  assert {
    condition     = local.environment["ANYFN_BLOB_PHOTOS"] == "s3://image-processing-photos-1a2b3c4d?region=eu-west-1" && output.stores["photos"] == "image-processing-photos-1a2b3c4d"
    error_message = "bound to what was given"
  }
  assert {
    condition     = !issensitive(local.environment["CLEANUP_RULES"])
    error_message = "a plan shows how a setting changes that is no secret"
  }
  assert {
    condition = jsonencode([for s in jsondecode(output.policies["sweep"]["needs"]).Statement : [s.Action, s.Resource]]) == jsonencode([
      [["s3:DeleteObject", "s3:GetObject"], "arn:aws:s3:::image-processing-photos-1a2b3c4d/*"],
      [["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], "arn:aws:s3:::${output.stores["reports"]}/*"],
      [["s3:DeleteObject", "s3:GetObject"], "arn:aws:s3:::image-processing-thumbnails-1a2b3c4d/*"],
      [["s3:ListBucket"], "arn:aws:s3:::image-processing-photos-1a2b3c4d"],
      [["s3:ListBucket"], "arn:aws:s3:::${output.stores["reports"]}"],
      [["s3:ListBucket"], "arn:aws:s3:::image-processing-thumbnails-1a2b3c4d"],
      [["sqs:SendMessage"], "arn:aws:sqs:eu-west-1:123456789012:cron-cleanup-cleanups"],
    ])
    error_message = output.policies["sweep"]["needs"]
  }
}

run "no_policy_has_a_wildcard_action" {
  command = plan
  variables {
    manifest = "tests/fixtures/every-need.json"
  }

  assert {
    condition = alltrue(flatten([for policies in values(output.policies) : [for policy in values(policies) : [for s in jsondecode(policy).Statement :
      !anytrue([for action in flatten([s.Action]) : strcontains(action, "*")]) && !contains(flatten([s.Resource]), "*")
    ]]]))
    error_message = jsonencode(output.policies)
  }
  assert {
    condition = jsonencode({ for s in jsondecode(output.policies["page"]["needs"]).Statement : s.Sid => s.Action }) == jsonencode({
      ObjectsBoth    = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]
      ObjectsDeleted = ["s3:DeleteObject", "s3:GetObject"]
      ObjectsRead    = ["s3:GetObject"]
      ObjectsWritten = ["s3:AbortMultipartUpload", "s3:PutObject"]
      BucketBoth     = ["s3:ListBucket"]
      BucketListed   = ["s3:ListBucket"]
      BucketRead     = ["s3:ListBucket"]
      QueueReceived  = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
      QueueSent      = ["sqs:SendMessage"]
    })
    error_message = "each need's calls and no more: ${output.policies["page"]["needs"]}"
  }
}

run "one_need" {
  command = plan
  variables {
    manifest = "tests/fixtures/one-need.json"
  }

  assert {
    condition     = [for s in jsondecode(output.policies["page"]["needs"]).Statement : s.Sid] == ["ObjectsPages", "BucketPages"] && length(module.queue) == 0
    error_message = output.policies["page"]["needs"]
  }
}

run "one_more_need_in_the_code_changes_the_plan" {
  command = plan
  variables {
    manifest = "tests/fixtures/one-need-more.json"
  }

  assert {
    condition     = [for s in jsondecode(output.policies["page"]["needs"]).Statement : s.Sid] == ["ObjectsPages", "BucketPages", "QueueVisits"] && keys(module.queue) == ["visits"] && local.environment["ANYFN_QUEUE_VISITS"] == "sqs://eu-west-1/123456789012/small-visits"
    error_message = output.policies["page"]["needs"]
  }
}

run "fifo_and_settings_of_one_function" {
  command = plan
  variables {
    manifest  = "tests/fixtures/fifo.json"
    config    = { PRICE = "3" }
    functions = { bill = { memory_mb = 1024, timeout_s = 120, maximum_concurrency = 2, live_version = "7" } }
  }

  assert {
    condition     = output.queues["orders"] == "arn:aws:sqs:eu-west-1:123456789012:shop-orders.fifo" && output.dead_letters == { bill = "shop-bill-dead-letter.fifo" } && local.environment["ANYFN_QUEUE_ORDERS"] == "sqs://eu-west-1/123456789012/shop-orders.fifo"
    error_message = "SQS wants FIFO queues to say so"
  }
  assert {
    condition     = local.own["bill"].timeout_s == 120 && local.own["take"].timeout_s == 30 && local.own["bill"].memory_mb == 1024 && local.own["bill"].live_version == "7"
    error_message = "one function's own"
  }
  assert {
    condition     = output.permissions.call["take"] != "" && module.schedule[0].expressions == { every-hour = "cron(0 * * * ? *)" }
    error_message = "a URL for who may call it, and schedule::every"
  }
}

run "keys_apart_share_a_store" {
  command = plan
  variables {
    manifest = "tests/fixtures/apart.json"
  }

  assert {
    condition     = keys(module.queue) == ["gone-events", "pdf-events", "text-events"] && keys(module.store) == ["papers"]
    error_message = "three functions hear of one store"
  }
}

run "what_is_written_may_start_no_call_if_you_say_so" {
  command = plan
  variables {
    manifest      = "tests/fixtures/loop.json"
    allowed_loops = ["thumbnail"]
  }

  assert {
    condition     = length(local.loops) == 1 && keys(module.queue) == ["thumbnail-events"]
    error_message = "allowed by name"
  }
}

run "a_store_that_is_there_calls_a_function_too" {
  command = plan
  variables {
    manifest = "../../../tests/fixtures/image-processing/manifest.json"
    stores   = { photos = "somebodys-photos" }
  }

  assert {
    condition     = keys(module.store) == ["photos", "thumbnails"] && module.store["photos"].arn == "arn:aws:s3:::somebodys-photos"
    error_message = "its events are set up"
  }
}

run "hardened" {
  command = plan
  variables {
    manifest = "../../../tests/fixtures/cron-cleanup/manifest.json"
    config   = { CLEANUP_RULES = "[]" }
    hardening = {
      kms_key    = { arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b" }
      versioning = true
      tracing    = true
    }
  }

  assert {
    condition     = [for s in jsondecode(output.policies["sweep"]["key"]).Statement : "${join(" ", s.Action)} ${s.Resource}"] == ["kms:Decrypt kms:GenerateDataKey arn:aws:kms:eu-west-1:123456789012:key/1a2b"]
    error_message = output.policies["sweep"]["key"]
  }
}

run "applied" {
  variables {
    manifest = "../../../tests/fixtures/webhook/manifest.json"
    package  = "../../../tests/fixtures/webhook/aws-arm64.zip"
    cost     = { emails = ["ops@example.com"], monthly_budget_usd = 20 }
    alarms   = {}
  }

  assert {
    condition     = endswith(output.urls["receive"], "/hooks/{provider}") && output.functions["receive"].version != null
    error_message = jsonencode(output.urls)
  }
  assert {
    condition     = output.topic_arn == "arn:aws:sns:eu-west-1:123456789012:webhook-alarms" && length(module.alarms) == 1
    error_message = "somebody is told from the first day"
  }
  assert {
    condition     = abs(output.cost_alarms_monthly_usd - 0.40) < 0.000001 && keys(output.loop_usd_per_hour) == ["archive", "receive"]
    error_message = "two metrics a function at 0.10: ${output.cost_alarms_monthly_usd}; ${jsonencode(output.loop_usd_per_hour)}"
  }
}
