resource "google_monitoring_alert_policy" "alert" {
  for_each              = var.alerts
  display_name          = each.key
  combiner              = "OR"
  severity              = each.value.severity == "page" ? "CRITICAL" : "WARNING"
  notification_channels = var.channels[each.value.severity]

  conditions {
    display_name = each.value.alert

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "${each.value.forSeconds}s"
      evaluation_interval = "60s"
      alert_rule          = each.value.alert
      rule_group          = "counterfoil"
      # Nothing was counted yet when it is made.
      disable_metric_validation = true
    }
  }

  documentation {
    mime_type = "text/markdown"
    subject   = each.value.summary
    content   = "${each.value.impact}\n\n[What to do](${var.runbooks_url}/${basename(each.value.runbook)})"
  }
}

# What no function can tell of itself: it has not started, or it is not called.
resource "google_monitoring_alert_policy" "backlog" {
  display_name          = "backlog-page"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = var.channels.page

  conditions {
    display_name = "SubscriptionWaits"

    condition_threshold {
      filter          = "resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1800
      duration        = "300s"

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "Something has waited in a subscription for half an hour: its function does not start, or fails at it.\n\n[What to do](${var.runbooks_url}/events-unhandled.md)"
  }
}
