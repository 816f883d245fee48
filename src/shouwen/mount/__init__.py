"""Where everything is plugged together: web, api, worker, command line."""
