"""Our reading of texts as LangChain sees it: a loader and a splitter."""
