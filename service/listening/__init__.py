"""The life of a reply: receive, act, inbox."""
