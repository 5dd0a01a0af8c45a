"""What answers took, in the settings: a chart of days, sums, prices."""
