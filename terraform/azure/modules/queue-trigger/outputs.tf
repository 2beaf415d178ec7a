output "app_settings" {
  description = "The settings that function.json names."
  value = {
    "ANYFN_SOURCE_${local.key}"      = var.queue.name
    "ANYFN_DEAD_LETTER_${local.key}" = var.poison.url
  }
}

output "host_grants" {
  description = <<-EOT
    What the host needs, for `host_grants` of the module function. It postpones a message while a call
    runs and after one that failed, which Azure counts as writing: Storage Queue Data Message Processor,
    which Azure's page on triggers names, may not.
  EOT
  value = {
    "${var.function}-source" = {
      scope              = var.queue.scope
      role               = var.role_definition_id == null ? "Storage Queue Data Contributor" : null
      role_definition_id = var.role_definition_id
      description        = "Functions host: ${var.function} is called by ${var.queue.name}"
    }
    "${var.function}-poison" = {
      scope              = var.poison.scope
      role               = "Storage Queue Data Message Sender"
      role_definition_id = null
      description        = "Functions host: what ${var.function} gives up"
    }
  }
}
