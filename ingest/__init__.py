"""From regulatory texts to an immutable, proved index.

The lowest package: settings, errors, the register, fiches, the article grammar and the claim
features live here, because both the documents and the questions are read with them.
"""
