# Containers alone: operators put the versions, so no secret is ever in a plan, a state or this repository.
resource "google_secret_manager_secret" "secret" {
  for_each            = var.variables
  secret_id           = lower(replace(each.key, "_", "-"))
  version_destroy_ttl = "604800s" # a version that was destroyed by mistake can be had back for 7 days

  replication {
    user_managed {
      replicas {
        location = var.region

        dynamic "customer_managed_encryption" {
          for_each = var.kms_key[*]
          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  topics {
    name = google_pubsub_topic.rotation.id
  }

  # It only reminds; whoever hears it puts a version beside the old one, as both are accepted for a while.
  rotation {
    rotation_period    = "7776000s" # 90 days
    next_rotation_time = timeadd(plantimestamp(), "2160h")
  }

  lifecycle {
    ignore_changes = [rotation[0].next_rotation_time] # Google moves it on
  }

  depends_on = [google_pubsub_topic_iam_member.reminds]
}

resource "google_pubsub_topic" "rotation" {
  name                       = "secret-rotation"
  message_retention_duration = "604800s"
  kms_key_name               = var.kms_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

resource "google_pubsub_topic_iam_member" "reminds" {
  topic  = google_pubsub_topic.rotation.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:service-${var.project_number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
}
