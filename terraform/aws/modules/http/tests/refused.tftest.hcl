# Each validation, once.

variables {
  function_name = "media-receive"
  public        = false
}

run "an_arn_is_no_name" {
  command = plan
  variables {
    function_name = "arn:aws:lambda:eu-west-1:123456789012:function:media-receive"
  }
  expect_failures = [var.function_name]
}

run "a_version_is_no_alias" {
  command = plan
  variables {
    alias = "7"
  }
  expect_failures = [var.alias]
}

run "an_origin_with_a_path_is_refused" {
  command = plan
  variables {
    cors = { origins = ["https://example.com/app"] }
  }
  expect_failures = [var.cors]
}

run "no_origin_is_refused" {
  command = plan
  variables {
    cors = { origins = [] }
  }
  expect_failures = [var.cors]
}

run "an_unknown_method_is_refused" {
  command = plan
  variables {
    cors = { origins = ["*"], methods = ["FETCH"] }
  }
  expect_failures = [var.cors]
}

run "credentials_for_everyone_are_refused" {
  command = plan
  variables {
    cors = { origins = ["*"], credentials = true }
  }
  expect_failures = [var.cors]
}

run "two_days_are_too_long_to_remember" {
  command = plan
  variables {
    cors = { origins = ["*"], max_age_s = 172800 }
  }
  expect_failures = [var.cors]
}
