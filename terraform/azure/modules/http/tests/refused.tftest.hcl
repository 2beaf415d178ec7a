variables {
  function_app        = { name = "webhook-3f9c2a71", hostname = "webhook-3f9c2a71.azurewebsites.net" }
  resource_group_name = "media"
  functions           = { receive = { path = "/hooks/{provider}" } }
}

run "a_path_without_a_slash" {
  command = plan

  variables {
    functions = { receive = { path = "hooks" } }
  }

  expect_failures = [var.functions]
}

run "a_method_in_small_letters" {
  command = plan

  variables {
    functions = { receive = { path = "/hooks", methods = ["post"] } }
  }

  expect_failures = [var.functions]
}

run "an_origin_with_a_path" {
  command = plan

  variables {
    cors = { allowed_origins = ["https://www.example.com/a"] }
  }

  expect_failures = [var.cors]
}

run "every_origin_with_cookies" {
  command = plan

  variables {
    cors = { allowed_origins = ["*"], support_credentials = true }
  }

  expect_failures = [var.cors]
}

run "a_url_for_a_name" {
  command = plan

  variables {
    domain = { name = "https://hooks.example.com" }
  }

  expect_failures = [var.domain]
}

run "a_certificate_by_its_name" {
  command = plan

  variables {
    domain = { name = "hooks.example.com", certificate_id = "hooks" }
  }

  expect_failures = [var.domain]
}
