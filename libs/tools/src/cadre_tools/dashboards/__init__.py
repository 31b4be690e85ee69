"""Grafana's dashboards, in Python."""
