# Deals with: who may publish to the topic, and use its key for that.
# Does not deal with: the hard stop's roles (stop.tf).

locals {
  publishers = {
    Budgets   = "budgets.amazonaws.com"
    Anomalies = "costalerts.amazonaws.com"
    Alarms    = "cloudwatch.amazonaws.com"
  }
}

data "aws_iam_policy_document" "topic" {
  dynamic "statement" {
    for_each = local.publishers

    content {
      sid       = "${statement.key}MayPublish"
      actions   = ["sns:Publish"]
      resources = [local.topic_arn]

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }

  statement {
    sid       = "NobodyMayPublishUnencrypted"
    effect    = "Deny"
    actions   = ["sns:Publish"]
    resources = [local.topic_arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn    = aws_sns_topic.this.arn
  policy = data.aws_iam_policy_document.topic.json
}

# A service that may publish but not use the key fails, and says so nowhere.
data "aws_iam_policy_document" "publishers_may_use_the_key" {
  dynamic "statement" {
    for_each = local.publishers

    content {
      sid       = "${statement.key}MayUseTheKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
      resources = ["*"] # In a key's policy: this key.

      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }
}

data "aws_iam_policy_document" "key" {
  # checkov:skip=CKV_AWS_109: a key's policy; "*" is this key, and without the account's root nobody could ever change it.
  # checkov:skip=CKV_AWS_111: as above.
  # checkov:skip=CKV_AWS_356: as above.
  source_policy_documents = [data.aws_iam_policy_document.publishers_may_use_the_key.json]

  statement {
    sid       = "TheAccountsPoliciesHold"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }
}
