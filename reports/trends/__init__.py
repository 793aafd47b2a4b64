"""The trend page: how the nights of a requirement went, judged as the nightly regression does."""
