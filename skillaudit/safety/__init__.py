"""Text from strangers: cleaned where it is decoded, made harmless again at each place where it leaves.

| place | function | what it does |
|---|---|---|
| a value that a file decodes to | `cleaning.clean`, `cleaning.clean_data` | takes out what acts or hides |
| a terminal, a log, a text or Markdown file | `exits.shown` | no control, no bidi, no command of a CI runner |
| Markdown | `exits.in_markdown` | on one line, no markup, link, mention or reference |
| JSON | `exits.in_json` | the same characters as escapes: the data stay what they are |
| text inside HTML or XML | `exits.in_markup` | character references for what a runner would obey |
| a prompt | `prompts.Quote` | between marks that it cannot contain |
| a message of a server | `secrets.mask` | no key, in whatever form |
| any other file | `exits.inert` | no control, no bidi |
"""
