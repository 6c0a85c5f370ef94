locals {
  is_hourly = var.every_minutes >= 60
  minutes   = var.every_minutes == 1 ? "* * * * *" : "*/${var.every_minutes} * * * *"
  hours     = "0 */${floor(var.every_minutes / 60)} * * *"
}

# Cloud Scheduler sends x-cloudscheduler-scheduletime, the same when it tries a tick again: that is what is done once.
resource "google_cloud_scheduler_job" "tick" {
  name             = var.name
  region           = var.region
  schedule         = local.is_hourly ? local.hours : local.minutes
  time_zone        = "Etc/UTC"
  attempt_deadline = "${var.service.timeout_seconds + 20}s"

  retry_config {
    retry_count          = 3
    min_backoff_duration = "10s"
    max_backoff_duration = "60s"
  }

  http_target {
    http_method = "POST"
    uri         = var.service.uri

    oidc_token {
      service_account_email = var.caller_email
      audience              = var.service.uri
    }
  }

  lifecycle {
    precondition {
      condition     = local.is_hourly ? var.every_minutes % 60 == 0 && 1440 % var.every_minutes == 0 : 60 % var.every_minutes == 0
      error_message = "${var.name}: cron cannot say every ${var.every_minutes} minutes: they must divide an hour, or be hours that divide a day."
    }
  }
}

resource "google_cloud_run_v2_service_iam_member" "ticked" {
  location = var.region
  name     = var.service.name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${var.caller_email}"
}
