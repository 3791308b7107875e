"""What people read: a record becomes blocks once, and four renderers draw any block.

`report`, `details`, `verdict`, `plan`, `probe`, `experiment` and their neighbours each turn a record into blocks
(`blocks`); `text`, `markdown`, `html` and the terminal's `layout` draw them. A new section is one builder.
"""
