"""`/v1`: the protocol of OpenAI's chat completions, so that any chat window, chain or agent asks Clapvert as it asks
a model.

It is a facade: the answer is the same verified `Answer`, its citations in the text and as `annotations`.
"""
