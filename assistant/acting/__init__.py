"""Acts on the answer on screen: summed up, made plain, made a list, written to someone, sourced, doubted, corrected."""
