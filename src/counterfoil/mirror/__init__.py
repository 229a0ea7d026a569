"""Hold the copy: tables, SQL, store per database, search, pages, history. Calls nobody."""
