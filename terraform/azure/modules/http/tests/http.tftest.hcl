variables {
  function_app        = { name = "webhook-3f9c2a71", hostname = "webhook-3f9c2a71.azurewebsites.net" }
  resource_group_name = "media"
  functions = {
    receive = { path = "/hooks/{provider}", methods = ["POST"], public = true }
    report  = { path = "/report" }
  }
}

run "defaults_say_where_functions_answer" {
  command = plan

  assert {
    condition     = output.urls["receive"].url == "https://webhook-3f9c2a71.azurewebsites.net/api/hooks/{provider}" && !output.urls["receive"].key && output.urls["report"].key
    error_message = "under /api; without a key only what is public"
  }
  assert {
    condition     = output.key == null && output.cors == null && length(azurerm_app_service_custom_hostname_binding.this) == 0
    error_message = "nothing else unless asked for"
  }
}

run "everything" {
  variables {
    cors     = { allowed_origins = ["https://www.example.com"], support_credentials = true }
    domain   = { name = "hooks.example.com" }
    read_key = true
  }

  assert {
    condition     = output.urls["receive"].url == "https://hooks.example.com/api/hooks/{provider}"
    error_message = "a name of one's own"
  }
  assert {
    condition     = azurerm_app_service_certificate_binding.this[0].ssl_state == "SniEnabled" && length(azurerm_app_service_managed_certificate.this) == 1
    error_message = "with a managed certificate"
  }
  assert {
    condition     = output.key != null && output.cors.support_credentials
    error_message = "key and CORS as asked for"
  }
}

run "a_certificate_of_ones_own_is_bound" {
  command = plan

  variables {
    domain = { name = "hooks.example.com", certificate_id = "/subscriptions/s/resourceGroups/media/providers/Microsoft.Web/certificates/hooks" }
  }

  assert {
    condition     = endswith(azurerm_app_service_certificate_binding.this[0].certificate_id, "/hooks") && length(azurerm_app_service_managed_certificate.this) == 0
    error_message = "no second certificate"
  }
}
