"""A local server that speaks Twilio's HTTP API, for demonstrations and tests. See README.md."""
