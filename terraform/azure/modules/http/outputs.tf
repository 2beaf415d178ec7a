output "urls" {
  description = "By function: `url`, under the host's prefix /api, `methods`, and `key` whether the header x-functions-key is asked for."
  value = { for name, f in var.functions : name => {
    url     = "https://${local.host}/api${f.path}"
    methods = f.methods
    key     = !f.public
  } }
}

output "cors" {
  description = "The checked input, for the module function."
  value       = var.cors
}

output "key" {
  description = "The app's default key, for the header x-functions-key; null without `read_key`."
  value       = one(data.azurerm_function_app_host_keys.this[*].default_function_key)
  sensitive   = true
}
