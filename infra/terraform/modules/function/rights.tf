resource "google_service_account" "function" {
  account_id   = var.name
  display_name = var.name
}

locals {
  email  = "${google_service_account.function.account_id}@${var.project}.iam.gserviceaccount.com"
  member = "serviceAccount:${local.email}"
}

resource "google_pubsub_topic_iam_member" "publishes" {
  for_each = var.declared.publishes
  topic    = var.topics[each.key]
  role     = "roles/pubsub.publisher"
  member   = local.member
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each  = local.secrets
  secret_id = var.secret_ids[each.key]
  role      = "roles/secretmanager.secretAccessor"
  member    = local.member
}

# A database has no policy of its own, so the project's names it.
resource "google_project_iam_member" "firestore" {
  count   = var.declared.usesFirestore ? 1 : 0
  project = var.project
  role    = "roles/datastore.user"
  member  = local.member

  condition {
    title      = "customer-data"
    expression = "resource.name == \"projects/${var.project}/databases/${var.database}\""
  }
}

resource "google_project_iam_member" "scope" {
  for_each = toset(var.declared.scopes)
  project  = var.project
  role     = var.scope_roles[each.key]
  member   = local.member
}

# What its collector sends on.
resource "google_project_iam_member" "telemetry" {
  for_each = var.collector_image == null ? [] : toset(["roles/monitoring.metricWriter", "roles/cloudtrace.agent"])
  project  = var.project
  role     = each.key
  member   = local.member
}
