run "three_apps_from_three_manifests" {
  assert {
    condition     = toset(keys(module.image_processing.stores)) == toset(["photos", "thumbnails"]) && keys(module.image_processing.queues) == ["thumbnail-events"]
    error_message = "image-processing has photos, thumbnails, and a queue for the events of photos"
  }
  assert {
    condition     = module.webhook.urls["receive"].methods == tolist(["POST"]) && !module.webhook.urls["receive"].key && endswith(module.webhook.urls["receive"].url, "/api/hooks/{provider}")
    error_message = "anyone may post webhooks; signatures are the code's business"
  }
  assert {
    condition     = module.cron_cleanup.schedules["sweep"].ncrontab == "0 0 3 * * *"
    error_message = "every night at 03:00 UTC"
  }
}

run "apps_may_do_what_their_code_declares" {
  command = plan

  assert {
    condition     = toset(keys(module.image_processing.grants)) == toset(["blob photos read", "blob thumbnails write"])
    error_message = "image-processing reads photos and writes thumbnails"
  }
  assert {
    condition = toset(keys(module.webhook.grants)) == toset([
      "blob archive read", "blob archive write", "blob deliveries read", "blob deliveries write", "queue deliveries send"
    ])
    error_message = "webhook reads and writes its two stores, and sends to its queue"
  }
  assert {
    condition = toset(keys(module.cron_cleanup.grants)) == toset([
      "blob photos list", "blob photos delete", "blob reports read", "blob reports write", "blob thumbnails list", "blob thumbnails delete", "queue cleanups send"
    ])
    error_message = "cron-cleanup lists and deletes photos and thumbnails without reading them"
  }
  assert {
    condition     = alltrue(flatten([for app in [module.image_processing, module.webhook, module.cron_cleanup] : [for grant in app.grants : can(regex("^/subscriptions/.+/(containers|queues)/[a-z]+$", grant.scope))]]))
    error_message = "every scope is one container or queue, and known before anything is made"
  }
}

run "cron_cleanup_works_in_the_stores_of_image_processing" {
  command = plan

  assert {
    condition     = module.cron_cleanup.bindings["ANYFN_BLOB_PHOTOS"] == module.image_processing.stores["photos"].url && module.cron_cleanup.grants["blob photos delete"].scope == module.image_processing.stores["photos"].scope
    error_message = "one store, two apps"
  }
}

run "somebody_must_be_told" {
  command = plan

  variables {
    emails = []
  }

  expect_failures = [var.emails]
}

run "a_name_leaves_room_for_the_apps" {
  command = plan

  variables {
    name = "a-name-of-twenty-two-s"
  }

  expect_failures = [var.name]
}

run "photos_are_kept_for_a_day_at_least" {
  command = plan

  variables {
    keep_days = 0
  }

  expect_failures = [var.keep_days]
}
