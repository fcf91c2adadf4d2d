"""Flows within a file: from where text comes in to where it does harm. `FlowRule` is what "
"a rule builds on."""
