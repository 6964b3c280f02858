"""Break everything while messages go out, then let an oracle count what arrived."""
