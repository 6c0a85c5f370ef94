resource "google_pubsub_subscription" "push" {
  name                       = var.name
  topic                      = var.topic
  filter                     = var.filter
  ack_deadline_seconds       = var.service.timeout_seconds + 30 # else what is still being handled would be sent again
  message_retention_duration = "604800s"                        # 7 days

  expiration_policy {
    ttl = "" # never: a function that nobody calls for a month is still wanted
  }

  push_config {
    push_endpoint = var.service.uri

    oidc_token {
      service_account_email = var.push_email
      audience              = var.service.uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  # What dead-letters itself cannot deliver waits there: it has nowhere else to go.
  dynamic "dead_letter_policy" {
    for_each = var.dead_letters[*]
    content {
      dead_letter_topic     = dead_letter_policy.value
      max_delivery_attempts = 100
    }
  }

  lifecycle {
    precondition {
      condition     = length(coalesce(var.filter, "-")) <= 256
      error_message = "${var.name}: Pub/Sub takes a filter of at most 256 bytes."
    }
  }
}

# Pub/Sub acknowledges here what it has moved to dead-letters.
resource "google_pubsub_subscription_iam_member" "moves" {
  count        = var.dead_letters == null ? 0 : 1
  subscription = google_pubsub_subscription.push.name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
