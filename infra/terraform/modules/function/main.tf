locals {
  is_public = var.declared.visibility == "public"

  runtime = merge(
    { GOOGLE_CLOUD_PROJECT = var.project },
    # Cloud Run's own IAM asks for the token before the function is called.
    local.is_public ? {} : { PUSH_TOKEN_CHECKED_BY = "cloud-run" },
    var.collector_image == null ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT = "http://localhost:4318" },
  )
  plain   = { for name, _ in var.declared.config : name => var.configuration[name] if contains(keys(var.configuration), name) }
  secrets = toset([for name, variable in var.declared.config : name if variable.secret])
}

resource "google_cloud_run_v2_service" "function" {
  name                = var.name
  location            = var.region
  description         = var.declared.impact
  ingress             = local.is_public ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_INTERNAL_ONLY"
  deletion_protection = false # it keeps nothing

  template {
    service_account                  = local.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    max_instance_request_concurrency = var.declared.concurrency
    timeout                          = "${var.declared.timeoutSeconds}s"

    scaling {
      min_instance_count = var.instances_min
      max_instance_count = var.declared.maxScale
    }

    containers {
      name  = "function"
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = tostring(var.declared.cpu), memory = "${var.declared.memoryMi}Mi" }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 1
        failure_threshold = 30
        http_get {
          path = "/healthz"
        }
      }

      dynamic "env" {
        for_each = merge(local.runtime, local.plain)
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = var.secret_ids[env.key]
              version = lookup(var.secret_versions, env.key, "1")
            }
          }
        }
      }
    }

    dynamic "containers" {
      for_each = var.collector_image[*]
      content {
        name  = "collector"
        image = containers.value
        resources {
          limits = { cpu = "1", memory = "256Mi" }
        }
      }
    }
  }

  lifecycle {
    # Which image runs, once there is one, and how much a revision gets is what a release moves; tools write who they are.
    ignore_changes = [template[0].containers[0].image, traffic, client, client_version]

    precondition {
      condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
      error_message = "images has no image of ${var.name} by its digest: only what was built and checked is deployed, never what a tag names today."
    }
  }

  depends_on = [google_secret_manager_secret_iam_member.reads, google_project_iam_member.firestore]
}

# Everybody may call what the load balancer leads to: it asks for a Firebase token, or for the bank's signature, itself.
resource "google_cloud_run_v2_service_iam_member" "public" {
  count    = local.is_public ? 1 : 0
  location = google_cloud_run_v2_service.function.location
  name     = google_cloud_run_v2_service.function.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
