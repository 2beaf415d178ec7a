# Required.

variable "manifest" {
  description = "Path of the app's manifest.json, which `anyfn build` writes: functions, triggers, stores, queues, needs and settings come from it."
  type        = string
  nullable    = false

  validation {
    condition     = try(jsondecode(file(var.manifest)).anyfn == 1, false)
    error_message = "manifest: ${var.manifest} is no anyfn manifest of version 1; `anyfn build -p image-processing --target aws` writes dist/image-processing/manifest.json."
  }
  validation {
    condition     = alltrue([for f in try(jsondecode(file(var.manifest)).functions, []) : contains(["blob", "http", "queue", "schedule"], f.trigger.type)])
    error_message = "manifest: these modules know the triggers blob, http, queue and schedule; ${var.manifest} has ${join(", ", distinct([for f in try(jsondecode(file(var.manifest)).functions, []) : f.trigger.type]))}. Take the modules of the anyfn that built it."
  }
  validation {
    condition     = try(length(distinct([for f in jsondecode(file(var.manifest)).functions : f.trigger.queue if f.trigger.type == "queue"])) == length([for f in jsondecode(file(var.manifest)).functions : f if f.trigger.type == "queue"]), true)
    error_message = "manifest: two functions listen to one queue (${join(", ", [for f in try(jsondecode(file(var.manifest)).functions, []) : "`${f.name}` to `${f.trigger.queue}`" if f.trigger.type == "queue"])}), so each message would reach one of them, nobody knows which. Give each a queue of its own."
  }
}

variable "package" {
  description = "Path of the zip beside it: `aws-arm64.zip` or `aws-x86_64.zip`. Its name says the processor."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(arm64|x86_64)\\.zip$", var.package)) && fileexists(var.package)
    error_message = "package: no zip at ${var.package} whose name ends in arm64.zip or x86_64.zip; `anyfn build -p image-processing --target aws` writes dist/image-processing/aws-arm64.zip."
  }
}

variable "cost" {
  description = <<-EOT
    Budgets and the alarm on dollars an hour, from the first day; the module cost-alarms says more of each. Null, written out, goes without.
    - `emails`: who is told. `monthly_budget_usd`: the month's budget.
    - `daily_budget_usd`: null is a tenth of it. `usd_per_hour`: the estimate at which the alarm rings within minutes.
    - `webhook_url`: told too. `budget_scope`: `account` or `tag`.
    - `anomaly`: cost anomaly detection, on unless `enabled = false`; a member of an organization names an `existing_monitor_arn`. `hard_stop`: stop the app at `usd_per_hour`.
  EOT
  type = object({
    emails             = list(string)
    monthly_budget_usd = optional(number, 20)
    daily_budget_usd   = optional(number)
    usd_per_hour       = optional(number, 1)
    webhook_url        = optional(string)
    budget_scope       = optional(string, "account")
    anomaly            = optional(object({ enabled = optional(bool, true), existing_monitor_arn = optional(string), min_usd = optional(number, 5) }), {})
    hard_stop          = optional(bool, false)
  })
}

# Optional.

variable "name" {
  description = "What resources are called; null is the app's name. With another name the same account holds a second deployment."
  type        = string
  default     = null

  validation {
    condition     = var.name == null ? true : can(regex("^[a-z](-?[a-z0-9])+$", var.name)) && length(var.name) <= 40
    error_message = "name: 2 to 40 lower-case letters, digits and single hyphens, a letter first, for example \"media-staging\"."
  }
  validation {
    condition     = alltrue([for name in keys(local.triggers) : length("${coalesce(var.name, local.app)}-${name}") <= 63]) && alltrue([for queue in local.queues : length("${coalesce(var.name, local.app)}-${queue}") <= 75])
    error_message = "name: AWS does not take names as long as ${join(", ", [for name in concat(keys(local.triggers), local.queues) : "\"${coalesce(var.name, local.app)}-${name}\"" if length("${coalesce(var.name, local.app)}-${name}") > 63])}; set a shorter one than \"${coalesce(var.name, local.app)}\"."
  }
}

