terraform {
  required_version = ">= 1.9" # validations that refer to locals

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }

  # Which bucket, and where in it, is in environments/<name>.gcs.tfbackend.
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region

  default_labels = {
    part-of = "counterfoil"
  }
}
