"""Mini-batch training: optimizers, schedules, stopping, and the loop over epochs."""
