"""The course in other places and hands: hubs, containers, notebook hosts, other courses."""
