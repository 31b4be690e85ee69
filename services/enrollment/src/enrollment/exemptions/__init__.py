"""To which units of agencies the training of letters does not apply: `ExemptionService`."""
