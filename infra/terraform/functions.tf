module "function" {
  source   = "./modules/function"
  for_each = local.functions

  name            = each.key
  declared        = each.value
  project         = var.project
  region          = var.region
  image           = local.images[each.key]
  topics          = module.topics.names
  configuration   = var.configuration
  secret_ids      = module.secrets.ids
  secret_versions = var.secret_versions
  instances_min   = lookup(var.instances_min, each.key, each.value.minScale)
  scope_roles     = local.scope_roles
  database        = module.database.name
  collector_image = var.collector_image
}

# Who pushes, and who ticks: each may call what it is for, and nothing else.
resource "google_service_account" "caller" {
  for_each     = { push-events = "Calls event functions for Pub/Sub", tick-schedules = "Calls scheduled functions for Cloud Scheduler" }
  account_id   = each.key
  display_name = each.value
}

locals {
  registry = coalesce(var.registry, module.project.registry)
  named    = { for name, _ in local.functions : name => lookup(var.images, name, "none") }
  images   = { for name, image in local.named : name => startswith(image, "sha256:") ? "${local.registry}/${name}@${image}" : image }

  caller_emails = { for name, account in google_service_account.caller : name => "${account.account_id}@${var.project}.iam.gserviceaccount.com" }

  # By name, so that a subscription of the release before stays the same resource while it is kept.
  subscriptions = merge(
    { for name, fn in local.events : fn.subscription.name => { function = name, topic = fn.subscription.topic, filter = fn.subscription.filter } },
    var.kept_subscriptions,
  )

  # What a function may do for an OAuth scope that it declares; one that is not here ends the plan.
  scope_roles = {
    "https://www.googleapis.com/auth/firebase.messaging" = "projects/${var.project}/roles/${google_project_iam_custom_role.push_sender.role_id}"
  }
}

resource "google_project_iam_custom_role" "push_sender" {
  role_id     = "pushSender"
  title       = "Push sender"
  description = "Sends messages by Firebase Cloud Messaging, and can do nothing else there."
  permissions = ["cloudmessaging.messages.create"]
}

module "subscription" {
  source   = "./modules/subscription"
  for_each = local.subscriptions

  name         = each.key
  topic        = module.topics.names[each.value.topic]
  filter       = each.value.filter
  service      = module.function[each.value.function].service
  push_email   = local.caller_emails["push-events"]
  dead_letters = each.value.topic == "dead-letters" ? null : module.topics.ids["dead-letters"]
  pubsub_agent = local.pubsub_agent
}

resource "google_cloud_run_v2_service_iam_member" "pushed_to" {
  for_each = local.events
  location = var.region
  name     = module.function[each.key].service.name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${local.caller_emails["push-events"]}"
}

module "schedule" {
  source   = "./modules/schedule"
  for_each = local.schedules

  name          = each.key
  every_minutes = each.value.everyMinutes
  region        = var.region
  service       = module.function[each.key].service
  caller_email  = local.caller_emails["tick-schedules"]
}

module "front" {
  source    = "./modules/front"
  domain    = var.domain
  region    = var.region
  functions = { for name, fn in local.requests : name => { routes = fn.routes, caller = fn.caller, service = module.function[name].service.name } }
}
