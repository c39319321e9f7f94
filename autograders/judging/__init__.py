"""From answers to a report: plan, compare, rules, diagnosis, card, and the laws of exercises."""
