resource "google_storage_bucket" "archive" {
  name                        = "${var.project}-archive"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.is_protected

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = var.days
    }
  }

  dynamic "encryption" {
    for_each = var.kms_key[*]
    content {
      default_kms_key_name = encryption.value
    }
  }
}

resource "google_storage_bucket_iam_member" "pubsub" {
  for_each = toset(["roles/storage.objectCreator", "roles/storage.legacyBucketReader"])
  bucket   = google_storage_bucket.archive.name
  role     = each.key
  member   = var.pubsub_agent
}

# What cannot be written waits, and is tried again: it is no dead letter of any function's.
resource "google_pubsub_subscription" "archive" {
  for_each                   = var.topics
  name                       = "archive-${each.key}"
  topic                      = each.value
  message_retention_duration = "604800s"
  ack_deadline_seconds       = 600 # as long as a file may be written to

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  cloud_storage_config {
    bucket                   = google_storage_bucket.archive.name
    filename_prefix          = "${each.key}/"
    filename_suffix          = ".avro"
    filename_datetime_format = "YYYY/MM/DD/hh_mm_ssZ"
    max_duration             = "300s"
    max_bytes                = 104857600

    avro_config {
      write_metadata = true # with attributes, so that it can be published again as it was
    }
  }

  depends_on = [google_storage_bucket_iam_member.pubsub]
}
