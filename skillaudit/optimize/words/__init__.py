"""Words of a skill's own file: what may be quoted, what tells, and how it is put."""
