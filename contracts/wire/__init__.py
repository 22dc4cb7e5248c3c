"""What goes over the wire, whatever the app: statuses, envelopes, problems, stream lines, webhook bodies."""
