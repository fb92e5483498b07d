"""Who may call, for what, how often: keys and their scopes, rates, sign-in, and the trail of who did what.

Nothing here knows HTTP: `assistant/api/guard.py` asks it on behalf of every request.
"""