variable "config" {
  description = "The app's settings, by the names that the code declares. Those that it declares secret are hidden in plans; state has them all."
  type        = map(string)
  default     = {}
  nullable    = false
  sensitive   = true

  validation {
    condition     = length(setsubtract(nonsensitive(keys(var.config)), keys(local.settings))) == 0
    error_message = "config: the app ${local.app} has no setting ${join(", ", [for name in nonsensitive(keys(var.config)) : "`${name}`" if !contains(keys(local.settings), name)])}; it has ${length(local.settings) == 0 ? "none" : join(", ", keys(local.settings))}."
  }
  validation {
    condition     = length(setsubtract([for name, setting in local.settings : name if setting.required], nonsensitive(keys(var.config)))) == 0
    error_message = "config: the app ${local.app} does not start without ${join(", ", [for name, setting in local.settings : "`${name}`" if setting.required && !contains(nonsensitive(keys(var.config)), name)])}; for example config = { ${join(", ", [for name, setting in local.settings : "${name} = \"…\"" if setting.required])} }."
  }
}

variable "stores" {
  description = "Buckets that are there already, by the store's name in the code: another app's output `stores`, or a bucket of this region. The others are made."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.stores) : contains(local.stores, name)])
    error_message = "stores: the app ${local.app} has no store ${join(", ", [for name in keys(var.stores) : "`${name}`" if !contains(local.stores, name)])}; it has ${length(local.stores) == 0 ? "none" : join(", ", local.stores)}."
  }
  validation {
    condition     = alltrue([for bucket in values(var.stores) : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))])
    error_message = "stores: a bucket's name, not its ARN, for example { photos = \"media-photos-1a2b3c4d\" }."
  }
}

variable "queues" {
  description = "Queues that are there already, by the queue's name in the code: the output `queues` of the app that listens to it, or a queue's ARN. The others are made."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.queues) : contains(local.queues, name)])
    error_message = "queues: the app ${local.app} has no queue ${join(", ", [for name in keys(var.queues) : "`${name}`" if !contains(local.queues, name)])}; it has ${length(local.queues) == 0 ? "none" : join(", ", local.queues)}."
  }
  validation {
    condition     = alltrue([for arn in values(var.queues) : can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}(\\.fifo)?$", arn))])
    error_message = "queues: a queue's ARN, for example { deliveries = \"arn:aws:sqs:eu-west-1:123456789012:webhook-deliveries\" }."
  }
  validation {
    condition     = alltrue([for name in keys(var.queues) : !contains(values(local.listens), name)])
    error_message = "queues: the app ${local.app} listens to ${join(", ", [for name in keys(var.queues) : "`${name}`" if contains(values(local.listens), name)])}. Who listens makes the queue, with its dead letters: leave it out here, and give this app's output `queues` to the apps that send."
  }
  validation {
    condition     = length(setintersection(setsubtract(local.queues, keys(var.queues)), local.reserved)) == 0
    error_message = "queues: the app ${local.app} has a queue ${join(", ", [for name in setintersection(setsubtract(local.queues, keys(var.queues)), local.reserved) : "`${name}`"])}, which is what the queue of a function's own is called (FUNCTION-events, FUNCTION-dead-letter). Name it otherwise in the code."
  }
}

variable "memory_mb" {
  description = "Memory of each function in MB, 128 to 10240; processor time grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb: a whole number from 128 to 10240, for example 512."
  }
}

variable "timeout_s" {
  description = "How long a call may take, 1 to 900 seconds."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.timeout_s >= 1 && var.timeout_s <= 900 && floor(var.timeout_s) == var.timeout_s
    error_message = "timeout_s: a whole number from 1 to 900, for example 30."
  }
}

variable "max_attempts" {
  description = "How often an event is tried before it goes to its function's dead-letter queue, 1 to 1000."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.max_attempts >= 1 && var.max_attempts <= 1000 && floor(var.max_attempts) == var.max_attempts
    error_message = "max_attempts: a whole number from 1 to 1000, for example 5."
  }
}

