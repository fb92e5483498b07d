"""Outside data: any folder in the BEIR layout, searched with the product's own analyser, encoder and fusion."""
