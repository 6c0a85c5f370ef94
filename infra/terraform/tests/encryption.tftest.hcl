# With a key of one's own, nothing that is kept is under Google's.
mock_provider "google" {}

variables {
  kms_key        = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"
  names          = ["dead-letters"]
  topics         = { dead-letters = "dead-letters" }
  variables      = ["API_KEY"]
  project        = "counterfoil-test"
  project_number = "1"
  region         = "europe-west1"
  location       = "eur3"
  days           = 90
  is_protected   = true
  indexes        = { indexes = [], fieldOverrides = [] }
  rules          = "rules_version = '2';"
  pubsub_agent   = "serviceAccount:service-1@gcp-sa-pubsub.iam.gserviceaccount.com"
}

run "messages" {
  command = plan
  module {
    source = "./modules/topics"
  }
  assert {
    condition     = alltrue([for topic in google_pubsub_topic.topic : topic.kms_key_name == var.kms_key])
    error_message = "Messages are under Google's key."
  }
}

run "secrets" {
  command = plan
  module {
    source = "./modules/secrets"
  }
  assert {
    condition     = google_secret_manager_secret.secret["API_KEY"].replication[0].user_managed[0].replicas[0].customer_managed_encryption[0].kms_key_name == var.kms_key
    error_message = "Secrets are under Google's key."
  }
}

run "customers" {
  command = plan
  module {
    source = "./modules/database"
  }
  assert {
    condition     = google_firestore_database.customers.cmek_config[0].kms_key_name == var.kms_key
    error_message = "What customers have is under Google's key."
  }
}

run "archive" {
  command = plan
  module {
    source = "./modules/archive"
  }
  assert {
    condition     = google_storage_bucket.archive.encryption[0].default_kms_key_name == var.kms_key
    error_message = "The archive is under Google's key."
  }
}