variable "functions" {
  description = <<-EOT
    What is different for one function, by its name in the code:
    - `memory_mb`, `timeout_s`: instead of the app's.
    - `reserved_concurrency`: calls at once at most, taken from the account's.
    - `maximum_concurrency`: calls at once at most that its queue causes, 2 to 1000.
    - `live_version`: the version that is called, for example `"7"`: a rollback. Null is the newest.
    - `cors`: of its URL, as the module http has it.
  EOT
  type = map(object({
    memory_mb            = optional(number)
    timeout_s            = optional(number)
    reserved_concurrency = optional(number)
    maximum_concurrency  = optional(number)
    live_version         = optional(string)
    cors = optional(object({
      origins        = list(string)
      methods        = optional(list(string), ["*"])
      headers        = optional(list(string), [])
      expose_headers = optional(list(string), [])
      credentials    = optional(bool, false)
      max_age_s      = optional(number, 0)
    }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.functions) : contains(keys(local.triggers), name)])
    error_message = "functions: the app ${local.app} has no function ${join(", ", [for name in keys(var.functions) : "`${name}`" if !contains(keys(local.triggers), name)])}; it has ${join(", ", keys(local.triggers))}."
  }
}

variable "allowed_loops" {
  description = "Functions that may write into the store that calls them, because something else ends the loop. Lambda's loop detection stays on."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.allowed_loops : contains(keys(local.watches), name)])
    error_message = "allowed_loops: no store of the app ${local.app} calls ${join(", ", [for name in var.allowed_loops : "`${name}`" if !contains(keys(local.watches), name)])}; stores call ${length(local.watches) == 0 ? "none" : join(", ", keys(local.watches))}."
  }
  validation {
    condition     = alltrue([for l in local.loops : contains(var.allowed_loops, l.function)])
    error_message = "a loop: ${join("; ", [for l in local.loops : "`${l.function}` hears of what is ${l.change} in `${l.store}`, and the app ${local.app} ${l.deed} ${l.into == l.store ? "there" : "in `${l.into}`, which is the same bucket"}" if !contains(var.allowed_loops, l.function)])}. Each call may start the next, and each is billed. Take another store, or name the function if something else ends it: allowed_loops = ${jsonencode(distinct([for l in local.loops : l.function]))}."
  }
}

variable "expire_days" {
  description = "Delete what is in a store after so many days, by the store's name and the beginning of keys (empty for all), for example { reports = { \"\" = 90 } }."
  type        = map(map(number))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.expire_days) : contains(local.stores, name) && !contains(keys(var.stores), name)])
    error_message = "expire_days: the app ${local.app} makes no store ${join(", ", [for name in keys(var.expire_days) : "`${name}`" if !contains(local.stores, name) || contains(keys(var.stores), name)])}; it makes ${length(local.stores) == 0 ? "none" : join(", ", [for name in local.stores : name if !contains(keys(var.stores), name)])}."
  }
}

variable "force_destroy" {
  description = "Whether `terraform destroy` deletes the stores with what is in them. Otherwise it refuses."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "How long logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, and what else CloudWatch offers."
  type        = number
  default     = 30
  nullable    = false
}

variable "alarms" {
  description = <<-EOT
    Alarms on errors, throttles, durations, waiting messages and dead letters; null for none.
    - `topic_arn`: who is told; null is the topic of `cost`.
    - `thresholds`: as the module alarms has them.
  EOT
  type = object({
    topic_arn = optional(string)
    thresholds = optional(object({
      error_percent    = optional(number, 5)
      duration_percent = optional(number, 80)
      queue_age_s      = optional(number, 900)
    }), {})
  })
  default = {}

  validation {
    condition     = var.alarms == null || var.cost != null ? true : var.alarms.topic_arn != null
    error_message = "alarms: without `cost` nobody is told; give a topic_arn, or alarms = null."
  }
}

variable "hardening" {
  description = <<-EOT
    What costs, and is off by default:
    - `kms_key`: encrypts objects, messages, logs, environment variables, schedules and alarms. Its policy must let CloudWatch Logs, S3's events and the alarms use it, as in examples/aws-hardened/key.tf; without, some of them fail and say so nowhere.
    - `code_signing_config_arn`: what packages must satisfy.
    - `access_log_bucket`: gets a log of every access to the stores.
    - `versioning`: stores keep what is overwritten or deleted for 30 days.
    - `tracing`: X-Ray samples calls.
  EOT
  type = object({
    kms_key                 = optional(object({ arn = string }))
    code_signing_config_arn = optional(string)
    access_log_bucket       = optional(string)
    versioning              = optional(bool, false)
    tracing                 = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "tags" {
  description = "More tags of everything that can carry them; `anyfn:app` and `anyfn:function` are there."
  type        = map(string)
  default     = {}
  nullable    = false
}
