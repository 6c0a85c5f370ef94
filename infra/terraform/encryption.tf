locals {
  service_agents = {
    pubsub        = "gcp-sa-pubsub"
    firestore     = "gcp-sa-firestore"
    secretmanager = "gcp-sa-secretmanager"
    storage       = "gs-project-accounts"
  }
}

# Google's services use the key for us; nobody else may.
resource "google_kms_crypto_key_iam_member" "agent" {
  for_each      = var.kms_key == null ? {} : local.service_agents
  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${var.project_number}@${each.value}.iam.gserviceaccount.com"
}
