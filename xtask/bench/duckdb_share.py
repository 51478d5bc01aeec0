"""What a careful person would write in DuckDB to share a table: join the list, round, blank, write.

It knows nothing of siblings, synonyms, pseudonyms, uncertainty or reports. Every cell stays text,
all threads of the machine are DuckDB's, and the order of rows is kept unless told otherwise.
"""

import sys

import duckdb

source, species, target, order = sys.argv[1:5]

session = duckdb.connect()
session.execute(f"SET preserve_insertion_order = {'true' if order == 'kept' else 'false'}")
session.execute("CREATE TABLE list AS SELECT * FROM read_csv(?, all_varchar = true)", [species])
read = "read_csv(?, delim = '\t', header = true, all_varchar = true, quote = '', escape = '')"
rounded = "CASE WHEN l.listed IS NULL THEN {0} ELSE printf('%.1f', round({0}::DOUBLE, 1)) END AS {0}"
blanked = "CASE WHEN l.listed IS NULL THEN {0} END AS {0}"
changed = [rounded.format(name) for name in ("decimalLatitude", "decimalLongitude")]
changed += [
    blanked.format(name)
    for name in ("locality", "recordedBy", "identifiedBy", "eventDate", "day", "month")
]
session.execute(
    f"""
    COPY (
        SELECT t.* REPLACE ({", ".join(changed)})
        FROM {read} t LEFT JOIN list l ON t.species = l.listed
    ) TO '{target}' (FORMAT csv, DELIMITER '\t', HEADER, QUOTE '', ESCAPE '')
    """,
    [source],
)
