resource "google_firestore_database" "customers" {
  name                              = "(default)"
  location_id                       = var.location
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED" # seven days, to the minute
  delete_protection_state           = var.is_protected ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.is_protected ? "ABANDON" : "DELETE"

  dynamic "cmek_config" {
    for_each = var.kms_key[*]
    content {
      kms_key_name = cmek_config.value
    }
  }
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.customers.name
  retention = "604800s" # 7 days
  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.customers.name
  retention = "8467200s" # 14 weeks, the most that Google takes
  weekly_recurrence {
    day = "SUNDAY"
  }
}
