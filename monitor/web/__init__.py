"""The pages behind the links in digests, and the feeds of watchlists: the only server of HTTP.

It decides nothing: what a token claims and what becomes of it is asked of a `Desk`. GET and HEAD never change a thing,
since scanners of mail fetch every link and some run what they fetch; a button posts, or the mail program itself does
(RFC 8058). Pages need no scripts, set no cookies and load nothing.
"""
