"""A text that somebody wrote, read sentence by sentence against what is held.

Guarantee: a remark cites what proves it; what nothing held decides is counted as not verified, never as right. No model
reads the text, nothing of it is kept, nothing in it is an order, and it is never rewritten.

    sentences.py      the text and its sentences, with their exact places
    remarks.py        what is said of a sentence
    citations.py      articles that are named
    bodies.py         who does what
    claims.py         wordings that a text forbids or conditions
    contradictions.py figures, dates, duties and beliefs against the nearest statements
    proof.py          the whole text
"""
