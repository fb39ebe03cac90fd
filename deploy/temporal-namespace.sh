#!/bin/sh
# Makes Värna's namespace. Safe to run again. A closed case's history is kept for 90 days; the ledger keeps the case.
set -eu
temporal operator cluster health
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 90d
