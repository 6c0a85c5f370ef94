# As long as an outage may last, and a subscription can be sent again what came in it.
resource "google_pubsub_topic" "topic" {
  for_each                   = toset(var.names)
  name                       = each.key
  message_retention_duration = "604800s" # 7 days
  kms_key_name               = var.kms_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

# Pub/Sub itself moves there what could not be delivered in a hundred tries.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  topic  = google_pubsub_topic.topic["dead-letters"].name
  role   = "roles/pubsub.publisher"
  member = var.pubsub_agent
}
