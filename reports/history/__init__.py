"""What all runs found, in a database: SQLite by default, PostgreSQL by URL.

``store`` is the one door: it opens a database, brings its schema up to date, hands out sessions.
``tables`` says what is kept, ``migrations`` how it came to be so. ``journal_file`` reads journals
of any age, ``importing`` brings them in, each once. ``runs``, ``trend`` and ``compare`` ask.
"""
