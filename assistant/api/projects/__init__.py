"""« Mon projet » over HTTP: projects, their obligations, their files and the links that follow them."""
