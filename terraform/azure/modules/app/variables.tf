# Required.

variable "manifest" {
  description = "The `manifest.json` that `anyfn build` wrote. Functions, triggers, stores, queues, settings and grants follow from it."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(file(var.manifest)).functions)
    error_message = "manifest: a manifest.json that exists; `anyfn build -p NAME --target azure` writes it, for example \"dist/webhook/manifest.json\"."
  }
  validation {
    condition     = try(jsondecode(file(var.manifest)).anyfn, 1) == 1
    error_message = "manifest: of version 1; build the package and take the module from the same release."
  }
}

variable "package" {
  description = "The zip beside it: `azure-x86_64.zip`."
  type        = string
  nullable    = false
}

variable "resource_group_name" {
  description = "The resource group of everything made here. The budget counts all of it, so give each app its own."
  type        = string
  nullable    = false
}

variable "location" {
  description = "A region that has the Flex Consumption plan, for example `westeurope`."
  type        = string
  nullable    = false
}

variable "cost" {
  description = <<-EOT
    Who is told of money, and from how much on, from the first day; the module cost-alarms says more of each. Null, written out, goes without.
    - `emails`: who is told. `monthly_budget_usd`: the month's budget of the resource group.
    - `usd_per_hour`: the estimate at which the alarm rings within minutes. `webhook_url`: told too.
    - `anomaly`: whether this app brings the subscription's anomaly alert; one is enough. `hard_stop`: stop the app at `usd_per_hour` or at the month's budget.
  EOT
  type = object({
    emails             = list(string)
    monthly_budget_usd = number
    usd_per_hour       = optional(number, 1)
    webhook_url        = optional(string)
    anomaly            = optional(bool, true)
    hard_stop          = optional(bool, false)
  })
}

# Optional.

variable "name" {
  description = "What resources are called; null takes the app's name. Another name makes a second deployment beside the first."
  type        = string
  default     = null

  validation {
    condition     = var.name == null ? true : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 40
    error_message = "name: up to 40 lower-case letters, digits and single hyphens, a letter first, for example \"webhook-test\"."
  }
}

variable "config" {
  description = "Values of the settings that the code declares, by name. A value can be a reference to a key vault: `@Microsoft.KeyVault(SecretUri=…)`."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true
}

variable "stores" {
  description = "Stores that exist, by the code's name: entries of the output `stores` of another app or of the module blob. The others are made here."
  type = map(object({
    account   = string
    container = string
    scope     = string
    url       = string
    topic = optional(object({
      name                = string
      resource_group_name = string
      principal_id        = string
    }))
  }))
  default  = {}
  nullable = false
}

variable "queues" {
  description = "Queues that exist, by the code's name: entries of the output `queues` of another app. The others are made here. A queue that calls a function must be its own app's."
  type = map(object({
    name  = string
    scope = string
    url   = string
  }))
  default  = {}
  nullable = false
}

variable "memory_mb" {
  description = "Memory of an instance: 512, 2048 or 4096."
  type        = number
  default     = 512
  nullable    = false
}

variable "timeout_s" {
  description = "Seconds a call may take."
  type        = number
  default     = 300
  nullable    = false
}

variable "max_attempts" {
  description = "How often a message or a blob's event is tried before it goes to the poison queue."
  type        = number
  default     = 5
  nullable    = false
}

variable "concurrency" {
  description = "How much runs at once; as in the module function."
  type = object({
    maximum_instances = optional(number, 40)
    queue_messages    = optional(number, 16)
    http_requests     = optional(number)
    always_ready      = optional(map(number), {})
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "Days for which logs are kept, 30 to 730; requests, traces and exceptions stay for 90 at no cost in any case."
  type        = number
  default     = 30
  nullable    = false
}

variable "log" {
  description = "The rest about logs; as in the module function."
  type = object({
    daily_cap_gb     = optional(number, 1)
    sampling_percent = optional(number, 100)
    workspace_id     = optional(string)
  })
  default  = {}
  nullable = false
}

variable "lifecycle_rules" {
  description = "What becomes of blobs in stores made here; as in the module blob."
  type = map(object({
    store             = string
    prefix            = optional(string, "")
    delete_after_days = optional(number)
    cool_after_days   = optional(number)
  }))
  default  = {}
  nullable = false
}

variable "http" {
  description = "Of HTTP functions: `cors`, `domain` and `read_key`, as in the module http."
  type = object({
    cors = optional(object({
      allowed_origins     = set(string)
      support_credentials = optional(bool, false)
    }))
    domain = optional(object({
      name           = string
      certificate_id = optional(string)
    }))
    read_key = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "alarms" {
  description = "When to ring on failures: `thresholds` as in the module alarms, and `action_group_id` for an action group of yours; null tells the one of the cost alarms. Null for the whole: no alarms."
  type = object({
    action_group_id = optional(string)
    thresholds = optional(object({
      error_percent    = optional(number, 5)
      duration_percent = optional(number, 80)
      http_5xx         = optional(number, 5)
      log_minutes      = optional(number, 15)
    }), {})
  })
  default = {}

  validation {
    condition     = var.alarms == null || var.cost != null ? true : var.alarms.action_group_id != null
    error_message = "alarms: without `cost` nobody is told; give an action_group_id, or alarms = null."
  }
}

variable "allowed_loops" {
  description = "Functions that may write into the store that calls them, because something else ends the loop."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "storage_account_names" {
  description = "Names of the two storage accounts, `host` and `stores`; null derives them from name, subscription and resource group."
  type = object({
    host   = optional(string)
    stores = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in [var.storage_account_names.host, var.storage_account_names.stores] : name == null ? true : can(regex("^[a-z0-9]{3,24}$", name))])
    error_message = "storage_account_names: 3 to 24 lower-case letters and digits, for example { stores = \"contosophotos\" }."
  }
}

variable "storage" {
  description = "Of both storage accounts: `replication`, `versioning` of blobs, `customer_managed_key`, and `audit` whether every request is logged; as in the modules blob and function."
  type = object({
    replication = optional(string, "LRS")
    audit       = optional(bool, false)
    versioning  = optional(bool, false)
    customer_managed_key = optional(object({
      key_vault_key_id = string
      identity_id      = string
    }))
  })
  default  = {}
  nullable = false
}

variable "network" {
  description = "Closed networks; as in the module function."
  type = object({
    public                = optional(bool, true)
    integration_subnet_id = optional(string)
    endpoint_subnet_id    = optional(string)
    dns_zone_ids          = optional(map(string), {})
  })
  default  = {}
  nullable = false
}

variable "azure_cli" {
  description = "The Azure CLI, with which an apply deploys the package. Null deploys nothing: then run what the README shows."
  type        = string
  default     = "az"
}

variable "tags" {
  description = "Tags besides `anyfn:app`."
  type        = map(string)
  default     = {}
  nullable    = false
}
