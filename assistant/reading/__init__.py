"""From a message to what it asks: language, kinds, facets, references, dates, parts."""
