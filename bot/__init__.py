"""The ways in and out: Slack, the terminal, the clock."""
