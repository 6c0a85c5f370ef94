locals {
  declared  = jsondecode(file("${path.module}/functions.json"))
  functions = local.declared.functions

  events    = { for name, fn in local.functions : name => fn if fn.trigger == "event" }
  requests  = { for name, fn in local.functions : name => fn if fn.trigger == "request" }
  schedules = { for name, fn in local.functions : name => fn if fn.trigger == "schedule" }

  variables         = merge([for fn in values(local.functions) : fn.config]...)
  secrets           = toset([for name, variable in local.variables : name if variable.secret])
  settings          = toset([for name, variable in local.variables : name if !variable.secret])
  required_settings = toset([for name in local.settings : name if local.variables[name].required])

  pubsub_agent = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  # Of the permissions on the key too, so that nothing is made before its service agent may use it.
  kms_key = var.kms_key == null ? null : values(google_kms_crypto_key_iam_member.agent)[0].crypto_key_id
}

module "project" {
  source  = "./modules/project"
  project = var.project
  region  = var.region
}

module "topics" {
  source       = "./modules/topics"
  names        = keys(local.declared.topics)
  project      = var.project
  region       = var.region
  kms_key      = local.kms_key
  pubsub_agent = local.pubsub_agent
  depends_on   = [module.project]
}

module "secrets" {
  source         = "./modules/secrets"
  variables      = local.secrets
  project        = var.project
  project_number = var.project_number
  region         = var.region
  kms_key        = local.kms_key
  depends_on     = [module.project]
}

module "database" {
  source       = "./modules/database"
  location     = var.firestore_location
  indexes      = jsondecode(file("${path.module}/../../firestore.indexes.json"))
  rules        = file("${path.module}/../../firestore.rules")
  is_protected = var.is_protected
  kms_key      = local.kms_key
  depends_on   = [module.project]
}

module "archive" {
  source       = "./modules/archive"
  topics       = module.topics.names
  project      = var.project
  region       = var.region
  days         = var.archive_days
  is_protected = var.is_protected
  kms_key      = local.kms_key
  pubsub_agent = local.pubsub_agent
}

module "alerts" {
  source       = "./modules/alerts"
  alerts       = var.collector_image == null ? {} : jsondecode(file("${path.module}/alerts.json")).alerts
  charts       = jsondecode(file("${path.module}/alerts.json")).charts
  channels     = var.channels
  runbooks_url = var.runbooks_url
  depends_on   = [module.project]
}
