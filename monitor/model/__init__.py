"""The nouns: frozen values with no behaviour beyond naming themselves; standard library only.

One file a subject: `feeds` (what is polled), `articles` (what was found), `stories` (what belongs together),
`watchlists` (what is wanted and why), `digests` (what is told), `votes` (what readers say of it),
`commits` (what a stage asks the store to keep).
All times are aware UTC datetimes; all durations bear their unit in the name.
"""
