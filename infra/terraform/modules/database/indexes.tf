# firestore.indexes.json is read by the emulators and by the Firebase tools too, so it stays the only list.
locals {
  indexes = { for index in var.indexes.indexes :
    join("/", concat([index.collectionGroup], [for field in index.fields : "${field.fieldPath} ${field.order}"])) => index
  }
  overrides = { for override in var.indexes.fieldOverrides : "${override.collectionGroup}/${override.fieldPath}" => override }
}

resource "google_firestore_index" "index" {
  for_each    = local.indexes
  database    = google_firestore_database.customers.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.fieldPath
      order      = fields.value.order
    }
  }
}

# What is not queried by is not indexed, and what has served its time is deleted.
resource "google_firestore_field" "override" {
  for_each   = local.overrides
  database   = google_firestore_database.customers.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  index_config {
    dynamic "indexes" {
      for_each = each.value.indexes
      content {
        order        = lookup(indexes.value, "order", null)
        array_config = lookup(indexes.value, "arrayConfig", null)
        query_scope  = indexes.value.queryScope
      }
    }
  }

  dynamic "ttl_config" {
    for_each = lookup(each.value, "ttl", false) ? [1] : []
    content {}
  }
}
