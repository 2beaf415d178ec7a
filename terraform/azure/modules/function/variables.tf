# Required.

variable "name" {
  description = "The function app's name. It is global: the app answers at `NAME.azurewebsites.net`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) >= 2 && length(var.name) <= 60
    error_message = "name: 2 to 60 lower-case letters, digits and single hyphens, a letter first, for example \"webhook-3f9c2a71\"."
  }
}

variable "resource_group_name" {
  description = "The resource group of everything made here."
  type        = string
  nullable    = false
}

variable "location" {
  description = "A region that has the Flex Consumption plan, for example `westeurope`."
  type        = string
  nullable    = false
}

variable "storage_account_name" {
  description = "The name of the host's storage account, which is made here: packages, queues, locks. It is global."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]{3,24}$", var.storage_account_name))
    error_message = "storage_account_name: 3 to 24 lower-case letters and digits, for example \"webhookh3f9c2a71b0\"."
  }
}

variable "package" {
  description = "The zip that `anyfn build --target azure` wrote. It is x86_64: Flex Consumption has no other processor."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.package, ".zip") && fileexists(var.package)
    error_message = "package: a zip that exists; `anyfn build -p NAME --target azure` writes it, for example \"dist/webhook/azure-x86_64.zip\"."
  }
  validation {
    condition     = !strcontains(basename(var.package), "arm64")
    error_message = "package: Azure Functions runs x86_64 only, for example \"dist/webhook/azure-x86_64.zip\"."
  }
}

# Optional.

variable "app_settings" {
  description = "Settings, which the executable sees as environment variables. A value may be sensitive, or a reference to a key vault."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = alltrue([for name in nonsensitive(keys(var.app_settings)) :
      can(regex("^[A-Za-z][A-Za-z0-9_]*$", name)) && !startswith(lower(name), "azurewebjobsstorage") && !startswith(name, "FUNCTIONS_")
    ])
    error_message = "app_settings: letters, digits and underscores, and neither AzureWebJobsStorage nor FUNCTIONS_…, which belong to the host; for example { IMAGE_FORMATS = \"jpeg\" }."
  }
}

variable "grants" {
  description = <<-EOT
    What the code may do, by any key that is stable; its own identity gets exactly this:
    - `scope`: the resource, for example a container's id.
    - `role`: a built-in role's name, or null with `role_definition_id`: a role definition's id.
    - `condition`: which requests of the role are allowed, in Azure's language for conditions; null for all.
    - `description`: why, for who reads the assignments.
  EOT
  type = map(object({
    scope              = string
    role               = optional(string)
    role_definition_id = optional(string)
    condition          = optional(string)
    description        = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for grant in var.grants : (grant.role == null) != (grant.role_definition_id == null)])
    error_message = "grants: either role or role_definition_id, for example { photos = { scope = \"/subscriptions/…\", role = \"Storage Blob Data Reader\" } }."
  }
  validation {
    condition     = alltrue([for grant in var.grants : startswith(grant.scope, "/subscriptions/")])
    error_message = "grants: scope is a resource's id and begins with /subscriptions/, for example that of a container."
  }
}

