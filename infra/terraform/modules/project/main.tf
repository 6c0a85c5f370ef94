locals {
  apis = toset([
    "artifactregistry", "cloudscheduler", "compute", "fcm", "firebaserules", "firestore", "iam", "identitytoolkit",
    "monitoring", "pubsub", "run", "secretmanager", "storage", "telemetry",
  ])
}

resource "google_project_service" "api" {
  for_each           = local.apis
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false # others in the project may use it
}

resource "google_artifact_registry_repository" "images" {
  location      = var.region
  repository_id = "counterfoil"
  format        = "DOCKER"
  description   = "One image for each function."

  docker_config {
    immutable_tags = true
  }

  depends_on = [google_project_service.api]
}
