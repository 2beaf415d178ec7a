# What the functions may do: the app's needs, and each function's own dead letters.
#
# One table; the emulator refuses what is not in it, and README.md has it for people.

locals {
  object_actions = {
    read  = ["s3:GetObject"]
    write = ["s3:AbortMultipartUpload", "s3:PutObject"]
    # S3 asks for GetObject where a delete names an ETag.
    delete = ["s3:DeleteObject", "s3:GetObject"]
    list   = []
  }
  bucket_actions = {
    # Without it a key that is not there is answered by 403.
    read   = ["s3:ListBucket"]
    write  = []
    delete = []
    list   = ["s3:ListBucket"]
  }
  queue_actions = {
    send    = ["sqs:SendMessage"]
    receive = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
  }
  key_actions = {
    read    = ["kms:Decrypt"]
    write   = ["kms:Decrypt", "kms:GenerateDataKey"]
    delete  = []
    list    = []
    send    = ["kms:Decrypt", "kms:GenerateDataKey"]
    receive = ["kms:Decrypt"]
  }

  statements = concat(
    [for store in keys(local.blobs) : {
      Sid      = "Objects${replace(title(replace(store, "-", " ")), " ", "")}"
      Effect   = "Allow"
      Action   = sort(distinct(flatten([for access in local.blobs[store] : local.object_actions[access]])))
      Resource = "${local.bucket_arns[store]}/*"
    }],
    [for store in keys(local.blobs) : {
      Sid      = "Bucket${replace(title(replace(store, "-", " ")), " ", "")}"
      Effect   = "Allow"
      Action   = distinct(flatten([for access in local.blobs[store] : local.bucket_actions[access]]))
      Resource = local.bucket_arns[store]
    }],
    [for queue in keys(local.messages) : {
      Sid      = "Queue${replace(title(replace(queue, "-", " ")), " ", "")}"
      Effect   = "Allow"
      Action   = sort(distinct(flatten([for access in local.messages[queue] : local.queue_actions[access]])))
      Resource = local.queue_arns[queue]
    }],
  )
  needs = [for statement in local.statements : statement if length(statement.Action) > 0]

  policies = { for name in keys(local.triggers) : name => merge(
    length(local.needs) == 0 ? {} : {
      needs = jsonencode({ Version = "2012-10-17", Statement = local.needs })
    },
    !contains(keys(local.dead_arns), name) ? {} : {
      dead-letters = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Sid = "Bury", Effect = "Allow", Action = ["sqs:SendMessage"], Resource = local.dead_arns[name] }]
      })
    },
    # Alone, so that a plan which makes the key still shows all other policies.
    var.hardening.kms_key == null || length(local.keyed[name]) == 0 ? {} : {
      key = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Sid = "Key", Effect = "Allow", Action = local.keyed[name], Resource = one(var.hardening.kms_key[*].arn) }]
      })
    },
  ) }

  # What each function does with the key, where there is one.
  keyed = { for name in keys(local.triggers) : name => sort(distinct(flatten([
    for access in flatten(concat(values(local.blobs), values(local.messages), contains(keys(local.dead_arns), name) ? [["send"]] : [])) : local.key_actions[access]
  ]))) }
}
