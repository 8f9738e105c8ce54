"""The mathematics of customer value and care: no Slack, no SQL, no clock, no environment."""
