"""Audit cited answers: what they rest on, whether it holds, and whether it still holds today."""