variable "host_grants" {
  description = "What the Functions host may do besides with its own storage account: the output `host_grants` of the module queue-trigger. As `grants`."
  type = map(object({
    scope              = string
    role               = optional(string)
    role_definition_id = optional(string)
    condition          = optional(string)
    description        = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "memory_mb" {
  description = "Memory of an instance: 512 (a quarter of a core), 2048 (one) or 4096 (two). GB-seconds are billed by it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = contains([512, 2048, 4096], var.memory_mb)
    error_message = "memory_mb: Flex Consumption has 512, 2048 and 4096, for example 2048."
  }
}

variable "timeout_s" {
  description = "Seconds a call may take. Azure's front end gives up on a request after 230 whatever this says."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.timeout_s >= 1 && var.timeout_s <= 86400 && floor(var.timeout_s) == var.timeout_s
    error_message = "timeout_s: whole seconds from 1 to 86400, for example 300."
  }
}

variable "max_attempts" {
  description = "How often a message is tried before it goes to its poison queue. The host has one number for all queues."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_attempts >= 1 && var.max_attempts <= 1000 && floor(var.max_attempts) == var.max_attempts
    error_message = "max_attempts: a whole number from 1 to 1000, for example 5."
  }
}

variable "concurrency" {
  description = <<-EOT
    How much runs at once:
    - `maximum_instances`: 1 to 1000. It bounds what a loop can cost.
    - `queue_messages`: messages of a queue that an instance works on at once, 1 to 64.
    - `http_requests`: requests an instance takes at a time, 1 to 1000; null leaves it to Azure.
    - `always_ready`: instances kept warm, by function (`function:NAME`) or `http`. They are billed while idle.
  EOT
  type = object({
    maximum_instances = optional(number, 40)
    queue_messages    = optional(number, 16)
    http_requests     = optional(number)
    always_ready      = optional(map(number), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.concurrency.maximum_instances >= 1 && var.concurrency.maximum_instances <= 1000
    error_message = "concurrency: maximum_instances is 1 to 1000, for example 40."
  }
  validation {
    condition     = var.concurrency.queue_messages >= 1 && var.concurrency.queue_messages <= 64
    error_message = "concurrency: queue_messages is 1 to 64, for example 16."
  }
  validation {
    condition     = var.concurrency.http_requests == null ? true : var.concurrency.http_requests >= 1 && var.concurrency.http_requests <= 1000
    error_message = "concurrency: http_requests is 1 to 1000, or null, for example 16."
  }
  validation {
    condition = alltrue([for name, count in var.concurrency.always_ready :
      (name == "http" || startswith(name, "function:")) && count >= 1
    ]) && sum(concat([0], values(var.concurrency.always_ready))) <= var.concurrency.maximum_instances
    error_message = "concurrency: always_ready names \"http\" or \"function:NAME\" with 1 or more, together at most maximum_instances, for example { \"function:thumbnail\" = 1 }."
  }
}

variable "log" {
  description = <<-EOT
    Where logs go and how long they stay:
    - `retention_days`: 30 to 730 days in the workspace. Requests, traces and exceptions stay for 90 days at no cost in any case.
    - `daily_cap_gb`: gigabytes a day after which the rest is dropped; -1 for no cap. Logs are the usual surprise on a bill.
    - `sampling_percent`: share of the requests that is kept.
    - `workspace_id`: a Log Analytics workspace of yours; null makes one, and only then retention and cap are set.
  EOT
  type = object({
    retention_days   = optional(number, 30)
    daily_cap_gb     = optional(number, 1)
    sampling_percent = optional(number, 100)
    workspace_id     = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.log.retention_days >= 30 && var.log.retention_days <= 730
    error_message = "log: retention_days is 30 to 730, for example 30."
  }
  validation {
    condition     = var.log.daily_cap_gb == -1 || var.log.daily_cap_gb > 0
    error_message = "log: daily_cap_gb is more than 0, or -1 for no cap, for example 1."
  }
  validation {
    condition     = var.log.sampling_percent > 0 && var.log.sampling_percent <= 100
    error_message = "log: sampling_percent is more than 0 and at most 100, for example 100."
  }
}

variable "cors" {
  description = "Which pages may call from a browser: the output `cors` of the module http. Null: none."
  type = object({
    allowed_origins     = set(string)
    support_credentials = optional(bool, false)
  })
  default = null
}

variable "azure_cli" {
  description = "The Azure CLI, with which an apply deploys the package. Null deploys nothing: then run what the README shows."
  type        = string
  default     = "az"
}

variable "storage" {
  description = <<-EOT
    The host's storage account:
    - `replication`: LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS.
    - `audit`: whether every request to it is logged, which is billed by the gigabyte.
    - `customer_managed_key`: a key of yours: `key_vault_key_id`, and `identity_id`, a user-assigned identity that may use it.
  EOT
  type = object({
    replication = optional(string, "LRS")
    audit       = optional(bool, false)
    customer_managed_key = optional(object({
      key_vault_key_id = string
      identity_id      = string
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["LRS", "ZRS", "GRS", "RAGRS", "GZRS", "RAGZRS"], var.storage.replication)
    error_message = "storage: replication is LRS, ZRS, GRS, RAGRS, GZRS or RAGZRS, for example \"ZRS\"."
  }
}

variable "network" {
  description = <<-EOT
    Closed networks. Private endpoints are billed by the hour:
    - `public`: whether the app and its storage account answer on the internet.
    - `integration_subnet_id`: a subnet delegated to `Microsoft.App/environments` through which the app reaches out.
    - `endpoint_subnet_id`: a subnet for private endpoints of the storage account (blob, queue, table) and the app.
    - `dns_zone_ids`: private DNS zones by `blob`, `queue`, `table` and `sites`.
  EOT
  type = object({
    public                = optional(bool, true)
    integration_subnet_id = optional(string)
    endpoint_subnet_id    = optional(string)
    dns_zone_ids          = optional(map(string), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.network.public || (var.network.integration_subnet_id != null && var.network.endpoint_subnet_id != null)
    error_message = "network: without public access the app needs integration_subnet_id and endpoint_subnet_id, for example { public = false, integration_subnet_id = azurerm_subnet.app.id, endpoint_subnet_id = azurerm_subnet.endpoints.id }."
  }
  validation {
    condition     = alltrue([for name in keys(var.network.dns_zone_ids) : contains(["blob", "queue", "table", "sites"], name)])
    error_message = "network: dns_zone_ids has the keys blob, queue, table and sites, for example { blob = azurerm_private_dns_zone.blob.id }."
  }
}

variable "tags" {
  description = "Tags of everything that can carry them, for example { \"anyfn:app\" = \"webhook\" }."
  type        = map(string)
  default     = {}
  nullable    = false
}
